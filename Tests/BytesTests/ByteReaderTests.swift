import Bytes
import TestSupport
import Testing

private let sample = ByteSlice([1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0xfe])

struct ByteReaderTests {
  @Test
  func `integers are read in both byte orders, unaligned`() throws {
    var reader = ByteReader(sample)
    #expect(try reader.readByte() == 1)
    #expect(try reader.readLittleEndian(UInt16.self) == 0x0302)
    #expect(try reader.readBigEndian(UInt32.self) == 0x0405_0607)
    #expect(reader.peek() == 8)
    #expect(reader.remaining == 3)
    #expect(try reader.readSize(width: 3, "a size") == 0xfeff08)
    #expect(reader.isAtEnd && reader.peek() == nil)
  }

  @Test(arguments: 1...8)
  func `a size is little-endian in every width`(_ width: Int) throws {
    var reader = ByteReader(sample)
    let expected = (0..<width).reduce(0) { $0 | ($1 + 1) << (8 * $1) }
    #expect(try reader.readSize(width: width, "a size") == expected)
  }

  @Test
  func `a size beyond 2^63 is refused at its first byte`() throws {
    var reader = ByteReader(try sample.slice(2..<10))
    let error = try #require(throws: ParseError.self) { try reader.readSize(width: 8, "a size") }
    #expect(error.offset == 2)
    #expect(error.expected == "a size below 2^63")
  }

  @Test
  func `a read past the end is refused and moves nothing`() throws {
    var reader = ByteReader(try sample.slice(7..<10))
    let error = ParseError(at: 7, expected: "4 bytes of an integer", found: "3 bytes")
    #expect(throws: error) { try reader.readLittleEndian(UInt32.self) }
    #expect(throws: ParseError.self) { try reader.read(4) }
    #expect(throws: ParseError.self) { try reader.skip(4) }
    #expect(throws: ParseError.self) { try reader.read(-1) }
    #expect(throws: ParseError.self) { try reader.skip(.min) }
    #expect(throws: ParseError.self) { try reader.read(.max) }
    #expect(throws: ParseError.self) { try reader.seek(to: 4) }
    #expect(throws: ParseError.self) { try reader.seek(to: -1) }
    #expect(reader.position == 0 && reader.offset == 7)
  }

  @Test
  func `a magic is passed or refused at its start`() throws {
    var reader = ByteReader(sample)
    try reader.expect([1, 2], "a magic")
    let error = ParseError(at: 2, expected: "a magic", found: "0304")
    #expect(throws: error) { try reader.expect([3, 5], "a magic") }
  }

  @Test
  func `the rest shares the storage and keeps its offset`() throws {
    var reader = ByteReader(sample)
    try reader.seek(to: 8)
    let rest = reader.readRest()
    #expect(rest.array == [0xff, 0xfe] && rest.offset == 8)
    #expect(rest.asFile().offset == 0)
  }

  @Test(arguments: [
    (ParseError.Kind.malformed, "expected"), (.unsupported, "supported"), (.limit, "expected"),
  ])
  func `an error says where, what was expected and what stands there`(
    _ kind: ParseError.Kind, _ verb: String
  ) {
    let error = ParseError(kind, at: 3, expected: "x", found: "y").inside("b").inside("a")
    #expect("\(error)" == "a: b: at byte 3: \(verb) x, found y")
    #expect(error.reason == "a: b: \(verb) x, found y")
  }
}

struct ByteSliceTests {
  @Test
  func `slices stay within their range`() throws {
    let inner = try sample.slice(2..<6)
    #expect(inner.array == [3, 4, 5, 6] && inner.offset == 2)
    #expect(try inner.slice(1..<3).array == [4, 5])
    #expect(try inner.slice(1..<3).offset == 3)
    #expect(inner.prefix(2).array == [3, 4])
    #expect(inner.suffix(2).array == [5, 6] && inner.suffix(2).offset == 4)
    #expect(inner.prefix(99) == inner && inner.prefix(-1).isEmpty)
    #expect(throws: ParseError.self) { try inner.slice(0..<5) }
    #expect(throws: ParseError.self) { try inner.slice(-1..<2) }
  }

  @Test
  func `equality is of bytes, wherever they lie`() throws {
    #expect(try sample.slice(0..<2) == ByteSlice([1, 2]))
    #expect(ByteSlice.empty == ByteSlice([]) && ByteSlice.empty != sample)
    #expect(ByteSlice(utf8: "\u{e9}").array == [0xc3, 0xa9])
    #expect(ByteSlice([0xff]).utf8 == nil)
  }

  @Test
  func `bytes gathered in pieces are one slice`() {
    var buffer = ByteBuffer(capacity: 1)
    for byte in 0..<200 { buffer.append([UInt8(byte), 0]) }
    buffer.appendZeros(3)
    #expect(buffer.count == 403)
    let slice = buffer.finish()
    #expect(slice.count == 403 && slice[398] == 199 && slice.suffix(3).array == [0, 0, 0])
    #expect(ByteBuffer().finish() == .empty)
  }

  @Test
  func `sizes that overflow are errors`() throws {
    #expect(try checkedSum(2, 3, at: 0) == 5)
    #expect(try checkedProduct(2, 3, at: 0) == 6)
    #expect(throws: ParseError.self) { try checkedSum(.max, 1, at: 9) }
    #expect(throws: ParseError.self) { try checkedProduct(.max, 2, at: 9) }
  }
}

struct DigestTests {
  // FIPS 180-4, examples of SHA-256.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the examples of FIPS 180-4`(_ text: String, _ hexadecimal: String) throws {
    #expect(Digest(ofUTF8: text).hexadecimal == hexadecimal)
    #expect(Digest(of: ByteSlice(utf8: text)) == Digest(hexadecimal: hexadecimal))
    var stream = DigestStream()
    for byte in text.utf8 { stream.update([byte]) }
    #expect(stream.finish().prefixed == "sha256:" + hexadecimal)
  }

  @Test
  func `only 64 lower-case digits are a digest`() {
    let digits = Digest(ofUTF8: "").hexadecimal
    #expect(Digest(prefixed: "sha256:" + digits) == Digest(ofUTF8: ""))
    for text in [
      digits.uppercased(), String(digits.dropLast()), digits + "0", digits.dropLast() + "g",
      " " + digits.dropFirst(), "sha256:" + digits,
    ] { #expect(Digest(hexadecimal: text) == nil) }
    for text in [digits, "SHA256:" + digits, "sha512:" + digits] {
      #expect(Digest(prefixed: text) == nil)
    }
    #expect(Digest(bytes: [1, 2]) == nil)
  }
}
