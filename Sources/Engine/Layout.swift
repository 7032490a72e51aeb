/// The order of a feature map's axes in the model's own tensors.
public enum Layout: Sendable, Equatable {
  /// Height, width, channels: Keras `channels_last`, NHWC.
  case channelsLast
  /// Channels, height, width: ONNX and torch, NCHW.
  case channelsFirst

  /// The feature map that a value of the given shape (without the batch axis) is: three axes are
  /// read in this order, anything else is so many channels of one pixel.
  public func features(ofShape shape: [Int]) -> Features {
    guard shape.count == 3 else {
      return Features(channels: shape.reduce(1, *), height: 1, width: 1)
    }
    return switch self {
    case .channelsLast: Features(channels: shape[2], height: shape[0], width: shape[1])
    case .channelsFirst: Features(channels: shape[0], height: shape[1], width: shape[2])
    }
  }

  /// The shape of a feature map in this order.
  public func shape(of features: Features) -> [Int] {
    switch self {
    case .channelsLast: [features.height, features.width, features.channels]
    case .channelsFirst: [features.channels, features.height, features.width]
    }
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
