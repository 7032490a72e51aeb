/// Bytes at a fixed place of a file that tell its kind.
public struct Signature<Kind: Sendable>: Sendable {
  /// What the bytes tell.
  public let kind: Kind
  private let magic: [UInt8]
  private let offset: Int

  /// The bytes, and their place from the beginning of the file.
  public init(_ kind: Kind, _ magic: [UInt8], at offset: Int = 0) {
    self.kind = kind
    self.magic = magic
    self.offset = offset
  }

  /// The UTF-8 bytes of the text, and their place from the beginning of the file.
  public init(_ kind: Kind, _ magic: String, at offset: Int = 0) {
    self.init(kind, Array(magic.utf8), at: offset)
  }

  /// Whether the file carries the signature.
  public func matches(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= offset + magic.count else { return false }
    return magic.indices.allSatisfy { bytes[offset + $0] == magic[$0] }
  }
}
