import CKernels

/// A fully connected layer over a vector.
///
///     y[o] = chain from bias[o] over i ascending of x[i] w[o, i]
///
/// x: inputs, w: outputs x inputs. Input gradient:
///
///     dx[i] = chain from +0 over o ascending of dy[o] w[o, i]
///
/// Both are the convolution of one pixel by a 1 x 1 kernel.
public struct Dense: Sendable {
  /// The weights.
  public let kernel: DenseKernel
  /// One number for each output; nil counts as +0.
  public let bias: Tensor?

  /// Creates a layer; an error when kernel and bias do not belong together.
  public init(kernel: DenseKernel, bias: Tensor? = nil) throws(EngineError) {
    self.kernel = kernel
    self.bias = bias
    if let bias { try requireCount(kernel.outputs, of: bias, attribute: "bias") }
  }
}

extension Dense: OperatorDefinition {
  var name: String { "dense" }
  var parameterCount: Int { kernel.count + (bias?.count ?? 0) }

  func outputShape(of inputs: [[Int]], layout: Layout) throws(EngineError) -> [Int] {
    guard layout.isVector(inputs[0]) else {
      throw EngineError(
        .unsupported, "input", expected: "a vector", found: "shape \(inputs[0])")
    }
    let count = layout.features(ofShape: inputs[0]).channels
    guard count == kernel.inputs else {
      throw EngineError("kernel", expected: "\(count) inputs", found: "\(kernel.inputs)")
    }
    return layout.vectorShape(kernel.outputs)
  }

  func multiplyAccumulates(input: Features, output: Features) -> Int { kernel.count }

  var readsPlanes: Bool { true }
  var fusesNormalization: Bool { true }
  var fusesActivation: Bool { true }

  func fusesSum(_ place: Place) -> Bool { true }

  func plain(_ place: Place) -> any PlainOperator {
    PlainConvolution(
      shape: ck_window(
        input: place.input, output: place.output, window: Window(kernel: Extent(1))),
      kernel: kernel.inChainOrder, bias: bias?.values)
  }

  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let view = plan.view(of: unit.inputs[0])
    var input = try plan.map(of: view?.source ?? unit.inputs[0])
    let output = try plan.map(of: unit.value)
    if let view, view.arrangement.isPlain, input.geometry.features.pixels > 1 {
      // Channel by channel, each tap of a map in blocks would lie in another cache line.
      input = try plan.planes(of: input, halo: .none)
    }
    let panels = output.geometry.blocks
    var product = Product(
      kind: CK_BROADCAST,
      offsets: view?.arrangement.sourcePlaces(in: input.geometry) ?? input.geometry.places,
      taps: kernel.inputs,
      weights: plan.weights(of: unit) {
        .packed(kernel.tensor, lanes: outputIndices, taps: inputIndices)
      },
      bias: bias?.values ?? .init(repeating: 0, count: kernel.outputs),
      panelIn: .init(repeating: 0, count: panels),
      panelOut: (0..<panels).map { $0 * Geometry.blockLanes })
    product.after = Finish(unit.normalization, unit.activation)
    plan.append(
      ProductStep(
        product, from: input.buffer, to: output.buffer, added: try plan.added(to: unit),
        passed: try plan.marks(of: unit)))
  }

  /// Lanes are the inputs in the order in which the gradient lies in memory.
  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    let dy = plan.gradient(of: unit)
    let view = plan.view(of: unit.inputs[0])
    let dx = try plan.contribution(to: unit.inputs[0], of: unit)
    let places = view?.arrangement.sourcePlaces(in: dx.geometry) ?? dx.geometry.places
    var inputs = [Int](repeating: -1, count: dx.geometry.count)
    for (input, place) in places.enumerated() { inputs[Int(place)] = input }
    let starts = dx.geometry.vectors
    let lanes = starts.flatMap { start in
      inputs[start..<start + Geometry.blockLanes].map { $0 < 0 ? -1 : $0 * kernel.strides.input }
    }
    let product = Product(
      kind: CK_BROADCAST, offsets: dy.geometry.places, taps: kernel.outputs,
      weights: .packed(kernel.tensor, lanes: lanes, taps: outputIndices),
      bias: .init(repeating: 0, count: lanes.count),
      panelIn: .init(repeating: 0, count: starts.count), panelOut: starts)
    plan.append(ProductStep(product, from: dy.buffer, to: dx.buffer))
  }

  private var outputIndices: [Int] { (0..<kernel.outputs).map { $0 * kernel.strides.output } }
  private var inputIndices: [Int] { (0..<kernel.inputs).map { $0 * kernel.strides.input } }
}
