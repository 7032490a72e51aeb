import Bytes
import Judging
import Reporting
import Testing

/// The pictures in the page, in order.
private func pictures(in page: String) throws -> [ByteSlice] {
  try page.split(separator: "data:image/png;base64,").dropFirst().map { part in
    ByteSlice(try #require(Base64.decode(String(part.prefix { $0 != "\"" }))))
  }
}

/// CRC-32 by long division over bits, unlike the writer's.
private func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var remainder: UInt32 = ~0
  for byte in bytes {
    for bit in 0..<8 {
      let isSet = (remainder ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
      remainder = remainder >> 1 ^ (isSet ? 0xedb8_8320 : 0)
    }
  }
  return ~remainder
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
  let a = bytes.reduce(1) { ($0 + Int($1)) % 65521 }
  let b = bytes.enumerated().reduce(bytes.count) { sum, item in
    (sum + (bytes.count - item.offset) * Int(item.element)) % 65521
  }
  return UInt32(b << 16 | a)
}

/// Width, height and rows of a PNG as the writer makes them; every checksum is compared.
private func decode(_ file: ByteSlice) throws -> (width: Int, height: Int, pixels: [UInt8]) {
  var reader = ByteReader(file)
  try reader.expect([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "the signature")
  var chunks: [(type: String, data: ByteSlice)] = []
  while !reader.isAtEnd {
    let length = Int(try reader.readBigEndian(UInt32.self))
    let body = try reader.read(length + 4)
    #expect(try reader.readBigEndian(UInt32.self) == crc32(body))
    chunks.append((try #require(body.prefix(4).utf8), body.suffix(length)))
  }
  #expect(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
  var header = ByteReader(chunks[0].data)
  let width = Int(try header.readBigEndian(UInt32.self))
  let height = Int(try header.readBigEndian(UInt32.self))
  #expect(header.bytes.suffix(5).elementsEqual([8, 0, 0, 0, 0]))

  var stream = ByteReader(chunks[1].data)
  let check = Int(try stream.readBigEndian(UInt16.self))
  #expect(check.isMultiple(of: 31) && check >> 8 == 0x78)
  var rows: [UInt8] = []
  var isLast = false
  while !isLast {
    isLast = try stream.readByte() == 1
    let length = try stream.readLittleEndian(UInt16.self)
    #expect(try stream.readLittleEndian(UInt16.self) == ~length)
    rows += try stream.read(Int(length)).array
  }
  #expect(try stream.readBigEndian(UInt32.self) == adler32(rows))
  #expect(stream.isAtEnd && rows.count == (width + 1) * height)
  var pixels: [UInt8] = []
  for row in 0..<height { pixels += rows[row * (width + 1)..<(row + 1) * (width + 1)].dropFirst() }
  return (width, height, pixels)
}

struct PictureTests {
  @Test
  func `the checksums are those of their standards`() {
    #expect(crc32("123456789".utf8) == 0xcbf4_3926)
    #expect(adler32(Array("Wikipedia".utf8)) == 0x11e6_0398)
  }

  @Test(arguments: [(1, 1), (28, 28), (3, 2), (400, 300)])
  func `a picture in the page is the picture in the report`(_ width: Int, _ height: Int) throws {
    let original = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let attacked = original.map { ~$0 }
    var report = try Sample.robust()
    report.pictures = [
      .init(
        index: 3, width: width, height: height, original: original, attacked: attacked,
        label: "9", prediction: "9", attackedPrediction: "4", eps: 0.1)
    ]
    let page = try #require(ReportFormat.named("html")).write([report])
    let found = try pictures(in: page).map(decode)
    #expect(found.map(\.width) == [width, width])
    #expect(found.map(\.height) == [height, height])
    #expect(found.map(\.pixels) == [original, attacked])
  }
}
