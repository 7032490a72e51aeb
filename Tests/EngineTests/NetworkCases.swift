import Engine

/// Small networks that between them take every kernel, at odd shapes.
enum NetworkCases {
  static let all =
    convolutions + pools + planes + pooled + elements + branches + sums + concatenations

  static let convolutions: [LayeredNetwork] =
    [
      convolution("1 to 32, 3x3", 9, 9, .init(inputs: 1, outputs: 32)),
      convolution(
        "3 to 17, padded", 7, 5,
        .init(
          inputs: 3, outputs: 17, padding: Padding(top: 1, left: 1, bottom: 1, right: 1))),
      convolution("1 to 3, 3x3, three runs of pixels", 6, 41, .init(inputs: 1, outputs: 3)),
      convolution(
        "1 to 2, 5x5, an odd number of rows", 13, 20,
        .init(inputs: 1, outputs: 2, kernel: Extent(5), padding: Padding(all: 2))),
      convolution(
        "1 to 2, 3x3, dilated", 9, 18,
        .init(inputs: 1, outputs: 2, dilation: Extent(2))),
      convolution(
        "6 to 16, 5x5, gradient with pixels in lanes", 9, 14,
        .init(inputs: 6, outputs: 16, kernel: Extent(5))),
      convolution(
        "8 to 17, stride 2, gradient with pixels in lanes", 7, 21,
        .init(inputs: 8, outputs: 17, stride: Extent(2), padding: Padding(all: 1))),
      convolution("17 to 33, 1x1", 5, 4, .init(inputs: 17, outputs: 33, kernel: Extent(1))),
      convolution(
        "33 to 3, padded, pixels in lanes", 6, 19,
        .init(
          inputs: 33, outputs: 3, padding: Padding(top: 1, left: 1, bottom: 1, right: 1))),
      convolution(
        "2 to 1, 5x5, pixels in lanes", 8, 40,
        .init(
          inputs: 2, outputs: 1, kernel: Extent(5),
          padding: Padding(top: 2, left: 2, bottom: 2, right: 2))),
      convolution(
        "4 to 16, 7x7 stride 2", 15, 15,
        .init(
          inputs: 4, outputs: 16, kernel: Extent(7), stride: Extent(2),
          padding: Padding(top: 3, left: 3, bottom: 3, right: 3))),
      convolution(
        "16 to 48, stride 2, right and bottom padding", 8, 8,
        .init(
          inputs: 16, outputs: 48, stride: Extent(2),
          padding: Padding(top: 0, left: 0, bottom: 1, right: 1))),
      convolution(
        "depthwise 20, stride 2", 9, 8,
        .init(
          inputs: 20, outputs: 20, stride: Extent(2),
          padding: Padding(top: 1, left: 1, bottom: 1, right: 1), groups: 20,
          order: .rowsColumnsChannelsMultiplier)),
      convolution(
        "depthwise 3, of planes", 6, 6,
        .init(inputs: 3, outputs: 3, groups: 3, order: .outputsInputsRowsColumns)),
      convolution(
        "depthwise 6, multiplier 3", 6, 7,
        .init(
          inputs: 6, outputs: 18, groups: 6, order: .rowsColumnsChannelsMultiplier,
          hasBias: false)),
      convolution(
        "two groups of blocks", 5, 5,
        .init(
          inputs: 32, outputs: 64, padding: Padding(top: 1, left: 1, bottom: 1, right: 1),
          groups: 2)),
      convolution(
        "two groups within blocks", 6, 6,
        .init(inputs: 8, outputs: 12, groups: 2, order: .outputsInputsRowsColumns)),
      convolution(
        "dilation 2", 11, 10,
        .init(
          inputs: 3, outputs: 20, dilation: Extent(2),
          padding: Padding(top: 2, left: 2, bottom: 2, right: 2))),
      convolution(
        "everything uneven", 9, 14,
        .init(
          inputs: 5, outputs: 7, kernel: Extent(height: 2, width: 5),
          stride: Extent(height: 1, width: 3), dilation: Extent(height: 2, width: 1),
          padding: Padding(top: 1, left: 3, bottom: 0, right: 2))),
      convolution(
        "stride beyond the kernel", 10, 11,
        .init(inputs: 5, outputs: 7, kernel: Extent(1), stride: Extent(3))),
      convolution(
        "stride beyond the kernel, planes", 7, 11,
        .init(inputs: 2, outputs: 7, kernel: Extent(1), stride: Extent(2))),
      convolution(
        "one pixel", 1, 1, .init(inputs: 65, outputs: 40, kernel: Extent(1), hasBias: false)),
    ] + [
      LayeredNetwork(
        "channels first", input: Features(channels: 3, height: 6, width: 8),
        layout: .channelsFirst
      ) {
        try $0.convolution(.init(inputs: 3, outputs: 18, order: .outputsInputsRowsColumns))
        try $0.add(.relu)
        try $0.convolution(.init(inputs: 18, outputs: 4, order: .outputsInputsRowsColumns))
        try $0.add(.flatten(.channelsFirst))
        try $0.dense(9, order: .outputsInputs)
      },
      LayeredNetwork(
        "three convolutions", input: Features(channels: 3, height: 10, width: 9)
      ) {
        try $0.convolution(.init(inputs: 3, outputs: 17))
        try $0.add(.relu)
        try $0.convolution(.init(inputs: 17, outputs: 3))
        try $0.convolution(
          .init(inputs: 3, outputs: 20, stride: Extent(2), dilation: Extent(2)))
      },
    ]

  static let pools: [LayeredNetwork] = [
    pool("max 2", 3, 8, 6, .maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
    pool("max 2, a row left", 17, 7, 7, .maxPool(Window(kernel: Extent(2), stride: Extent(2)))),
    pool(
      "max 3, overlapping, padded", 5, 9, 8,
      .maxPool(
        Window(
          kernel: Extent(3), stride: Extent(2),
          padding: Padding(top: 1, left: 1, bottom: 1, right: 1)))),
    pool("max 3, step 1", 2, 5, 6, .maxPool(Window(kernel: Extent(3)))),
    pool("max with gaps", 4, 9, 8, .maxPool(Window(kernel: Extent(2), stride: Extent(3)))),
    pool(
      "max with dilation", 4, 8, 9,
      .maxPool(Window(kernel: Extent(2), stride: Extent(1), dilation: Extent(3)))),
    pool(
      "max 2, padded below", 3, 5, 5,
      .maxPool(
        Window(
          kernel: Extent(2), stride: Extent(2),
          padding: Padding(top: 0, left: 0, bottom: 1, right: 1)))),
    rectifiedPool(
      "max 2 behind relu", 9, 7, Window(kernel: Extent(2), stride: Extent(2))),
    rectifiedPool(
      "max 3 behind relu, overlapping, padded", 9, 8,
      Window(
        kernel: Extent(3), stride: Extent(2),
        padding: Padding(top: 1, left: 1, bottom: 1, right: 1))),
    LayeredNetwork(
      "max behind relu that others take too", input: Features(channels: 3, height: 6, width: 6)
    ) {
      try $0.convolution(.init(inputs: 3, outputs: 18))
      try $0.add(.relu)
      let rectified = $0.last
      try $0.add(.maxPool(Window(kernel: Extent(3), padding: Padding(all: 1))))
      try $0.add(.add, to: [$0.last, rectified])
    },
    pool("average 2", 18, 6, 8, .averagePool(Window(kernel: Extent(2), stride: Extent(2)))),
    pool(
      "average 3, padded", 3, 7, 6,
      .averagePool(
        Window(
          kernel: Extent(3), stride: Extent(2),
          padding: Padding(top: 1, left: 1, bottom: 1, right: 1)))),
    pool(
      "average 3, padding counts", 3, 7, 6,
      .averagePool(
        Window(
          kernel: Extent(3), stride: Extent(1),
          padding: Padding(top: 1, left: 0, bottom: 2, right: 1)), countsPadding: true)),
    pool(
      "average with dilation", 3, 8, 7,
      .averagePool(Window(kernel: Extent(2), stride: Extent(2), dilation: Extent(2)))),
    pool("global average", 19, 5, 7, .globalAveragePool),
  ]

  static let elements: [LayeredNetwork] = [
    element("relu", [.relu]),
    element("leaky relu", [.leakyReLU]),
    element("sigmoid", [.sigmoid]),
    element("tanh", [.tanh]),
    element("softmax over channels", [.softmax]),
    element("identity", [.identity, .relu, .identity]),
    element("zero padding", [.padding(Padding(top: 2, left: 1, bottom: 0, right: 3))]),
    LayeredNetwork("clip", input: Features(channels: 3, height: 4, width: 5)) {
      try $0.add(.clip(-0.25, 0.5))
      try $0.convolution(.init(inputs: 3, outputs: 18))
      try $0.add(.clip(0, 6))
    },
    LayeredNetwork(
      "batch normalisation, fused and alone", input: Features(channels: 3, height: 6, width: 5)
    ) {
      try $0.add(.normalization(3, &$0.random))
      try $0.convolution(.init(inputs: 3, outputs: 17, hasBias: false))
      try $0.add(.normalization(17, &$0.random))
      try $0.add(.relu)
      try $0.convolution(.init(inputs: 17, outputs: 4, hasBias: false))
      try $0.add(.normalization(4, &$0.random))
      try $0.add(.leakyReLU)
    },
    LayeredNetwork(
      "zero padding before a convolution", input: Features(channels: 2, height: 6, width: 5)
    ) {
      try $0.add(.padding(Padding(top: 1, left: 2, bottom: 1, right: 0)))
      try $0.convolution(.init(inputs: 2, outputs: 18, stride: Extent(2)))
      try $0.add(.padding(Padding(top: 1, left: 0, bottom: 2, right: 1)))
      try $0.convolution(.init(inputs: 18, outputs: 3))
    },
    LayeredNetwork(
      "dense layers alone", input: Features(channels: 37, height: 1, width: 1),
      layout: .channelsFirst
    ) {
      try $0.dense(33)
      try $0.add(.normalization(33, &$0.random))
      try $0.add(.relu)
      try $0.dense(70, order: .outputsInputs)
      try $0.add(.sigmoid)
      try $0.add(.softmax)
    },
    LayeredNetwork(
      "two inputs", input: Features(channels: 2, height: 1, width: 1), layout: .channelsFirst
    ) {
      try $0.dense(3)
      try $0.add(.tanh)
    },
    LayeredNetwork(
      "flatten in the other order", input: Features(channels: 5, height: 3, width: 4)
    ) {
      try $0.convolution(.init(inputs: 5, outputs: 6, kernel: Extent(2)))
      try $0.add(.flatten(.channelsFirst))
      try $0.add(.relu)
      try $0.dense(7)
    },
    LayeredNetwork("an image flattened", input: Features(channels: 3, height: 4, width: 5)) {
      try $0.add(.flatten(.channelsLast))
      try $0.dense(21)
      try $0.add(.relu)
    },
  ]

  static let branches: [LayeredNetwork] = [
    LayeredNetwork("a residual block", input: Features(channels: 3, height: 6, width: 6)) {
      let padding = Padding(top: 1, left: 1, bottom: 1, right: 1)
      try $0.convolution(.init(inputs: 3, outputs: 18, padding: padding))
      try $0.add(.relu)
      let start = $0.last
      try $0.convolution(.init(inputs: 18, outputs: 18, padding: padding, hasBias: false))
      try $0.add(.normalization(18, &$0.random))
      try $0.add(.relu)
      try $0.convolution(.init(inputs: 18, outputs: 18, padding: padding))
      try $0.add(.add, to: [$0.last, start])
      try $0.add(.relu)
      try $0.add(.globalAveragePool)
    },
    LayeredNetwork("one value taken five times", input: Features(channels: 2, height: 5, width: 5))
    {
      let padding = Padding(top: 1, left: 1, bottom: 1, right: 1)
      for _ in 0..<3 {
        try $0.convolution(.init(inputs: 2, outputs: 2, padding: padding), to: [0])
      }
      try $0.add(.add, to: [1, 2, 0, 3, 0])
      try $0.add(.tanh)
    },
    LayeredNetwork("a sum with itself", input: Features(channels: 17, height: 3, width: 4)) {
      try $0.add(.sigmoid)
      try $0.add(.add, to: [1, 1])
      try $0.add(.add, to: [2, 0])
    },
    LayeredNetwork(
      "the input to convolutions alone, twice", input: Features(channels: 3, height: 7, width: 9)
    ) {
      try $0.convolution(.init(inputs: 3, outputs: 16), to: [0])
      try $0.convolution(.init(inputs: 3, outputs: 16), to: [0])
      try $0.convolution(.init(inputs: 3, outputs: 16), to: [0])
      try $0.add(.add, to: [1, 2, 3])
      try $0.add(.relu)
    },
  ]

  /// Sums that a product takes over, and such that it must not.
  static let sums: [LayeredNetwork] = [
    LayeredNetwork("both sides products", input: Features(channels: 3, height: 7, width: 6)) {
      try $0.convolution(.init(inputs: 3, outputs: 18, padding: Padding(all: 1)), to: [0])
      try $0.add(.normalization(18, &$0.random))
      let first = $0.last
      try $0.convolution(.init(inputs: 3, outputs: 18, padding: Padding(all: 1)), to: [0])
      try $0.add(.normalization(18, &$0.random))
      try $0.add(.add, to: [$0.last, first])
      try $0.add(.leakyReLU)
      try $0.convolution(.init(inputs: 18, outputs: 17))
    },
    LayeredNetwork("what is added has a halo", input: Features(channels: 17, height: 6, width: 7)) {
      try $0.add(.sigmoid)
      let start = $0.last
      try $0.convolution(
        .init(
          inputs: 17, outputs: 17, kernel: Extent(5), padding: Padding(all: 2), hasBias: false))
      try $0.add(.normalization(17, &$0.random))
      try $0.add(.add, to: [start, $0.last])
      try $0.add(.clip(-0.5, 0.5))
      try $0.add(.add, to: [start, $0.last])
    },
    LayeredNetwork(
      "depthwise and by pixels", input: Features(channels: 3, height: 8, width: 19)
    ) {
      try $0.convolution(.init(inputs: 3, outputs: 3, padding: Padding(all: 1), groups: 3))
      let first = $0.last
      try $0.convolution(.init(inputs: 3, outputs: 3, padding: Padding(all: 1), groups: 3))
      try $0.add(.add, to: [$0.last, first])
      try $0.convolution(.init(inputs: 3, outputs: 3, padding: Padding(all: 1)))
      try $0.add(.add, to: [first, $0.last])
      try $0.add(.relu)
    },
    LayeredNetwork(
      "the product is taken elsewhere too", input: Features(channels: 2, height: 5, width: 5)
    ) {
      try $0.add(.tanh)
      let start = $0.last
      try $0.convolution(.init(inputs: 2, outputs: 2, padding: Padding(all: 1)))
      let product = $0.last
      try $0.add(.add, to: [start, product])
      try $0.add(.add, to: [$0.last, product])
    },
    LayeredNetwork(
      "vectors added", input: Features(channels: 20, height: 1, width: 1), layout: .channelsFirst
    ) {
      try $0.dense(20)
      try $0.add(.relu)
      let first = $0.last
      try $0.dense(20)
      try $0.add(.normalization(20, &$0.random))
      try $0.add(.add, to: [$0.last, first])
      try $0.add(.add, to: [$0.last, first])
    },
  ]

  static let concatenations: [LayeredNetwork] = [
    // Channels that begin with a block, within one, and behind a part that is not full.
    LayeredNetwork("maps one behind the other", input: Features(channels: 3, height: 5, width: 6)) {
      let padding = Padding(top: 1, left: 1, bottom: 1, right: 1)
      try $0.convolution(.init(inputs: 3, outputs: 16, padding: padding), to: [0])
      try $0.add(.relu)
      let blocks = $0.last
      try $0.convolution(.init(inputs: 3, outputs: 20, padding: padding), to: [0])
      let uneven = $0.last
      try $0.convolution(.init(inputs: 3, outputs: 17, padding: padding), to: [0])
      try $0.add(.tanh)
      try $0.add(.concatenation, to: [blocks, uneven, $0.last, 0, blocks])
      try $0.convolution(.init(inputs: 72, outputs: 18, padding: padding))
      try $0.add(.relu)
    },
    LayeredNetwork(
      "maps one behind the other, channels first",
      input: Features(channels: 2, height: 4, width: 3), layout: .channelsFirst
    ) {
      try $0.add(.sigmoid)
      try $0.add(.concatenation, to: [0, 1])
      try $0.add(.maxPool(Window(kernel: Extent(2), stride: Extent(1))))
    },
    LayeredNetwork(
      "vectors one behind the other", input: Features(channels: 33, height: 1, width: 1),
      layout: .channelsFirst
    ) {
      try $0.dense(32)
      let first = $0.last
      try $0.dense(7)
      try $0.add(.concatenation, to: [first, $0.last, 0])
      try $0.add(.tanh)
    },
  ]

  private static func convolution(
    _ name: String, _ height: Int, _ width: Int, _ shape: ConvolutionShape
  ) -> LayeredNetwork {
    LayeredNetwork(
      name, input: Features(channels: shape.inputs, height: height, width: width)
    ) {
      try $0.convolution(shape)
      try $0.add(.relu)
    }
  }

  private static func pool(
    _ name: String, _ channels: Int, _ height: Int, _ width: Int, _ layer: Layer
  ) -> LayeredNetwork {
    LayeredNetwork(
      name, input: Features(channels: channels, height: height, width: width)
    ) { try $0.add(layer) }
  }

  private static func rectifiedPool(
    _ name: String, _ height: Int, _ width: Int, _ window: Window
  ) -> LayeredNetwork {
    LayeredNetwork(name, input: Features(channels: 3, height: height, width: width)) {
      try $0.convolution(.init(inputs: 3, outputs: 18, padding: Padding(all: 1)))
      try $0.add(.relu)
      try $0.add(.maxPool(window))
    }
  }

  private static func element(_ name: String, _ layers: [Layer]) -> LayeredNetwork {
    LayeredNetwork(name, input: Features(channels: 18, height: 3, width: 4)) {
      for layer in layers { try $0.add(layer) }
    }
  }
}

extension Padding {
  /// The same on all sides.
  init(all side: Int) { self.init(top: side, left: side, bottom: side, right: side) }
}
