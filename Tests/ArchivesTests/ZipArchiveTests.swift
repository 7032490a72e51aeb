import Archives
import Bytes
import TestSupport
import Testing

private let text = Array("weights and biases, weights and biases, weights and biases".utf8)

struct ZipArchiveTests {
  @Test(arguments: [false, true])
  func `a clean archive has its members and no discrepancy`(_ deflated: Bool) throws {
    var builder = ZipBuilder()
    builder.add("model/weights.bin", text, deflated: deflated)
    builder.add("empty", [], deflated: deflated)
    builder.add("model/", []) { $0.externalAttributes = 0o40755 << 16 | 0x10 }
    let archive = try ZipArchive(parsing: ByteSlice(builder.bytes))
    #expect(archive.discrepancies.isEmpty)
    #expect(archive.entries.map(\.name) == ["model/weights.bin", "empty", "model/"])
    #expect(archive.entries.map(\.isDirectory) == [false, false, true])
    let weights = try #require(archive["model/weights.bin"])
    #expect(try archive.content(of: weights) == ByteSlice(text))
    #expect(try archive.content(of: try #require(archive["empty"])).isEmpty)
  }

  @Test(arguments: [(true, 4), (true, 8), (false, 4), (false, 8)])
  func `a data descriptor in each of its forms is no discrepancy`(
    _ signature: Bool, _ width: Int
  ) throws {
    var builder = ZipBuilder()
    builder.add("a", text) { $0.useDescriptor(signature: signature, width: width) }
    builder.add("b", []) { $0.useDescriptor(signature: signature, width: width) }
    let archive = try ZipArchive(parsing: ByteSlice(builder.bytes))
    #expect(archive.discrepancies == [])
    #expect(try archive.content(of: archive.entries[0]) == ByteSlice(text))
  }

  @Test func `zip64 numbers and a comment of full length are read`() throws {
    var builder = ZipBuilder()
    builder.add("a", text)
    builder.zip64 = true
    builder.comment = [UInt8](repeating: 0x20, count: 0xffff)
    let archive = try ZipArchive(parsing: ByteSlice(builder.bytes))
    #expect(archive.discrepancies == [])
    #expect(archive.entries.count == 1)
  }

  @Test func `an archive stored in an archive is not a second end record`() throws {
    let inner = ZipBuilder.one("inner", text)
    let archive = try ZipArchive(parsing: ByteSlice(ZipBuilder.one("outer.zip", inner)))
    #expect(archive.discrepancies == [])
  }
}
