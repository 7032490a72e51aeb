import Engine
import TestSupport

// Convolutions with a max pool of 2 x 2 behind them, for which there are kernels of their own.

extension NetworkCases {
  /// A pool of 2 x 2 whose gradient goes to the planes that the convolution before it reads.
  static let planes: [LayeredNetwork] = [
    pooledConvolution("1 to 19, 3x3, relu, max 2", 12, 24, .init(inputs: 1, outputs: 19), [.relu]),
    pooledConvolution(
      "1 to 5, 5x5, max 2", 10, 38,
      .init(inputs: 1, outputs: 5, kernel: Extent(5), padding: Padding(all: 2)), []),
    pooledConvolution(
      "3 to 33, stride 2, relu, max 2", 9, 33, .init(inputs: 3, outputs: 33, stride: Extent(2)),
      [.relu]),
    pooledConvolution(
      "7 to 20, 3x3, relu, max 2", 8, 18, .init(inputs: 7, outputs: 20), [.relu]),
    pooledConvolution("1 to 4, tanh, max 2", 10, 18, .init(inputs: 1, outputs: 4), [.tanh]),
    pooledConvolution("1 to 4, max 2 of few windows", 6, 10, .init(inputs: 1, outputs: 4), []),
    pooledConvolution("1 to 4, a column left, max 2", 6, 19, .init(inputs: 1, outputs: 4), []),
  ]

  /// A pool that is taken with the convolution's outputs, or may not be.
  static let pooled: [LayeredNetwork] = [
    pooledConvolution(
      "1 to 32, relu, max 2 of odd", 11, 13, .init(inputs: 1, outputs: 32), [.relu]),
    pooledConvolution("3 to 17, max 2 of one window", 4, 4, .init(inputs: 3, outputs: 17), []),
    LayeredNetwork(
      "2 to 20, 5x5, clip, max 2", input: Features(channels: 2, height: 9, width: 12)
    ) {
      try $0.convolution(
        .init(inputs: 2, outputs: 20, kernel: Extent(5), padding: Padding(all: 1)))
      try $0.add(.clip(-0.2, 0.3))
      try $0.add(.maxPool(fours))
    },
    pooledConvolution(
      "4 to 16, 5x5, relu, max 2", 10, 21,
      .init(inputs: 4, outputs: 16, kernel: Extent(5), padding: Padding(all: 2)), [.relu]),
    pooledConvolution(
      "1 to 18, leaky relu, max 2", 8, 10, .init(inputs: 1, outputs: 18, hasBias: false),
      [.leakyReLU]),
    pooledConvolution(
      "1 to 40, dilated, relu, max 2", 10, 12,
      .init(inputs: 1, outputs: 40, dilation: Extent(2)), [.relu]),
    LayeredNetwork(
      "1 to 19, batch norm, relu, max 2, channels first",
      input: Features(channels: 1, height: 10, width: 12), layout: .channelsFirst
    ) {
      try $0.convolution(.init(inputs: 1, outputs: 19, order: .outputsInputsRowsColumns))
      let layer = try Layer.normalization(19, &$0.random)
      try $0.add(layer)
      try $0.add(.relu)
      try $0.add(.maxPool(fours))
    },
    LayeredNetwork(
      "a convolution read by a pool and another",
      input: Features(channels: 2, height: 8, width: 10)
    ) {
      try $0.convolution(.init(inputs: 2, outputs: 18))
      try $0.add(.relu)
      let map = $0.last
      try $0.add(.maxPool(fours))
      let pool = $0.last
      try $0.add(.averagePool(fours), to: [map])
      try $0.add(.add, to: [pool, $0.last])
    },
    LayeredNetwork(
      "pooled maps one behind the other", input: Features(channels: 3, height: 8, width: 10)
    ) {
      try $0.convolution(.init(inputs: 3, outputs: 32))
      try $0.add(.relu)
      try $0.add(.maxPool(fours))
      let first = $0.last
      try $0.convolution(.init(inputs: 3, outputs: 20), to: [0])
      try $0.add(.maxPool(fours))
      try $0.add(.concatenation, to: [first, $0.last])
      try $0.convolution(.init(inputs: 52, outputs: 6))
    },
  ]

  private static let fours = Window(kernel: Extent(2), stride: Extent(2))

  private static func pooledConvolution(
    _ name: String, _ height: Int, _ width: Int, _ shape: ConvolutionShape, _ between: [Layer]
  ) -> LayeredNetwork {
    LayeredNetwork(
      name, input: Features(channels: shape.inputs, height: height, width: width)
    ) {
      try $0.convolution(shape)
      for layer in between { try $0.add(layer) }
      try $0.add(.maxPool(fours))
    }
  }
}
