import Archives
import Bytes
import Findings
import TestSupport
import Testing

private func inventory(
  _ bytes: some Collection<UInt8>, limits: Limits = Limits(),
  worker: WorkerCommand? = WorkerCommand(executable: Command.executable)
) -> Inventory {
  Inventory(of: ByteSlice(bytes), named: "x.7z", limits: limits, worker: worker)
}

private func archive(_ name: String) throws -> [UInt8] {
  try Fixture.bytes("scan/7z/\(name).7z").array
}

/// The archive with the checksums of its start and header set right again after a change.
private func mended(_ bytes: [UInt8]) -> [UInt8] {
  guard bytes.count >= 32 else { return bytes }
  var bytes = bytes
  let place = 32 + number(bytes[12..<20])
  let size = number(bytes[20..<28])
  if place >= 32, size >= 0, size <= bytes.count, place <= bytes.count - size {
    put(CRC32(of: ByteSlice(bytes[place..<place + size])).value, at: 28, in: &bytes)
  }
  put(CRC32(of: ByteSlice(bytes[12..<32])).value, at: 8, in: &bytes)
  return bytes
}

private func number(_ bytes: ArraySlice<UInt8>) -> Int {
  // Beyond 2^62 no sum overflows, and no place is in the file.
  min(Int(clamping: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }), 1 << 62)
}

private func put(_ value: some FixedWidthInteger, at place: Int, in bytes: inout [UInt8]) {
  for index in 0..<(value.bitWidth / 8) {
    bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
  }
}

extension WorkerTests {
  @Suite struct SevenZip {
    @Test(arguments: [
      "copy", "lzma", "lzma2", "deflate", "bzip2", "ppmd", "bcj", "delta", "solid",
      "plain-header",
    ])
    func `an archive of each method gives its files`(_ name: String) throws {
      let opened = inventory(try archive(name))
      #expect(opened.findings == [])
      #expect(opened.container == .sevenZip)
      #expect(
        opened.members.map(\.path.text) == [
          "config.json", "empty.txt", "gewichte-größe.md", "weights.npy",
        ])
      #expect(opened["empty.txt"]?.size == 0)
      #expect(opened["gewichte-größe.md"]?.size == 340)
      #expect(
        opened["config.json"]?.bytes
          == ByteSlice(utf8: "{\"layers\": [16, 16], \"activation\": \"relu\"}\n"))
      #expect(
        opened["weights.npy"]?.digest.hexadecimal
          == "9910101096383eef2bbdd95cce2e16d2c716109fc25ef3d87ff057443e003142")
    }

    @Test(arguments: ["encrypted", "encrypted-header"])
    func `an encrypted archive is an obstacle that says so`(_ name: String) throws {
      let opened = inventory(try archive(name))
      #expect(opened.findings.map(\.rule.id) == ["ARC009"])
      #expect(opened.findings.first?.message.contains("encrypted") == true)
      #expect(opened.members.isEmpty)
    }

    @Test func `a link is a link`() throws {
      let opened = inventory(try archive("link"))
      #expect(opened.findings.map(\.rule.id) == ["ARC002"])
      #expect(opened.findings.first?.message == "a link to '/etc/passwd'")
      #expect(opened.members.isEmpty)
    }

    @Test func `an item that deletes a file is a finding`() throws {
      let opened = inventory(try archive("anti"))
      #expect(opened.findings.map(\.rule) == [.specialFile])
      #expect(
        opened.findings.first?.message == "an item that deletes this file where it is unpacked")
      #expect(opened.members.map(\.path.text) == ["config.json"])
      #expect(opened.members.map(\.size) == [0])
    }

    @Test func `without a worker or its program nothing is read`() throws {
      for worker in [nil, WorkerCommand(executable: "/nowhere/proofmark")] {
        let opened = inventory(try archive("lzma2"), worker: worker)
        #expect(opened.findings.map(\.rule.id) == ["ARC009"])
        #expect(opened.members.isEmpty)
      }
    }

    @Test func `bytes after the end are found and scanned`() throws {
      let first = try archive("lzma2")
      let second = try archive("pickle")
      let opened = inventory(first + second)
      #expect(opened.findings.map(\.rule.id) == ["ARC010"])
      #expect(opened.findings.first?.place.offset == first.count)
      #expect(opened.suspects.map(\.bytes) == [ByteSlice(second)])
      #expect(opened.members.count == 4)
    }

    @Test func `an archive without a header has no members`() {
      let start: [UInt8] = [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]
      let opened = inventory(mended(start + [UInt8](repeating: 0, count: 24)))
      #expect(opened.findings == [])
      #expect(opened.members.isEmpty)
    }

    @Test(arguments: [
      (6, [1] as [UInt8]), (8, [0, 0, 0, 0]), (28, [0, 0, 0, 0]),
      (12, [255, 255, 255, 255, 255, 255, 255, 255]),
      (12, [255, 255, 255, 255, 255, 255, 255, 127]), (12, [0, 0, 1, 0, 0, 0, 0, 0]),
      (20, [255, 255, 255, 255, 255, 255, 255, 127]), (20, [0, 0, 0, 0, 1, 0, 0, 0]),
    ])
    func `a start that lies is an obstacle`(_ place: Int, _ field: [UInt8]) throws {
      var bytes = try archive("lzma2")
      bytes.replaceSubrange(place..<place + field.count, with: field)
      // The checksum of the start is only wrong where that is the lie.
      if place > 8, place < 28 {
        put(CRC32(of: ByteSlice(bytes[12..<32])).value, at: 8, in: &bytes)
      }
      #expect(inventory(bytes).findings.map(\.rule.id) == ["ARC009"])
    }

    @Test func `an archive cut off anywhere is an obstacle`() throws {
      let bytes = try archive("pickle")
      for count in 6..<bytes.count {
        #expect(inventory(bytes.prefix(count)).findings.map(\.rule.id) == ["ARC009"])
      }
    }

    @Test func `a member whose checksum is wrong is only scanned`() throws {
      var bytes = try archive("copy")
      bytes[40] ^= 1
      let opened = inventory(bytes)
      #expect(opened.findings.map(\.rule.id) == ["ARC017"])
      #expect(opened.members.count == 3)
      #expect(opened.suspects.count == 1)
    }

    @Test func `the limits of all archives hold`() throws {
      let bytes = try archive("solid")
      var limits = Limits()
      limits.memberCount = 2
      #expect(inventory(bytes, limits: limits).findings.map(\.rule.id) == ["ARC005"])
      limits = Limits()
      limits.totalBytes = 400
      #expect(inventory(bytes, limits: limits).findings.map(\.rule.id) == ["ARC005"])
      limits = Limits()
      limits.headerBytes = 10
      #expect(inventory(bytes, limits: limits).findings.map(\.rule.id) == ["ARC005"])
      limits = Limits()
      limits.unpackedMemoryBytes = 100
      let opened = inventory(bytes, limits: limits)
      #expect(opened.findings == [])
      #expect(opened.members.map(\.digest) == inventory(bytes).members.map(\.digest))
    }

    @Test(arguments: ["solid", "plain-header"])
    func `damaged copies harm nobody`(_ name: String) throws {
      let bytes = try archive(name)
      let whole = inventory(bytes)
      var numbers = RandomNumbers(seed: 7)
      for _ in 0..<60 {
        let copy = mended(numbers.damagedCopy(of: bytes))
        let opened = inventory(copy)
        // Damage where nothing is checked changes names, times and modes.
        let isSame =
          opened.members.map(\.digest.hexadecimal).sorted()
          == whole.members.map(\.digest.hexadecimal).sorted()
        #expect(!opened.findings.isEmpty || isSame || copy.count < 32 || copy[..<6] != bytes[..<6])
      }
    }
  }
}
