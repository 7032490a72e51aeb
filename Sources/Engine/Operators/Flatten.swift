/// A feature map read as a vector, in the order of the framework that the model comes from.
///
///     channelsLast:  y[(r width + q) channels + c] = x[c, r, q]      Keras
///     channelsFirst: y[(c height + r) width + q] = x[c, r, q]        ONNX, torch
///
/// No arithmetic; dx is dy put back. A vector stays as it is.
public struct Flatten: Sendable {
  /// The order in which the elements are read.
  public let order: Layout

  /// Creates the operator.
  public init(order: Layout) {
    self.order = order
  }
}

extension Flatten: RearrangingDefinition {
  var name: String { "flatten" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    layout.vectorShape(inputs[0].reduce(1, *))
  }

  /// Where each element of the vector comes from.
  func rearrangement(_ place: Place) -> Rearrangement {
    Rearrangement(
      output: place.output,
      sources: order.positions(ofShape: order.shape(of: place.input)))
  }
}

/// The same elements, in row-major order of the model's layout, under another shape; dx is dy
/// put back.
public struct Reshape: Sendable {
  /// The new shape, without the batch axis.
  public let shape: [Int]

  /// Creates the operator.
  public init(shape: [Int]) {
    self.shape = shape
  }
}

extension Reshape: RearrangingDefinition {
  var name: String { "reshape" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    let count = inputs[0].reduce(1, *)
    guard try EngineLimits.elements(of: shape, attribute: "shape") == count else {
      throw EngineError("shape", expected: "\(count) elements", found: "\(shape)")
    }
    return shape
  }

  /// Where each element of the output comes from.
  func rearrangement(_ place: Place) -> Rearrangement {
    let from = place.layout.positions(ofShape: place.inputShapes[0])
    var sources = from
    for (place, position) in place.layout.positions(ofShape: place.outputShape).enumerated() {
      sources[position] = from[place]
    }
    return Rearrangement(output: place.output, sources: sources)
  }
}
