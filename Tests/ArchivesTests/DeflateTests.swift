import Archives
import Bytes
import TestSupport
import Testing

/// "hello hello hello hello" as a zlib stream (made with Python's zlib).
private let stream: [UInt8] = [
  0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x01, 0x68, 0x03, 0x08, 0xb1,
]
private let text = ByteSlice(utf8: "hello hello hello hello")

struct DeflateTests {
  @Test func `a zlib stream and the bare stream in it give the same bytes`() throws {
    #expect(try Deflate.inflate(ByteSlice(stream), .zlib, limit: 23) == text)
    #expect(try Deflate.inflate(ByteSlice(Array(stream[2..<12])), limit: 23) == text)
  }

  @Test func `more than the limit is refused`() {
    let error = #expect(throws: ParseError.self) {
      try Deflate.inflate(ByteSlice(stream), .zlib, limit: 22)
    }
    #expect(error?.kind == .limit)
  }

  @Test func `bytes after the stream are refused at their offset`() {
    let error = #expect(throws: ParseError.self) {
      try Deflate.inflate(ByteSlice(stream + [0]), .zlib, limit: 100)
    }
    #expect(error?.offset == stream.count)
  }

  @Test func `a damaged stream is refused or gives the same bytes`() throws {
    for damaged in Mutations(of: stream) {
      do throws(ParseError) {
        #expect(try Deflate.inflate(damaged, .zlib, limit: 1000) == text)
      } catch {
        #expect(error.offset <= stream.count)
      }
    }
  }

  @Test func `an empty input is no stream`() {
    #expect(throws: ParseError.self) { try Deflate.inflate(.empty, limit: 10) }
  }

  @Test func `the checksum is that of zip`() {
    #expect(CRC32(of: ByteSlice(utf8: "123456789")).value == 0xcbf4_3926)
    #expect(CRC32().value == 0)
  }
}
