import Archives
import Bytes
import Findings
import TestSupport
import Testing

/// A hostile or damaged archive and the one rule that it must break.
struct Hazard: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let rule: Rule
  let bytes: [UInt8]

  init(_ description: String, _ rule: Rule, _ bytes: [UInt8]) {
    testDescription = description
    self.rule = rule
    self.bytes = bytes
  }

  var inventory: Inventory { Inventory(of: ByteSlice(bytes), named: "release") }
}

private let text = Array("weights".utf8)

private func tar(_ build: (inout TarBuilder) -> Void) -> [UInt8] {
  var builder = TarBuilder()
  build(&builder)
  return builder.bytes
}

private func link(_ type: Unicode.Scalar, _ target: String, at name: String = "a/b") -> [UInt8] {
  TarBuilder.one(name, type: type) { $0.linkName = Array(target.utf8) }
}

/// An old GNU sparse file of that octal size, and of content if it says so.
private func sparse(
  _ size: String, map: [(offset: Int, count: Int)] = [], _ content: [UInt8] = []
) -> [UInt8] {
  TarBuilder.one("a", content, type: "S") {
    $0.magic = Array("ustar  \u{0}".utf8)
    let pairs = map.flatMap { [$0.offset, $0.count] }.map { number in
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: 11 - digits.count) + digits + "\u{0}"
    }
    $0.patches = [(386, Array(pairs.joined().utf8)), (483, Array(size.utf8))]
  }
}

private let hazards: [Hazard] = [
  Hazard("absolute name", .pathTraversal, TarBuilder.one("/etc/passwd", text)),
  Hazard("parent folder", .pathTraversal, TarBuilder.one("../evil", text)),
  Hazard("parent folder inside", .pathTraversal, TarBuilder.one("a/../../evil", text)),
  Hazard("parent folder by backslash", .pathTraversal, TarBuilder.one("a\\..\\evil", text)),
  Hazard("drive letter", .pathTraversal, TarBuilder.one("C:evil", text)),
  Hazard("UNC name", .pathTraversal, TarBuilder.one("\\\\host\\share", text)),
  Hazard(
    "absolute pax path", .pathTraversal,
    tar {
      $0.pax([("path", "/x")]); $0.add("a", text)
    }),
  Hazard(
    "long GNU name", .pathTraversal,
    tar {
      $0.gnuLong("../x"); $0.add("a", text)
    }),
  Hazard(
    "parent folder across the prefix field", .pathTraversal,
    TarBuilder.one("./x", text) { $0.prefix = Array("a/..".utf8) }),
  Hazard("absolute folder", .pathTraversal, TarBuilder.one("/tmp/", type: "5")),
  Hazard("symbolic link to /", .linkOutside, link("2", "/etc")),
  Hazard("symbolic link upwards", .linkOutside, link("2", "../../x")),
  Hazard("symbolic link inside", .linkInside, link("2", "../x")),
  Hazard("hard link to /", .linkOutside, link("1", "/etc/passwd")),
  Hazard("hard link upwards", .linkOutside, link("1", "../x")),
  Hazard("hard link inside", .linkInside, link("1", "a/c")),
  Hazard(
    "pax link target", .linkOutside,
    tar {
      $0.pax([("linkpath", "/etc")]); $0.add("a", type: "2")
    }),
  Hazard(
    "long GNU link target", .linkOutside,
    tar {
      $0.gnuLong("/etc", type: "K"); $0.add("a", type: "2")
    }),
  Hazard("character device", .specialFile, TarBuilder.one("a", type: "3")),
  Hazard("block device", .specialFile, TarBuilder.one("a", type: "4")),
  Hazard("pipe", .specialFile, TarBuilder.one("a", type: "6")),
  Hazard("unknown type Z", .specialFile, TarBuilder.one("a", type: "Z")),
  Hazard("volume label", .specialFile, TarBuilder.one("a", type: "V")),
  Hazard("setuid", .borrowedRights, TarBuilder.one("a", text) { $0.mode = 0o4755 }),
  Hazard("setgid", .borrowedRights, TarBuilder.one("a", text) { $0.mode = 0o2755 }),
  Hazard("world-writable", .unsafeMode, TarBuilder.one("a", text) { $0.mode = 0o666 }),
  Hazard(
    "file capability", .borrowedRights,
    tar {
      $0.pax([("SCHILY.xattr.security.capability", "x")]); $0.add("a", text)
    }),
  Hazard(
    "duplicate", .nameCollision,
    tar {
      $0.add("a", text); $0.add("a", text)
    }),
  Hazard(
    "case collision", .nameCollision,
    tar {
      $0.add("Model.h5", text); $0.add("model.h5")
    }),
  Hazard(
    "case collision of folders", .nameCollision,
    tar {
      $0.add("A/x"); $0.add("a/y")
    }),
  Hazard(
    "sharp s", .nameCollision,
    tar {
      $0.add("stra\u{df}e"); $0.add("STRASSE")
    }),
  Hazard(
    "file as folder", .nameCollision,
    tar {
      $0.add("a"); $0.add("a/b")
    }),
  Hazard(
    "folder as file", .nameCollision,
    tar {
      $0.add("a/b"); $0.add("a")
    }),
  Hazard("control character", .deceptiveName, TarBuilder.one("a\u{1b}[2J", text)),
  Hazard("line break", .deceptiveName, TarBuilder.one("a\nb", text)),
  Hazard("bidi override", .deceptiveName, TarBuilder.one("gpj.\u{202e}exe", text)),
  Hazard("zero-width space", .deceptiveName, TarBuilder.one("a\u{200b}b", text)),
  Hazard("NUL in the name", .deceptiveName, TarBuilder.one("a\u{0}b", text)),
  Hazard(
    "NUL in the pax path", .deceptiveName,
    tar {
      $0.pax([("path", "a\u{0}b")]); $0.add("a", text)
    }),
  Hazard("invalid UTF-8", .deceptiveName, TarBuilder.one("a") { $0.name = [0x61, 0xff] }),
  Hazard("mark over a slash", .deceptiveName, TarBuilder.one("a/\u{338}b", text)),
  Hazard("decomposed name", .unportableName, TarBuilder.one("e\u{301}", text)),
  Hazard("device name", .unportableName, TarBuilder.one("a/NUL.txt", text)),
  Hazard("trailing dot", .unportableName, TarBuilder.one("a./b", text)),
  Hazard("trailing space", .unportableName, TarBuilder.one("a ", text)),
  Hazard("backslash", .unportableName, TarBuilder.one("a\\b", text)),
  Hazard("colon", .unportableName, TarBuilder.one("model.h5:hidden", text)),
  Hazard("empty part", .unportableName, TarBuilder.one("a//b", text)),
  Hazard("dot part", .unportableName, TarBuilder.one("a/./b", text)),
  Hazard("file with a slash", .unportableName, TarBuilder.one("a/", text)),
  Hazard("empty name", .unportableName, TarBuilder.one("", text)),
  Hazard(
    "name of 1,025 bytes", .unportableName,
    tar {
      $0.gnuLong(String(repeating: "a", count: 1025)); $0.add("a", text)
    }),
  Hazard(
    "pax size against the header", .ambiguousArchive,
    tar {
      $0.pax([("size", "7")]); $0.add("a", text) { $0.size = 0 }
    }),
  Hazard(
    "path twice in a pax header", .ambiguousArchive,
    tar {
      $0.pax([("path", "a"), ("path", "b")]); $0.add("a", text)
    }),
  Hazard(
    "two pax headers", .ambiguousArchive,
    tar {
      $0.pax([("path", "a")]); $0.pax([("path", "b")]); $0.add("a", text)
    }),
  Hazard(
    "pax and GNU name", .ambiguousArchive,
    tar {
      $0.pax([("path", "a")]); $0.gnuLong("b"); $0.add("a", text)
    }),
  Hazard(
    "two GNU names", .ambiguousArchive,
    tar {
      $0.gnuLong("a"); $0.gnuLong("b"); $0.add("a", text)
    }),
  Hazard(
    "global path", .ambiguousArchive,
    tar {
      $0.pax([("path", "a")], type: "g"); $0.add("a", text)
    }),
  Hazard("bytes after the end", .hiddenBytes, TarBuilder.one("a", text) + text),
  Hazard(
    "another archive after the end", .hiddenBytes,
    TarBuilder.one("a", text) + TarBuilder.one("b", text)),
  Hazard(
    "a member after a lone block of zeros", .hiddenBytes,
    tar {
      $0.add("a"); $0.add(raw: [UInt8](repeating: 0, count: 512)); $0.add("b")
    }),
  Hazard(
    "bytes in the padding", .hiddenBytes,
    tar {
      $0.add("a") { $0.size = 7 }; $0.add(raw: text + [UInt8](repeating: 1, count: 505))
    }),
  Hazard(
    "a name without a member", .hiddenBytes,
    tar {
      $0.add("a", text); $0.gnuLong("hidden")
    }),
  Hazard("old sparse file of 10 GiB", .bomb, sparse("120000000000")),
  Hazard(
    "old sparse file whose map overlaps", .unreadableArchive,
    sparse("000000002000", map: [(512, 8), (0, 8)])),
  Hazard(
    "old sparse file whose map passes its end", .unreadableArchive,
    sparse("000000002000", map: [(1020, 8)])),
  Hazard(
    "old sparse file with fewer bytes than its map", .unreadableArchive,
    sparse("000000002000", map: [(0, 8)])),
  Hazard(
    "sparse file of pax 0.0 with half a pair", .unreadableArchive,
    tar {
      $0.pax([("GNU.sparse.size", "9"), ("GNU.sparse.offset", "0")]); $0.add("a", text)
    }),
  Hazard(
    "sparse file of pax 0.1 whose map says too little", .unreadableArchive,
    tar {
      $0.pax([("GNU.sparse.size", "99"), ("GNU.sparse.map", "0,3")]); $0.add("a", text)
    }),
  Hazard(
    "sparse file of pax 1.0 whose map has a billion pairs", .unreadableArchive,
    tar {
      $0.pax([("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "99")])
      $0.add("a", Array("999999999\n".utf8))
    }),
  Hazard(
    "extended header of Solaris", .ambiguousArchive,
    tar {
      $0.pax([("path", "b")], type: "X"); $0.add("a", text)
    }),
  Hazard(
    "pax header before a long name (CVE-2026-53655)", .ambiguousArchive,
    tar {
      $0.pax([("size", "7")]); $0.gnuLong("b"); $0.add("a", text)
    }),
  Hazard(
    "pax size of 0 over a member (CVE-2025-62518)", .ambiguousArchive,
    tar {
      $0.pax([("size", "0")])
      $0.add("a") { $0.size = 1536 }
      $0.add(raw: Array(TarBuilder.one("b", text).prefix(1024)))
    }),
  Hazard("rest of another volume's file", .specialFile, TarBuilder.one("a", text, type: "M")),
  Hazard("list of an incremental backup", .specialFile, TarBuilder.one("a", text, type: "D")),
  Hazard("old list of long names", .specialFile, TarBuilder.one("a", text, type: "N")),
  Hazard(
    "hard link to a file before it", .hardLink,
    tar {
      $0.add("a", text); $0.add("b", type: "1") { $0.linkName = Array("a".utf8) }
    }),
  Hazard(
    "hard link to a file after it", .linkInside,
    tar {
      $0.add("b", type: "1") { $0.linkName = Array("a".utf8) }; $0.add("a", text)
    }),
  Hazard(
    "hard link through a symbolic link (GHSA-83g3-92jg-28cx)", .linkInside,
    tar {
      $0.add("a", type: "2") { $0.linkName = Array("b".utf8) }
      $0.add("c", type: "1") { $0.linkName = Array("a".utf8) }
    }),
  Hazard(
    "chain of links upwards (CVE-2025-4517)", .linkOutside,
    tar {
      $0.add("a", type: "2") { $0.linkName = Array("../b".utf8) }
    }),
  Hazard(
    "extended attribute", .extendedAttributes,
    tar {
      $0.pax([("SCHILY.xattr.user.run", "x")]); $0.add("a", text)
    }),
  Hazard(
    "access list", .extendedAttributes,
    tar {
      $0.pax([("SCHILY.acl.access", "user::rwx")]); $0.add("a", text)
    }),
  Hazard("option", .commandName, TarBuilder.one("--checkpoint-action=exec=sh", text)),
  Hazard("short option", .commandName, TarBuilder.one("a/-rf", text)),
  Hazard("home folder", .commandName, TarBuilder.one("~/b", text)),
  Hazard("variable", .commandName, TarBuilder.one("$HOME/b", text)),
  Hazard("command", .commandName, TarBuilder.one("a$(id)", text)),
  Hazard("variable of Windows", .commandName, TarBuilder.one("%TEMP%", text)),
  Hazard("pattern", .commandName, TarBuilder.one("*.bin", text)),
  Hazard("pipe", .commandName, TarBuilder.one("a|b", text)),
  Hazard("short name of Windows", .commandName, TarBuilder.one("PROGRA~1", text)),
  Hazard("whiteout outside an image", .commandName, TarBuilder.one("a/.wh.b", text)),
  Hazard("division slash", .deceptiveName, TarBuilder.one("a\u{2215}b", text)),
  Hazard("full-width slash", .deceptiveName, TarBuilder.one("a\u{ff0f}b", text)),
  Hazard(
    "pax sparse file of 1 TiB", .bomb,
    tar {
      $0.pax([("GNU.sparse.realsize", "1099511627776")]); $0.add("a", text)
    }),
  Hazard(
    "pax sparse file without a map", .unreadableArchive,
    tar {
      $0.pax([("GNU.sparse.major", "1")]); $0.add("a", text)
    }),
  Hazard(
    "member of 1 TiB that is not there", .bomb,
    TarBuilder.one("a") { $0.patches = [(124, [0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])] }),
  Hazard(
    "binary size over 63 bits", .unreadableArchive,
    TarBuilder.one("a") { $0.patches = [(124, [0x80] + [UInt8](repeating: 0xff, count: 11))] }),
  Hazard(
    "negative size", .unreadableArchive,
    TarBuilder.one("a") { $0.patches = [(124, [UInt8](repeating: 0xff, count: 12))] }),
  Hazard("wrong checksum", .unreadableArchive, TarBuilder.one("a", text) { $0.checksumError = 1 }),
  Hazard(
    "size that is no number", .unreadableArchive,
    TarBuilder.one("a") { $0.patches = [(124, Array("12x".utf8))] }),
  Hazard(
    "pax record with a wrong length", .unreadableArchive,
    tar {
      $0.add("p", Array("99 path=a\n".utf8), type: "x"); $0.add("a")
    }),
  Hazard(
    "pax size that overflows", .unreadableArchive,
    tar {
      $0.pax([("size", "99999999999999999999")]); $0.add("a")
    }),
  Hazard("folder with content", .unreadableArchive, TarBuilder.one("a", text, type: "5")),
  Hazard("no end marker", .unreadableArchive, TarBuilder.one("a", text).dropLast(1024)),
  Hazard("half an end marker", .unreadableArchive, TarBuilder.one("a", text).dropLast(512)),
  Hazard("member cut off", .unreadableArchive, Array(TarBuilder.one("a", text).prefix(600))),
]

struct TarHazardTests {
  @Test(arguments: hazards)
  func `a hostile tar archive breaks its rule and no other`(_ hazard: Hazard) {
    let rules = Set(hazard.inventory.findings.map(\.rule.id))
    #expect(rules == [hazard.rule.id])
  }

  /// Eight bytes after a hole of 1,000 bytes, and a hole at the end, by all four ways to store it.
  @Test(arguments: [
    sparse("000000002000", map: [(1000, 7), (1024, 0)], text),
    tar {
      $0.pax([
        ("GNU.sparse.size", "1024"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "1000"),
        ("GNU.sparse.numbytes", "7"), ("GNU.sparse.offset", "1024"), ("GNU.sparse.numbytes", "0"),
      ])
      $0.add("a", text)
    },
    tar {
      $0.pax([
        ("GNU.sparse.size", "1024"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.name", "a"),
        ("GNU.sparse.map", "1000,7,1024,0"),
      ])
      $0.add("GNUSparseFile.1/a", text)
    },
    tar {
      $0.pax([
        ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"),
        ("GNU.sparse.realsize", "1024"),
      ])
      let map = Array("2\n1000\n7\n1024\n0\n".utf8)
      $0.add("GNUSparseFile.1/a", map + [UInt8](repeating: 0, count: 512 - map.count) + text)
    },
  ])
  func `a sparse file is unpacked with its holes`(_ bytes: [UInt8]) {
    let inventory = Inventory(of: ByteSlice(bytes), named: "release")
    let expected = [UInt8](repeating: 0, count: 1000) + text + [UInt8](repeating: 0, count: 17)
    #expect(inventory.findings.isEmpty, "\(inventory.findings)")
    #expect(inventory["a"]?.bytes == ByteSlice(expected))
  }

  @Test func `a hard link to a file before it is that file once more`() {
    let bytes = tar {
      $0.add("a", text); $0.add("b", type: "1") { $0.linkName = Array("./a".utf8) }
    }
    #expect(Inventory(of: ByteSlice(bytes), named: "release")["b"]?.bytes == ByteSlice(text))
  }

  @Test(arguments: [
    "PROGRA~1x", "a$b.class", "100%", "a~", "a-b", "100%_sure%", "x~1.backup", "file~12345678",
  ])
  func `a name that only looks like an instruction is none`(_ name: String) {
    let inventory = Inventory(of: ByteSlice(TarBuilder.one(name, text)), named: "release")
    #expect(inventory.findings.isEmpty, "\(inventory.findings)")
  }

  @Test func `the nearest clean archives have no finding`() {
    let long = String(repeating: "a", count: 254) + "/b"
    let bytes = tar {
      $0.pax([("comment", "a commit")], type: "g")
      $0.add("./", type: "5") { $0.mode = 0o777 }
      $0.add("./dotted", text)
      $0.add("folder/", type: "5") { $0.mode = 0o755 }
      $0.add("folder/a..b", text)
      $0.add("run.sh", text) { $0.mode = 0o755 }
      $0.pax([("path", "\u{e9}t\u{e9}/model.h5"), ("mtime", "1.5")])
      $0.add("cut", text)
      $0.gnuLong(long)
      $0.add("cut", text) { $0.magic = Array("ustar  \u{0}".utf8) }
      $0.add("name", text) { $0.prefix = Array("prefix".utf8) }
      $0.add("contiguous", text, type: "7")
      $0.add("version 7", text, type: "\u{0}") { $0.magic = [UInt8](repeating: 0, count: 8) }
      $0.add("old folder/", type: "\u{0}") { $0.magic = [UInt8](repeating: 0, count: 8) }
      $0.add("x\u{302}", text)
    }
    let inventory = Inventory(of: ByteSlice(bytes), named: "release")
    #expect(inventory.findings.isEmpty)
    #expect(inventory.container == .tar)
    #expect(
      inventory.members.map(\.path.text)
        == [
          long, "contiguous", "dotted", "folder/a..b", "prefix/name", "run.sh", "version 7",
          "x\u{302}", "\u{e9}t\u{e9}/model.h5",
        ])
    #expect(inventory["run.sh"]?.mode == .executable)
    #expect(inventory["version 7"]?.bytes == ByteSlice(text))
    #expect(inventory["version 7"]?.digest == Digest(of: ByteSlice(text)))
    #expect(inventory["version 8"] == nil)
  }
}
