import CKernels

/// The sum of one or more maps, then a finish: Add, batch normalisation, activations, copies.
struct CombineStep: ImageStep {
  let inputs: [MapBuffer]
  let output: MapBuffer
  let finish: FinishTables
  let passed: Buffer?

  var buffers: [Buffer] {
    inputs.map(\.buffer) + [output.buffer] + (passed.map { [$0] } ?? [])
  }

  /// What both have: a copy may go into a larger map, or out of one.
  private var size: ck_size {
    let (x, y) = (inputs[0].size, output.size)
    return ck_size(
      blocks: x.blocks, height: min(x.height, y.height), width: min(x.width, y.width))
  }

  func run(_ run: borrowing Run, image: Int) {
    var views: [ck_view] = []
    for input in inputs { views.append(run.view(input, image)) }
    let passed = passed.map { run.marks($0, image) + output.origin }
    withUnsafePointer(to: finish.value) { finish in
      run.kernels.combine(
        size, views, views.count, finish, run.view(output, image), passed)
    }
  }
}

/// The sum of the contributions to a value's gradient, then back through the activation and the
/// normalisation that the value came out of. The output may be one of the inputs.
struct CombineGradientStep: ImageStep {
  let inputs: [MapBuffer]
  let output: MapBuffer
  let finish: FinishTables
  /// The marks of the forward pass, laid out as the value was.
  let passed: (marks: Buffer, geometry: Geometry)?

  var buffers: [Buffer] {
    inputs.map(\.buffer) + [output.buffer] + (passed.map { [$0.marks] } ?? [])
  }

  /// Planes without a halo are a row of vectors.
  private var size: ck_size {
    guard output.geometry.lanes == 1 else { return output.size }
    return ck_size(blocks: 1, height: 1, width: output.geometry.count / Geometry.blockLanes)
  }

  func run(_ run: borrowing Run, image: Int) {
    var views: [ck_view] = []
    for input in inputs { views.append(run.view(input, image)) }
    let dx = run.view(output, image)
    let geometry = passed?.geometry ?? output.geometry
    let marks = passed.map { run.marks($0.marks, image) + $0.geometry.offset(0, 0, 0) }
    let forward = ck_view(start: dx.start, block: geometry.blockStride, row: geometry.rowStride)
    withUnsafePointer(to: finish.value) { finish in
      run.kernels.combine_gradient(size, views, views.count, finish, marks, forward, dx)
    }
  }
}

/// A softmax along the channels.
struct SoftmaxStep: ImageStep {
  let input: MapBuffer
  let output: MapBuffer

  var buffers: [Buffer] { [input.buffer, output.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.softmax(
      input.geometry.features.channels, input.size, run.view(input, image),
      run.view(output, image))
  }
}

/// The input gradient of a softmax, from its output.
struct SoftmaxGradientStep: ImageStep {
  let value: MapBuffer
  let dy: MapBuffer
  let dx: MapBuffer

  var buffers: [Buffer] { [value.buffer, dy.buffer, dx.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.softmax_gradient(
      value.geometry.features.channels, value.size, run.view(value, image),
      run.view(dy, image), run.view(dx, image))
  }
}

/// The gradient of the cross-entropy at the logits.
struct LossStep: ImageStep {
  let logits: MapBuffer
  let gradient: MapBuffer

  var buffers: [Buffer] { [logits.buffer, gradient.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.loss_gradient(
      run.view(logits, image).start, logits.geometry.features.channels,
      run.transfer.labels[run.index(image)], run.view(gradient, image).start)
  }
}
