// The memory that secrets live in: libsodium's, locked, guarded and wiped.
import Bytes
import CSodium
import Glibc

/// Bytes that nobody else may see: a passphrase or a key.
///
/// The memory comes from `sodium_malloc`: locked against swapping where the system allows it,
/// between guard pages, left out of core dumps, and wiped when the value ends. The value cannot
/// be copied.
public struct SecretBytes: ~Copyable {
  private let memory: UnsafeMutableRawPointer
  /// The number of bytes.
  public let count: Int

  /// That many bytes of any value.
  init(count: Int) throws(TrustError) {
    try Sodium.start()
    // A dump of the process would hold what is decrypted beside this memory, too.
    proofmark_forbid_core_dumps()
    guard let memory = sodium_malloc(count) else {
      throw TrustError(.resources, "", "no memory for a secret of \(count) bytes")
    }
    self.memory = memory
    self.count = count
  }

  deinit { sodium_free(memory) }

  var start: UnsafeMutablePointer<UInt8> {
    memory.assumingMemoryBound(to: UInt8.self)
  }

  var characters: UnsafePointer<CChar> {
    UnsafePointer(memory.assumingMemoryBound(to: CChar.self))
  }

  /// A copy of bytes that are no longer, or never were, secret elsewhere: for tests and for
  /// published test keys.
  public init(copying bytes: [UInt8]) throws(TrustError) {
    try self.init(count: bytes.count)
    bytes.withUnsafeBytes { source in
      if let first = source.baseAddress { memory.copyMemory(from: first, byteCount: bytes.count) }
    }
  }

  /// Whether both hold the same bytes; takes the same time wherever they differ.
  public func matches(_ other: borrowing SecretBytes) -> Bool {
    count == other.count && sodium_memcmp(memory, other.memory, count) == 0
  }

  /// These bytes with those of another secret of the same length added modulo 2.
  func exclusiveOr(_ other: borrowing SecretBytes) throws(TrustError) -> SecretBytes {
    precondition(count == other.count)
    let result = try SecretBytes(count: count)
    for index in 0..<count { result.start[index] = start[index] ^ other.start[index] }
    return result
  }

  /// Gives the bytes of a range to a library that keeps its own copy.
  func reading<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return body(UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
  }

  /// Lets a library change the bytes of a range where they are.
  func changing<Failure: Error>(
    _ range: Range<Int>, _ body: (inout UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    var bytes = UnsafeMutableBufferPointer(start: start + range.lowerBound, count: range.count)
    try body(&bytes)
  }

  /// That many random bytes from the system.
  init(randomCount count: Int) throws(TrustError) {
    try self.init(count: count)
    randombytes_buf(memory, count)
  }

  /// A range of another secret.
  init(copying range: Range<Int>, of other: borrowing SecretBytes) throws(TrustError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= other.count)
    try self.init(count: range.count)
    memory.copyMemory(from: other.memory + range.lowerBound, byteCount: range.count)
  }

  /// The byte at `index`; a precondition failure outside the secret.
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return start[index]
  }

  /// The bytes of a range in ordinary memory: for the parts of a key file that are no secret.
  func publicBytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return [UInt8](UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
  }
}

// Base64 by libsodium, which takes the same time for every secret.
extension SecretBytes {
  /// The bytes of a range that holds standard base64 with padding; nil when it does not.
  ///
  /// Bytes of `ignoring` may stand anywhere between the digits.
  func decodingBase64(
    _ range: Range<Int>, ignoring: String? = nil
  ) throws(TrustError) -> SecretBytes? {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // libsodium 1.0.18 takes the byte 0xd0 for '/': its comparison sees a signed character.
    guard range.allSatisfy({ start[$0] < 0x80 }) else { return nil }
    let decoded = try SecretBytes(count: range.count / 4 * 3 + 3)
    var length = 0
    let code = sodium_base642bin(
      decoded.start, decoded.count, characters + range.lowerBound, range.count, ignoring, &length,
      nil,
      sodium_base64_VARIANT_ORIGINAL)
    guard code == 0 else { return nil }
    return try SecretBytes(copying: 0..<length, of: decoded)
  }

  /// The text `prefix`, these bytes in standard base64, and a line feed.
  func base64Line(after prefix: String) throws(TrustError) -> SecretBytes {
    // libsodium counts the terminating zero, which becomes the line feed.
    let encodedCount = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL)
    let head = Array(prefix.utf8)
    let line = try SecretBytes(count: head.count + encodedCount)
    line.memory.copyMemory(from: head, byteCount: head.count)
    let target = line.memory.assumingMemoryBound(to: CChar.self) + head.count
    sodium_bin2base64(target, encodedCount, start, count, sodium_base64_VARIANT_ORIGINAL)
    line.start[line.count - 1] = UInt8(ascii: "\n")
    return line
  }
}

/// Puts a secret text together in locked memory.
struct SecretWriter: ~Copyable {
  private let buffer: SecretBytes
  private var length = 0

  /// A writer of at most `capacity` bytes.
  init(capacity: Int) throws(TrustError) { buffer = try SecretBytes(count: capacity) }

  /// Adds bytes that are no secret.
  mutating func append(_ bytes: some Collection<UInt8>) {
    precondition(length + bytes.count <= buffer.count)
    for byte in bytes {
      buffer.start[length] = byte
      length += 1
    }
  }

  /// Adds a range of a secret.
  mutating func append(_ secret: borrowing SecretBytes, _ range: Range<Int>) {
    precondition(range.upperBound <= secret.count && length + range.count <= buffer.count)
    for index in range {
      buffer.start[length] = secret[index]
      length += 1
    }
  }

  /// Adds a whole secret.
  mutating func append(_ secret: borrowing SecretBytes) { append(secret, 0..<secret.count) }

  /// The bytes so far.
  consuming func finish() throws(TrustError) -> SecretBytes {
    try SecretBytes(copying: 0..<length, of: buffer)
  }
}

// Files and streams, read straight into locked memory.
extension SecretBytes {
  /// The longest passphrase that is read.
  public static let passphraseLimit = 1024

  /// The first line of a stream, without its line end: a passphrase from a terminal or a
  /// descriptor. What follows the line stays unread.
  ///
  /// - Throws: `TrustError` when the line is empty, longer than `passphraseLimit`, or unreadable.
  public init(lineFrom descriptor: CInt, name: String) throws(TrustError) {
    let line = try SecretBytes(count: SecretBytes.passphraseLimit + 2)
    var length = 0
    while true {
      let result = Glibc.read(descriptor, line.memory + length, 1)
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw TrustError(FileError(path: name, action: "read")) }
      if result == 0 || line[length] == UInt8(ascii: "\n") { break }
      length += 1
      guard length < line.count else { break }
    }
    if length > 0, line[length - 1] == UInt8(ascii: "\r") { length -= 1 }
    guard length > 0 else {
      throw TrustError(.passphraseMismatch, name, "the passphrase is empty")
    }
    guard length <= SecretBytes.passphraseLimit else {
      throw TrustError(
        .passphraseMismatch, name,
        "the passphrase is longer than \(SecretBytes.passphraseLimit) bytes")
    }
    try self.init(copying: 0..<length, of: line)
  }

  /// The first line of the file at `path`, without its line end.
  public init(passphraseFile path: String) throws(TrustError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
    defer { close(descriptor) }
    try self.init(lineFrom: descriptor, name: path)
  }

  /// The content of a regular file that only its owner may read.
  init(privateFile path: String, limit: Int) throws(TrustError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw TrustError(FileError(path: path, action: "read"))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TrustError(.file, path, "not a regular file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw TrustError(
        .exposedKeyFile, path,
        "mode 0\(String(status.st_mode & 0o7777, radix: 8)) lets others than the owner use it",
        help: "chmod 600 \(path), and replace the key if somebody may have read it")
    }
    // One byte more than allowed tells a file that is too long from one that just fits.
    let buffer = try SecretBytes(count: limit + 1)
    var length = 0
    while length < buffer.count {
      let result = Glibc.read(descriptor, buffer.memory + length, buffer.count - length)
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw TrustError(FileError(path: path, action: "read")) }
      guard result > 0 else { break }
      length += result
    }
    guard length <= limit else {
      throw TrustError(.malformedKeyFile, path, "longer than \(limit) bytes")
    }
    try self.init(copying: 0..<length, of: buffer)
  }

  /// Writes the bytes to a file that only its owner may read.
  func write(toPrivateFile path: String, replacing: Bool) throws(TrustError) {
    do {
      var file = try AtomicFile(path: path)
      try file.write(UnsafeRawBufferPointer(start: memory, count: count))
      try file.commit(mode: 0o600, replacing: replacing)
    } catch {
      throw TrustError(error)
    }
  }
}
