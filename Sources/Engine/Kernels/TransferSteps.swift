import CKernels

/// Takes an input tensor apart into a map.
struct ImportStep: ImageStep {
  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)

  var buffers: [Buffer] { [map.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let features = map.geometry.features
    ck_import(
      run.transfer.inputs + run.index(image) * features.count, features.channels,
      features.height, features.width, strides.channel, strides.row, strides.column,
      run.view(map, image), map.geometry.lanes)
  }
}

/// Puts a map together as a tensor, every NaN 0x7fc00000.
struct ExportStep: ImageStep {
  /// Which of a run's tensors.
  enum Destination { case results, gradient }

  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)
  let destination: Destination

  var buffers: [Buffer] { [map.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let features = map.geometry.features
    guard
      let tensor = destination == .results ? run.transfer.results : run.transfer.gradient
    else { preconditionFailure("a run of a gradient names where it goes") }
    let start = tensor + run.index(image) * features.count
    ck_export(
      run.view(map, image), map.geometry.lanes, features.channels, features.height,
      features.width, strides.channel, strides.row, strides.column, start)
    ck_canonicalize(start, features.count)
  }
}

/// Copies elements to other places.
struct RearrangeStep: ImageStep {
  let input: Buffer
  let output: Buffer
  let count: Int
  let from: Table<Int32>
  let to: Table<Int32>

  init(from input: Buffer, _ from: [Int32], to output: Buffer, _ to: [Int32]) {
    self.input = input
    self.output = output
    count = from.count
    self.from = Table(from)
    self.to = Table(to)
  }

  var buffers: [Buffer] { [input, output] }

  func run(_ run: borrowing Run, image: Int) {
    ck_rearrange(
      run.map(input, image), from.start, to.start, count, run.map(output, image))
  }
}

/// Lays a map in blocks out as planes.
struct PlanesStep: ImageStep {
  let input: MapBuffer
  let output: MapBuffer

  var buffers: [Buffer] { [input.buffer, output.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.to_planes(
      input.geometry.features.channels, input.size, run.view(input, image),
      run.view(output, image).start, output.geometry.blockStride, output.geometry.rowStride)
  }
}
