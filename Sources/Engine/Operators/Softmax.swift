import CKernels

/// Exponentials over their sum, along the channels of each pixel; of a vector, over all of it.
///
///     m = max x[i];  e[i] = exp(x[i] - m);  S = sum of e[i] from +0, ascending
///     y[i] = round(e[i] / S)
///
/// The difference, the exponential (the sequence of docs/numerics.md), the sum and the quotient
/// are in binary64; y is rounded once. A NaN or +inf among the x makes the whole pixel NaN.
/// Input gradient, in the middle of a graph, from the rounded y:
///
///     D = binary64 sum from +0 of dy[i] y[i], ascending;   dx[i] = round((dy[i] - D) y[i])
///
/// The loss gradient at the end of a graph never passes through here: it is taken at the input.
public struct Softmax: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Softmax: OperatorDefinition, PlainOperator {
  var name: String { "softmax" }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    guard layout.isMap(inputs[0]) || layout.isVector(inputs[0]) else {
      throw EngineError(
        .unsupported, "input", expected: "a feature map or a vector", found: "shape \(inputs[0])")
    }
    return inputs[0]
  }

  func plain(_ place: Place) -> any PlainOperator { self }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      SoftmaxStep(
        input: try plan.map(of: unit.inputs[0]), output: try plan.map(of: unit.value)))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      SoftmaxGradientStep(
        value: try plan.map(of: unit.value), dy: plan.gradient(of: unit),
        dx: try plan.contribution(to: unit.inputs[0], of: unit)))
  }

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    let features = inputs[0].features
    var y = PlainMap(features)
    ck_plain_softmax(features.channels, features.pixels, inputs[0].values, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    let features = dy.features
    var dx = PlainMap(features)
    ck_plain_softmax_gradient(
      features.channels, features.pixels, output.values, dy.values, &dx.values)
    return [dx]
  }
}
