import Bytes
import Engine
import Formats

// An ONNX graph as the architecture of weights in another file.
extension ONNXProgram {
  /// The program with the stored weights in place of its own.
  ///
  /// Wanted are the initializers of floats with axes, whether the graph holds numbers for them or
  /// not, and the inputs that are weights: those that bear a stored name. Of several other inputs
  /// of fixed shape only the first is data; an open first axis, the batch, marks all that are.
  /// Integers and scalars, such as shapes and bounds, belong to the graph and stay as they are.
  ///
  /// - Throws: `ModelError` when a weight is left over on either side or does not fit.
  func filled(with names: TorchNames) throws(ModelError) -> (ONNXProgram, WeightMapping) {
    let initializers = model.graph.initializers
    let constants = Set(initializers.map(\.name))
    let inputs = model.graph.inputs.filter { !constants.contains($0.name) }
    let wantedInputs = ONNXProgram.weights(among: inputs, names)
    let wantedConstants = initializers.filter {
      names.mayHold($0.name) || ($0.elementType.stored?.isFloat ?? true) && !$0.shape.isEmpty
    }
    var wanted = wantedConstants.map { WantedWeight(name: $0.name, shape: $0.shape) }
    for input in wantedInputs {
      guard let shape = input.fixedShape else {
        throw .layer(
          EngineError(
            .unsupported, "weight \(input.name)", expected: "a fixed shape", found: "an open one"))
      }
      wanted.append(WantedWeight(name: input.name, shape: shape))
    }
    let mapping: WeightMapping
    do {
      mapping = try names.match(wanted)
    } catch {
      throw .weights(error)
    }
    var types = Dictionary(
      wantedConstants.map { ($0.name, $0.elementType) }, uniquingKeysWith: { first, _ in first })
    for input in wantedInputs {
      if case .tensor(let type, _) = input.type { types[input.name] = type }
    }
    let filled = try mapping.matches.map { (match) throws(ModelError) in
      try ONNXProgram.tensor(match, as: types[match.wanted]?.stored)
    }
    let matched = Set(wanted.map(\.name))
    return (
      ONNXProgram(
        model.replacing(
          initializers: initializers.filter { !matched.contains($0.name) } + filled,
          inputs: inputs.filter { !matched.contains($0.name) }),
        externalFile: externalFile), mapping
    )
  }

  /// The inputs that are weights.
  private static func weights(
    among inputs: [ONNXValueInfo], _ names: TorchNames
  ) -> [ONNXValueInfo] {
    let others = inputs.filter { !names.mayHold($0.name) }
    let isMarked = others.contains { $0.fixedShape == nil }
    let data = Set(
      others.enumerated().filter { isMarked ? $0.element.fixedShape == nil : $0.offset == 0 }
        .map(\.element.name))
    return inputs.filter { !data.contains($0.name) }
  }

  /// The stored tensor as the graph's: half floats widen exactly, other types must agree.
  private static func tensor(
    _ match: WeightMapping.Match, as type: ElementType?
  ) throws(ModelError) -> ONNXTensor {
    do throws(ParseError) {
      var stored = match.tensor
      if type == .float32, [.float16, .bfloat16].contains(stored.elementType) {
        stored = try stored.widened()
      }
      guard stored.elementType == type, let tensor = ONNXTensor(name: match.wanted, stored) else {
        throw ParseError(
          .unsupported, at: stored.bytes.offset,
          expected: "\(type?.rawValue ?? "another type") as in the architecture",
          found: stored.elementType.rawValue)
      }
      return tensor
    } catch {
      throw .file(error.inside("'\(safeText(match.stored))'"))
    }
  }
}

extension TorchNames {
  /// Whether a stored name is the given one, one of them perhaps behind a prefix.
  fileprivate func mayHold(_ name: String) -> Bool {
    stored.contains {
      $0.name == name || $0.name.hasSuffix(".\(name)") || name.hasSuffix(".\($0.name)")
    }
  }
}

extension StoredTensor {
  /// Half floats as binary32, exactly.
  fileprivate func widened() throws(ParseError) -> StoredTensor {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * count)
    for value in try floats() {
      let bits = value.bitPattern
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return try StoredTensor(shape: shape, elementType: .float32, bytes: ByteSlice(bytes))
  }
}

extension ONNXValueInfo {
  /// The shape of a tensor without open axes; nil for other values.
  fileprivate var fixedShape: [Int]? {
    guard case .tensor(_, let dimensions?) = type else { return nil }
    var shape: [Int] = []
    for dimension in dimensions {
      guard case .size(let size) = dimension else { return nil }
      shape.append(size)
    }
    return shape
  }
}
