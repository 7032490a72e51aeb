/// A piece of working memory that steps write and read, for each image anew.
struct Buffer: Hashable, Sendable {
  /// The place in the plan's list.
  let index: Int
}

/// What a buffer holds for one image. Buffers share memory at different times, those of a whole
/// block only with buffers of equal content: a halo that nobody writes stays zero.
enum BufferContent: Hashable, Sendable {
  /// A map of binary32 numbers.
  case map(Geometry)
  /// For each element of a map one byte: whether its activation passed it on.
  case marks(Geometry)
  /// For each output of a pool two bytes: the tap that won.
  case winners(Features)
  /// A map whose unwritten elements must stay zero: its memory is never shared.
  case zeroed(Geometry, owner: Int)
  /// Some of the channels of another buffer's map: memory of that buffer, so many bytes from its
  /// start.
  case part(of: Buffer, start: Int)

  /// Whether it has a halo that is worth memory of its own: one that need not be cleared each time.
  var keepsHalo: Bool {
    guard case .map(let geometry) = self, geometry.halo != .none else { return false }
    return bytes < 256 << 10
  }

  /// Bytes for one image, a multiple of 64.
  var bytes: Int {
    switch self {
    case .map(let geometry), .zeroed(let geometry, _): 4 * geometry.count
    case .marks(let geometry): geometry.count
    case .part: 0
    case .winners(let features): 2 * Geometry(features: features).count
    }
  }
}

/// Where a buffer lies in a worker's memory.
struct Placement: Sendable {
  /// Bytes from the start.
  var offset: Int
  /// Bytes from one image to the next.
  let stride: Int
  /// Whether it holds the images of a group only, not of the whole block.
  let isForGroup: Bool
}
