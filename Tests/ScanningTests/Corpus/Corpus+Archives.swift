import Bytes
import Findings
import TestSupport

// Hostile files: archives, images and compressions.
extension Corpus {
  /// `os.system('id')` as a pickle of protocol 0, and an empty dictionary.
  private static let payload = Array("cos\nsystem\n(S'id'\ntR.".utf8)
  private static let harmless = [0x80, 2, 0x7d, 0x2e] as [UInt8]

  static let archives: [HostileFile] = archiveFaults + compressedPickles

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
