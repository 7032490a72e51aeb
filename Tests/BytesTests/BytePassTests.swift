import Bytes
import CZlib
import Glibc
import TestSupport
import Testing

/// Bytes `(7 * i + i / 256) % 256`, with the sums that Python's hashlib and zlib give for them.
private struct Sums: CustomTestStringConvertible, Sendable {
  let range: Range<Int>
  let digest: String
  let checksum: UInt32

  init(_ range: Range<Int>, _ digest: String, _ checksum: UInt32) {
    self.range = range
    self.digest = digest
    self.checksum = checksum
  }

  var testDescription: String { "\(range)" }
}

/// Lengths around the windows of a pass and what it keeps in memory.
private let lengths = [
  Sums(0..<0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0),
  Sums(0..<1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", 0xd202_ef8d),
  Sums(0..<63, "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e", 0xfd39_5ff8),
  Sums(0..<64, "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0", 0xd324_a7d4),
  Sums(
    0..<262_143, "d6d89da97b662e058e9bc67a6dee0d3b738ff2f9e6fe89e3f86e2a033b132a4e", 0x84e5_b998),
  Sums(
    0..<262_144, "23295ac6e56186bdc6715065c52588ed68859187befcff701de609c7841ab38f", 0x9f34_6b6c),
  Sums(
    0..<262_145, "237ebaf00671d6b31ebcb346260336175852ffb3942f7d045424fa5bf1c2d202", 0x9699_f695),
  Sums(
    0..<8_392_705, "ec84276c564cba05f55519baab3af1df3d922b0152cd09e7cb5c807b67160096",
    0x2a75_c46d),
]

/// 600,000 of the bytes, and ranges of them whose edges are those of windows and beside them.
private let ranges = [
  Sums(
    0..<600_000, "7cac6650e96f34a25a29c23dd13b570e3b26c096f7e92198e704b68d31ac4d57", 0x09c4_f5dd),
  Sums(
    1..<262_144, "80eafaca71a74c30493dc454c40d90462cbd1727a83c9cd30651e603d2f9b27e", 0xc4c0_c7a1),
  Sums(
    262_144..<262_145, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    0xd202_ef8d),
  Sums(
    262_145..<524_289, "bf0c55047271c970df648d68bdc1f69d3483c1424da34bfd0d510878da1d7bce",
    0x7317_bc34),
  Sums(
    524_289..<600_000, "9a1763c579db439c00a89d945091bafd9c9e04e37d10ace0b964da5a695943b6",
    0x91a3_7b06),
]

private func pattern(_ count: Int) -> ByteSlice {
  ByteSlice((0..<count).map { UInt8(truncatingIfNeeded: 7 &* $0 &+ $0 >> 8) })
}

/// The bytes as a mapped file.
private func mapped(_ path: String) throws -> ByteSlice {
  let descriptor = open(path, O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  return try ByteSlice(descriptor: descriptor, path: path, memoryBytes: 0)
}

/// Bytes of main memory that the mapped file takes, by the kernel's own list.
private func residentBytes(of path: String) throws -> Int {
  let descriptor = open("/proc/self/smaps", O_RDONLY)
  defer { close(descriptor) }
  let bytes = try ByteSlice(stream: descriptor, name: "smaps", limit: 64 << 20)
  let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  let start = try #require(lines.firstIndex { $0.hasSuffix(path) })
  let line = try #require(lines[start...].first { $0.hasPrefix("Rss:") })
  return try #require(Int(line.filter(\.isNumber))) * 1024
}

struct BytePassTests {
  @Test(arguments: lengths)
  private func `sums are those of other programs at every edge`(_ sums: Sums) {
    let bytes = pattern(sums.range.count)
    #expect(Digest(of: bytes).hexadecimal == sums.digest)
    #expect(CRC32(of: bytes).value == sums.checksum)
  }

  @Test func `one pass sums a whole and its parts, in memory and in a file`() throws {
    let folder = try ScratchFolder()
    try folder.write(pattern(600_000), to: "file")
    for bytes in [pattern(600_000), try mapped(folder.file("file"))] {
      var pass = BytePass(over: bytes)
      for sums in ranges.reversed() {
        pass.askDigest(of: sums.range)
        pass.askChecksum(of: sums.range)
      }
      pass.askDigest(of: 599_999..<600_001)
      pass.run()
      for sums in ranges {
        let part = try bytes.slice(sums.range)
        #expect(Digest(of: part).hexadecimal == sums.digest)
        #expect(CRC32(of: part.asFile()).value == sums.checksum)
      }
    }
  }

  @Test(arguments: [0, 1, 262_110, 262_120, 262_143, 262_144, 399_976])
  func `the first end mark is found wherever it stands`(place: Int) throws {
    for width in [4, 8] {
      var bytes = [UInt8](repeating: 0x50, count: 400_000)
      func write(_ size: Int, at start: Int) {
        var mark: [UInt8] = [0x50, 0x4b, 7, 8, 1, 2, 3, 4]
        for _ in 0..<2 {
          mark += (0..<width).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        }
        bytes.replaceSubrange(start..<start + mark.count, with: mark)
      }
      // One whose sizes are not those of what stands before it, another that is the second.
      write(place, at: 100_001)
      if place < 300_000 { write(300_000, at: 300_000) }
      write(place, at: place)
      let whole = ByteSlice([0, 0, 0] + bytes)
      var pass = BytePass(over: whole)
      pass.askEndMark(of: 3..<whole.count)
      pass.askEndMark(of: 0..<3)
      pass.run()
      #expect(whole.firstEndMark(in: 3..<whole.count) == place)
      #expect(whole.firstEndMark(in: 0..<3) == nil)
    }
  }

  @Test func `a slice of a slice has its own sums`() throws {
    let part = pattern(600_000).suffix(599_999)
    var pass = BytePass(over: part)
    pass.askDigest(of: 0..<262_143)
    pass.askChecksum(of: 0..<262_143)
    pass.run()
    let inner = part.prefix(262_143)
    #expect(Digest(of: inner).hexadecimal == ranges[1].digest)
    #expect(CRC32(of: inner).value == ranges[1].checksum)
  }

  @Test func `a digest is computed once`() throws {
    let folder = try ScratchFolder()
    try folder.write(pattern(300_000), to: "file")
    let bytes = try mapped(folder.file("file"))
    let digest = Digest(of: bytes)
    let descriptor = open(folder.file("file"), O_WRONLY)
    #expect(pwrite(descriptor, "other", 5, 150_000) == 5)
    close(descriptor)
    #expect(Digest(of: bytes) == digest)
    #expect(Digest(of: bytes.asFile().prefix(300_000)) == digest)
    #expect(Digest(of: try mapped(folder.file("file"))) != digest)
  }

  @Test func `a mapped file leaves the memory behind a pass and a search`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("sparse")
    try folder.write("GG", to: "sparse")
    #expect(truncate(path, 32 << 20) == 0)
    let bytes = try mapped(path)
    #expect(bytes.allSatisfy { $0 < 0x48 })
    #expect(try residentBytes(of: path) >= 32 << 20)
    _ = CRC32(of: bytes)
    #expect(try residentBytes(of: path) < 1 << 20)
    #expect(bytes.firstPlace(of: Array("GGUF".utf8)) == nil)
    #expect(try residentBytes(of: path) < 1 << 20)
  }
}

struct CRC32Tests {
  @Test func `every length at every address gives what zlib gives`() {
    let memory = pattern(400).array
    memory.withUnsafeBytes { memory in
      for address in 0..<16 {
        for length in 0...300 {
          let bytes = UnsafeRawBufferPointer(rebasing: memory[address..<address + length])
          var sum = CRC32()
          sum.update(UnsafeRawBufferPointer(rebasing: bytes.prefix(length / 3)))
          sum.update(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(length / 3)))
          let expected = crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, length)
          guard UInt(sum.value) == expected else {
            Issue.record("\(length) bytes at \(address): \(sum.value), zlib \(expected)")
            return
          }
        }
      }
    }
  }
}

struct SearchTests {
  @Test(arguments: [0, 1, (8 << 20) - 3, 8 << 20, (8 << 20) + 4, (9 << 20) - 4])
  func `bytes are found wherever they stand`(_ place: Int) {
    var buffer = ByteBuffer(capacity: 9 << 20)
    buffer.appendZeros(place)
    buffer.append([0, 0, 1, 2])
    buffer.appendZeros((9 << 20) - 4 - place)
    let bytes = buffer.finish()
    #expect(bytes.firstPlace(of: [0, 1, 2]) == place + 1)
    #expect(bytes.firstPlace(of: [1, 2]) == place + 2)
    #expect(bytes.firstPlace(of: [1, 2, 3]) == nil)
    #expect(bytes.prefix(place + 3).firstPlace(of: [1, 2]) == nil)
  }
}
