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
    #expect(inventory(bytes + bytes).findings.map(\.rule.id) == ["ARC010"])
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

  @Test(arguments: [
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4], "7z"), (Array("MSCF\0\0\0\0".utf8), "cab"),
  ])
  func `an archive of a kind that is not read says so`(_ bytes: [UInt8], _ kind: String) {
    let opened = inventory(bytes)
    #expect(opened.findings.map(\.rule.id) == ["ARC009"])
    #expect(opened.findings.first?.message.contains(kind) == true)
  }
}
