/// The part of the network's first input that one pixel of a value depends on.
public struct ReceptiveField: Sendable, Hashable {
  /// Rows and columns, padding included.
  public let size: Extent
  /// How many rows and columns of the input lie between neighbouring pixels.
  public let stride: Extent

  /// A pixel of the input itself.
  static let pixel = ReceptiveField(size: Extent(1), stride: Extent(1))

  /// The field behind a window over values with this one. Saturates.
  func behind(_ window: Window) -> ReceptiveField {
    func size(_ size: Int, _ stride: Int, _ kernel: Int, _ dilation: Int) -> Int {
      let reach = saturatingProduct(kernel - 1, dilation, stride)
      let (sum, overflow) = size.addingReportingOverflow(reach)
      return overflow ? Int.max : sum
    }
    return ReceptiveField(
      size: Extent(
        height: size(self.size.height, stride.height, window.kernel.height, window.dilation.height),
        width: size(self.size.width, stride.width, window.kernel.width, window.dilation.width)),
      stride: Extent(
        height: saturatingProduct(stride.height, window.stride.height),
        width: saturatingProduct(stride.width, window.stride.width)))
  }

  /// What covers both; nil where their pixels do not lie alike.
  func joined(with other: ReceptiveField) -> ReceptiveField? {
    guard stride == other.stride else { return nil }
    return ReceptiveField(
      size: Extent(
        height: max(size.height, other.size.height), width: max(size.width, other.size.width)),
      stride: stride)
  }
}

extension Graph {
  /// The receptive field of each node's output, for chains of convolutions, pools and what works
  /// pixel by pixel from the first input; nil elsewhere, as behind whatever looks at the whole map.
  public var receptiveFields: [ReceptiveField?] {
    var fields = [ReceptiveField?](repeating: nil, count: valueCount)
    if layout.isMap(shape(of: input)) { fields[0] = .pixel }
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { fields[$0.index] }
      fields[valueIndex(ofNode: index)] = field(of: node, behind: inputs)
    }
    return Array(fields.suffix(nodes.count))
  }

  private func field(of node: Node, behind inputs: [ReceptiveField?]) -> ReceptiveField? {
    guard !inputs.isEmpty, layout.isMap(node.shape) else { return nil }
    if case .general(let operation) = node.operation, operation is Arithmetic {
      // Operands of other shapes are constants along the pixels.
      let maps = zip(node.inputs, inputs).filter { shape(of: $0.0) == node.shape }.map(\.1)
      return joined(maps)
    }
    guard let field = inputs[0] else { return nil }
    switch node.operation {
    case .convolution(let convolution): return field.behind(convolution.window)
    case .maxPool(let pool): return field.behind(pool.window)
    case .averagePool(let pool): return field.behind(pool.window)
    case .batchNormalization, .clip, .elementwise, .fakeQuantization, .identity, .leakyReLU, .relu,
      .softmax, .zeroPadding:
      return field
    case .add: return joined(inputs)
    default: return nil
    }
  }

  /// The field behind values that are taken pixel by pixel.
  private func joined(_ fields: [ReceptiveField?]) -> ReceptiveField? {
    guard let first = fields.first else { return nil }
    return fields.dropFirst().reduce(first) { joined, next in
      guard let joined, let next else { return nil }
      return joined.joined(with: next)
    }
  }
}
