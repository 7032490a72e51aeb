import Bytes
import Findings
import TestSupport

// Hostile files: archives, images and compressions.
extension Corpus {
  /// `os.system('id')` as a pickle of protocol 0, and an empty dictionary.
  private static let payload = Array("cos\nsystem\n(S'id'\ntR.".utf8)
  private static let harmless = [0x80, 2, 0x7d, 0x2e] as [UInt8]

  static let archives: [HostileFile] =
    archiveFaults + hiddenPickles + compressedPickles + packageLists

  private static let archiveFaults: [HostileFile] = [
    HostileFile(
      "payload behind a wrong CRC-32", .dangerousImport, .critical, in: "model.zip",
      source: "CVE-2025-10156",
      bytes: { ZipBuilder.one("data.pkl", payload) { $0.both { $0.checksum ^= 1 } } },
      clean: { ZipBuilder.one("data.pkl", harmless) }),
    HostileFile(
      "wrong CRC-32 of a deflated member", .wrongChecksum, .high, in: "model.zip",
      source: "CVE-2025-10156",
      bytes: {
        ZipBuilder.one("data.pkl", payload, deflated: true) { $0.both { $0.checksum ^= 1 } }
      }, clean: { ZipBuilder.one("data.pkl", harmless, deflated: true) }),
    HostileFile(
      "false encryption flag", .falseEncryption, .high, in: "model.zip",
      source: "CVE-2025-1945",
      bytes: { ZipBuilder.one("data.pkl", payload) { $0.both { $0.flags |= 1 } } },
      clean: { ZipBuilder.one("data.pkl", harmless) }),
    HostileFile(
      "payload behind a false encryption flag", .dangerousImport, .critical, in: "model.zip",
      source: "CVE-2025-1945",
      bytes: { ZipBuilder.one("data.pkl", payload) { $0.both { $0.flags |= 1 } } }),
    HostileFile(
      "payload in a zip member that leaves", .dangerousImport, .critical, in: "model.zip",
      bytes: { ZipBuilder.one("../data.pkl", payload) }),
    HostileFile(
      "payload in a tar member that leaves", .dangerousImport, .critical, in: "model.tar",
      bytes: { TarBuilder.one("../data.pkl", payload) }),
    HostileFile(
      "payload in the second member of a name", .dangerousImport, .critical, in: "model.tar",
      bytes: {
        var builder = TarBuilder()
        builder.add("data.pkl", harmless)
        builder.add("data.pkl", payload)
        return builder.bytes
      }),
    HostileFile(
      "payload in a member that the directory hides", .dangerousImport, .critical,
      in: "model.zip",
      bytes: {
        var builder = ZipBuilder()
        builder.add("a.pkl", harmless)
        builder.add("data.pkl", payload, deflated: true) { $0.directory = nil }
        return builder.bytes
      }),
  ]

  /// The payload where only some readers of an archive get it.
  private static let hiddenPickles: [HostileFile] = [
    HostileFile(
      "payload in a zip's comment", .dangerousImport, .critical, in: "model.zip",
      bytes: {
        zip {
          $0.add("a.pkl", harmless); $0.comment = payload
        }
      },
      clean: {
        zip {
          $0.add("a.pkl", harmless); $0.comment = Array("made by a build".utf8)
        }
      }),
    HostileFile(
      "payload in a zip's extra field", .dangerousImport, .critical, in: "model.zip",
      bytes: {
        let record = [0x46, 0x42, UInt8(payload.count), 0] + payload
        return ZipBuilder.one("a.pkl", harmless) { $0.local?.extra = record }
      },
      clean: {
        ZipBuilder.one("a.pkl", harmless) {
          $0.local?.extra = [0x46, 0x42, 20, 0] + [UInt8](repeating: UInt8(ascii: "Z"), count: 20)
        }
      }),
    HostileFile(
      "payload between two zip members", .dangerousImport, .critical, in: "model.zip",
      bytes: {
        zip {
          $0.add("a.pkl", harmless); $0.add("b.pkl", harmless) { $0.before = payload }
        }
      }),
    HostileFile(
      "payload after a zip's end", .dangerousImport, .critical, in: "model.zip",
      bytes: {
        zip {
          $0.add("a.pkl", harmless); $0.suffix = payload
        }
      }),
    HostileFile(
      "payload in the first of two zips in a row", .dangerousImport, .critical, in: "model.zip",
      source: "CVE-2025-54368",
      bytes: { ZipBuilder.one("a.pkl", payload) + ZipBuilder.one("a.pkl", harmless) }),
    HostileFile(
      "payload in a zip whose directory is broken", .dangerousImport, .critical, in: "model.zip",
      source: "modelscan#354",
      bytes: {
        zip {
          $0.add("a.pkl", payload, deflated: true)
          $0.zip64 = true; $0.zip64Count = .max
        }
      }),
    HostileFile(
      "payload by the local header's method alone", .dangerousImport, .critical, in: "model.zip",
      bytes: {
        ZipBuilder.one("a.pkl", payload, deflated: true) { $0.directory?.method = 0 }
      }),
    HostileFile(
      "payload between a tar's two ends", .dangerousImport, .critical, in: "model.tar",
      bytes: { TarBuilder.one("a.pkl", harmless) + TarBuilder.one("b.pkl", payload) }),
    HostileFile(
      "payload after a tar header that is damaged", .dangerousImport, .critical, in: "model.tar",
      bytes: {
        var tar = TarBuilder()
        tar.add("a.pkl", harmless)
        tar.add("x", harmless) { $0.checksumError = 1 }
        tar.add("b.pkl", payload)
        return tar.bytes
      }),
    HostileFile(
      "payload in a sparse file", .dangerousImport, .critical, in: "model.tar",
      bytes: { sparse(payload) }, clean: { sparse(harmless) }),
    HostileFile(
      "payload in the second gzip member", .ambiguousCompression, .high, in: "model.pkl.gz",
      bytes: { gzip(1) + gzip(0) }),
    HostileFile(
      "payload in the first gzip member", .dangerousImport, .critical, in: "model.pkl.gz",
      bytes: { gzip(0) + gzip(1) }),
  ]

  private static func zip(_ build: (inout ZipBuilder) -> Void) -> [UInt8] {
    var builder = ZipBuilder()
    build(&builder)
    return builder.bytes
  }

  /// The content, as GNU tar stores a sparse file in pax format 0.1.
  private static func sparse(_ content: [UInt8]) -> [UInt8] {
    var tar = TarBuilder()
    tar.pax([
      ("GNU.sparse.size", "\(content.count)"), ("GNU.sparse.numblocks", "1"),
      ("GNU.sparse.name", "a.bin"), ("GNU.sparse.map", "0,\(content.count)"),
    ])
    tar.add("GNUSparseFile.1/a.bin", content)
    return tar.bytes
  }

  /// The payload (0) or the dictionary (1) as a member of gzip.
  private static func gzip(_ which: Int) -> [UInt8] {
    Base64.decode(which == 0 ? compressed[0].hostile : compressed[0].clean) ?? []
  }

  /// Packages whose list of files is not their content.
  private static let packageLists: [HostileFile] = [
    HostileFile(
      "wheel with a file that its RECORD does not list", .wrongFileList, .high,
      in: "a-1-py3-none-any.whl", bytes: { wheel(record: "") }, clean: { wheel(record: listed) }),
    HostileFile(
      "wheel with a file of another digest", .wrongFileList, .high, in: "a-1-py3-none-any.whl",
      bytes: { wheel(record: listed.replacing("sha256=W", with: "sha256=A")) }),
    HostileFile(
      "wheel that lacks a file", .wrongFileList, .high, in: "a-1-py3-none-any.whl",
      bytes: { wheel(record: listed + "b.txt,,\n") }),
    HostileFile(
      "wheel without a RECORD", .wrongFileList, .high, in: "a-1-py3-none-any.whl",
      bytes: { ZipBuilder.one("a-1.dist-info/WHEEL", Array("Wheel-Version: 1.0\n".utf8)) }),
    HostileFile(
      "model archive with a handler elsewhere", .wrongFileList, .high, in: "model.mar",
      source: "CVE-2023-48299", bytes: { modelArchive("../../handler.py") },
      clean: { modelArchive("image_classifier") }),
    HostileFile(
      "model archive without its handler", .wrongFileList, .high, in: "model.mar",
      bytes: { modelArchive("handler.py:run") }),
  ]

  /// The line of `a.txt`, its digest by `sha256sum`, and those without a digest.
  private static let listed =
    "a.txt,sha256=WJG1tSLV3whtD_CxEPvZ0hu0_HFjrzTQgoai6Eb2vgM,6\na-1.dist-info/WHEEL,,\na-1.dist-info/RECORD,,\n"

  private static func wheel(record: String) -> [UInt8] {
    zip {
      $0.add("a.txt", Array("hello\n".utf8))
      $0.add("a-1.dist-info/WHEEL", Array("Wheel-Version: 1.0\n".utf8))
      $0.add("a-1.dist-info/RECORD", Array(record.utf8))
    }
  }

  private static func modelArchive(_ handler: String) -> [UInt8] {
    zip {
      $0.add("notes.txt", Array("weights\n".utf8))
      let model = #"{"modelName": "m", "serializedFile": "notes.txt", "handler": "\#(handler)"}"#
      $0.add("MAR-INF/MANIFEST.json", Array(#"{"model": \#(model)}"#.utf8))
    }
  }

  private static let compressedPickles: [HostileFile] = compressed.map { ending, hostile, clean in
    HostileFile(
      "pickle in .\(ending) alone", .dangerousImport, .critical, in: "model.pkl.\(ending)",
      bytes: { Base64.decode(hostile) ?? [] }, clean: { Base64.decode(clean) ?? [] })
  }

  /// Payload and dictionary, compressed by Python 3.11.
  private static let compressed: [(ending: String, hostile: String, clean: String)] = [
    (
      "gz", "H4sIAAAAAAACA0vOL+YqriwuSc3l0ghWz0xR5yoJ0gMAvkW4JxUAAAA=",
      "H4sIAAAAAAACA2tgqtUDAD233okEAAAA"
    ),
    (
      "bz2",
      "QlpoOTFBWSZTWR8vIqUAAATTgAAQAMEYAA4ijCAgACIhobRPKYpgACi8jgQkuCV+mTWLuSKcKEgPl5FSgA==",
      "QlpoOTFBWSZTWVXAMiMAAAHQwBAAAAEAAkAAIAAhmmgzTRc8XckU4UJBVwDIjA=="
    ),
    (
      "xz",
      "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAUY29zCnN5c3RlbQooUydpZCcKdFIuAAAAALWMMK4LlRasAAEtFS8LcW0f"
        + "tvN9AQAAAAAEWVo=",
      "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQADgAJ9LgDX1JLzML3yuwABHARvLJzBH7bzfQEAAAAABFla"
    ),
  ]
}
