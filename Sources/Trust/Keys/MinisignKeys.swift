public import Bytes

// minisign's key files: a line of comment, then base64 of
//
//   public   "Ed" | key id 8 | public key 32
//   secret   "Ed" | "Sc" or 0 0 | "B2" | salt 32 | operations 8 | memory 8 | rest 104
//
// The numbers are little-endian. `rest` is key id 8 | seed 32 | public key 32 | checksum 32, with
// scrypt's stream of the passphrase added modulo 2; the checksum is BLAKE2b-256 of "Ed", key id
// and keys, and zero where there is no passphrase.

/// A public key with the id that minisign's signatures name it by.
public struct MinisignPublicKey: Sendable, Hashable {
  /// The key.
  public let key: PublicKey
  /// Eight bytes; they prove nothing.
  public let id: [UInt8]

  /// Names a key as Proofmark does: by the first eight bytes of its SHA-256.
  public init(_ key: PublicKey) {
    self.init(key, id: Array(Digest(of: ByteSlice(key.bytes)).bytes.prefix(8)))
  }

  init(_ key: PublicKey, id: [UInt8]) {
    self.key = key
    self.id = id
  }

  /// The key of minisign's or signify's public key file: a line of comment and a line of base64.
  public init(parsing file: ByteSlice, name: String) throws(TrustError) {
    let lines = minisignLines(file)
    guard let lines, lines.count == 2, lines[0].hasPrefix("untrusted comment:") else {
      throw TrustError(.invalidKey, name, "no minisign public key of two lines")
    }
    try self.init(base64: lines[1], name: name)
  }

  /// The key of a line of base64, as `minisign -P` takes it.
  public init(base64 text: String, name: String) throws(TrustError) {
    guard let bytes = Base64.decode(text), bytes.count == 42, bytes.starts(with: Array("Ed".utf8))
    else { throw TrustError(.invalidKey, name, "no minisign public key in base64") }
    try self.init(PublicKey(bytes: Array(bytes[10...])), id: Array(bytes[2..<10]))
  }

  /// The id as minisign shows it.
  public var idText: String { hexadecimal(id.reversed()).uppercased() }

  /// The file.
  public var text: String {
    "untrusted comment: minisign public key \(idText)\n"
      + Base64.encode(Array("Ed".utf8) + id + key.bytes) + "\n"
  }
}

/// The lines of one of minisign's files without their ends; nil when it is no UTF-8.
func minisignLines(_ file: ByteSlice) -> [String]? {
  guard let text = file.utf8 else { return nil }
  // minisign reads a last line without its end, too.
  let content = text.utf8.last == UInt8(ascii: "\n") ? text.utf8.dropLast() : text.utf8[...]
  return content.split(
    separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
  ).map { line in
    String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
  }
}

/// A minisign secret key as it lies in its file.
struct MinisignSecretKey: ~Copyable {
  private let blob: SecretBytes
  private let path: String
  let isEncrypted: Bool

  private static let byteCount = 158
  private static let restBytes = 104
  private static let head = Array("Ed".utf8)
  private static let unencrypted: [UInt8] = [0, 0]

  /// Reads the file's text.
  init(_ text: borrowing SecretBytes, path: String) throws(TrustError) {
    func malformed(_ message: String) -> TrustError {
      TrustError(.malformedKeyFile, path, "no minisign secret key: \(message)")
    }
    guard let line = (0..<text.count).first(where: { text[$0] == UInt8(ascii: "\n") }) else {
      throw malformed("it ends before the key")
    }
    var end = text.count
    while end > line + 1, text[end - 1] == UInt8(ascii: "\n") || text[end - 1] == 0x0d { end -= 1 }
    guard let blob = try text.decodingBase64((line + 1)..<end) else {
      throw malformed("expected one line of base64 after the comment")
    }
    guard blob.count >= 6, blob.publicBytes(0..<2) == Self.head else {
      throw malformed("unknown algorithm")
    }
    if blob.publicBytes(2..<4) == Array("BK".utf8) {
      throw TrustError(.malformedKeyFile, path, "signify's secret keys are not read")
    }
    guard blob.count == Self.byteCount, blob.publicBytes(4..<6) == Array("B2".utf8) else {
      throw malformed("expected \(Self.byteCount) bytes, found \(blob.count)")
    }
    switch blob.publicBytes(2..<4) {
    case Self.unencrypted: isEncrypted = false
    case Array("Sc".utf8): isEncrypted = true
    default: throw malformed("unknown key derivation")
    }
    self.blob = blob
    self.path = path
  }

  /// The seed and the key's id. `passphrase` is ignored where the file is not encrypted.
  func open(
    passphrase: borrowing SecretBytes
  ) throws(TrustError) -> OpenedMinisignKey {
    let sealed = try SecretBytes(copying: 54..<Self.byteCount, of: blob)
    guard isEncrypted else { return try opened(sealed, isChecked: false) }
    let operations = number(38)
    let memory = number(46)
    guard (1...UInt64(Sodium.scryptOperations * 4)).contains(operations),
      (1...UInt64(Sodium.scryptMemory)).contains(memory)
    else { throw TrustError(.malformedKeyFile, path, "scrypt's cost is out of bounds") }
    let stream = try Sodium.scryptStream(
      Self.restBytes, from: passphrase, salt: blob.publicBytes(6..<38),
      operations: Int(operations), memoryBytes: Int(memory))
    return try opened(sealed.exclusiveOr(stream), isChecked: true)
  }

  private func number(_ place: Int) -> UInt64 {
    blob.publicBytes(place..<(place + 8)).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func opened(
    _ rest: borrowing SecretBytes, isChecked: Bool
  ) throws(TrustError) -> OpenedMinisignKey {
    if isChecked {
      var writer = try SecretWriter(capacity: 74)
      writer.append(Self.head)
      writer.append(rest, 0..<72)
      let stated = try SecretBytes(copying: 72..<Self.restBytes, of: rest)
      guard stated.matches(try Sodium.checksum(of: writer.finish())) else {
        throw TrustError(
          .wrongPassphrase, path, "the passphrase is wrong, or the file was altered")
      }
    }
    let key = try SecretKey(seed: SecretBytes(copying: 8..<40, of: rest))
    guard key.publicKey.bytes == rest.publicBytes(40..<72) else {
      throw TrustError(.malformedKeyFile, path, "the public key is not that of the secret key")
    }
    return OpenedMinisignKey(key: key, id: rest.publicBytes(0..<8))
  }

  /// The file of a key without passphrase, as `minisign -G -W` writes it.
  static func file(_ key: borrowing SecretKey, id: [UInt8]) throws(TrustError) -> SecretBytes {
    let seed = try key.seed()
    var writer = try SecretWriter(capacity: byteCount)
    writer.append(head + unencrypted + Array("B2".utf8) + [UInt8](repeating: 0, count: 48) + id)
    writer.append(seed)
    writer.append(key.publicKey.bytes + [UInt8](repeating: 0, count: 32))
    return try writer.finish().base64Line(
      after: "untrusted comment: minisign encrypted secret key\n")
  }
}

/// A key of a minisign file with its id.
struct OpenedMinisignKey: ~Copyable {
  let key: SecretKey
  let id: [UInt8]

  consuming func take() -> SecretKey { key }
}
