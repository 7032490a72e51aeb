import Bytes
import Engine

/// What a layer becomes: operators, each taking the value of the one before.
struct KerasOperators {
  let layer: KerasLayerConfig
  let weights: KerasWeights
  let layout: Layout
  /// The size of the layer's (first) input.
  let input: Features

  /// The classes that this reader knows, each with its operators.
  func operators() throws(EngineError) -> [Operator] {
    switch layer.className {
    case "Conv2D", "Convolution2D": try convolution()
    case "DepthwiseConv2D": try depthwiseConvolution()
    case "SeparableConv2D", "SeparableConvolution2D": try separableConvolution()
    case "Dense": try dense()
    case "BatchNormalization": try [batchNormalization()]
    case "MaxPooling2D", "MaxPool2D": try [.maxPool(MaxPool(window: poolWindow()))]
    case "AveragePooling2D", "AvgPool2D": try [.averagePool(AveragePool(window: poolWindow()))]
    case "GlobalAveragePooling2D", "GlobalAvgPool2D":
      try [
        .globalAveragePool(GlobalAveragePool(keepsAxes: layer.bool("keepdims", default: false)))
      ]
    case "ZeroPadding2D": try [.zeroPadding(ZeroPadding(padding()))]
    case "Flatten": try [.flatten(Flatten(order: flattenOrder()))]
    case "Reshape": try [.reshape(Reshape(shape: targetShape()))]
    case "Add": [.add(Add())]
    case "ReLU": try rectifier()
    case "LeakyReLU": try [.leakyReLU(LeakyReLU(slope: leakySlope()))]
    case "Softmax": try softmax()
    case "Activation": try activation("activation")
    case "Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise", "AlphaDropout",
      "ActivityRegularization", "InputLayer":
      [.identity(Identity())]
    default:
      throw EngineError(
        .unsupported, "class", expected: "a layer of the engine", found: layer.className)
    }
  }

  private func bias(_ tensors: [Tensor], at index: Int) -> Tensor? {
    tensors.indices.contains(index) ? tensors[index] : nil
  }

  private func named(_ kernels: [String]) throws(EngineError) -> [Tensor] {
    let hasBias = try layer.bool("use_bias", default: true)
    return try weights.weights(of: layer.name, named: kernels + (hasBias ? ["bias"] : []))
  }

  private func convolution() throws(EngineError) -> [Operator] {
    let tensors = try named(["kernel"])
    let kernel = try ConvolutionKernel(tensors[0], order: .rowsColumnsInputsOutputs)
    try demand("kernel_size", layer.extent("kernel_size", default: Extent(1)), kernel.extent)
    try demand("filters", layer.integer("filters", default: kernel.outputs), kernel.outputs)
    let convolution = try padded(
      Convolution(
        kernel: kernel, bias: bias(tensors, at: 1),
        stride: layer.extent("strides", default: Extent(1)),
        dilation: layer.extent("dilation_rate", default: Extent(1)),
        groups: layer.integer("groups", default: 1)))
    return try [.convolution(convolution)] + activation("activation")
  }

  private func depthwiseConvolution() throws(EngineError) -> [Operator] {
    let tensors = try named(["depthwise_kernel"])
    return try [depthwise(tensors[0], bias: bias(tensors, at: 1))] + activation("activation")
  }

  private func separableConvolution() throws(EngineError) -> [Operator] {
    let tensors = try named(["depthwise_kernel", "pointwise_kernel"])
    let pointwise = try Convolution(
      kernel: ConvolutionKernel(tensors[1], order: .rowsColumnsInputsOutputs),
      bias: bias(tensors, at: 2))
    return try [depthwise(tensors[0], bias: nil), .convolution(pointwise)]
      + activation("activation")
  }

  private func depthwise(_ tensor: Tensor, bias: Tensor?) throws(EngineError) -> Operator {
    let kernel = try ConvolutionKernel(tensor, order: .rowsColumnsChannelsMultiplier)
    return .convolution(
      try padded(
        Convolution(
          kernel: kernel, bias: bias, stride: layer.extent("strides", default: Extent(1)),
          dilation: layer.extent("dilation_rate", default: Extent(1)), groups: input.channels)))
  }

  private func padded(_ convolution: Convolution) throws(EngineError) -> Convolution {
    switch try layer.text("padding", default: "valid") {
    case "valid": return convolution
    case "same": return try convolution.paddedToSame(for: input)
    case let other: throw unsupported("padding", "valid or same", other)
    }
  }

  private func poolWindow() throws(EngineError) -> Window {
    let size = try layer.extent("pool_size", default: Extent(2))
    let window = Window(kernel: size, stride: try layer.extent("strides", default: size))
    switch try layer.text("padding", default: "valid") {
    case "valid": return window
    case "same": return try window.paddedToSame(for: input)
    case let other: throw unsupported("padding", "valid or same", other)
    }
  }

  /// One integer, one for each axis, or a pair for each axis.
  private func padding() throws(EngineError) -> Padding {
    guard let json = layer.attributes["padding"] else {
      return Padding(top: 1, left: 1, bottom: 1, right: 1)
    }
    if let pairs = json.array, pairs.count == 2, let rows = pairs[0].array,
      let columns = pairs[1].array, rows.count == 2, columns.count == 2,
      let top = rows[0].integer, let bottom = rows[1].integer, let left = columns[0].integer,
      let right = columns[1].integer
    {
      return Padding(top: top, left: left, bottom: bottom, right: right)
    }
    let sides = try layer.extent("padding", default: Extent(1))
    return Padding(top: sides.height, left: sides.width, bottom: sides.height, right: sides.width)
  }

  /// Keras reads a map as rows, columns, channels; told `channels_first` it turns the axes first,
  /// not told it takes them as they lie.
  private func flattenOrder() throws(EngineError) -> Layout {
    try layer.layout() == .channelsFirst ? .channelsLast : layout
  }

  /// The target shape; one axis may be -1, whatever is left.
  private func targetShape() throws(EngineError) -> [Int] {
    let json = layer.attributes["target_shape"] ?? .null
    guard let axes = json.array else { throw layer.wrong("target_shape", "a shape", json) }
    var shape: [Int] = []
    for axis in axes {
      guard let size = axis.integer, size >= -1 else {
        throw layer.wrong("target_shape", "a shape", json)
      }
      shape.append(size)
    }
    let open = shape.indices.filter { shape[$0] == -1 }
    guard open.count <= 1 else { throw layer.wrong("target_shape", "one open axis", json) }
    guard let axis = open.first else { return shape }
    var known = 1
    for size in shape where size != -1 {
      let (product, overflow) = known.multipliedReportingOverflow(by: size)
      guard !overflow else { throw layer.wrong("target_shape", "a shape of 64 bits", json) }
      known = product
    }
    guard known > 0, input.count.isMultiple(of: known) else {
      throw layer.wrong("target_shape", "\(input.count) elements", json)
    }
    shape[axis] = input.count / known
    return shape
  }

  private func dense() throws(EngineError) -> [Operator] {
    let tensors = try named(["kernel"])
    let kernel = try DenseKernel(tensors[0], order: .inputsOutputs)
    try demand("units", layer.integer("units", default: kernel.outputs), kernel.outputs)
    return try [.dense(Dense(kernel: kernel, bias: bias(tensors, at: 1)))]
      + activation("activation")
  }

  private func batchNormalization() throws(EngineError) -> Operator {
    let hasGamma = try layer.bool("scale", default: true)
    let hasBeta = try layer.bool("center", default: true)
    let names = (hasGamma ? ["gamma"] : []) + (hasBeta ? ["beta"] : [])
    let tensors = try weights.weights(
      of: layer.name, named: names + ["moving_mean", "moving_variance"])
    try checkChannelAxis()
    return .batchNormalization(
      try BatchNormalization(
        gamma: hasGamma ? tensors[0] : nil, beta: hasBeta ? tensors[hasGamma ? 1 : 0] : nil,
        mean: tensors[names.count], variance: tensors[names.count + 1],
        epsilon: layer.double("epsilon", default: 1e-3)))
  }

  /// `axis` counts the batch axis; lists come from Keras 1 and 2.
  private func checkChannelAxis() throws(EngineError) {
    guard layer.has("axis"), let json = layer.attributes["axis"] else { return }
    let axis = json.integer ?? (json.array?.count == 1 ? json.array?[0].integer : nil)
    let isMap = input.pixels > 1 || layout == .channelsFirst
    let channel = layout == .channelsFirst && isMap ? [1, -3] : [-1, 3]
    guard let axis, channel.contains(axis) || (!isMap && axis == 1) else {
      throw EngineError(
        .unsupported, "axis", expected: "the channel axis", found: json.compactText())
    }
  }

  /// The operators of a named activation; none for `linear`.
  private func activation(_ key: String) throws(EngineError) -> [Operator] {
    switch try layer.text(key, default: "linear") {
    case "linear": return []
    case "relu": return [.relu(ReLU())]
    case "relu6": return [.clip(try Clip(minimum: 0, maximum: 6))]
    case "softmax": return [.softmax(Softmax())]
    case "sigmoid": return [.sigmoid(Sigmoid())]
    case "tanh": return [.tanh(Tanh())]
    case let other: throw unsupported(key, "an activation of the engine", other)
    }
  }

  private func rectifier() throws(EngineError) -> [Operator] {
    let slope = try layer.double("negative_slope", default: 0)
    let threshold = try layer.double("threshold", default: 0)
    guard threshold == 0 else { throw unsupported("threshold", "0", "\(threshold)") }
    guard layer.has("max_value") else {
      return [slope == 0 ? .relu(ReLU()) : .leakyReLU(LeakyReLU(slope: Float(slope)))]
    }
    let maximum = try layer.double("max_value", default: 0)
    guard slope == 0 else { throw unsupported("negative_slope", "0 beside max_value", "\(slope)") }
    return [.clip(try Clip(minimum: 0, maximum: Float(maximum)))]
  }

  /// Keras 3 calls it `negative_slope`, earlier versions `alpha`; the default is 0.3.
  private func leakySlope() throws(EngineError) -> Float {
    let key = layer.has("alpha") ? "alpha" : "negative_slope"
    return Float(try layer.double(key, default: 0.3))
  }

  private func softmax() throws(EngineError) -> [Operator] {
    let axis = try layer.integer("axis", default: -1)
    guard axis == -1, layout == .channelsLast || input.pixels == 1 else {
      throw unsupported("axis", "the channel axis", "\(axis)")
    }
    return [.softmax(Softmax())]
  }

  private func unsupported(_ key: String, _ expected: String, _ found: String) -> EngineError {
    EngineError(.unsupported, key, expected: expected, found: found)
  }

  /// What the configuration says must be what the weights are.
  private func demand<Value: Equatable>(
    _ key: String, _ stated: Value, _ stored: Value
  ) throws(EngineError) {
    guard stated == stored else {
      throw EngineError(key, expected: "\(stored), as the weights are", found: "\(stated)")
    }
  }
}
