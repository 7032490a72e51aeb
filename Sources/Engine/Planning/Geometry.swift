/// Where the elements of a map lie in memory for one image.
///
/// Channels lie in blocks of `lanes` (16, or 1 for planes): [blocks][rows][columns][lanes], with a
/// border of zeros around each block. An image takes a multiple of 64 elements.
struct Geometry: Hashable, Sendable {
  /// Channels of a block: as many as a vector has lanes.
  static let blockLanes = 16

  var features: Features
  var lanes = Geometry.blockLanes
  var halo = Padding.none

  var blocks: Int { (features.channels + lanes - 1) / lanes }
  /// Elements from one row to the next.
  var rowStride: Int { (halo.left + features.width + halo.right) * lanes }
  /// Elements from one block to the next.
  var blockStride: Int { (halo.top + features.height + halo.bottom) * rowStride }
  /// Elements of an image.
  var count: Int { (blocks * blockStride + 63) / 64 * 64 }

  /// The place of an element; rows and columns of the halo lie outside 0 ..< size.
  func offset(_ channel: Int, _ row: Int, _ column: Int) -> Int {
    channel / lanes * blockStride + channel % lanes + (row + halo.top) * rowStride
      + (column + halo.left) * lanes
  }

  /// The places of all elements in plain order (channel, row, column).
  var places: [Int32] {
    var places: [Int32] = []
    places.reserveCapacity(features.count)
    for channel in 0..<features.channels {
      for row in 0..<features.height {
        let start = offset(channel, row, 0)
        for column in 0..<features.width { places.append(Int32(start + column * lanes)) }
      }
    }
    return places
  }

  /// The places of the vectors that hold the map's elements.
  var vectors: [Int] {
    guard lanes > 1 else {
      return Array(stride(from: 0, to: features.count, by: Geometry.blockLanes))
    }
    return (0..<blocks).flatMap { block in
      (0..<features.height).flatMap { row in
        (0..<features.width).map { offset(block * lanes, row, $0) }
      }
    }
  }

  /// Throws when the map with its halo passes the limits, so that places fit 32 bits and sizes
  /// cannot overflow.
  func check() throws(EngineError) {
    let elements = saturatingProduct(
      blocks * lanes, halo.top + features.height + halo.bottom,
      halo.left + features.width + halo.right)
    guard elements <= 2 * EngineLimits.valueElements else {
      throw EngineError(
        .limit, "padding", expected: "at most \(2 * EngineLimits.valueElements) elements",
        found: "a map of \(features.height) x \(features.width) with \(halo)")
    }
  }
}

extension Padding {
  /// The larger of both on each side.
  func union(_ other: Padding) -> Padding {
    Padding(
      top: max(top, other.top), left: max(left, other.left), bottom: max(bottom, other.bottom),
      right: max(right, other.right))
  }
}

extension Layout {
  /// How far apart the tensor's elements are along channels, rows and columns.
  func strides(ofShape shape: [Int]) -> (channel: Int, row: Int, column: Int) {
    guard isMap(shape) else { return (1, 0, 0) }
    let features = features(ofShape: shape)
    return switch self {
    case .channelsLast: (1, features.width * features.channels, features.channels)
    case .channelsFirst, .batchChannelsFirst: (features.pixels, features.width, 1)
    }
  }
}
