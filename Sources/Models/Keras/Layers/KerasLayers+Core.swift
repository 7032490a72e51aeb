import Bytes
import Engine
import Formats

extension KerasLayers {
  static let core: [String: KerasSingleConversion] = [
    "Dense": dense, "EinsumDense": einsumDense, "Embedding": embedding, "Masking": masking,
    "InputLayer": identity, "Identity": identity, "Dropout": identity,
    "SpatialDropout1D": identity, "SpatialDropout2D": identity, "SpatialDropout3D": identity,
    "GaussianDropout": identity, "GaussianNoise": identity, "AlphaDropout": identity,
    "ActivityRegularization": identity,
  ]

  /// What does something in training only.
  static let identity: KerasSingleConversion = { (call) throws(EngineError) in
    try call.append(.identity(Identity()), to: [call.input()])
  }

  /// `Dense`, over the last axis of a value of any rank.
  private static func dense(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let (kernel, bias) = try call.kernelAndBias("kernel")
    let x = try call.input()
    let shape = call.shape(of: x)
    let matrix = try DenseKernel(kernel, order: .inputsOutputs)
    try call.demand("units", call.layer.integer("units", default: matrix.outputs), matrix.outputs)
    guard shape.count > 1 else {
      return try call.activated(
        call.append(.dense(Dense(kernel: matrix, bias: bias)), to: [x]))
    }
    return try call.activated(call.product(x, kernel: kernel, bias: bias))
  }

  /// `Embedding`: rows of a table by whole numbers.
  private static func embedding(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let table = try call.weights.tensors(named: ["embeddings"])[0]
    try call.demand(
      "input_dim", call.layer.integer("input_dim", default: table.shape.first ?? 0),
      table.shape.first ?? 0)
    guard table.shape.count == 2 else {
      throw EngineError("embeddings", expected: "a matrix", found: "shape \(table.shape)")
    }
    var x = try call.input()
    if call.type(of: x).element.isFloat { x = try call.append(Cast(to: .int32), to: [x]) }
    let rows = try call.append(
      Gather(axis: 0), to: [call.constant(AnyTensor(table)), x])
    if try call.layer.bool("mask_zero", default: false) {
      let isTruth = try call.append(Cast(to: .bool), to: [x])
      call.builder.setMask(.steps(isTruth), of: rows)
    }
    return rows
  }

  /// `Masking`: steps whose elements all are one number do not count, and become +0.
  private static func masking(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let shape = call.shape(of: x)
    guard shape.count > 1, call.type(of: x).element == .float32 else {
      throw call.layer.unsupported("input", "steps of vectors of float32", "shape \(shape)")
    }
    let number = try call.layer.double("mask_value", default: 0)
    let isMasked = try call.append(Comparison(.equal), to: [x, call.constant(number)])
    let isOther = try call.append(
      Reduction(.minimum, axes: [shape.count - 1], keepsAxes: true),
      to: [call.append(Cast(to: .int32), to: [isMasked])])
    let counts = try call.append(
      Comparison(.equal),
      to: [isOther, call.constant(AnyTensor([], integers: [0], element: .int32))])
    let y = try call.append(Select(), to: [counts, x, call.constant(0)])
    call.builder.setMask(
      .steps(try call.reshape(counts, to: Array(shape.dropLast()))), of: y)
    return y
  }

  /// `EinsumDense`: the sum over the letters that the input shares with the kernel.
  private static func einsumDense(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    let x = try call.input()
    let tensors = try call.ownWeights().tensors(
      named: call.layer.has("bias_axes") ? ["kernel", "bias"] : ["kernel"])
    let sum = try KerasEinsum(call, kernel: tensors[0], rank: call.shape(of: x).count)
    var y = try sum.apply(to: x, call)
    if tensors.count > 1 {
      let bias = AnyTensor(tensors[1])
      let rank = call.shape(of: y).count
      // Keras' own bias has an axis for each of the output's from its first named one on.
      guard bias.shape.count <= rank else {
        throw EngineError("bias", expected: "at most \(rank) axes", found: "\(bias.shape)")
      }
      y = try call.arithmetic(.add, y, call.constant(bias))
    }
    return try call.activated(y)
  }
}

extension KerasCall {
  /// The weights of a layer of one kernel, with or without a bias.
  func kernelAndBias(_ name: String) throws(EngineError) -> (kernel: Tensor, bias: Tensor?) {
    let tensors = try tensorsAndBias([name])
    return (tensors.kernels[0], tensors.bias)
  }

  /// The kernels of the given names and the bias, where `use_bias` says that there is one.
  func tensorsAndBias(
    _ names: [String]
  ) throws(EngineError) -> (kernels: [Tensor], bias: Tensor?) {
    let hasBias = try layer.bool("use_bias", default: true)
    var tensors = try ownWeights().tensors(named: names + (hasBias ? ["bias"] : []))
    let bias = hasBias ? tensors.removeLast() : nil
    return (tensors, bias)
  }

  /// The layer's weights without those of an activation that is a layer.
  func ownWeights() -> KerasWeightGroup {
    switch weights.order {
    case .byPart:
      return KerasWeightGroup(
        entries: weights.entries.filter { $0.path.first != "activation" }, order: .byPart)
    case .trainedFirst: return weights
    }
  }

  /// The product of the last axis with a matrix of inputs x outputs, plus a bias: the convolution
  /// of a row of columns by a 1 x 1 kernel, whose chains are those of a dense layer.
  func product(
    _ x: Graph.Value, kernel: Tensor, bias: Tensor?
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: x)
    guard let inputs = shape.last else {
      throw EngineError("input", expected: "one axis or more", found: "none")
    }
    guard kernel.shape.count == 2, kernel.shape[0] == inputs else {
      throw EngineError("kernel", expected: "\(inputs) inputs", found: "shape \(kernel.shape)")
    }
    let pointwise = try Convolution(
      kernel: ConvolutionKernel(
        AnyTensor(kernel).reshaped([1, 1] + kernel.shape).single("kernel"),
        order: .rowsColumnsInputsOutputs), bias: bias)
    return try alongChannels(x, axis: shape.count - 1, .convolution(pointwise))
  }
}
