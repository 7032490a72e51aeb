import Bytes
import Foundation
import TestSupport
import Testing

/// Goldens, weights and evaluation sets that do not fit: a clear message, exit 1 or 3.
@Suite struct RecordedDataTests {
  static func reproduce(_ change: (ScratchFolder) throws -> Void) throws -> AuditedRelease {
    let release = try TestRelease()
    try change(release.scratch)
    let result = try Command.run(
      ["reproduce", "digits", "--policy", "release", "--format", "json"],
      in: release.scratch)
    return AuditedRelease(
      result: result, report: try? JSON(parsing: ByteSlice(utf8: result.output)))
  }

  @Test func `a golden of the wrong shape is incomplete`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.change("digits/goldens/x.npy") { bytes in
        let (old, new) = (Array("(16, 28, 28, 1)".utf8), Array("(16, 14, 56, 1)".utf8))
        let place = (0..<128).first { Array(bytes[$0..<($0 + old.count)]) == old } ?? 0
        bytes.replaceSubrange(place..<(place + old.count), with: new)
      }
    }
    #expect(audit.exitCode == 3)
    #expect(audit.rules("reproduce").contains("REP004"))
    #expect(audit.result.output.contains("expected inputs of shape [28, 28, 1]"))
  }

  @Test func `a golden with another output fails`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.change("digits/goldens/y.npy") { $0[$0.count - 2] ^= 0x80 }
    }
    #expect(audit.exitCode == 1)
    #expect(audit.rules("reproduce").isSuperset(of: ["REP005", "REP007"]))
  }

  @Test func `NaN in the weights fails and says where`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.change("digits/model/handwritten_digit_model.h5") { bytes in
        // Somewhere in the dense kernel, by far the largest tensor.
        let place = bytes.count / 2 / 4 * 4
        bytes.replaceSubrange(place..<(place + 8), with: [UInt8](repeating: 0xff, count: 8))
      }
    }
    #expect(audit.exitCode == 1)
    #expect(audit.rules("reproduce").contains("REP010"))
    #expect(audit.result.output.contains("dense"))
  }

  @Test func `a label that is no class is incomplete`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.change("digits/evaluation/labels-idx1-ubyte") { $0[8 + 17] = 10 }
    }
    #expect(audit.exitCode == 3)
    #expect(audit.result.output.contains("the label of row 17 is 10"))
  }

  @Test func `another label fails the locked count`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.change("digits/evaluation/labels-idx1-ubyte") { $0[8] = ($0[8] + 1) % 10 }
    }
    #expect(audit.exitCode == 1)
    #expect(audit.rules("reproduce").contains("REP008"))
  }

  @Test func `an empty evaluation set is incomplete`() throws {
    let audit = try Self.reproduce { scratch in
      try scratch.write(
        [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28],
        to: "digits/evaluation/images-idx3-ubyte")
      try scratch.write([0, 0, 8, 1, 0, 0, 0, 0], to: "digits/evaluation/labels-idx1-ubyte")
    }
    #expect(audit.exitCode == 3)
    #expect(audit.rules("reproduce").contains("REP004"))
  }

  @Test func `a release without goldens fails where they are demanded`() throws {
    let audit = try Self.reproduce { scratch in
      let manifest = try scratch.text("digits/proofmark.toml")
      let start = try #require(manifest.range(of: "[[golden]]"))
      let end = try #require(manifest.range(of: "[evaluation]"))
      try scratch.write(
        manifest.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: ""),
        to: "digits/proofmark.toml")
    }
    #expect(audit.exitCode == 1)
    #expect(audit.rules("reproduce").contains("REP002"))
  }
}
