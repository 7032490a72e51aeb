import Archives
import Bytes
import Findings
import Glibc
import TestSupport
import Testing

struct FolderTests {
  @Test func `a folder's files are sorted and digested`() throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "release/b/c")
    try folder.write("y", to: "release/b-d")
    try folder.write("", to: "release/.hidden")
    #expect(mkdir(folder.file("release/empty"), 0o755) == 0)
    #expect(chmod(folder.file("release/b-d"), 0o700) == 0)
    let inventory = try Inventory(opening: folder.file("release"))
    #expect(inventory.findings == [])
    #expect(inventory.container == .folder)
    #expect(inventory.members.map(\.path.text) == [".hidden", "b-d", "b/c"])
    #expect(inventory.members.map(\.mode) == [.plain, .executable, .plain])
    let list = inventory.members.map { "\($0.digest.hexadecimal)  \($0.path)\n" }.joined()
    #expect(inventory.subjectDigest == Digest(ofUTF8: list))
    #expect(inventory["b/c"]?.bytes == ByteSlice(utf8: "x"))
  }

  @Test func `links, pipes, rights and deceptive names are found and not followed`() throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "r/setuid")
    try folder.write("x", to: "r/open")
    try folder.write("x", to: "r/case")
    try folder.write("x", to: "r/Case")
    try folder.write("x", to: "r/a\u{1b}b")
    #expect(chmod(folder.file("r/setuid"), 0o4755) == 0)
    #expect(chmod(folder.file("r/open"), 0o666) == 0)
    #expect(symlink("/etc/passwd", folder.file("r/out")) == 0)
    #expect(symlink("/etc", folder.file("r/out-folder")) == 0)
    #expect(symlink("case", folder.file("r/in")) == 0)
    #expect(mkfifo(folder.file("r/pipe"), 0o644) == 0)
    let inventory = try Inventory(opening: folder.file("r"))
    let found = inventory.findings.map { "\($0.place.chain) \($0.rule.id)" }
    #expect(
      found == [
        "a\u{1b}b ARC008", "in ARC011", "open ARC004", "out ARC002", "out-folder ARC002",
        "pipe ARC003", "setuid ARC015", "case ARC006",
      ])
    #expect(inventory.members.map(\.path.text) == ["Case", "open", "setuid"])
  }

  @Test(arguments: [
    ("a repository", [".git"]), ("a worktree's file", [".git"]), ("no manifest", []),
    ("hooks alone", []), ("a text", []), ("a repository below", []),
  ])
  func `git's repository is left out of a release, and nothing else is`(
    _ what: String, _ leftOut: [String]
  ) throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "r/\(what == "no manifest" ? "readme" : "proofmark.toml")")
    try folder.write("x", to: "r/.gitignore")
    let repository = what == "a repository below" ? "r/model/.git" : "r/.git"
    switch what {
    case "a worktree's file": try folder.write("gitdir: ../../x\n", to: repository)
    case "a text": try folder.write("import os\n", to: repository)
    case "hooks alone": try folder.write("x", to: "\(repository)/hooks/post-checkout")
    default:
      for name in ["HEAD", "objects/a", "refs/heads/main"] {
        try folder.write("x", to: "\(repository)/\(name)")
      }
    }
    let inventory = try Inventory(opening: folder.file("r"))
    #expect(inventory.leftOut == leftOut)
    #expect(inventory.findings == [])
    #expect(
      inventory.members.contains { $0.path.text.contains(".git/") || $0.path.text == ".git" }
        == leftOut.isEmpty)
    #expect(inventory[".gitignore"] != nil)
  }

  @Test(arguments: [
    (["d/proofmark.toml", "d/m/x"], ["m/x", "proofmark.toml"]),
    (["d/model.sig", "d/x"], ["model.sig", "x"]),
    (["d/proofmark.toml", "e"], ["d/proofmark.toml", "e"]),
    (["d/proofmark.toml", "d.x"], ["d.x", "d/proofmark.toml"]),
    (["d/e/proofmark.toml"], ["d/e/proofmark.toml"]), (["d/x"], ["d/x"]),
    (["proofmark.toml", "x/proofmark.toml"], ["proofmark.toml", "x/proofmark.toml"]),
  ])
  func `a release below one folder of an archive is found there`(
    _ names: [String], _ paths: [String]
  ) throws {
    let folder = try ScratchFolder()
    var archive = TarBuilder()
    for name in names { archive.add(name, Array(name.utf8)) }
    try folder.write(archive.bytes, to: "a.tar")
    let inventory = try Inventory(opening: folder.file("a.tar"))
    #expect(inventory.members.map(\.path.text) == names.sorted())
    let release = inventory.atRelease()
    #expect(release.members.map(\.path.text) == paths)
    #expect(release.subjectDigest == inventory.subjectDigest)
    for path in paths { #expect(release[path] != nil) }
  }

  @Test func `names of a file outside the folder are found, those inside are not`() throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "r/shared")
    try folder.write("y", to: "r/inside")
    #expect(link(folder.file("r/shared"), folder.file("other")) == 0)
    #expect(link(folder.file("r/inside"), folder.file("r/again")) == 0)
    let inventory = try Inventory(opening: folder.file("r"))
    #expect(inventory.findings.map { "\($0.place.chain) \($0.rule.id)" } == ["shared ARC016"])
    #expect(inventory.members.count == 3)
  }

  @Test func `a single file is its own member`() throws {
    let folder = try ScratchFolder()
    try folder.write("\u{89}HDF", to: "model.h5")
    let inventory = try Inventory(opening: folder.file("model.h5"))
    #expect(inventory.container == .file)
    #expect(inventory.members.map(\.path.text) == ["model.h5"])
    #expect(inventory.members.map(\.digest) == [inventory.subjectDigest])
    try folder.write("x", to: "con")
    #expect(try Inventory(opening: folder.file("con")).members.map(\.path.text) == ["file"])
  }

  @Test func `a link that the user names is followed`() throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "r/a")
    #expect(symlink("r", folder.file("latest")) == 0)
    #expect(try Inventory(opening: folder.file("latest")).members.count == 1)
  }

  @Test func `what is not there and what is no file cannot be opened`() throws {
    let folder = try ScratchFolder()
    #expect(mkfifo(folder.file("pipe"), 0o644) == 0)
    #expect(throws: FileError.self) { try Inventory(opening: folder.file("missing")) }
    #expect(throws: FileError.self) { try Inventory(opening: folder.file("pipe")) }
  }

  @Test func `a large folder is over a limit and no bomb`() throws {
    let folder = try ScratchFolder()
    for name in ["a", "b", "c"] { try folder.write("xx", to: "r/\(name)") }
    var limits = Limits()
    limits.memberCount = 2
    #expect(try rules(limits) == ["ARC013"])
    limits = Limits()
    limits.memberBytes = 1
    #expect(try rules(limits) == ["ARC013"])
    limits = Limits()
    limits.totalBytes = 5
    #expect(try rules(limits) == ["ARC013"])
    limits.totalBytes = 6
    #expect(try rules(limits) == [])

    func rules(_ limits: Limits) throws -> [String] {
      try Inventory(opening: folder.file("r"), limits: limits).findings.map(\.rule.id)
    }
  }
}

struct MemberWalkTests {
  /// What a walk meets, in its order.
  private final class Met {
    var files: [String] = []
  }

  @Test func `a walk meets what an inventory holds, one file after the other`() throws {
    let folder = try ScratchFolder()
    try folder.write("x", to: "release/b/c")
    try folder.write("y", to: "release/a")
    try folder.write("z", to: "release/b-d")
    try folder.link("release/in", to: "a")
    let met = Met()
    let path = folder.file("release")
    let walk = try MemberWalk(over: path, limits: Limits()) { member in
      met.files.append("\(member.path) \(String(decoding: member.bytes, as: UTF8.self))")
    }
    let inventory = try Inventory(opening: path)
    #expect(Set(met.files) == ["a y", "b-d z", "b/c x"])
    #expect(walk.digest == inventory.subjectDigest)
    #expect(walk.findings == inventory.findings && walk.findings.count == 1)
  }

  @Test func `an archive is walked as it is opened`() throws {
    let folder = try ScratchFolder()
    var zip = ZipBuilder()
    zip.add("b", Array("2".utf8), deflated: true)
    zip.add("a", Array("1".utf8))
    try folder.write(zip.bytes, to: "a.zip")
    let met = Met()
    let walk = try MemberWalk(over: folder.file("a.zip"), limits: Limits()) { member in
      met.files.append(member.path.text)
    }
    #expect(met.files == ["a", "b"])
    #expect(walk.digest == Digest(of: ByteSlice(zip.bytes)))
    #expect(throws: FileError.self) {
      try MemberWalk(over: folder.file("missing"), limits: Limits()) { _ in }
    }
  }

  @Test func `a walk keeps the limits`() throws {
    let folder = try ScratchFolder()
    for name in ["a", "b", "c"] { try folder.write("x", to: "r/\(name)") }
    var limits = Limits()
    limits.memberCount = 2
    let walk = try MemberWalk(over: folder.file("r"), limits: limits) { _ in }
    #expect(walk.findings.map(\.rule) == [.overLimit])
  }
}
