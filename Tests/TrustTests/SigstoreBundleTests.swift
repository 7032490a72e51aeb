import Bytes
import Testing
import Trust

struct SigstoreBundleTests {
  private func verify(_ text: String, by name: String = "p256") throws -> SignatureFault? {
    let key = try SignatureVectors.verificationKey(name)
    let bundle = try SigstoreBundle(parsing: ByteSlice(utf8: text))
    return fault { () throws(SignatureFault) in _ = try bundle.payload(verifiedBy: key) }
  }

  /// The bundle with its signature changed.
  private func changed(_ name: String, _ body: ([UInt8]) -> [UInt8]) throws -> String {
    let text = try SignatureVectors.text(name)
    let json = try JSON(parsing: ByteSlice(utf8: text))
    let signature = json["dsseEnvelope"]?["signatures"]?.array?.first?["sig"]?.string
    let old = try #require(signature)
    return text.replacing(old, with: Base64.encode(body(try #require(Base64.decode(old)))))
  }

  @Test(arguments: ["p256", "p384", "p521"])
  func `a bundle of model_signing holds under its key alone`(_ name: String) throws {
    let text = try SignatureVectors.text("oms.\(name).sig")
    #expect(try verify(text, by: name) == nil)
    for other in ["p256", "p384", "p521", "ed25519"] where other != name {
      #expect(try verify(text, by: other) != nil)
    }
  }

  @Test func `a lying or missing hint changes nothing but the reason`() throws {
    let text = try SignatureVectors.text("oms.p256.sig")
    guard case .ecdsa(let right) = try SignatureVectors.verificationKey("p256"),
      case .ecdsa(let wrong) = try SignatureVectors.verificationKey("p384")
    else {
      Issue.record("no ECDSA keys")
      return
    }
    #expect(text.contains(right.hint))
    guard case .otherKey = try verify(text.replacing(right.hint, with: wrong.hint)) else {
      Issue.record("the hint is not compared")
      return
    }
    #expect(try verify(text.replacing("\"hint\":\"\(right.hint)\"", with: "")) == nil)
    // The hint of the wrong key, and that key: the signature decides.
    let moved = try verify(text.replacing(right.hint, with: wrong.hint), by: "p384")
    guard case .mismatch = moved else {
      Issue.record("\(String(describing: moved))")
      return
    }
  }

  @Test func `a signature has one form in DER, but S may be high`() throws {
    #expect(try verify(changed("oms.p256.sig") { $0 }) == nil)
    let forms: [([UInt8]) -> [UInt8]] = [
      { $0 + [0] }, { Array($0.dropLast()) }, { [0x30, 0x81] + $0.dropFirst() },
      { [0x31] + $0.dropFirst() }, { $0 + $0 }, { _ in [] }, { _ in [0x30, 0] },
      { _ in [0x30, 6, 2, 1, 0, 2, 1, 0] }, { _ in [0x30, 6, 2, 1, 0x80, 2, 1, 1] },
      // A needless zero before r.
      { [0x30, $0[1] + 1, 2, $0[3] + 1, 0] + $0.dropFirst(4) },
      // Only r.
      { [0x30, $0[3] + 2] + $0[2..<(4 + Int($0[3]))] },
    ]
    for (index, form) in forms.enumerated() {
      #expect(try verify(changed("oms.p256.sig", form)) != nil, "form \(index)")
    }
    #expect(try verify(changed("oms.p256.sig", otherHalf)) == nil)
  }

  /// The signature with n - s for s, which verifies, too (FIPS 186-5 does not choose).
  private func otherHalf(_ der: [UInt8]) -> [UInt8] {
    let order: [UInt8] = [
      0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
      0x25, 0x51,
    ]
    let start = 4 + Int(der[3])
    let s = der[(start + 2)...].drop { $0 == 0 }
    let padded = [UInt8](repeating: 0, count: 32 - s.count) + s
    var result = [UInt8](repeating: 0, count: 32)
    var borrow = 0
    for index in (0..<32).reversed() {
      let difference = Int(order[index]) - Int(padded[index]) - borrow
      result[index] = UInt8(truncatingIfNeeded: difference)
      borrow = difference < 0 ? 1 : 0
    }
    var digits = Array(result.drop { $0 == 0 })
    if digits[0] >= 0x80 { digits.insert(0, at: 0) }
    let body = der[2..<start] + [2, UInt8(digits.count)] + digits
    return [0x30, UInt8(body.count)] + body
  }

  @Test func `no key stands for a certificate`() throws {
    let text = try SignatureVectors.text("oms.certificate.sig")
    guard case .unsupported = try verify(text) else {
      Issue.record("it is judged")
      return
    }
  }

  @Test func `an altered payload is noticed`() throws {
    let text = try SignatureVectors.text("oms.p256.sig")
    let json = try JSON(parsing: ByteSlice(utf8: text))
    let payload = try #require(json["dsseEnvelope"]?["payload"]?.string)
    var bytes = try #require(Base64.decode(payload))
    bytes[bytes.count / 2] ^= 1
    guard case .mismatch = try verify(text.replacing(payload, with: Base64.encode(bytes))) else {
      Issue.record("it holds")
      return
    }
  }

  @Test(arguments: [
    ("bundle.v0.3+json", "bundle.v0.9+json"), ("\"keyid\":\"\"", "\"keyid\":1"),
    ("}]}}", "},{\"sig\":\"AAAA\",\"keyid\":\"\"}]}}"), ("\"dsseEnvelope\"", "\"envelope\""),
    ("\"publicKey\"", "\"key\""), ("{\"publicKey\"", "{\"certificate\":{},\"publicKey\""),
    ("\"dsseEnvelope\"", "\"messageSignature\":{\"signature\":\"\"},\"dsseEnvelope\""),
    ("application/vnd.in-toto+json", "text/plain"), ("\"payload\"", "\"payload\":\"\",\"payload\""),
  ])
  func `another form is refused`(_ old: String, _ new: String) throws {
    let text = try SignatureVectors.text("oms.p256.sig")
    let wrong = text.replacing(old, with: new)
    #expect(wrong != text)
    #expect(throws: ParseError.self) { try SigstoreBundle(parsing: ByteSlice(utf8: wrong)) }
  }

  @Test func `a signature that names another key is refused`() throws {
    let text = try SignatureVectors.text("oms.p256.sig")
    guard case .otherKey = try verify(text.replacing("\"keyid\":\"\"", with: "\"keyid\":\"x\""))
    else {
      Issue.record("the keyid is passed over")
      return
    }
  }

  @Test func `every truncation is refused`() throws {
    let text = Array(try SignatureVectors.text("oms.p256.sig").utf8)
    for length in stride(from: 0, to: text.count, by: 7) {
      #expect(throws: ParseError.self) { try SigstoreBundle(parsing: ByteSlice(text[..<length])) }
    }
  }

  @Test func `a statement of shards or BLAKE2b reads; one of BLAKE3 is not judged`() throws {
    let key = try SignatureVectors.verificationKey("p256")
    func statement(_ name: String) throws -> OMSStatement {
      let bundle = try SigstoreBundle(parsing: SignatureVectors.bytes("oms.\(name).sig"))
      return try OMSStatement(parsing: bundle.payload(verifiedBy: key))
    }
    let shards = try statement("shards")
    #expect(shards.method == .shards(size: 1000) && shards.hashType == .sha256)
    #expect(shards.resources.count(where: { $0.path == "big" }) == 3)
    let blake = try statement("blake2b")
    #expect(blake.method == .files && blake.hashType == .blake2b && !blake.followsLinks)
    let files = try statement("p256")
    #expect(files.ignores(".git") && files.ignores(".git/config") && !files.ignores(".gitx"))
    let error = try #require(throws: ParseError.self) { try statement("blake3") }
    #expect(error.kind == .unsupported)
  }
}

struct OMSStatementTests {
  private func payload() throws -> String {
    let key = try SignatureVectors.verificationKey("p256")
    let bundle = try SigstoreBundle(parsing: SignatureVectors.bytes("oms.shards.sig"))
    return try #require(bundle.payload(verifiedBy: key).utf8)
  }

  @Test(arguments: [
    ("signature/v1.0", "signature/v9.0"), ("\"shards\"", "\"pieces\""), ("1000.0", "1000.5"),
    ("1000.0", "0"), ("1000.0", "999.0"), ("\"sha256\"", "\"md5\""), (":0:1000", ":1:1000"),
    (":0:1000", ":0:1001"), (":1000:2000", ":0:1000"), (":2000:2560", ":2000"),
    (":2000:2560", ":2000:02560"), (":2000:2560", ":2000:2000"), ("a.txt:0:6", "0:6"),
  ])
  func `another form is refused`(_ old: String, _ new: String) throws {
    let text = try payload()
    let wrong = text.replacing(old, with: new)
    #expect(wrong != text)
    #expect(throws: ParseError.self) { try OMSStatement(parsing: ByteSlice(utf8: wrong)) }
  }

  @Test func `the root digest must be that of the resources`() throws {
    let statement = try OMSStatement(parsing: ByteSlice(utf8: payload()))
    let wrong = try payload().replacing(
      statement.rootDigest.hexadecimal, with: Digest(ofUTF8: "x").hexadecimal)
    #expect(throws: ParseError.self) { try OMSStatement(parsing: ByteSlice(utf8: wrong)) }
  }
}
