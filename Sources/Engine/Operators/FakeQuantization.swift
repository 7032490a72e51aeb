public import Bytes
import CKernels

/// Numbers rounded to the steps of an integer type and back: `QuantizeLinear` and
/// `DequantizeLinear` with one scale and zero point, in one go and with the same bits.
///
///     q = x / scale in binary32, held within low - zero and high - zero, ties rounded to even;
///     y = round(q scale);    NaN becomes +0
///     dx = dy where low - zero - 1/2 <= x / scale <= high - zero + 1/2, else +0
///
/// low and high are the integer type's bounds. The gradient is the straight-through estimate that
/// training frameworks use: the true one is 0 nearly everywhere.
public struct FakeQuantization: Sendable, Equatable {
  /// The distance of two steps.
  public let scale: Float
  /// The least and the largest step, the zero point taken away.
  private let low: Float
  private let high: Float

  /// Creates the operator; nil where its bits would not be those of the pair: integers of more
  /// than 16 bits, and scales with which a step times the scale leaves the normal range.
  public init?(scale: Float, zeroPoint: Int64, element: ElementType) {
    let range = element.integerRange
    guard element != .bool, element.size <= 2, !element.isFloat,
      (0x1p-100...0x1p100).contains(scale), (range.low...range.high).contains(zeroPoint)
    else { return nil }
    self.scale = scale
    low = Float(range.low - zeroPoint)
    high = Float(range.high - zeroPoint)
  }

  private var value: ck_quantization { ck_quantization(scale: scale, low: low, high: high) }
}

extension FakeQuantization: OperatorDefinition, PlainOperator {
  var name: String { "quantization" }

  func plain(_ place: Place) -> any PlainOperator { self }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      QuantizationStep(
        quantization: value, input: try plan.map(of: unit.inputs[0]),
        output: try plan.map(of: unit.value)))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      QuantizationGradientStep(
        quantization: value, input: try plan.map(of: unit.inputs[0]),
        dy: plan.gradient(of: unit), dx: try plan.contribution(to: unit.inputs[0], of: unit)))
  }

  func forward(_ inputs: [PlainMap]) -> PlainMap {
    var y = PlainMap(inputs[0].features)
    ck_plain_quantization(value, inputs[0].values, y.values.count, &y.values)
    return y
  }

  func gradient(_ dy: PlainMap, inputs: [PlainMap], output: PlainMap) -> [PlainMap] {
    var dx = PlainMap(dy.features)
    ck_plain_quantization_gradient(
      value, inputs[0].values, dy.values, dx.values.count, &dx.values)
    return [dx]
  }
}
