import Crypto

/// A SHA-256 digest (FIPS 180-4): always 32 bytes.
public struct Digest: Hashable, Sendable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The digest of the bytes, which is computed once however often it is asked.
  public init(of slice: ByteSlice) {
    self = slice.remembering(\.digests) {
      var stream = DigestStream()
      slice.forEachWindow(in: slice.indices) { window, _ in stream.update(window) }
      return stream.finish()
    }
  }

  /// The digest of the text's UTF-8 bytes.
  public init(ofUTF8 text: String) {
    bytes = Array(SHA256.hash(data: Array(text.utf8)))
  }

  /// The digest with the given bytes; nil unless there are 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == SHA256.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The digest with the given 64 lower-case hexadecimal digits; nil for anything else.
  public init?(hexadecimal text: some StringProtocol) {
    guard let bytes = Bytes.bytes(lowerCaseHexadecimal: text) else { return nil }
    self.init(bytes: bytes)
  }

  /// The digest written `sha256:` and 64 lower-case digits; nil for anything else.
  public init?(prefixed text: String) {
    guard text.hasPrefix("sha256:") else { return nil }
    self.init(hexadecimal: text.dropFirst(7))
  }

  /// 64 lower-case hexadecimal digits.
  public var hexadecimal: String { Bytes.hexadecimal(bytes) }
  /// `sha256:` and the hexadecimal digits.
  public var prefixed: String { "sha256:" + hexadecimal }
}

extension Digest: Comparable {
  /// By bytes.
  public static func < (a: Digest, b: Digest) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

/// A digest over bytes that arrive in pieces.
public struct DigestStream {
  private var hasher = SHA256()

  /// Starts with no bytes.
  public init() {}

  /// Adds the bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hasher.update(bufferPointer: bytes)
  }

  /// Adds the bytes.
  public mutating func update(_ bytes: [UInt8]) {
    hasher.update(data: bytes)
  }

  /// Adds the bytes.
  public mutating func update(_ bytes: ByteSlice) {
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
  }

  /// The digest of all bytes so far.
  public func finish() -> Digest {
    guard let digest = Digest(bytes: Array(hasher.finalize())) else {
      preconditionFailure("SHA-256 gives 32 bytes")
    }
    return digest
  }
}

/// The bytes of an even number of lower-case hexadecimal digits; nil for anything else.
public func bytes(lowerCaseHexadecimal text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var result: [UInt8] = []
  result.reserveCapacity(digits.count / 2)
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
    result.append(high << 4 | low)
  }
  return result
}

private func nibble(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 0x30...0x39: digit - 0x30
  case 0x61...0x66: digit - 0x61 + 10
  default: nil
  }
}
