import Archives
import Bytes
import Findings
import TestSupport
import Testing

/// A tar archive of one member, `a` with the bytes `weights`, compressed by the tools themselves.
private struct Compressed: CustomTestStringConvertible, Sendable {
  let container: Inventory.Container
  let base64: String
  var testDescription: String { container.rawValue }

  var bytes: [UInt8] {
    get throws { try #require(Base64.decode(base64)) }
  }
}

private let archives = [
  // xz 5.4 -9
  Compressed(
    container: .tarXZ,
    base64: """
      /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AFtdADCAM1AYaImDAdzibiEFX+y+Q1pTzUwiPT8eFLKffwo309la6\
      5BDF7WKrvZkMGgYsd8GIv90kDCblhfmG39YcFivFPPoEgiAyetgRzHEgEj0bCLFSWTk78lkAAAAADjFu9eCx9MqAA\
      F3gFAAAACUVpmvscRn+wIAAAAABFla
      """),
  // bzip2 1.0
  Compressed(
    container: .tarBzip2,
    base64: """
      QlpoOTFBWSZTWaqH1ZMAAGz7gMmAAAhAAGeAAADi4B6ACAggAFRCAAAGmgSRRo0MmgaGWpEdCCuKEIlWcSm2maBDA\
      xNxOwjh0WVeCEguyAuR9IuMPhn6YiIB8XckU4UJCqh9WTA=
      """),
  // zstd 1.5 -19 --check
  Compressed(
    container: .tarZstd,
    base64: """
      KLUv/QRo5QEAggIJEcCnMYAI402L/1NaLufw+koK2hWEMSS+R50hejEYoHeFnaGtCSDQD/WF53Pq/Ex7MIAHDAqwn\
      1gbFyMQXg==
      """),
  // lz4 1.9 -9
  Compressed(
    container: .tarLZ4,
    base64: """
      BCJNGGRAp3AAAAAvYQABAE+SMDAwMDY0NAAwAQAMCABHMDAwNwwAABgAfzYxMDUAIDCcAFCvAHVzdGFyADAwAAEA4\
      493ZWlnaHRzAAEA//////////////////////////////////////////////////8GUAAAAAAAAAAAAIIShtk=
      """),
  // Python's lzma, FORMAT_ALONE
  Compressed(
    container: .tarLZMA,
    base64: """
      XQAAAAT//////////wAwgDNQGGiJgwHc4m4hBV/svkNaU81MIj0/HhSyn38KN9PZWuuQQxe1iq72ZDBoGLHfBiL/d\
      JAwm5YX5ht/WHBYrxTz6BIIgMnrYEcxxIBI9GwixUlk5PAOa73//+6yQAA=
      """),
  // Python's zlib, level 9
  Compressed(
    container: .tarZlib,
    base64: """
      eNrtzjEOgkAQBdA5CkdYEljPQ2GQ1l3j9R2sCL0mxveaP/nNnyU+r6Q6Te9M50yXw733dSxzDOULv8Wj9eWek/Gfn\
      tdtvfUWAAAAAAAAAAAA/JYXx/sPjQ==
      """),
]

private func inventory(_ bytes: [UInt8]) -> Inventory {
  Inventory(of: ByteSlice(bytes), named: "release")
}

struct CompressionTests {
  @Test(arguments: archives)
  private func `a compressed tar archive is opened`(_ archive: Compressed) throws {
    let opened = inventory(try archive.bytes)
    #expect(opened.container == archive.container)
    #expect(opened.findings == [])
    #expect(opened.members.map(\.path.text) == ["a"])
    #expect(opened["a"]?.bytes == ByteSlice(utf8: "weights"))
  }

  @Test(arguments: archives)
  private func `bytes and archives after a compressed one are found`(
    _ archive: Compressed
  ) throws {
    let bytes = try archive.bytes
    // Streams without a signature are not joined by anybody.
    let joins = archive.container != .tarLZMA && archive.container != .tarZlib
    #expect(
      inventory(bytes + bytes).findings.map(\.rule.id)
        == (joins ? ["ARC014", "ARC010"] : ["ARC010"]))
    #expect(!inventory(bytes + Array("garbage".utf8)).findings.isEmpty)
  }

  @Test(arguments: archives)
  private func `a damaged one is found or still the same`(_ archive: Compressed) throws {
    let bytes = try archive.bytes
    for damaged in Mutations(of: bytes) {
      let opened = inventory(damaged.array)
      guard opened.findings.isEmpty, opened.container != .file else { continue }
      #expect(opened.members.map(\.path.text) == ["a"])
      #expect(opened["a"]?.bytes == ByteSlice(utf8: "weights"))
    }
  }

  @Test func `a file in gzip that is no archive is a file`() {
    // "hello" by gzip -n.
    let bytes: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10,
      0x36, 5, 0, 0, 0,
    ]
    let opened = inventory(bytes)
    #expect(opened.container == .file)
    #expect(opened.findings == [])
    #expect(opened["release"]?.bytes == ByteSlice(bytes))
  }

  @Test func `what holds no tar is unpacked by the scan alone`() throws {
    // More than 10 MiB, of which no ratio is asked, packed a thousand to one.
    let zeros = ByteSlice([UInt8](repeating: 0, count: 11 << 20))
    let path = try MemberPath("zeros")
    let folder = try ScratchFolder()
    let name = folder.file("zeros.tar.gz")
    try ArchiveWriter([Member(path, zeros)], as: .tarGzip).write(to: name)
    #expect(try Inventory(opening: name).findings.map(\.rule.id) == ["ARC005"])
    // Without the tar's headers: the same compression of the zeros alone.
    try ArchiveWriter([Member(path, zeros)], as: .zip).write(to: folder.file("zip"))
    let stored = try ZipArchive(parsing: ByteSlice(path: folder.file("zip")))
    let packed = try stored.packedContent(of: try #require(stored.entries.first)).array
    let gzip: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + packed
    let opened = inventory(gzip)
    #expect(opened.container == .file)
    #expect(opened.findings == [])
    var allowance = Allowance(Limits(), subjectBytes: gzip.count)
    let scanned = Inventory(
      of: ByteSlice(gzip), named: "zeros.gz", depth: 0, allowance: &allowance, opensModels: true)
    #expect(scanned.findings.map(\.rule.id) == ["ARC005"])
    // A name that promises a tar has it sought in all that can be unpacked.
    let named = Inventory(of: ByteSlice(gzip), named: "zeros.tgz")
    #expect(named.findings.map(\.rule.id) == ["ARC005"])
  }

  @Test(arguments: [[0x5d, 0, 0, 0x80, 0] + [UInt8](repeating: 0xff, count: 60)])
  func `what only begins as a compression does is a file`(_ bytes: [UInt8]) {
    let opened = inventory(bytes)
    #expect(opened.container == .file)
    #expect(opened.findings == [])
  }

  @Test(arguments: [
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], "7z"), (Array("MSCF\0\0\0\0".utf8), "cab"),
  ])
  func `an archive of a kind that is not read says so`(_ bytes: [UInt8], _ kind: String) {
    let opened = inventory(bytes)
    #expect(opened.findings.map(\.rule.id) == ["ARC009"])
    #expect(opened.findings.first?.message.contains(kind) == true)
  }
}
