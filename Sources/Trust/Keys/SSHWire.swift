import Bytes

// The data types of the SSH protocol (RFC 4251, section 5): integers are big-endian, a string is
// its length in four bytes and its bytes.

/// Builds SSH's wire form.
enum SSHWire {
  /// The one key type that is read and written: Ed25519 (RFC 8709).
  static let keyType = "ssh-ed25519"

  static func integer(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
    integer(UInt32(bytes.count)) + Array(bytes)
  }

  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

  /// A public key as SSH has it: what `ssh-keygen -l` takes the digest of.
  static func blob(of key: PublicKey) -> [UInt8] { string(keyType) + string(key.bytes) }
}

extension ByteReader {
  /// An SSH string.
  mutating func readSSHString(_ what: String) throws(ParseError) -> ByteSlice {
    try read(Int(try readBigEndian(UInt32.self, "the length of \(what)")), what)
  }

  /// An SSH string of text.
  mutating func readSSHText(_ what: String) throws(ParseError) -> String {
    let start = offset
    guard let text = try readSSHString(what).utf8 else {
      throw ParseError(at: start, expected: "\(what) in UTF-8", found: "other bytes")
    }
    return text
  }

  /// The Ed25519 key inside an SSH key blob that fills the bytes.
  static func sshPublicKey(in blob: ByteSlice) throws(ParseError) -> PublicKey {
    var reader = ByteReader(blob)
    let type = try reader.readSSHText("the key type")
    guard type == SSHWire.keyType else {
      throw ParseError(
        .unsupported, at: blob.offset, expected: "keys of type \(SSHWire.keyType)",
        found: "'\(safeText(String(type.prefix(64))))'")
    }
    let bytes = try reader.readSSHString("the public key")
    guard reader.isAtEnd else {
      throw reader.malformed(expected: "the end of the key", found: "\(reader.remaining) bytes")
    }
    do {
      return try PublicKey(bytes: bytes.array)
    } catch {
      throw ParseError(at: bytes.offset, expected: "an Ed25519 key", found: error.message)
    }
  }
}
