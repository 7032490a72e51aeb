import Bytes
import Testing
import Trust

struct MinisignSignatureTests {
  private func verify(
    _ text: String, over file: ByteSlice = SignatureVectors.release
  ) throws -> SignatureFault? {
    let key = try SignatureVectors.minisignKey()
    return fault { () throws(SignatureFault) in
      try MinisignSignature(parsing: ByteSlice(utf8: text)).verify(file, by: key)
    }
  }

  @Test(arguments: [("release", false), ("legacy", true), ("escape", false)])
  func `a signature by minisign holds`(_ name: String, _ isLegacy: Bool) throws {
    let text = try SignatureVectors.text("\(name).minisig")
    #expect(try verify(text) == nil)
    #expect(try verify(text.replacing("\n", with: "\r\n")) == nil)
    #expect(try MinisignSignature(parsing: ByteSlice(utf8: text)).isLegacy == isLegacy)
    guard case .mismatch = try verify(text, over: ByteSlice(utf8: "another\n")) else {
      Issue.record("it holds for another file")
      return
    }
  }

  @Test func `an altered trusted comment is noticed`() throws {
    let text = try SignatureVectors.text("release.minisig")
    let altered = text.replacing("1.4.0", with: "1.5.0")
    #expect(altered != text)
    #expect(try verify(altered) == .alteredComment("the trusted comment is not the signed one"))
    let added = text.replacing("1.4.0", with: "1.4.0 ")
    #expect(try verify(added) == .alteredComment("the trusted comment is not the signed one"))
  }

  @Test func `the key's id must be the signature's`() throws {
    let text = try SignatureVectors.text("release.minisig")
    let lines = text.split(separator: "\n").map(String.init)
    var blob = try #require(Base64.decode(lines[1]))
    blob[5] ^= 1
    let renamed = text.replacing(lines[1], with: Base64.encode(blob))
    guard case .otherKey = try verify(renamed) else {
      Issue.record("a signature that names another key holds")
      return
    }
    // And the right id under another key.
    let key = try SignatureVectors.minisignKey()
    let impostor = try SecretKey.generate().publicKey
    let line = Base64.encode(Array("Ed".utf8) + key.id + impostor.bytes)
    let wrong = try MinisignPublicKey(base64: line, name: "key")
    let found = fault { () throws(SignatureFault) in
      try MinisignSignature(parsing: ByteSlice(utf8: text))
        .verify(SignatureVectors.release, by: wrong)
    }
    guard case .mismatch = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test func `a legacy signature and a prehashed one are not exchanged`() throws {
    for name in ["release", "legacy"] {
      let text = try SignatureVectors.text("\(name).minisig")
      let lines = text.split(separator: "\n").map(String.init)
      var blob = try #require(Base64.decode(lines[1]))
      blob[1] ^= 0x20
      guard case .mismatch = try verify(text.replacing(lines[1], with: Base64.encode(blob))) else {
        Issue.record("\(name) holds in the other form")
        return
      }
    }
  }

  @Test func `the group order added to S is refused, in both signatures`() throws {
    let text = try SignatureVectors.text("release.minisig")
    let lines = text.split(separator: "\n").map(String.init)
    let blob = try #require(Base64.decode(lines[1]))
    let global = try #require(Base64.decode(lines[3]))
    let first = Base64.encode(addingGroupOrder(toSignatureAt: 10, of: blob))
    let second = Base64.encode(addingGroupOrder(toSignatureAt: 0, of: global))
    #expect(try verify(text.replacing(lines[1], with: first)) != nil)
    #expect(try verify(text.replacing(lines[3], with: second)) != nil)
  }

  @Test func `every truncation and every changed letter is refused`() throws {
    let text = try Array(SignatureVectors.text("release.minisig").utf8)
    // minisign reads the last line without its end, too.
    #expect(try verify(String(decoding: text.dropLast(), as: UTF8.self)) == nil)
    for length in text.indices.dropLast() {
      #expect(try verify(String(decoding: text[..<length], as: UTF8.self)) != nil)
    }
    // The untrusted comment may say anything.
    let first = try #require(text.firstIndex(of: 0x0a))
    for index in first..<text.count - 1 {
      var changed = text
      changed[index] ^= 1
      #expect(try verify(String(decoding: changed, as: UTF8.self)) != nil, "byte \(index)")
    }
  }

  @Test func `a signature by signify is recognised and not judged`() throws {
    let text = "untrusted comment: verify with key.pub\n\(Base64.encode(Array(0..<74)))\n"
    #expect(SignatureKind(of: ByteSlice(utf8: text)) == .minisign)
    guard case .unsupported = try verify(text) else {
      Issue.record("it is judged")
      return
    }
  }

  @Test func `long comments and files are refused`() throws {
    let text = try SignatureVectors.text("release.minisig")
    let long = String(repeating: "x", count: 8192)
    for wrong in [
      text.replacing("trusted comment: h", with: "trusted comment: \(long)h"),
      "untrusted comment: " + long.prefix(1024) + "\n" + text.drop { $0 != "\n" }.dropFirst(),
      text + text, text + "\n", "\n" + text, text.replacing("\n", with: "\n\n"),
    ] {
      guard case .malformed = try verify(wrong) else {
        Issue.record("\(wrong.count) bytes")
        return
      }
    }
  }

  @Test func `a file that is signed here verifies, with its comment`() throws {
    let named = try SignatureVectors.secretKey("minisign.key")
    let id = named.minisignKey.id
    let signer = Ed25519Signer.key(named)
    let signature = try MinisignSignature.signing(
      SignatureVectors.release, comment: "handwritten-digits\t1.4.0", as: id, by: signer)
    #expect(try verify(signature.text) == nil)
    #expect(!signature.isLegacy && signature.trustedComment == "handwritten-digits\t1.4.0")
    for comment in ["two\nlines", "\u{1b}[2K", String(repeating: "x", count: 8192)] {
      #expect(throws: TrustError.self) {
        try MinisignSignature.signing(
          SignatureVectors.release, comment: comment, as: id, by: signer)
      }
    }
  }
}
