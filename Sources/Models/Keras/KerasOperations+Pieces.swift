import Bytes
import Engine

// Functions that put elements around values, or take values apart.
extension KerasCall {
  /// `pad`: elements around the axes behind the batch.
  func padded() throws(EngineError) -> Graph.Value {
    let x = try value(0, "x", "tensor")
    let rank = shape(of: x).count
    let pairs = (option("pad_width", 1) ?? option("paddings", 1))?.array?.map(\.array) ?? []
    let sides = pairs.map { $0?.map { $0.wholeNumber ?? -1 } ?? [] }
    guard sides.count == rank + 1, sides.allSatisfy({ $0.count == 2 }), sides[0] == [0, 0],
      sides.allSatisfy({ $0.allSatisfy { (0...EngineLimits.window).contains($0) } })
    else {
      throw layer.unsupported(
        "pad_width", "a pair for each axis, none for the batch", "\(sides.prefix(8))")
    }
    let name = (option("mode", 2)?.string ?? "constant").lowercased()
    guard let mode = [Pad.Mode.constant, .reflect].first(where: { $0.rawValue == name }) else {
      throw layer.unsupported("mode", "constant or reflect", name)
    }
    var inputs = [x]
    let value = try number("constant_values", 3, default: 0)
    if mode == .constant, value != 0 { inputs.append(try constant(value)) }
    return try append(
      Pad(
        begins: sides.dropFirst().map { $0[0] }, ends: sides.dropFirst().map { $0[1] }, mode: mode),
      to: inputs)
  }

  /// `not_equal` of a value and a number of its type.
  func isOther() throws(EngineError) -> Graph.Value {
    let x = try value(0, "x1")
    guard let stated = option("x2", 1)?.double else {
      throw layer.unsupported("x2", "a number", option("x2", 1)?.compactText() ?? "a value")
    }
    let number = AnyTensor([], floats: [Float(stated)]).converted(to: type(of: x).element)
    let isEqual = try append(Comparison(.equal), to: [x, constant(number)])
    let isTrue = AnyTensor([], integers: [1], element: .bool)
    return try append(Comparison(.exclusiveOr), to: [isEqual, constant(isTrue)])
  }

  /// `split`: so many parts of one size, or parts between the given places.
  func split() throws(EngineError) -> [Graph.Value] {
    let x = try value(0, "x")
    let shape = shape(of: x)
    let axis = try axis(optionInteger("axis", 2, default: 0), rank: shape.count)
    let size = shape[axis]
    let stated = option("indices_or_sections", 1) ?? .null
    var places = stated.array?.map { $0.wholeNumber ?? -1 } ?? []
    if let count = stated.wholeNumber {
      guard count > 0, count <= EngineLimits.nodes, size.isMultiple(of: count) else {
        throw layer.wrong("indices_or_sections", "a divisor of \(size)", stated)
      }
      places = (1..<count).map { $0 * size / count }
    }
    let bounds = [0] + places + [size]
    guard places.count <= EngineLimits.nodes,
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw layer.wrong("indices_or_sections", "ascending places below \(size)", stated) }
    return try zip(bounds, bounds.dropFirst()).map { (start, end) throws(EngineError) in
      var spans = shape.map { Slice.Span(start: 0, count: $0) }
      spans[axis] = Slice.Span(start: start, count: end - start)
      return try append(Slice(spans: spans), to: [x])
    }
  }
}
