/// Writes GGUF files, rightly or wrongly.
public struct GGUFBuilder: Sendable {
  /// The version.
  public var version = 3
  /// The count of tensors that is claimed; nil for the true one.
  public var tensorCount: UInt64?
  /// The count of pairs that is claimed; nil for the true one.
  public var pairCount: UInt64?
  /// The pairs, each with its key and type.
  public private(set) var pairs: [[UInt8]] = []
  /// The tensors' descriptions.
  public private(set) var tensors: [[UInt8]] = []
  /// The data from the first tensor on.
  public var data: [UInt8] = []

  /// A file of one tensor of four numbers.
  public static var one: GGUFBuilder {
    var file = GGUFBuilder()
    file.text("general.architecture", "llama")
    file.tensor("w", [4])
    file.data = [UInt8](repeating: 0, count: 32)
    return file
  }

  /// An empty file.
  public init() {}

  /// Text after its length, or after the one that is claimed.
  public static func text(_ text: String, claiming length: UInt64? = nil) -> [UInt8] {
    little(length ?? UInt64(text.utf8.count), 8) + Array(text.utf8)
  }

  /// Adds a pair of the type and its value's bytes.
  public mutating func pair(_ key: String, type: UInt64, _ value: [UInt8]) {
    pairs.append(Self.text(key) + little(type, 4) + value)
  }

  /// Adds a text.
  public mutating func text(_ key: String, _ value: String) {
    pair(key, type: 8, Self.text(value))
  }

  /// Adds a tensor of binary32 unless another type is given.
  public mutating func tensor(
    _ name: String, _ shape: [UInt64], type: UInt64 = 0, offset: UInt64 = 0, rank: UInt64? = nil
  ) {
    tensors.append(
      Self.text(name) + little(rank ?? UInt64(shape.count), 4) + shape.flatMap { little($0, 8) }
        + little(type, 4) + little(offset, 8))
  }

  /// The file.
  public var bytes: [UInt8] {
    var bytes = Array("GGUF".utf8) + little(UInt64(version), 4)
    bytes += little(tensorCount ?? UInt64(tensors.count), 8)
    bytes += little(pairCount ?? UInt64(pairs.count), 8)
    bytes += pairs.flatMap { $0 } + tensors.flatMap { $0 }
    while bytes.count % 32 != 0 { bytes.append(0) }
    return bytes + data
  }
}
