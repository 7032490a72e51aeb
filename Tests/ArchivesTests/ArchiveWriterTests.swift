import Archives
import Bytes
import Findings
import TestSupport
import Testing

struct ArchiveWriterTests {
  /// Members of every kind that a writer must get right.
  private static func members() throws -> [Member] {
    var noise: [UInt8] = []
    var state: UInt32 = 1
    for _ in 0..<70_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      noise.append(UInt8(truncatingIfNeeded: state >> 24))
    }
    let longFolder = String(repeating: "folder/", count: 20)
    return try [
      Member(MemberPath("model/weights.h5"), ByteSlice(noise)),
      Member(
        MemberPath("model-card.md"), ByteSlice(utf8: String(repeating: "# model\n", count: 99))),
      Member(MemberPath("empty"), .empty),
      Member(MemberPath("run.sh"), ByteSlice(utf8: "#!/bin/sh\n"), mode: .executable),
      Member(MemberPath("\u{e9}t\u{e9}/\u{65e5}\u{672c}"), ByteSlice(utf8: "x")),
      Member(MemberPath(longFolder + "name"), ByteSlice(utf8: "ustar's prefix")),
      Member(MemberPath(String(repeating: "n", count: 200)), ByteSlice(utf8: "a pax record")),
      Member(MemberPath(String(repeating: "m", count: 1024)), ByteSlice(utf8: "the longest")),
      Member(MemberPath("block"), ByteSlice([UInt8](repeating: 7, count: 512))),
    ]
  }

  @Test(arguments: ArchiveWriter.Format.allCases)
  func `what was packed is opened again without a finding`(
    _ format: ArchiveWriter.Format
  ) throws {
    let members = try ArchiveWriterTests.members()
    let folder = try ScratchFolder()
    let path = folder.file("release." + format.rawValue)
    #expect(ArchiveWriter.Format(path: path) == format)
    try ArchiveWriter(members, as: format, time: 1_700_000_001).write(to: path)
    let inventory = try Inventory(opening: path)
    #expect(inventory.findings == [])
    #expect(inventory.container.rawValue == format.rawValue)
    let sorted = members.sorted { $0.path < $1.path }
    #expect(inventory.members.map(\.path) == sorted.map(\.path))
    #expect(inventory.members.map(\.digest) == sorted.map(\.digest))
    #expect(inventory.members.map(\.mode) == sorted.map(\.mode))
    #expect(inventory.members.map(\.bytes) == sorted.map(\.bytes))
    #expect(inventory.subjectDigest == Digest(of: try ByteSlice(path: path)))
    #expect(try folder.listing() == ["release." + format.rawValue])
  }

  @Test(arguments: ArchiveWriter.Format.allCases)
  func `the same members give the same bytes in any order`(
    _ format: ArchiveWriter.Format
  ) throws {
    let members = try ArchiveWriterTests.members()
    let folder = try ScratchFolder()
    try ArchiveWriter(members, as: format).write(to: folder.file("a"))
    try ArchiveWriter(members.reversed(), as: format, time: -5).write(to: folder.file("b"))
    try ArchiveWriter(members, as: format, time: 1_700_000_000).write(to: folder.file("c"))
    #expect(try folder.read("a") == folder.read("b"))
    #expect(try folder.read("a") != folder.read("c"))
  }

  @Test(arguments: ArchiveWriter.Format.allCases)
  func `nothing is packed into an archive that opens`(_ format: ArchiveWriter.Format) throws {
    let folder = try ScratchFolder()
    try ArchiveWriter([], as: format).write(to: folder.file("a"))
    #expect(try Inventory(opening: folder.file("a")).findings == [])
  }

  @Test func `a folder that is not there leaves nothing behind`() throws {
    let folder = try ScratchFolder()
    #expect(throws: FileError.self) {
      try ArchiveWriter([], as: .zip).write(to: folder.file("missing/a.zip"))
    }
    #expect(try folder.listing() == [])
  }

  @Test func `an extension names its format`() {
    #expect(ArchiveWriter.Format(path: "a.tgz") == .tarGzip)
    #expect(ArchiveWriter.Format(path: "a.tar") == nil)
    #expect(ArchiveWriter.Format(path: "zip") == nil)
  }
}
