import Archives
import Bytes
import Glibc
import TestSupport
import Testing

private func member(
  _ path: String, _ text: String, mode: Member.Mode = .plain
) throws -> Member {
  Member(try MemberPath(path), ByteSlice(utf8: text), mode: mode)
}

private func mode(of path: String) -> UInt32 {
  var status = stat()
  lstat(path, &status)
  return status.st_mode & 0o7777
}

struct ExtractionTests {
  @Test func `members become files with their modes`() throws {
    let folder = try ScratchFolder()
    let members = try [
      member("b/c/d", "deep"), member("a", "x"), member("b/run", "y", mode: .executable),
      member("b-", "sorts between"),
    ]
    try Extraction(of: members).write(to: folder.file("out/"))
    #expect(
      try folder.listing() == [
        "out", "out/a", "out/b", "out/b-", "out/b/c", "out/b/c/d", "out/b/run",
      ])
    #expect(try folder.text("out/b/c/d") == "deep")
    #expect(mode(of: folder.file("out")) == 0o755)
    #expect(mode(of: folder.file("out/b")) == 0o755)
    #expect(mode(of: folder.file("out/a")) == 0o644)
    #expect(mode(of: folder.file("out/b/run")) == 0o755)
    let inventory = try Inventory(opening: folder.file("out"))
    #expect(inventory.members.map(\.digest) == members.sorted { $0.path < $1.path }.map(\.digest))
  }

  @Test func `members of given names and what lies below them stay out`() throws {
    let members = try ["a", "b/c", "b/d/e", "bc"].map { try member($0, "x") }
    let folder = try ScratchFolder()
    let extraction = Extraction(of: members, without: ["a", "b/d", "none"])
    #expect(extraction.count == 2)
    try extraction.write(to: folder.file("out"))
    #expect(try folder.listing() == ["out", "out/b", "out/b/c", "out/bc"])
  }

  @Test func `a folder with files in it stays as it is unless it is to be replaced`() throws {
    let folder = try ScratchFolder()
    try folder.write("old", to: "out/keep/old")
    #expect(symlink("/etc", folder.file("out/link")) == 0)
    let extraction = Extraction(of: [try member("new", "new")])
    #expect(throws: FileError.self) { try extraction.write(to: folder.file("out")) }
    #expect(try folder.text("out/keep/old") == "old")
    try extraction.write(to: folder.file("out"), replaces: true)
    #expect(try folder.listing() == ["out", "out/new"])
  }

  @Test func `an empty folder is filled, a file is not replaced`() throws {
    let folder = try ScratchFolder()
    #expect(mkdir(folder.file("out"), 0o700) == 0)
    let extraction = Extraction(of: [try member("new", "new")])
    try extraction.write(to: folder.file("out"))
    #expect(try folder.text("out/new") == "new")
    try folder.write("x", to: "file")
    #expect(throws: FileError.self) {
      try extraction.write(to: folder.file("file"), replaces: true)
    }
    #expect(try folder.text("file") == "x")
  }

  @Test func `a failure half-way leaves nothing behind`() throws {
    let folder = try ScratchFolder()
    let members = try [member("a", "file"), member("a/b", "file in a file")]
    #expect(throws: FileError.self) {
      try Extraction(of: members).write(to: folder.file("out"))
    }
    #expect(try folder.listing() == [])
  }

  @Test func `a hostile archive writes nothing outside`() throws {
    var builder = TarBuilder()
    builder.add("../outside", [1])
    builder.add("/tmp/proofmark-outside", [1])
    builder.add("link", type: "2") { $0.linkName = Array("..".utf8) }
    builder.add("link/outside", [1])
    builder.add("inside", [1])
    let folder = try ScratchFolder()
    let inventory = Inventory(of: ByteSlice(builder.bytes), named: "release.tar")
    #expect(inventory.members.map(\.path.text) == ["inside", "link/outside"])
    try Extraction(of: inventory.members).write(to: folder.file("out"))
    #expect(
      try folder.listing() == ["out", "out/inside", "out/link", "out/link/outside"])
    #expect(access("/tmp/proofmark-outside", F_OK) != 0)
  }
}
