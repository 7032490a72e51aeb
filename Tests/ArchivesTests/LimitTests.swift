import Archives
import Bytes
import Findings
import TestSupport
import Testing

private func limits(_ change: (inout Limits) -> Void) -> Limits {
  var limits = Limits()
  change(&limits)
  return limits
}

private func rules(_ bytes: [UInt8], _ limits: Limits) -> [String] {
  Inventory(of: ByteSlice(bytes), named: "release", limits: limits).findings.map(\.rule.id)
}

private func archives(of sizes: [Int]) -> [[UInt8]] {
  var tar = TarBuilder()
  var zip = ZipBuilder()
  for (index, size) in sizes.enumerated() {
    tar.add("\(index)", [UInt8](repeating: 7, count: size))
    zip.add("\(index)", [UInt8](repeating: 7, count: size), deflated: true)
  }
  return [tar.bytes, zip.bytes]
}

struct LimitTests {
  @Test func `one member more than allowed is a bomb`() {
    for bytes in archives(of: [1, 1, 1]) {
      #expect(rules(bytes, limits { $0.memberCount = 3 }) == [])
      #expect(rules(bytes, limits { $0.memberCount = 2 }) == ["ARC005"])
    }
  }

  @Test func `one byte more than allowed is a bomb`() {
    for bytes in archives(of: [100, 100]) {
      #expect(rules(bytes, limits { $0.memberBytes = 100 }) == [])
      #expect(rules(bytes, limits { $0.memberBytes = 99 }) == ["ARC005"])
      #expect(rules(bytes, limits { $0.totalBytes = 200 }) == [])
      #expect(rules(bytes, limits { $0.totalBytes = 199 }) == ["ARC005"])
    }
  }

  @Test func `long headers are a bomb`() {
    var builder = TarBuilder()
    for index in 0..<10 {
      builder.pax([("comment", String(repeating: "x", count: 1000))])
      builder.add("\(index)")
    }
    #expect(rules(builder.bytes, limits { $0.headerBytes = 20_000 }) == [])
    #expect(rules(builder.bytes, limits { $0.headerBytes = 9_000 }) == ["ARC005"])
    #expect(rules(archives(of: [1, 1])[1], limits { $0.headerBytes = 60 }) == ["ARC005"])
  }

  @Test(arguments: ArchiveWriter.Format.allCases)
  func `a ratio over 200 is a bomb after ten megabytes`(_ format: ArchiveWriter.Format) throws {
    let folder = try ScratchFolder()
    let zeros = ByteSlice([UInt8](repeating: 0, count: 40 << 20))
    let path = try MemberPath("zeros")
    try ArchiveWriter([Member(path, zeros)], as: format).write(to: folder.file("bomb"))
    #expect(try Inventory(opening: folder.file("bomb")).findings.map(\.rule.id) == ["ARC005"])
    let small = Member(path, zeros.prefix(9 << 20))
    try ArchiveWriter([small], as: format).write(to: folder.file("small"))
    #expect(try Inventory(opening: folder.file("small")).findings == [])
  }

  @Test(arguments: ArchiveWriter.Format.allCases)
  func `bytes beyond the memory go to a file without a name`(
    _ format: ArchiveWriter.Format
  ) throws {
    let folder = try ScratchFolder()
    let members = try (0..<8).map { index in
      Member(
        try MemberPath("\(index)"),
        ByteSlice((0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 100 * (index + 1)) }))
    }
    try ArchiveWriter(members, as: format).write(to: folder.file("a"))
    for memory in [0, 150_000, 400_000] {
      let inventory = try Inventory(
        opening: folder.file("a"), limits: limits { $0.unpackedMemoryBytes = memory })
      #expect(inventory.findings == [])
      #expect(inventory.members.map(\.digest) == members.map(\.digest))
      #expect(inventory.members.map(\.bytes) == members.map(\.bytes))
    }
  }

  @Test func `archives in archives stop at their depth`() {
    var bytes = TarBuilder.one("a", [1])
    for _ in 0..<4 { bytes = TarBuilder.one("inner.tar", bytes) }
    var current = ByteSlice(bytes)
    var allowance = Allowance(Limits(), subjectBytes: bytes.count)
    for depth in 0...3 {
      let inventory = Inventory(
        of: current, named: "inner.tar", depth: depth, allowance: &allowance)
      #expect(inventory.findings == [])
      current = inventory.members[0].bytes
    }
    let last = Inventory(of: current, named: "inner.tar", depth: 4, allowance: &allowance)
    #expect(last.findings.map(\.rule.id) == ["ARC005"])
    #expect(last.members.isEmpty)
  }

  @Test func `many nested archives share one allowance`() {
    let inner = archives(of: [1 << 20])[1]
    var builder = ZipBuilder()
    for index in 0..<20 { builder.add("\(index).zip", inner) }
    var allowance = Allowance(Limits(), subjectBytes: builder.bytes.count)
    let outer = Inventory(
      of: ByteSlice(builder.bytes), named: "a", depth: 0, allowance: &allowance)
    var unpacked: [Int] = []
    for member in outer.members {
      let inventory = Inventory(
        of: member.bytes, named: member.path.text, depth: 1, allowance: &allowance)
      unpacked.append(inventory.findings.isEmpty ? inventory.members.count : 0)
    }
    // Ten megabytes for a subject as small as this, and its own members have used of them.
    #expect(unpacked == Array(repeating: 1, count: 9) + Array(repeating: 0, count: 11))
  }

  @Test func `an archive of nothing but faults is not read to its end`() {
    var builder = TarBuilder()
    for index in 0..<1_200 { builder.add("../\(index)") }
    let inventory = Inventory(of: ByteSlice(builder.bytes), named: "release")
    #expect(inventory.findings.count == 1_001)
    #expect(inventory.findings.last?.rule.id == "ARC013")
  }

  @Test func `names in many folders take no more time than their bytes`() {
    var builder = TarBuilder()
    for index in 0..<200 {
      builder.pax([("path", "\(index)" + String(repeating: "/a", count: 500))])
      builder.add("cut")
    }
    let inventory = Inventory(of: ByteSlice(builder.bytes), named: "release")
    #expect(inventory.members.count == 200)
    #expect(inventory.findings == [])
  }

  @Test func `findings of a nested archive stand below its name`() {
    let inventory = Inventory(
      of: ByteSlice(TarBuilder.one("../x", [1])), named: "folder/inner.tar")
    #expect(inventory.findings.map(\.place.chain) == ["folder/inner.tar!../x"])
  }
}
