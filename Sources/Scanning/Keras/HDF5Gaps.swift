import Bytes
import Findings
import Formats

/// The bytes of an HDF5 file in which no value of a data set or attribute stands: its structure,
/// what was deleted, and what somebody put there.
struct HDF5Gaps {
  /// Bytes that are looked at.
  private static let seenBytes = 32 << 20
  /// Places that are tried as a pickle.
  private static let trials = 256

  /// The gaps in the order of the file.
  private let gaps: [ByteSlice]
  /// Bytes that are not looked at.
  let unseen: Int

  init(of file: HDF5File, in bytes: ByteSlice) {
    let owned = file.values.compactMap { $0.range(in: bytes) }.filter { !$0.isEmpty }
      .sorted { $0.lowerBound < $1.lowerBound }
    var gaps: [ByteSlice] = []
    var end = 0
    var left = Self.seenBytes
    var unseen = 0
    func add(_ range: Range<Int>) {
      let count = min(range.count, left)
      left -= count
      unseen += range.count - count
      if count >= 4 { gaps.append(bytes.prefix(range.lowerBound + count).suffix(count)) }
    }
    for range in owned {
      if range.lowerBound > end { add(end..<range.lowerBound) }
      end = max(end, range.upperBound)
    }
    if end < bytes.count { add(end..<bytes.count) }
    self.gaps = gaps
    self.unseen = unseen
  }

  /// Programs, scripts, archives and pickles that import, each with what follows it in its gap.
  func programs(at place: Place, limits: Limits) -> [(what: String, bytes: ByteSlice)] {
    var found: [(what: String, bytes: ByteSlice)] = []
    var kinds: Set<String> = []
    var trials = 0
    for gap in gaps {
      let bytes = gap.array
      for index in bytes.indices where Self.isFirst[Int(bytes[index])] {
        let rest = bytes[index...]
        var what = Self.signatures.first { rest.starts(with: $0.magic) }?.what
        if what == nil, Self.mayBePickle(rest), trials < Self.trials {
          trials += 1
          let part = gap.suffix(gap.count - index).prefix(1 << 16)
          let scan = PickleScan(part, at: place, limits: limits)
          if scan.disguise == .imports { what = "a pickle that imports" }
        }
        // One of each kind says enough.
        guard let what, kinds.insert(what).inserted else { continue }
        found.append((what, gap.suffix(gap.count - index)))
      }
    }
    return found
  }

  /// Signatures that no number, name or address of HDF5 makes by chance.
  private static let signatures: [(magic: [UInt8], what: String)] = [
    ([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], "an ELF executable"),
    ([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1], "an ELF executable"),
    ([0x50, 0x4b, 3, 4, 0x14, 0, 0, 0], "a zip archive"),
    ([0x50, 0x4b, 3, 4, 0x14, 0, 8, 0], "a zip archive"),
    ([0x50, 0x4b, 3, 4, 0x0a, 0, 0, 0], "a zip archive"),
    (Array("#!/bin/".utf8), "a script"), (Array("#!/usr/bin/".utf8), "a script"),
    (Array("This program cannot be run in DOS mode".utf8), "a Windows executable"),
  ]

  private static let isFirst: [Bool] = {
    var isFirst = [Bool](repeating: false, count: 256)
    for (magic, _) in signatures { isFirst[Int(magic[0])] = true }
    for byte in [UInt8(0x80), UInt8(ascii: "c"), UInt8(ascii: "(")] { isFirst[Int(byte)] = true }
    return isFirst
  }()

  /// A signature of protocol 2 to 5, or a name of two lines as protocol 0 begins with.
  private static func mayBePickle(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = bytes.prefix(160)
    guard start.count >= 8, let first = start.first else { return false }
    let second = start[start.startIndex + 1]
    if first == 0x80 { return (2...5).contains(second) }
    let name = start.dropFirst(first == UInt8(ascii: "c") ? 1 : 2)
    guard first == UInt8(ascii: "c") || second == UInt8(ascii: "c") || second == UInt8(ascii: "i")
    else { return false }
    let lines = name.split(separator: 0x0a, maxSplits: 2, omittingEmptySubsequences: false)
    return lines.count == 3
      && lines.prefix(2).allSatisfy { line in
        !line.isEmpty
          && line.allSatisfy {
            (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5f
              || $0 == 0x2e
          }
      }
  }
}
