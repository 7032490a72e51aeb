import Bytes
import CKernels

/// Batch normalisation whose constants are values like its input: x, gamma, beta, mean, variance.
///
///     s = gamma / sqrt(variance + epsilon) in binary64
///     binary32: as `BatchNormalization`;  else y = round((x - mean) s + beta) in binary64
///
/// Channels lie along axis 1. Input gradient: round(dy s) in binary64.
public struct ChannelNormalization: GeneralOperator {
  private let epsilon: Double

  /// Creates the operator.
  public init(epsilon: Double) {
    self.epsilon = epsilon
  }

  /// "batch normalization".
  public var name: String { "batch normalization" }

  /// The type of x.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 5...5)
    for input in inputs { try requireFloat(input) }
    let shape = inputs[0].shape
    guard shape.count >= 2 else {
      throw EngineError("input", expected: "channels along axis 1", found: "shape \(shape)")
    }
    for (name, input) in zip(["scale", "B", "mean", "var"], inputs.dropFirst())
    where input.shape != [shape[1]] {
      throw EngineError(name, expected: "shape [\(shape[1])]", found: "\(input.shape)")
    }
    return inputs[0]
  }

  func scales(_ inputs: [AnyTensor]) -> [Double] {
    zip(inputs[1].doubles, inputs[4].doubles).map { $0 / ($1 + epsilon).squareRoot() }
  }

  /// y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let s = scales(inputs)
    let (beta, mean) = (inputs[2].doubles, inputs[3].doubles)
    let pixels = type.shape.dropFirst(2).reduce(1, *)
    func channel(_ place: Int) -> Int { place / pixels % type.shape[1] }
    if type.element == .float32 {
      let scale = s.map { Float($0) }
      let shift = s.indices.map { Float(ck_fma64(-mean[$0], s[$0], beta[$0])) }
      let y = inputs[0].floats.enumerated().map { place, x in
        ck_plain_fma(x, scale[channel(place)], shift[channel(place)])
      }
      return AnyTensor(type.shape, floats: y)
    }
    let y = inputs[0].doubles.enumerated().map { place, x in
      (x - mean[channel(place)]) * s[channel(place)] + beta[channel(place)]
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// Yes, with respect to x.
  public var isDifferentiable: Bool { true }

  /// dy s.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let s = scales(inputs)
    let shape = inputs[0].shape
    let pixels = shape.dropFirst(2).reduce(1, *)
    let dx = dy.doubles.enumerated().map { place, part in
      part * s[place / pixels % shape[1]]
    }
    return [AnyTensor(shape, doubles: dx, element: .float32), nil, nil, nil, nil]
  }
}

/// Elements divided by a power of the squares around them, across channels (local response
/// normalisation, Krizhevsky et al. 2012).
///
///     S = sum from +0 of x[j]^2, channels j from c - (size - 1) / 2 to c + size / 2, ascending
///     b = bias + (alpha / size) S;  y = round(x / b^beta)
///
/// In binary64; the power as in `Exponentiation`, a b beyond 2^127 counts as infinite. Channels lie
/// along axis 1.
public struct LocalResponseNormalization: GeneralOperator {
  let size: Int
  let alpha: Double
  let beta: Double
  let bias: Double

  /// Creates the operator; an error unless the window has a channel and the numbers are such that
  /// every b has a power.
  public init(size: Int, alpha: Float, beta: Float, bias: Float) throws(EngineError) {
    guard (1...EngineLimits.window).contains(size) else {
      throw EngineError("size", expected: "1 to \(EngineLimits.window)", found: "\(size)")
    }
    guard alpha >= 0, alpha < 0x1p64, bias >= 0x1p-100, bias < 0x1p64, abs(beta) <= 1 else {
      throw EngineError(
        .unsupported, "alpha, beta, bias", expected: "alpha from 0, bias above 0, beta up to 1",
        found: "\(alpha), \(beta), \(bias)")
    }
    self.size = size
    self.alpha = Double(alpha)
    self.beta = Double(beta)
    self.bias = Double(bias)
  }

  /// "local response normalization".
  public var name: String { "local response normalization" }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    guard inputs[0].shape.count >= 2 else {
      throw EngineError("input", expected: "channels along axis 1", found: "\(inputs[0].shape)")
    }
    return inputs[0]
  }

  /// Elements looked at: each window of each element.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(output.count, min(size, max(1, output.shape[1])))
  }

  /// The channels of the window around one.
  private func window(_ channel: Int, _ channels: Int) -> Range<Int> {
    max(0, channel - (size - 1) / 2)..<min(channels, channel + size / 2 + 1)
  }

  /// b of each element.
  func bases(_ x: [Double], _ shape: [Int]) -> [Double] {
    let (channels, pixels) = (shape[1], shape.dropFirst(2).reduce(1, *))
    let factor = alpha / Double(size)
    var bases = x
    for row in 0..<shape[0] {
      for channel in 0..<channels {
        let window = window(channel, channels)
        for pixel in 0..<pixels {
          var sum = 0.0
          for other in window {
            let value = x[(row * channels + other) * pixels + pixel]
            sum += value * value
          }
          bases[(row * channels + channel) * pixels + pixel] = bias + factor * sum
        }
      }
    }
    return bases
  }

  private func power(_ base: Double) -> Double {
    ck_power64(base > 0x1p127 ? .infinity : base, beta)
  }

  /// y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let x = inputs[0].doubles
    let y = zip(x, bases(x, inputs[0].shape)).map { $0 / power($1) }
    return AnyTensor(inputs[0].shape, doubles: y, element: inputs[0].element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// In binary64 from the rounded y, one rounding:
  ///
  ///     dx[c] = dy[c] / b[c]^beta - (2 alpha beta / size) x[c] sum from +0 of dy[j] y[j] / b[j]
  ///
  /// over the channels j, ascending, whose window holds c.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let shape = inputs[0].shape
    let (x, y, dy) = (inputs[0].doubles, output.doubles, dy.doubles)
    let b = bases(x, shape)
    let (channels, pixels) = (shape[1], shape.dropFirst(2).reduce(1, *))
    let factor = 2 * alpha * beta / Double(size)
    var dx = x
    for row in 0..<shape[0] {
      for channel in 0..<channels {
        let holders = max(0, channel - size / 2)..<min(channels, channel + (size - 1) / 2 + 1)
        for pixel in 0..<pixels {
          var sum = 0.0
          for other in holders {
            let place = (row * channels + other) * pixels + pixel
            sum += dy[place] * y[place] / b[place]
          }
          let place = (row * channels + channel) * pixels + pixel
          dx[place] = dy[place] / power(b[place]) - factor * x[place] * sum
        }
      }
    }
    return [AnyTensor(shape, doubles: dx, element: .float32)]
  }
}

/// Elements divided by their norm along an axis; zeros stay where the norm is 0.
///
///     order 1: N = S(|x|)     order 2: N = sqrt(S(x x))     y = round(x / N)
///
/// S is the binary64 sum from +0, ascending.
public struct NormDivision: GeneralOperator {
  let axis: Int
  private let order: Int

  /// Creates the operator; an error unless the order is 1 or 2.
  public init(axis: Int, order: Int) throws(EngineError) {
    guard order == 1 || order == 2 else {
      throw EngineError("p", expected: "1 or 2", found: "\(order)")
    }
    self.axis = axis
    self.order = order
  }

  /// "norm division".
  public var name: String { "norm division" }

  /// The one of the norm.
  public func joinedAxes(of input: TensorType) -> [Int] { [axis] }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    try AxisGroups.check([axis], of: inputs[0].shape)
    return inputs[0]
  }

  func norm(_ x: [Double]) -> Double {
    order == 1
      ? x.reduce(0) { $0 + $1.magnitude } : x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let x = inputs[0].doubles
    let groups = AxisGroups(inputs[0].shape, axes: [axis])
    var y = x
    for start in groups.starts {
      let norm = norm(groups.steps.map { x[start + $0] })
      for step in groups.steps where norm != 0 { y[start + step] = x[start + step] / norm }
    }
    return AnyTensor(inputs[0].shape, doubles: y, element: inputs[0].element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// In binary64 from the rounded y, one rounding; D = sum from +0 of dy[i] y[i], ascending:
  ///
  ///     order 1: dx = (dy - sign(x) D) / N      order 2: dx = (dy - y D) / N      +0 where N is 0
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let (x, y, dy) = (inputs[0].doubles, output.doubles, dy.doubles)
    let groups = AxisGroups(inputs[0].shape, axes: [axis])
    var dx = [Double](repeating: 0, count: x.count)
    for start in groups.starts {
      let places = groups.steps.map { start + $0 }
      let norm = norm(places.map { x[$0] })
      let sum = places.reduce(0) { $0 + dy[$1] * y[$1] }
      for place in places where norm != 0 {
        let direction = order == 2 ? y[place] : x[place] > 0 ? 1 : x[place] < 0 ? -1 : 0
        dx[place] = (dy[place] - direction * sum) / norm
      }
    }
    return [AnyTensor(inputs[0].shape, doubles: dx, element: .float32)]
  }
}
