import Bytes
import Testing
import Trust

struct SSHSignatureTests {
  private func verify(
    _ text: String, over file: ByteSlice = SignatureVectors.release,
    namespace: String = "proofmark"
  ) -> SignatureFault? {
    fault { () throws(SignatureFault) in
      try SSHSignature(parsing: ByteSlice(utf8: text)).verify(file, namespace: namespace)
    }
  }

  /// The signature file with its blob changed.
  private func changed(_ name: String, _ body: ([UInt8]) -> [UInt8]) throws -> String {
    let lines = try SignatureVectors.text(name).split(separator: "\n")
    let blob = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
    return "\(lines[0])\n\(Base64.encode(body(blob)))\n\(lines[lines.count - 1])\n"
  }

  @Test(arguments: ["ssh", "ssh-sha256"])
  func `a signature by ssh-keygen holds`(_ name: String) throws {
    let text = try SignatureVectors.text("release.\(name).sig")
    #expect(verify(text) == nil)
    guard case .mismatch = verify(text, over: ByteSlice(utf8: "another\n")) else {
      Issue.record("it holds for another file")
      return
    }
  }

  @Test func `a signature for another namespace is refused`() throws {
    let text = try SignatureVectors.text("release.ssh-file.sig")
    #expect(verify(text, namespace: "file") == nil)
    let reason = "the signature was made for 'file', not for 'proofmark'"
    #expect(verify(text) == .otherNamespace(reason))
  }

  @Test func `a key of another type is not judged`() throws {
    guard case .unsupported = verify(try SignatureVectors.text("release.ssh-ecdsa.sig")) else {
      Issue.record("it is judged")
      return
    }
  }

  @Test func `S + L, which OpenSSH accepts, is refused`() throws {
    let text = try changed("release.ssh.sig") {
      addingGroupOrder(toSignatureAt: $0.count - 64, of: $0)
    }
    guard case .mismatch = verify(text) else {
      Issue.record("a second form of the signature holds")
      return
    }
  }

  @Test func `another hash name, version or reserved field is no other signature`() throws {
    let text = try changed("release.ssh.sig") { blob in
      var blob = blob
      blob.replace(Array("sha512".utf8), with: Array("sha256".utf8))
      return blob
    }
    guard case .mismatch = verify(text) else {
      Issue.record("the hash's name is not signed")
      return
    }
    let unknown = try changed("release.ssh.sig") { blob in
      var blob = blob
      blob.replace(Array("sha512".utf8), with: Array("sha999".utf8))
      return blob
    }
    guard case .unsupported = verify(unknown) else {
      Issue.record("an unknown hash is judged")
      return
    }
  }

  @Test func `every truncation and every changed byte is refused`() throws {
    let whole = Array(try SignatureVectors.text("release.ssh.sig").utf8)
    // The last line end may be missing.
    for length in 0..<(whole.count - 1) {
      #expect(verify(String(decoding: whole[..<length], as: UTF8.self)) != nil)
    }
    let lines = try SignatureVectors.text("release.ssh.sig").split(separator: "\n")
    let blob = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
    for index in blob.indices {
      let text = try changed("release.ssh.sig") {
        var bytes = $0
        bytes[index] ^= 1
        return bytes
      }
      #expect(verify(text) != nil, "byte \(index)")
    }
    #expect(try verify(changed("release.ssh.sig") { $0 + [0] }) != nil)
  }

  @Test func `two signatures in a file, or anything around one, are refused`() throws {
    let text = try SignatureVectors.text("release.ssh.sig")
    for wrong in [text + text, "x" + text, text + "x", "\n" + text] {
      guard case .malformed = verify(wrong) else {
        Issue.record("\(wrong)")
        return
      }
    }
  }

  @Test func `a file that is signed here verifies`() throws {
    let signer = Ed25519Signer.key(try SignatureVectors.secretKey("ssh"))
    let signature = try SSHSignature.signing(
      SignatureVectors.release, namespace: "proofmark", by: signer)
    // Ed25519 is deterministic: the bytes are those that ssh-keygen wrote.
    #expect(try signature.text == SignatureVectors.text("release.ssh.sig"))
    #expect(verify(signature.text) == nil)
  }
}

struct AllowedSignersTests {
  private let noon = Timestamp("2026-07-01T12:00:00Z")

  private func principals(
    _ signers: AllowedSigners, principal: String? = nil, namespace: String = "proofmark"
  ) throws -> Result<String, SignatureFault> {
    let (key, _) = try PublicKey.read(SignatureVectors.bytes("ssh.pub"), name: "key")
    let time = try #require(noon)
    return Result { () throws(SignatureFault) in
      try signers.principals(of: key, principal: principal, namespace: namespace, at: time)
    }
  }

  private func isAllowed(_ options: String, principal: String? = nil) throws -> Bool {
    let result = try principals(SignatureVectors.allowedSigners(options), principal: principal)
    return (try? result.get()) != nil
  }

  @Test(arguments: [
    ("", true), ("namespaces=\"proofmark\"", true), ("namespaces=\"file,proof*\"", true),
    ("namespaces=\"file\"", false), ("namespaces=\"*,!proofmark\"", false),
    ("valid-after=\"20260701\"", true), ("valid-after=\"20260702Z\"", false),
    ("valid-before=\"20260701\"", false), ("valid-before=\"202607011200\"", true),
    ("valid-before=\"20260701115959Z\"", false), ("NAMESPACES=\"file\"", false),
    ("namespaces=\"proofmark\",valid-after=\"20260101\",valid-before=\"20270101\"", true),
  ])
  func `options limit what a key may sign, and when`(_ options: String, _ holds: Bool) throws {
    #expect(try isAllowed(options) == holds)
  }

  @Test(arguments: [
    ("ana@example.org", "ana@example.org", true), ("ana@example.org", "eve@example.org", false),
    ("*@example.org", "ana@example.org", true), ("a,b,c", "b", true),
    ("*@example.org,!eve@example.org", "eve@example.org", false),
    ("\"ana@example.org\"", "ana@example.org", true),
  ])
  func `principals are patterns`(_ patterns: String, _ name: String, _ holds: Bool) throws {
    let line = "\(patterns) \(try SignatureVectors.text("ssh.pub"))"
    let signers = try AllowedSigners(parsing: ByteSlice(utf8: line))
    #expect((try? principals(signers, principal: name).get()) == (holds ? name : nil))
  }

  @Test func `comments, other key types and authorities are passed over`() throws {
    let key = try SignatureVectors.text("ssh.pub")
    let text = """
      # signers

      ana cert-authority \(key)bob ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== bob
      other ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDL0t4/8OWvBn8s67QCqerybfHZVDrXfXLbI+NgjH1ir
      """
    let signers = try AllowedSigners(parsing: ByteSlice(utf8: text))
    guard case .failure(.notAllowed) = try principals(signers) else {
      Issue.record("an authority's key signs by itself")
      return
    }
  }

  @Test func `line ends may be those of Windows`() throws {
    let key = try SignatureVectors.text("ssh.pub").split(separator: "\n")[0]
    let text = "# signers\r\nana \(key)\r\n"
    #expect(try principals(AllowedSigners(parsing: ByteSlice(utf8: text))) == .success("ana"))
  }

  // What ssh-keygen 9.2 refuses is among them: an option that stands twice or has no quotes.
  @Test(arguments: [
    "", "# nobody\n", "ana", "ana ssh-ed25519", "ana ssh-ed25519 AAAA", "ana what=\"x\" KEY",
    "ana valid-after=\"2026\" KEY", "ana valid-after=\"20261301\" KEY", "ana namespaces=\"\" KEY",
    "ana namespaces KEY", "ana namespaces=\"a\" namespaces=\"b\" KEY", ", KEY",
    "ana namespaces=\"file\",namespaces=\"proofmark\" KEY", "ana namespaces=proofmark KEY",
    "ana valid-before=\"20200101\",valid-before=\"20300101\" KEY", "ana namespaces=\"a\"\"b\" KEY",
    "ana valid-after=20260101 KEY",
  ])
  func `a file that cannot be understood is refused`(_ text: String) throws {
    let text = text.replacing("KEY", with: try SignatureVectors.text("ssh.pub"))
    #expect(throws: ConfigurationError.self) {
      try AllowedSigners(parsing: ByteSlice(utf8: text))
    }
  }
}
