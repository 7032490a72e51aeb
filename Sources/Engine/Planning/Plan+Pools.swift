import CKernels

// What a max pool does together with the unit before it.

extension Plan {
  /// Whether a ReLU is followed by a max pool alone: where the pool's output is above 0, its winner
  /// was too, so that the pool's gradient can stop the others and nobody needs marks.
  func leavesRectifierToPool(_ value: Int) -> Bool {
    guard let maker = fusion.makers[value], let reader = fusion.onlyReader(of: value),
      case .maxPool = fusion.units[reader].operation
    else { return false }
    return fusion.units[maker].activation?.kind == CK_RELU
  }

  /// The max pool that a convolution's kernel takes while the outputs are in registers: they are
  /// never laid out, so nobody else may ask for them or for marks at their places.
  func pool(with unit: Unit) -> Unit? {
    guard case .convolution(let convolution) = unit.operation, convolution.takesPool(unit.place),
      isPlanes(unit.inputs[0]), unit.sum == nil, let reader = fusion.onlyReader(of: unit.value),
      case .maxPool(let pool) = fusion.units[reader].operation, pool.takesFours,
      !recordsForGradient || unit.activation == nil || leavesRectifierToPool(unit.value)
    else { return nil }
    return fusion.units[reader]
  }

  /// Whether the unit that gives a value has already taken the pool behind it.
  func isPooled(_ value: Int) -> Bool {
    fusion.makers[value].flatMap { pool(with: fusion.units[$0]) } != nil
  }
}
