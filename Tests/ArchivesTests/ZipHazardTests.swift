import Archives
import Bytes
import Findings
import TestSupport
import Testing

private let text = Array("weights and biases, weights and biases".utf8)

private func zip(_ build: (inout ZipBuilder) -> Void) -> [UInt8] {
  var builder = ZipBuilder()
  build(&builder)
  return builder.bytes
}

private let hazards: [Hazard] = [
  Hazard("absolute name", .pathTraversal, ZipBuilder.one("/a", text)),
  Hazard("parent folder", .pathTraversal, ZipBuilder.one("../a", text, deflated: true)),
  Hazard("backslash traversal", .pathTraversal, ZipBuilder.one("..\\a", text)),
  Hazard(
    "symbolic link", .linkOutside,
    ZipBuilder.one("a", Array("/etc".utf8)) { $0.externalAttributes = 0o120777 << 16 }),
  Hazard(
    "device", .specialFile, ZipBuilder.one("a", []) { $0.externalAttributes = 0o20644 << 16 }),
  Hazard(
    "setuid", .borrowedRights, ZipBuilder.one("a", text) { $0.externalAttributes = 0o104755 << 16 }),
  Hazard(
    "duplicate", .nameCollision,
    zip {
      $0.add("a", text); $0.add("a", [])
    }),
  Hazard(
    "case collision", .nameCollision,
    zip {
      $0.add("a", text); $0.add("A", [])
    }),
  Hazard("NUL in the name", .deceptiveName, ZipBuilder.one("a\u{0}b.txt", text)),
  Hazard("decomposed name", .unportableName, ZipBuilder.one("e\u{301}", text)),
  Hazard(
    "another local name", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.local?.name = Array("b".utf8) }),
  Hazard(
    "other local flags", .ambiguousArchive, ZipBuilder.one("a", text) { $0.local?.flags = 1 }),
  Hazard(
    "another local method", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.local?.method = 8 }),
  Hazard(
    "another local CRC", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.local?.checksum = 1 }),
  Hazard(
    "another local size", .ambiguousArchive, ZipBuilder.one("a", text) { $0.local?.size = 1 }),
  Hazard(
    "another packed size", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.local?.packedSize = 1 }),
  Hazard(
    "wrong data descriptor", .ambiguousArchive,
    ZipBuilder.one("a", text) {
      $0.useDescriptor()
      $0.after = []
    }),
  Hazard(
    "hidden member", .ambiguousArchive,
    zip {
      $0.add("a", text); $0.add("b", text) { $0.directory = nil }
    }),
  Hazard("bytes between members", .hiddenBytes, ZipBuilder.one("a", text) { $0.before = [1, 2] }),
  Hazard(
    "bytes before the directory", .hiddenBytes,
    zip {
      $0.add("a", text); $0.beforeDirectory = [1, 2, 3]
    }),
  Hazard(
    "bytes after the directory", .hiddenBytes,
    zip {
      $0.add("a", text); $0.beforeEnd = [1, 2, 3, 4]
    }),
  Hazard(
    "bytes before the archive", .hiddenBytes,
    zip {
      $0.add("a", text); $0.prefix = Array("\u{7f}ELF\u{0}".utf8)
    }),
  Hazard(
    "bytes before an archive that knows them", .hiddenBytes,
    zip {
      $0.add("a", text)
      $0.prefix = Array("\u{7f}ELF\u{0}".utf8)
      $0.offsetsIncludePrefix = true
    }),
  Hazard(
    "bytes after the archive", .hiddenBytes,
    zip {
      $0.add("a", text); $0.suffix = [1, 2]
    }),
  Hazard(
    "a second end record in the comment", .ambiguousArchive,
    zip {
      $0.add("a", text); $0.comment = zip { _ in }
    }),
  Hazard(
    "two archives in a row", .hiddenBytes, ZipBuilder.one("a", text) + ZipBuilder.one("b", text)),
  Hazard(
    "wrong member count", .ambiguousArchive,
    zip {
      $0.add("a", text); $0.count = 2
    }),
  Hazard(
    "wrong zip64 count", .ambiguousArchive,
    zip {
      $0.add("a", text); $0.zip64 = true; $0.zip64Count = 9
    }),
  Hazard(
    "members that share one local header", .ambiguousArchive,
    zip {
      $0.add("a", text); $0.add("a2", text) { $0.offset = 0 }
    }),
  Hazard(
    "members that overlap", .selfContainedArchive,
    zip {
      $0.add("a", text); $0.add("a", text) { $0.offset = 0 }
    }),
  Hazard(
    "a version that some readers refuse", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.directory?.version = 99 }),
  Hazard(
    "a flag that some readers refuse", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.both { $0.flags = 0x20 } }),
  Hazard(
    "AES by the local header alone", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.local?.extra = [1, 0x99, 7, 0, 2, 0, 0x41, 0x45, 3, 0, 0] }),
  Hazard("option", .commandName, ZipBuilder.one("-rf", text)),
  Hazard(
    "a name of another encoding", .ambiguousArchive,
    ZipBuilder.one("\u{e9}", text) { $0.both { $0.flags = 0 } }),
  Hazard(
    "a Unicode name in the extra field", .ambiguousArchive,
    ZipBuilder.one("a", text) {
      $0.directory?.extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, UInt8(ascii: "b")]
    }),
  Hazard(
    "an extra field that ends early", .ambiguousArchive,
    ZipBuilder.one("a", text) { $0.directory?.extra = [9, 9, 200, 0, 1] }),
  Hazard(
    "a folder with content", .ambiguousArchive, ZipBuilder.one("a/", text)),
  Hazard(
    "encrypted", .unreadableArchive, ZipBuilder.one("a", text) { $0.both { $0.flags = 1 } }),
  Hazard(
    "unknown method", .unreadableArchive,
    ZipBuilder.one("a", text) { $0.both { $0.method = 93 } }),
  Hazard(
    "wrong CRC", .unreadableArchive,
    ZipBuilder.one("a", text) { $0.both { $0.checksum ^= 1 } }),
  Hazard(
    "wrong CRC of a deflated member", .unreadableArchive,
    ZipBuilder.one("a", text, deflated: true) { $0.both { $0.checksum ^= 1 } }),
  Hazard(
    "a smaller size than unpacked", .bomb,
    ZipBuilder.one("a", text, deflated: true) { $0.both { $0.size -= 1 } }),
  Hazard(
    "a larger size than unpacked", .unreadableArchive,
    ZipBuilder.one("a", text, deflated: true) { $0.both { $0.size += 1 } }),
  Hazard(
    "bytes after a deflate stream", .unreadableArchive,
    ZipBuilder.one("a", text, deflated: true) {
      $0.packed.append(0)
      $0.both { $0.packedSize += 1 }
    }),
  Hazard(
    "a bomb that says so", .bomb,
    ZipBuilder.one("a", [UInt8](repeating: 0, count: 11 << 20), deflated: true)),
]

struct ZipHazardTests {
  @Test(arguments: hazards)
  func `a hostile zip archive breaks its rule`(_ hazard: Hazard) {
    let inventory = hazard.inventory
    #expect(inventory.findings.map(\.rule.id).contains(hazard.rule.id), "\(inventory.findings)")
    #expect(inventory.container == .zip)
  }

  @Test func `the nearest clean archive has no finding`() {
    let bytes = zip {
      $0.add("folder/", []) { $0.externalAttributes = 0o40755 << 16 | 0x10 }
      $0.add("folder/a", text, deflated: true) { $0.useDescriptor() }
      $0.add("\u{e9}t\u{e9}", text)
      $0.add("dos", text) { $0.externalAttributes = 0x20 }
      $0.add("run.sh", text) { $0.externalAttributes = 0o100755 << 16 }
      $0.add("time", text) { $0.both { $0.extra = [0x55, 0x54, 5, 0, 1, 0, 0, 0, 0] } }
      $0.comment = Array("a comment".utf8)
    }
    let inventory = Inventory(of: ByteSlice(bytes), named: "release")
    #expect(inventory.findings.isEmpty, "\(inventory.findings)")
    #expect(
      inventory.members.map(\.path.text) == ["dos", "folder/a", "run.sh", "time", "\u{e9}t\u{e9}"])
    #expect(inventory["run.sh"]?.mode == .executable)
    #expect(inventory["folder/a"]?.bytes == ByteSlice(text))
  }

  @Test func `both views of a member are the evidence`() throws {
    let bytes = ZipBuilder.one("a", text) { $0.local?.name = Array("b".utf8) }
    let inventory = Inventory(of: ByteSlice(bytes), named: "release")
    let finding = try #require(inventory.findings.first { $0.rule == .ambiguousArchive })
    #expect(finding.evidence.count == 2)
    #expect(finding.evidence[0].hasPrefix("directory: a, size 38, packed 38, CRC-32 "))
    #expect(finding.evidence[1].hasPrefix("local header: b, size 38, packed 38, CRC-32 "))
    let discrepancy = try #require(
      try ZipArchive(parsing: ByteSlice(bytes)).discrepancies.first)
    #expect(discrepancy.directory?.nameBytes == Array("a".utf8))
    #expect(discrepancy.local?.nameBytes == Array("b".utf8))
  }

  /// What only some readers see of an archive of one harmless member.
  @Test(arguments: [
    zip {
      $0.add("a", []); $0.comment = text
    },
    zip {
      $0.add("a", []); $0.add("b", []) { $0.before = text }
    },
    zip {
      $0.add("a", []); $0.beforeDirectory = text
    },
    zip {
      $0.add("a", []); $0.beforeEnd = text
    },
    zip {
      $0.add("a", []); $0.suffix = text
    },
    zip {
      $0.add("a", []) { $0.local?.extra = [0x46, 0x42, 38, 0] + text }
    },
    zip {
      $0.add("a", []) { $0.directory?.extra = [0x0a, 0, 38, 0] + text }
    },
    zip {
      $0.add("a", []); $0.add("b", text) { $0.directory = nil }
      $0.add("c", text, deflated: true) { $0.directory = nil }
    },
    zip {
      $0.add("a", []); $0.add("b/", text)
    },
    ZipBuilder.one("b", text) + ZipBuilder.one("a", []),
    zip {
      $0.add("a", []); $0.add("b", text); $0.zip64 = true; $0.zip64Count = .max
    },
  ])
  func `bytes that one reader sees are kept for the scanner`(_ bytes: [UInt8]) {
    let inventory = Inventory(of: ByteSlice(bytes), named: "release")
    #expect(
      inventory.suspects.contains { $0.bytes == ByteSlice(text) }
        || inventory.suspects.contains { $0.bytes == ByteSlice(ZipBuilder.one("b", text)) },
      "\(inventory.suspects.map(\.name)) \(inventory.findings)")
  }

  @Test(arguments: [
    ["config.json", "metadata.json", "model.weights.h5"], ["m/data.pkl", "m/version"],
    ["x.npy", "y.npy"],
  ])
  func `a model that is a zip is a file`(_ names: [String]) {
    let bytes = zip { for name in names { $0.add(name, text) } }
    let inventory = Inventory(of: ByteSlice(bytes), named: "folder/model.keras")
    #expect(inventory.container == .file)
    #expect(inventory.members.map(\.path.text) == ["model.keras"])
    #expect(inventory.members[0].digest == inventory.subjectDigest)
  }

  @Test func `a changed byte of a stored member is found on both sides of every window`() {
    // Data of a from 31, of b from 262,062, of c from 562,093; windows end at multiples of 2^18.
    let honest = zip {
      $0.add("a", [UInt8](repeating: 1, count: 262_000))
      $0.add("b", [UInt8](repeating: 2, count: 300_000))
      $0.add("c", [3, 4, 5])
    }
    #expect(Inventory(of: ByteSlice(honest), named: "r").findings == [])
    for (place, name) in [
      (31, "a"), (262_030, "a"), (262_062, "b"), (262_143, "b"), (262_144, "b"), (524_287, "b"),
      (524_288, "b"), (562_061, "b"), (562_093, "c"), (562_095, "c"),
    ] {
      var bytes = honest
      bytes[place] ^= 0x10
      let opened = Inventory(of: ByteSlice(bytes), named: "r")
      #expect(Set(opened.findings.map(\.place.chain)) == ["r!\(name)"], "byte \(place)")
      #expect(opened.members.map(\.path.text) == ["a", "b", "c"].filter { $0 != name })
      #expect(opened.suspects.map(\.name) == [name])
    }
  }
}
