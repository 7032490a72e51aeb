import Bytes
import Glibc

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

/// Softmax over channels.
struct SoftmaxRule: DeviationRule {
  let channels: ChannelAxis

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    let x = try inputs[0].values.single("input")
    let p = try output.values.single("output")
    let carried = inputs[0].deviations
    let row = x.count / max(1, rows)
    return try Tensor(shape: p.shape) { result in
      for start in Swift.stride(from: 0, to: x.count, by: row) {
        for pixel in 0..<channels.pixels {
          let places = channels.places(ofPixel: pixel).map { start + $0 }
          let errors = SoftmaxErrors(
            x: places.map { Double(x[$0]) }, p: places.map { Double(p[$0]) },
            deviations: places.map { place in carried.map { Double($0[place]) } ?? 0 })
          for (index, place) in places.enumerated() {
            result[place] = Float(deviation: errors.ofProbability(index))
          }
        }
      }
    }
  }
}

/// The errors of one softmax, p = exp(x) / sum, and of its logarithm.
///
/// The logarithm of p[i] has the derivative (1 where i = j, else 0) - p[j] by x[j]. The deviations
/// carried are added as if they erred together; e^(2 D), D the largest error of an x, bounds how
/// much a p can grow on the way. The frameworks' own: x - max is rounded (relative to e^x an error
/// of u |x - max|, for i and in the sum), n additions, a quotient and twice an exp of
/// `functionUlps`. No probability leaves [0, 1].
struct SoftmaxErrors {
  private let x: [Double]
  private let p: [Double]
  private let deviations: [Double]
  private let largest: Double
  private let growth: Double
  /// Sums of p weighing the deviations, and the distances from the largest x.
  private let all: Double
  private let distances: Double

  init(x: [Double], p: [Double], deviations: [Double]) {
    self.x = x
    self.p = p
    self.deviations = deviations
    let largest = x.max() ?? 0
    self.largest = largest
    growth = exp(2 * t * (deviations.max() ?? 0))
    all = zip(p, deviations).reduce(0) { $0 + $1.0 * $1.1 }
    distances = zip(p, x).reduce(0) { $0 + $1.0 * (largest - $1.1) }
  }

  /// What the inputs' deviations make of the logarithm of p[i].
  private func carried(_ index: Int) -> Double {
    let others = max(0, all - p[index] * deviations[index])
    return min(1, (1 - p[index]) * growth + 0x1p-24) * deviations[index] + growth * others
  }

  /// What rounding and functions make of it.
  private func rounding(_ index: Int) -> Double {
    u * (largest - x[index] + distances + 4 * AnyOrderBound.functionUlps + Double(x.count) + 4)
  }

  /// The deviation of p[i].
  func ofProbability(_ index: Int) -> Double {
    let error = p[index] * expm1(t * carried(index) + rounding(index)) + 0x1p-120
    return (error.isNaN ? .infinity : min(1, error)) / t
  }

  /// The deviation of y, the logarithm of p[i]; beside the errors of p those of the logarithm of
  /// the sum, at most that of its n terms, and of the difference.
  func ofLogarithm(_ index: Int, _ y: Double) -> Double {
    let sum = (largest - x[index] + y).magnitude
    return carried(index) + rounding(index)
      + u * (2 * AnyOrderBound.functionUlps * sum + 4 * (y.magnitude + largest - x[index]))
  }
}

extension AxisSoftmax {
  /// As for the softmax over channels (`SoftmaxErrors`). A mark moves where two elements are close,
  /// and nobody knows by how much.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard form != .hard else { return inputs[0].isExact ? .exact : .unknown }
    guard output.element == .float32 else { return .unknown }
    let (x, s, y) = (inputs[0].tensor.doubles, inputs[0].allDeviations, output.doubles)
    let groups = AxisGroups(output.shape, axes: [axis])
    var deviations = y
    for start in groups.starts {
      let places = groups.steps.map { start + $0 }
      let errors = SoftmaxErrors(
        x: places.map { x[$0] }, p: places.map { form == .softmax ? y[$0] : exp(y[$0]) },
        deviations: places.map { s[$0] })
      for (index, place) in places.enumerated() {
        deviations[place] =
          form == .softmax ? errors.ofProbability(index) : errors.ofLogarithm(index, y[place])
      }
    }
    return .known(deviations)
  }
}
