/// The order of a feature map's axes in the model's own tensors.
public enum Layout: Sendable, Equatable {
  /// Height, width, channels: Keras `channels_last`, NHWC without the batch axis.
  case channelsLast
  /// Channels, height, width: Keras `channels_first`, NCHW without the batch axis.
  case channelsFirst
  /// One, channels, height, width: ONNX and torch, NCHW with a batch axis of one. Vectors then
  /// have two axes, the batch's and their own.
  case batchChannelsFirst

  /// The axes in front of a row's own.
  var batchAxes: Int { self == .batchChannelsFirst ? 1 : 0 }

  /// Whether a value of the shape is a feature map.
  public func isMap(_ shape: [Int]) -> Bool {
    shape.count == 3 + batchAxes && hasBatchAxis(shape)
  }

  /// Whether a value of the shape is a vector.
  public func isVector(_ shape: [Int]) -> Bool {
    shape.count == 1 + batchAxes && hasBatchAxis(shape)
  }

  /// The axis of the channels of a feature map or a vector; nil for other shapes.
  func channelAxis(ofShape shape: [Int]) -> Int? {
    if isVector(shape) { return batchAxes }
    guard isMap(shape) else { return nil }
    return self == .channelsLast ? 2 : batchAxes
  }

  private func hasBatchAxis(_ shape: [Int]) -> Bool { batchAxes == 0 || shape.first == 1 }

  /// The feature map that a value of the given shape is: the axes of a map are read in this order,
  /// anything else is so many channels of one pixel.
  public func features(ofShape shape: [Int]) -> Features {
    guard isMap(shape) else {
      return Features(channels: shape.reduce(1, *), height: 1, width: 1)
    }
    return switch self {
    case .channelsLast: Features(channels: shape[2], height: shape[0], width: shape[1])
    case .channelsFirst: Features(channels: shape[0], height: shape[1], width: shape[2])
    case .batchChannelsFirst: Features(channels: shape[1], height: shape[2], width: shape[3])
    }
  }

  /// The shape of a feature map in this order.
  public func shape(of features: Features) -> [Int] {
    switch self {
    case .channelsLast: [features.height, features.width, features.channels]
    case .channelsFirst: [features.channels, features.height, features.width]
    case .batchChannelsFirst: [1, features.channels, features.height, features.width]
    }
  }

  /// The shape of a vector.
  public func vectorShape(_ count: Int) -> [Int] {
    self == .batchChannelsFirst ? [1, count] : [count]
  }
}

/// The size of a feature map, whatever the order of its axes in memory.
public struct Features: Sendable, Hashable {
  /// The number of channels.
  public var channels: Int
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Creates a size.
  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of pixels of one channel.
  public var pixels: Int { height * width }
  /// The number of elements.
  public var count: Int { channels * height * width }
}
