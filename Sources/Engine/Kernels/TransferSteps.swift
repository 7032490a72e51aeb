import CKernels
import Glibc

/// Takes an input tensor apart into a map.
struct ImportStep: ImageStep {
  /// Which of the inputs.
  let number: Int
  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)

  var buffers: [Buffer] { [map.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let features = map.geometry.features
    guard case .single(let input) = run.transfer.inputs[number].elements else {
      preconditionFailure("an input that is laid out is binary32")
    }
    ck_import(
      input.start + run.index(image) * features.count, features.channels,
      features.height, features.width, strides.channel, strides.row, strides.column,
      run.view(map, image), map.geometry.lanes)
  }
}

/// Puts a map together as a tensor, every NaN 0x7fc00000.
struct ExportStep: ImageStep {
  /// Which of a run's tensors.
  enum Destination {
    case result(Int)
    case gradient
  }

  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)
  let destination: Destination

  var buffers: [Buffer] { [map.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let features = map.geometry.features
    let tensor =
      switch destination {
      case .result(let number): run.transfer.results[number]
      case .gradient: run.transfer.gradient
      }
    guard let tensor else { preconditionFailure("a run names where its results go") }
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

  /// Without halos the rows are one long row.
  private var size: ck_size {
    guard input.geometry.halo == .none, output.geometry.halo == .none else { return input.size }
    let features = input.geometry.features
    return ck_size(blocks: input.geometry.blocks, height: 1, width: features.pixels)
  }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.to_planes(
      input.geometry.features.channels, size, run.view(input, image),
      run.view(output, image).start, output.geometry.blockStride, output.geometry.rowStride)
  }
}

/// Sets the halo of a map to zero.
struct ClearHaloStep: ImageStep {
  let map: MapBuffer

  var buffers: [Buffer] { [map.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    let geometry = map.geometry
    let (halo, row) = (geometry.halo, geometry.rowStride)
    let (left, right) = (halo.left * geometry.lanes, halo.right * geometry.lanes)
    for block in 0..<geometry.blocks {
      let start = run.map(map.buffer, image) + block * geometry.blockStride
      let first = halo.top * row
      memset(start, 0, 4 * (first + left))
      // The right side of a row and the left side of the next lie side by side.
      for number in 1..<max(1, geometry.features.height) where left + right > 0 {
        memset(start + first + number * row - right, 0, 4 * (left + right))
      }
      let end = first + geometry.features.height * row
      memset(start + end - right, 0, 4 * (right + halo.bottom * row))
    }
  }
}
