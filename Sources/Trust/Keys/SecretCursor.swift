import Bytes

/// Walks over the fields of a secret in locked memory without copying them.
struct SecretCursor {
  private(set) var position: Int
  let end: Int
  private let malformed: TrustError

  /// A walk over the range; `malformed` is thrown where a field does not fit.
  init(_ range: Range<Int>, malformed: TrustError) {
    (position, end) = (range.lowerBound, range.upperBound)
    self.malformed = malformed
  }

  var isAtEnd: Bool { position == end }

  /// Passes over that many bytes and gives their place.
  mutating func take(_ count: Int) throws(TrustError) -> Range<Int> {
    guard count >= 0, count <= end - position else { throw malformed }
    defer { position += count }
    return position..<(position + count)
  }

  /// Passes over bytes that must be these.
  mutating func expect(
    _ wanted: [UInt8], in secret: borrowing SecretBytes
  ) throws(TrustError) {
    guard secret.publicBytes(try take(wanted.count)) == wanted else { throw malformed }
  }

  /// A big-endian number of four bytes.
  mutating func integer(in secret: borrowing SecretBytes) throws(TrustError) -> Int {
    secret.publicBytes(try take(4)).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The place of an SSH string's content.
  mutating func string(in secret: borrowing SecretBytes) throws(TrustError) -> Range<Int> {
    try take(try integer(in: secret))
  }

  /// The text of an SSH string that is no secret.
  mutating func text(in secret: borrowing SecretBytes) throws(TrustError) -> String {
    String(decoding: secret.publicBytes(try string(in: secret)), as: UTF8.self)
  }
}
