import CKernels

/// Which pool, over which window.
struct Pool: Sendable {
  let window: ck_window
  let countsPadding: Bool
  let blocks: Int

  init(_ place: Place, window: Window, countsPadding: Bool = false) {
    self.window = ck_window(input: place.input, output: place.output, window: window)
    self.countsPadding = countsPadding
    blocks = Geometry(features: place.input).blocks
  }

  fileprivate var value: ck_pool {
    ck_pool(window: window, counts_padding: countsPadding, blocks: blocks)
  }
}

/// A max pool.
struct MaxPoolStep: ImageStep {
  let pool: Pool
  let input: MapBuffer
  let output: MapBuffer
  let winners: Buffer?
  /// Whether the gradient of a ReLU before it is taken back with the pool's.
  let isRectified: Bool

  var buffers: [Buffer] { [input.buffer, output.buffer] + (winners.map { [$0] } ?? []) }

  func run(_ run: borrowing Run, image: Int) {
    let winners = winners.map { run.winners($0, image) }
    withUnsafePointer(to: pool.value) { pool in
      run.kernels.max_pool(
        pool, run.view(input, image), run.view(output, image), winners, isRectified)
    }
  }
}

/// The input gradient of a max pool; `dx` lies in blocks, or in planes where the windows allow.
struct MaxPoolGradientStep: ImageStep {
  let pool: Pool
  let dy: MapBuffer
  let winners: Buffer
  let dx: MapBuffer

  var buffers: [Buffer] { [dy.buffer, winners, dx.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let views = (dy: run.view(dy, image), dx: run.view(dx, image))
    let winners = run.winners(winners, image)
    withUnsafePointer(to: pool.value) { pool in
      if dx.geometry.lanes == 1 {
        run.kernels.max_pool_gradient_planes(
          pool, dx.geometry.features.channels, views.dy, winners, views.dx)
      } else {
        run.kernels.max_pool_gradient(pool, views.dy, winners, views.dx)
      }
    }
  }
}

/// An average pool, or its input gradient.
struct AveragePoolStep: ImageStep {
  let pool: Pool
  let from: MapBuffer
  let to: MapBuffer
  let isGradient: Bool

  var buffers: [Buffer] { [from.buffer, to.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    withUnsafePointer(to: pool.value) { pool in
      let kernel = isGradient ? run.kernels.average_pool_gradient : run.kernels.average_pool
      kernel(pool, run.view(from, image), run.view(to, image))
    }
  }
}
