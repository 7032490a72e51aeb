import CKernels

/// One call of a kernel, its operands named by buffers.
protocol Step: Sendable {
  /// Every buffer that it reads or writes.
  var buffers: [Buffer] { get }
  /// Every slot that it reads or writes.
  var slots: [Int] { get }
  /// Whether it is worth taking a whole block at once: its weights outweigh its maps.
  var takesBlock: Bool { get }
  /// Computes for the images of the run.
  func run(_ run: borrowing Run)
}

extension Step {
  var takesBlock: Bool { false }
  var slots: [Int] { [] }
}

/// A step that treats each image on its own.
protocol ImageStep: Step {
  func run(_ run: borrowing Run, image: Int)
}

extension ImageStep {
  func run(_ run: borrowing Run) {
    for image in 0..<run.images { self.run(run, image: image) }
  }
}

/// Some images of a block, in one worker's memory, on their way through a program.
struct Run: ~Copyable {
  let kernels: ck_kernels
  let memory: UnsafeMutableRawPointer
  let placements: [Placement]
  /// The first image of the block.
  let blockStart: Int
  /// The threads that a step may share its work among, where there are several.
  let team: Team?
  /// What the caller gave, and where the results go.
  let transfer: Transfer
  /// What general operators take and give.
  let tensors: SlotTensors
  /// The images now worked on: the first, counted from the block's, and how many.
  var first = 0
  var images = 0

  /// The number, among all images, of an image of the run.
  func index(_ image: Int) -> Int { blockStart + first + image }

  /// Elements of a map from one image to the next.
  func stride(_ buffer: Buffer) -> Int { placements[buffer.index].stride / 4 }

  /// The memory of an image's buffer.
  func bytes(_ buffer: Buffer, _ image: Int) -> UnsafeMutableRawPointer {
    let placement = placements[buffer.index]
    let number = placement.isForGroup ? image : first + image
    return memory + placement.offset + number * placement.stride
  }

  /// The map of an image.
  func map(_ buffer: Buffer, _ image: Int) -> UnsafeMutablePointer<Float> {
    bytes(buffer, image).assumingMemoryBound(to: Float.self)
  }

  /// The marks of an image.
  func marks(_ buffer: Buffer, _ image: Int) -> UnsafeMutablePointer<UInt8> {
    bytes(buffer, image).assumingMemoryBound(to: UInt8.self)
  }

  /// The winners of an image.
  func winners(_ buffer: Buffer, _ image: Int) -> UnsafeMutablePointer<UInt16> {
    bytes(buffer, image).assumingMemoryBound(to: UInt16.self)
  }

  /// The pixels of an image's map.
  func view(_ map: MapBuffer, _ image: Int) -> ck_view {
    ck_view(
      start: self.map(map.buffer, image) + map.origin, block: map.geometry.blockStride,
      row: map.geometry.rowStride)
  }
}

/// A buffer with the map in it, and where the map's first element is.
struct MapBuffer: Sendable {
  let buffer: Buffer
  let geometry: Geometry
  var origin: Int
  /// The channels from the first element on.
  private var channels: Int

  init(_ buffer: Buffer, _ geometry: Geometry) {
    self.buffer = buffer
    self.geometry = geometry
    origin = geometry.offset(0, 0, 0)
    channels = geometry.features.channels
  }

  /// Blocks, rows and columns of the map.
  var size: ck_size {
    ck_size(
      blocks: (channels + geometry.lanes - 1) / geometry.lanes,
      height: geometry.features.height, width: geometry.features.width)
  }

  /// The blocks from the given channel on, the first of its block: as a map of so many channels.
  func channels(from channel: Int, count: Int) -> MapBuffer {
    var part = MapBuffer(buffer, geometry)
    part.origin = geometry.offset(channel, 0, 0)
    part.channels = count
    return part
  }

  /// The same map shifted: its first element is the given one.
  func from(row: Int, column: Int) -> MapBuffer {
    var shifted = self
    shifted.origin = geometry.offset(0, row, column)
    return shifted
  }
}

/// The tensors of a run.
///
/// `@unchecked Sendable`: each image is read and written by the one worker that has its block.
struct Transfer: @unchecked Sendable {
  /// One for each input of the graph, rows along the first axis.
  let inputs: [AnyTensor]
  /// The shape of one row of each, as values of the graph have it.
  let rowShapes: [[Int]]
  let labels: [Int]
  /// Where the outputs that are binary32 go, or the logits beside a gradient.
  let results: [UnsafeMutablePointer<Float>?]
  /// Where the others go.
  let others: OtherResults
  let gradient: UnsafeMutablePointer<Float>?
}
