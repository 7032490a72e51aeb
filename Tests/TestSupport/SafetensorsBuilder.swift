/// Builds safetensors files from a header as it stands and a buffer.
public struct SafetensorsBuilder {
  /// The header's JSON text.
  public var header: String
  /// The bytes after the header.
  public var buffer: [UInt8]
  /// The length that stands before the header; nil for the true one.
  public var headerLength: UInt64?

  /// A file of the given header and buffer.
  public init(header: String, buffer: [UInt8]) {
    self.header = header
    self.buffer = buffer
  }

  /// A file of one float32 tensor `w` of two elements.
  public static var one: SafetensorsBuilder {
    SafetensorsBuilder(
      header: #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      buffer: [0, 0, 128, 63, 0, 0, 0, 64])
  }

  /// The file.
  public var bytes: [UInt8] {
    let length = headerLength ?? UInt64(header.utf8.count)
    let field = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
    return field + Array(header.utf8) + buffer
  }
}
