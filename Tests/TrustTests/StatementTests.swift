import Bytes
import TestSupport
import Testing
import Trust

struct StatementTests {
  private static let identity = Statement.ReleaseIdentity(
    name: "handwritten-digits", version: "1.4.0", parent: "1.3.2",
    issued: Timestamp("2026-07-01T00:00:00Z"), expires: Timestamp("2027-07-01T00:00:00Z"),
    lock: Digest(ofUTF8: "lock"))
  private static let statement = Statement(
    ["model/m.h5", "a-b/x", "proofmark.lock", "a/x"].map {
      Statement.Resource(name: $0, digest: Digest(ofUTF8: $0))
    }, of: identity)

  @Test func `files are listed by components, whatever their order was`() {
    let names = StatementTests.statement.resources.map(\.name)
    #expect(names == ["a/x", "a-b/x", "model/m.h5", "proofmark.lock"])
  }

  @Test func `a statement reads as it was written`() throws {
    let statement = StatementTests.statement
    #expect(try Statement(parsing: statement.payload()) == statement)
    let plain = Statement.ReleaseIdentity(
      name: "m", version: "1", parent: nil, issued: nil, expires: nil,
      lock: Digest(ofUTF8: "lock"))
    let short = Statement([], of: plain)
    #expect(try Statement(parsing: short.payload()) == short)
  }

  @Test func `the payload has the layout of OMS and in-toto`() throws {
    let json = try JSON(parsing: StatementTests.statement.payload())
    #expect(json["_type"]?.string == "https://in-toto.io/Statement/v1")
    #expect(json["predicateType"]?.string == "https://model_signing/signature/v1.0")
    #expect(json["subject"]?.array?.first?["name"]?.string == "handwritten-digits")
    let predicate = try #require(json["predicate"])
    #expect(predicate["serialization"]?["method"]?.string == "files")
    #expect(predicate["serialization"]?["hash_type"]?.string == "sha256")
    #expect(predicate["serialization"]?["allow_symlinks"]?.bool == false)
    #expect(predicate["resources"]?.array?.count == 4)
    #expect(predicate["release"]?["lock"]?["sha256"]?.string == Digest(ofUTF8: "lock").hexadecimal)
  }

  // Made by model_signing 1.1.1 over a folder of small files.
  @Test func `order and root digest are those of model_signing`() throws {
    let json = try JSON(parsing: Fixture.bytes("vectors/oms-statement.json"))
    let listed = try #require(json["predicate"]?["resources"]?.array).map { resource in
      Statement.Resource(
        name: try #require(resource["name"]?.string),
        digest: try #require(resource["digest"]?.string.flatMap { Digest(hexadecimal: $0) }))
    }
    let statement = Statement(listed.reversed(), of: StatementTests.identity)
    #expect(statement.resources == listed)
    let digest = json["subject"]?.array?.first?["digest"]?["sha256"]?.string
    #expect(statement.rootDigest.hexadecimal == digest)
  }

  @Test func `a foreign statement is refused for what it leaves out`() throws {
    let bytes = try Fixture.bytes("vectors/oms-statement.json")
    let error = try #require(throws: ParseError.self) { try Statement(parsing: bytes) }
    #expect(error.path == ["predicate.serialization.ignore_paths[1]"])
    #expect(error.found == "'.gitattributes'")
  }

  @Test(arguments: [
    ("in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1"),
    ("model_signing/signature/v1.0", "slsa.dev/provenance/v1"),
    ("\"method\":\"files\"", "\"method\":\"shards\""),
    ("\"hash_type\":\"sha256\"", "\"hash_type\":\"blake2b\""),
    ("\"allow_symlinks\":false", "\"allow_symlinks\":true"),
    ("\"allow_symlinks\":false,", ""),
    ("[\"model.sig\",\"proofmark.sig\"]", "[\"model.sig\",\"model/m.h5\"]"),
    ("\"algorithm\":\"sha256\"", "\"algorithm\":\"md5\""),
    ("\"name\":\"a-b/x\"", "\"name\":\"a/x\""), ("\"name\":\"a-b/x\"", "\"name\":\"A/x\""),
    ("\"digest\":\"", "\"digest\":\"0"), ("\"release\":", "\"releases\":"),
    ("\"version\":\"1.4.0\",", ""), ("\"version\":\"1.4.0\"", "\"version\":14"),
    ("2026-07-01T00:00:00Z", "yesterday"), ("\"lock\":{\"sha256\"", "\"lock\":{\"md5\""),
    ("\"subject\":[", "\"subject\":[{\"name\":\"x\"},"),
  ])
  func `another content is refused`(_ old: String, _ new: String) throws {
    let text = try #require(StatementTests.statement.payload().utf8)
    let changed = text.replacing(old, with: new, maxReplacements: 1)
    #expect(changed != text)
    #expect(throws: ParseError.self) { try Statement(parsing: ByteSlice(utf8: changed)) }
  }

  @Test func `unknown members are passed over`() throws {
    let text = try #require(StatementTests.statement.payload().utf8)
    let more = text.replacing("\"predicate\":{", with: "\"predicate\":{\"tool\":{\"a\":[1]},")
    #expect(try Statement(parsing: ByteSlice(utf8: more)) == StatementTests.statement)
  }

  @Test func `damage is an error or another statement`() throws {
    let whole = StatementTests.statement.payload().array
    for length in 0..<whole.count {
      #expect(throws: ParseError.self) { try Statement(parsing: ByteSlice(whole[..<length])) }
    }
    for index in whole.indices {
      for mask in [1, 0xff] as [UInt8] {
        var changed = whole
        changed[index] ^= mask
        do {
          _ = try Statement(parsing: ByteSlice(changed))
        } catch {
          #expect(error.kind != .limit)
        }
      }
    }
  }
}
