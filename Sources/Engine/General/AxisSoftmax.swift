import Bytes
import CKernels

/// A softmax, its logarithm, or a mark at the largest element, along any axis.
///
///     m = max x[i];  e[i] = exp(x[i] - m);  S = sum of e[i] from +0, ascending
///     softmax y[i] = round(e[i] / S)            logarithm y[i] = round((x[i] - m) - log S)
///     hard    y[i] = 1 at the first largest element, else 0
///
/// In binary64, the bits those of `Softmax`. A NaN or +inf among the x makes all y NaN.
public struct AxisSoftmax: GeneralOperator {
  /// Which of the three.
  public enum Form: String, Sendable {
    /// The softmax.
    case softmax
    /// Its logarithm.
    case logarithm = "log softmax"
    /// A mark at the largest element.
    case hard = "hardmax"
  }

  let form: Form
  let axis: Int

  /// Creates the operator.
  public init(_ form: Form, axis: Int) {
    self.form = form
    self.axis = axis
  }

  /// The form's name.
  public var name: String { form.rawValue }

  /// The one that it sums along.
  public func joinedAxes(of input: TensorType) -> [Int] { [axis] }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    try AxisGroups.check([axis], of: inputs[0].shape)
    return inputs[0]
  }

  /// The probabilities, their logarithms or the marks.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = inputs[0].shape
    let x = inputs[0].doubles
    let groups = AxisGroups(shape, axes: [axis])
    var y = [Double](repeating: 0, count: x.count)
    for start in groups.starts where !groups.steps.isEmpty {
      var best = start
      for step in groups.steps where x[start + step] > x[best] || x[start + step].isNaN {
        best = start + step
      }
      let largest = x[best]
      guard form != .hard else {
        y[best] = 1
        continue
      }
      var sum = 0.0
      for step in groups.steps {
        let e = ck_exp64(x[start + step] - largest)
        y[start + step] = e
        sum += e
      }
      let logarithm = ck_log64(sum)
      for step in groups.steps {
        let place = start + step
        y[place] = form == .softmax ? y[place] / sum : (x[place] - largest) - logarithm
      }
    }
    return AnyTensor(shape, doubles: y, element: inputs[0].element)
  }

  /// Yes, but for marks.
  public var isDifferentiable: Bool { form != .hard }

  /// From the rounded y, in binary64, one rounding:
  ///
  ///     softmax   D = sum from +0 of dy[i] y[i], ascending;  dx[i] = round((dy[i] - D) y[i])
  ///     logarithm D = sum from +0 of dy[i], ascending;       dx[i] = round(dy[i] - exp(y[i]) D)
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let (y, dy) = (output.doubles, dy.doubles)
    let groups = AxisGroups(output.shape, axes: [axis])
    var dx = [Double](repeating: 0, count: y.count)
    for start in groups.starts {
      let places = groups.steps.map { start + $0 }
      let sum = places.reduce(0) { $0 + (form == .softmax ? dy[$1] * y[$1] : dy[$1]) }
      for place in places {
        dx[place] =
          form == .softmax
          ? (dy[place] - sum) * y[place] : dy[place] - ck_exp64(y[place]) * sum
      }
    }
    return [AnyTensor(output.shape, doubles: dx, element: .float32)]
  }
}
