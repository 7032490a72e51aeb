import Bytes
import Findings
import Formats

/// Judges a tensor's bytes as what other programs would make of them.
enum TensorContent {
  /// Signatures of files that are run or opened, long enough not to stand in numbers by chance.
  private static let signatures: [(magic: [UInt8], what: String)] = [
    ([0x7f, 0x45, 0x4c, 0x46, 0x01, 0x01, 0x01], "an ELF executable"),
    ([0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01], "an ELF executable"),
    ([0x4d, 0x5a, 0x90, 0x00, 0x03, 0x00], "a Windows executable"),
    ([0xcf, 0xfa, 0xed, 0xfe], "a Mach-O executable"),
    ([0x50, 0x4b, 0x03, 0x04], "a zip archive"),
    ([0x1f, 0x8b, 0x08, 0x00], "a gzip file"),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive"),
    (Array("#!/bin/".utf8), "a script"), (Array("#!/usr/".utf8), "a script"),
    (Array("<?php".utf8), "a script"),
    (Array("-----BEGIN ".utf8), "a key"),
  ]

  /// Reports a tensor whose bytes begin as a file, and has the file scanned.
  static func judge(
    _ bytes: ByteSlice, named name: String, at place: Place, _ context: inout ScanContext
  ) {
    guard let what = kind(of: bytes, at: place, limits: context.limits) else { return }
    context.report(
      Rule.tensorIsFile.at(
        place.detail(name).at(bytes.offset), "the bytes of '\(name)' are \(what)"))
    context.open(bytes, named: name, at: place)
  }

  /// What a tensor's bytes begin as; nil for numbers.
  static func kind(of bytes: ByteSlice, at place: Place, limits: Limits) -> String? {
    let start = bytes.prefix(65_536)
    if let match = signatures.first(where: { start.starts(with: $0.magic) }) { return match.what }
    guard start.count >= 8, start[0] == 0x80, (2...5).contains(start[1]) || start[0] == 0x63 else {
      return nil
    }
    let scan = PickleScan(start.asFile(), at: place, limits: limits)
    return scan.disguise == .imports ? "a pickle" : nil
  }
}
