import Engine
import Glibc
import TestSupport

/// A feature map in binary64: all channels, each row by row.
struct Map64: Sendable {
  var features: Features
  var values: [Double]

  init(_ features: Features, _ values: [Double]) {
    self.features = features
    self.values = values
  }

  init(_ features: Features, element: (_ channel: Int, _ row: Int, _ column: Int) -> Double) {
    self.features = features
    values = []
    values.reserveCapacity(features.count)
    for channel in 0..<features.channels {
      for row in 0..<features.height {
        for column in 0..<features.width { values.append(element(channel, row, column)) }
      }
    }
  }

  /// The element, or nil outside the map.
  subscript(channel: Int, row: Int, column: Int) -> Double? {
    guard row >= 0, row < features.height, column >= 0, column < features.width else { return nil }
    return values[(channel * features.height + row) * features.width + column]
  }

  /// The elements in the order of a tensor of the given layout.
  func values(in layout: Layout) -> [Double] {
    guard layout == .channelsLast else { return values }
    return (0..<features.pixels).flatMap { pixel in
      (0..<features.channels).map { values[$0 * features.pixels + pixel] }
    }
  }
}

/// An operator with its definition in any arithmetic, written for these tests without the engine.
struct Layer: Sendable {
  let operation: Operator
  let apply: @Sendable ([Map64], inout Evaluator) -> Map64

  init(_ operation: Operator, _ apply: @escaping @Sendable (Map64, inout Evaluator) -> Map64) {
    self.operation = operation
    self.apply = { apply($0[0], &$1) }
  }

  init(
    _ operation: Operator, ofAll apply: @escaping @Sendable ([Map64], inout Evaluator) -> Map64
  ) {
    self.operation = operation
    self.apply = apply
  }
}

/// The numbers of a convolution.
struct ConvolutionShape: Sendable {
  var inputs: Int
  var outputs: Int
  var kernel = Extent(3)
  var stride = Extent(1)
  var dilation = Extent(1)
  var padding = Padding.none
  var groups = 1
  var order = ConvolutionKernel.Order.rowsColumnsInputsOutputs
  var hasBias = true
}

extension Layer {
  static func convolution(
    _ shape: ConvolutionShape, _ random: inout RandomNumbers, scale: Float = 0.5
  ) throws -> Layer {
    let inputs = shape.inputs / shape.groups
    let (kh, kw) = (shape.kernel.height, shape.kernel.width)
    let axes =
      switch shape.order {
      case .rowsColumnsInputsOutputs: [kh, kw, inputs, shape.outputs]
      case .outputsInputsRowsColumns: [shape.outputs, inputs, kh, kw]
      case .rowsColumnsChannelsMultiplier:
        [kh, kw, shape.inputs, shape.outputs / shape.inputs]
      }
    let weights = try random.tensor(axes, scale: scale)
    let bias = try shape.hasBias ? random.tensor([shape.outputs], scale: scale) : nil
    let operation = try Convolution(
      kernel: ConvolutionKernel(weights, order: shape.order), bias: bias, stride: shape.stride,
      dilation: shape.dilation, padding: shape.padding, groups: shape.groups)
    let w = weights.values.map(Double.init)
    @Sendable func weight(_ o: Int, _ i: Int, _ ky: Int, _ kx: Int) -> Double {
      switch shape.order {
      case .rowsColumnsInputsOutputs: w[((ky * kw + kx) * inputs + i) * shape.outputs + o]
      case .outputsInputsRowsColumns: w[((o * inputs + i) * kh + ky) * kw + kx]
      case .rowsColumnsChannelsMultiplier: w[(ky * kw + kx) * shape.outputs + o]
      }
    }
    return Layer(.convolution(operation)) { x, evaluator in
      let features = outputFeatures(
        x.features, shape.outputs, shape.kernel, shape.stride, shape.dilation, shape.padding)
      return Map64(features) { o, r, c in
        var factors: [(Double, Double)] = []
        let group = o / (shape.outputs / shape.groups)
        for i in 0..<inputs {
          for ky in 0..<kh {
            for kx in 0..<kw {
              let row = r * shape.stride.height + ky * shape.dilation.height - shape.padding.top
              let column = c * shape.stride.width + kx * shape.dilation.width - shape.padding.left
              factors.append(
                (x[group * inputs + i, row, column] ?? 0, weight(o, i, ky, kx)))
            }
          }
        }
        return evaluator.products(bias.map { Double($0[o]) } ?? 0, factors)
      }
    }
  }

  static func dense(
    _ inputs: Int, _ outputs: Int, order: DenseKernel.Order = .inputsOutputs,
    _ random: inout RandomNumbers
  ) throws -> Layer {
    let isTransposed = order == .outputsInputs
    let weights = try random.tensor(
      isTransposed ? [outputs, inputs] : [inputs, outputs],
      scale: 2 / Float(inputs).squareRoot())
    let bias = try random.tensor([outputs])
    let operation = try Dense(kernel: DenseKernel(weights, order: order), bias: bias)
    let w = weights.values.map(Double.init)
    return Layer(.dense(operation)) { x, evaluator in
      Map64(vector(outputs)) { o, _, _ in
        evaluator.products(
          Double(bias[o]),
          x.values.indices.map { i in
            (x.values[i], isTransposed ? w[o * inputs + i] : w[i * outputs + o])
          })
      }
    }
  }

  static func normalization(_ channels: Int, _ random: inout RandomNumbers) throws -> Layer {
    let (gamma, beta) = try (random.tensor([channels]), random.tensor([channels]))
    let mean = try random.tensor([channels])
    let variance = try Tensor(
      shape: [channels], values: random.floats(channels, scale: 0.5).map { $0 + 1 })
    let operation = try BatchNormalization(
      gamma: gamma, beta: beta, mean: mean, variance: variance, epsilon: 1e-3)
    return Layer(.batchNormalization(operation)) { x, evaluator in
      Map64(x.features) { c, row, column in
        evaluator.normalized(
          x[c, row, column] ?? 0, gamma: gamma[c], beta: beta[c], mean: mean[c],
          variance: variance[c], epsilon: 1e-3)
      }
    }
  }

  static func maxPool(_ window: Window) -> Layer {
    Layer(.maxPool(MaxPool(window: window))) { x, _ in
      pooled(x, window) { $0.compactMap(\.self).max() ?? .nan }
    }
  }

  static func averagePool(_ window: Window, countsPadding: Bool = false) -> Layer {
    Layer(.averagePool(AveragePool(window: window, countsPadding: countsPadding))) { x, evaluator in
      pooled(x, window) { taps in
        let inside = taps.compactMap(\.self)
        return evaluator.rounded(
          evaluator.sum(inside) / Double(countsPadding ? taps.count : inside.count))
      }
    }
  }

  static let globalAveragePool = Layer(.globalAveragePool(GlobalAveragePool())) {
    x, evaluator in
    Map64(vector(x.features.channels)) { c, _, _ in
      let pixels = x.features.pixels
      return evaluator.rounded(
        evaluator.sum(Array(x.values[c * pixels..<(c + 1) * pixels])) / Double(pixels))
    }
  }

  static func flatten(_ order: Layout) -> Layer {
    Layer(.flatten(Flatten(order: order))) { x, _ in
      Map64(vector(x.values.count), x.values(in: order))
    }
  }

  static func padding(_ padding: Padding) -> Layer {
    Layer(.zeroPadding(ZeroPadding(padding))) { x, _ in
      var features = x.features
      features.height += padding.top + padding.bottom
      features.width += padding.left + padding.right
      return Map64(features) { x[$0, $1 - padding.top, $2 - padding.left] ?? 0 }
    }
  }

  static let relu = elementwise(.relu(ReLU())) { max(0, $0) }
  static let leakyReLU = elementwise(.leakyReLU(LeakyReLU(slope: 0.25))) { $0 > 0 ? $0 : $0 / 4 }
  static let sigmoid = Layer(.elementwise(Elementwise(.sigmoid))) { x, evaluator in
    Map64(x.features, x.values.map { evaluator.function(1 / (1 + exp(-$0))) })
  }
  static let tanh = Layer(.elementwise(Elementwise(.tanh))) { x, evaluator in
    Map64(x.features, x.values.map { evaluator.function(Glibc.tanh($0)) })
  }
  static let identity = elementwise(.identity(Identity())) { $0 }

  static func clip(_ low: Float, _ high: Float) throws -> Layer {
    elementwise(.clip(try Clip(minimum: low, maximum: high))) {
      min(max($0, Double(low)), Double(high))
    }
  }

  static let softmax = Layer(.softmax(Softmax())) { x, evaluator in
    let pixels = x.features.pixels
    return Map64(x.features) { c, row, column in
      let pixel = row * x.features.width + column
      let own = (0..<x.features.channels).map { x.values[$0 * pixels + pixel] }
      let largest = own.max() ?? 0
      let all = own.map { evaluator.function(exp(evaluator.rounded($0 - largest))) }
      return evaluator.rounded(all[c] / evaluator.sum(all))
    }
  }

  static let add = Layer(
    .add(Add()),
    ofAll: { inputs, evaluator in
      Map64(
        inputs[0].features,
        inputs[0].values.indices.map { index in evaluator.sum(inputs.map { $0.values[index] }) })
    })

  static let concatenation = Layer(
    .concatenation(Concatenation()),
    ofAll: { inputs, _ in
      var features = inputs[0].features
      features.channels = inputs.reduce(0) { $0 + $1.features.channels }
      return Map64(features, inputs.flatMap(\.values))
    })

  private static func elementwise(
    _ operation: Operator, _ function: @escaping @Sendable (Double) -> Double
  ) -> Layer {
    Layer(operation) { x, evaluator in
      Map64(x.features, x.values.map { evaluator.rounded(function($0)) })
    }
  }
}

private func vector(_ count: Int) -> Features { Features(channels: count, height: 1, width: 1) }

private func outputFeatures(
  _ input: Features, _ channels: Int, _ kernel: Extent, _ stride: Extent, _ dilation: Extent,
  _ padding: Padding
) -> Features {
  let rows = input.height + padding.top + padding.bottom - (kernel.height - 1) * dilation.height
  let columns = input.width + padding.left + padding.right - (kernel.width - 1) * dilation.width
  return Features(
    channels: channels, height: (rows - 1) / stride.height + 1,
    width: (columns - 1) / stride.width + 1)
}

private func pooled(
  _ x: Map64, _ window: Window, _ reduce: ([Double?]) -> Double
) -> Map64 {
  let features = outputFeatures(
    x.features, x.features.channels, window.kernel, window.stride, window.dilation,
    window.padding)
  return Map64(features) { c, r, q in
    var taps: [Double?] = []
    for ky in 0..<window.kernel.height {
      for kx in 0..<window.kernel.width {
        let row = r * window.stride.height + ky * window.dilation.height - window.padding.top
        let column = q * window.stride.width + kx * window.dilation.width - window.padding.left
        taps.append(x[c, row, column])
      }
    }
    return reduce(taps)
  }
}
