import Archives
import Bytes
import Findings
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

  /// libarchive knows the size when it writes the header, and the rest after the data.
  @Test func `a size in the local header before a data descriptor must be the true one`() throws {
    for (size, isTrue) in [(text.count, true), (text.count - 1, false)] {
      let file = ZipBuilder.one("a", text, deflated: true) {
        $0.useDescriptor()
        $0.local?.size = UInt32(size)
      }
      let archive = try ZipArchive(parsing: ByteSlice(file))
      #expect(archive.discrepancies.isEmpty == isTrue)
    }
  }

  @Test func `a release that libarchive packed has its names below the root`() throws {
    var builder = ZipBuilder()
    builder.add("./", []) { $0.externalAttributes = 0o40755 << 16 | 0x10 }
    builder.add("./model/", []) { $0.externalAttributes = 0o40755 << 16 | 0x10 }
    builder.add("./model/a.txt", text)
    let inventory = Inventory(of: ByteSlice(builder.bytes), named: "r.zip")
    #expect(inventory.findings == [])
    #expect(inventory.members.map(\.path.text) == ["model/a.txt"])
    // Twice the same, and a second `./`, are what they are in a tar.
    builder.add("model/a.txt", text)
    builder.add("././b.txt", text)
    let doubled = Inventory(of: ByteSlice(builder.bytes), named: "r.zip")
    #expect(Set(doubled.findings.map(\.rule.id)) == ["ARC006", "ARC012"])
    // A loader asks for members of a model by the very bytes of their names.
    let inner = ZipBuilder.one("model/r.zip", ZipBuilder.one("./a.txt", text))
    let nested = Inventory(of: ByteSlice(inner), named: "r.zip")
    #expect(nested.members.count == 1)
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

  @Test func `a discrepancy names its kind, place and member`() throws {
    var builder = ZipBuilder()
    builder.add("a", text)
    builder.add("b", text) { $0.local?.name = Array("c".utf8) }
    builder.add("hidden", text) { $0.directory = nil }
    builder.add("a", text)
    let archive = try ZipArchive(parsing: ByteSlice(builder.bytes))
    #expect(archive.discrepancies.map(\.kind) == [.localHeader, .hiddenMember, .duplicateName])
    #expect(archive.discrepancies.map(\.offset).prefix(2) == [89, 178])
    #expect(
      archive.discrepancies.map(\.name) == ["b", "hidden", "a"].map { Array($0.utf8) })
  }

  @Test func `what cannot be unpacked says why`() throws {
    var builder = ZipBuilder()
    builder.add("encrypted", text) { $0.both { $0.flags = 1 } }
    builder.add("method", text) { $0.both { $0.method = 14 } }
    builder.add("checksum", text) { $0.both { $0.checksum ^= 1 } }
    builder.add("large", text)
    var limits = Limits()
    limits.memberBytes = 57
    let archive = try ZipArchive(parsing: ByteSlice(builder.bytes), limits: limits)
    let kinds = archive.entries.map { entry in
      #expect(throws: ParseError.self) { try archive.content(of: entry) }?.kind
    }
    #expect(kinds == [.unsupported, .unsupported, .limit, .limit])
    let roomy = try ZipArchive(parsing: ByteSlice(builder.bytes))
    let error = #expect(throws: ParseError.self) { try roomy.content(of: roomy.entries[2]) }
    #expect(error?.kind == .malformed)
    #expect(try roomy.content(of: roomy.entries[3]) == ByteSlice(text))
  }

  @Test(arguments: [0, 10, 21])
  func `bytes without an end record are no archive`(_ length: Int) {
    #expect(throws: ParseError.self) {
      try ZipArchive(parsing: ByteSlice([UInt8](repeating: 0x50, count: length)))
    }
  }
}
