import Bytes
import TestSupport
import Testing
import Trust

/// Chains that vectors/signatures/chains.py made, and the roots that they are judged by.
private enum Chains {
  static let time = Timestamp("2026-12-01T00:00:00Z")

  static func json() throws -> JSON {
    try JSON(parsing: SignatureVectors.bytes("chains.json"))
  }

  static func anchors() throws -> TrustAnchors {
    let text = try #require(json()["roots"]?.string)
    return try TrustAnchors(pem: ByteSlice(utf8: text), name: "roots.pem")
  }

  /// The bundle of a chain; other entries of a transparency log on demand.
  static func bundle(_ name: String, entries: JSON = []) throws -> SigstoreBundle {
    let json = try json()
    let chain = try #require(json["chains"]?[name], "no chain '\(name)'")
    let certificates = try #require(chain["certificates"]?.array).map { ["rawBytes": $0] as JSON }
    let signer = try #require(chain["envelope"]?.string)
    let envelope = try #require(json["envelopes"]?[signer])
    let bundle: JSON = [
      "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
      "verificationMaterial": [
        "x509CertificateChain": ["certificates": .array(certificates)], "tlogEntries": entries,
      ],
      "dsseEnvelope": envelope,
    ]
    return try SigstoreBundle(parsing: ByteSlice(utf8: bundle.compactText()))
  }

  /// Who is found to have signed, or why nobody is.
  static func verdict(
    _ bundle: SigstoreBundle, by anchors: TrustAnchors, at time: Timestamp? = time
  ) throws -> Result<OMSSigner, SignatureFault> {
    let time = try #require(time)
    do throws(SignatureFault) {
      return .success(try bundle.payload(by: .anchors(anchors), at: time).signer)
    } catch {
      return .failure(error)
    }
  }

  static func verdict(_ name: String) throws -> Result<OMSSigner, SignatureFault> {
    try verdict(bundle(name), by: anchors())
  }
}

struct CertificatePathTests {
  private static let holding = [
    "good", "without the root", "directly below a root", "P-384", "P-521", "RSA root",
    "renewed root", "any usage", "no extended usage", "code signing alone",
    "self-issued authority", "unknown extension", "eight",
  ]

  @Test(arguments: holding)
  func `a chain up to a given root holds`(_ name: String) throws {
    let signer = try Chains.verdict(name).get()
    #expect(signer.owner == "oms:CN=signer")
    #expect(Digest(hexadecimal: signer.key) != nil)
  }

  @Test func `a bundle of model_signing holds under its root, and names its signer`() throws {
    let root = try TrustAnchors(pem: SignatureVectors.bytes("authority.pem"), name: "a")
    let bundle = try SigstoreBundle(parsing: SignatureVectors.bytes("oms.certificate.sig"))
    let signer = try Chains.verdict(bundle, by: root).get()
    #expect(signer.owner == "oms:CN=leaf")
    // openssl x509 -in leaf.pem -noout -fingerprint -sha256
    #expect(
      signer.key == "1bbf075b4ec010fff43feb6b8ba27041674e62c8b5d7c08f3eb737022409113d")
    guard case .failure(.untrustedChain) = try Chains.verdict(bundle, by: Chains.anchors()) else {
      Issue.record("another root will do")
      return
    }
  }

  private static let shown = ["no subject", "control characters"]

  private static let failing: [(String, SignatureFault)] = [
    ("expired", .outsideValidity("")), ("not yet valid", .outsideValidity("")),
    ("expired authority", .outsideValidity("")), ("expired root", .outsideValidity("")),
    ("unknown root", .untrustedChain("")), ("namesake of a root", .untrustedChain("")),
    ("issued by another key", .untrustedChain("")), ("altered signature", .untrustedChain("")),
    ("altered subject", .untrustedChain("")), ("swapped", .untrustedChain("")),
    ("authority first", .untrustedChain("")), ("a step left out", .untrustedChain("")),
    ("issued by a signer", .unfitCertificate("")), ("no authority", .unfitCertificate("")),
    ("bare root", .unfitCertificate("")), ("may not issue", .unfitCertificate("")),
    ("path too long", .unfitCertificate("")), ("path too long within", .unfitCertificate("")),
    ("unknown critical extension", .unfitCertificate("")), ("web server", .unfitCertificate("")),
    ("authority of web servers", .unfitCertificate("")), ("encryption", .unfitCertificate("")),
    ("no usage", .unfitCertificate("")), ("names limited", .unsupported("")),
    ("names limited, expired", .outsideValidity("")), ("SHA-1", .weakCertificate("")),
    ("short RSA", .weakCertificate("")), ("RSA signer", .unsupported("")),
    ("Ed25519", .unsupported("")), ("nine", .unsupported("")), ("truncated", .malformed("")),
    ("trailing byte", .malformed("")), ("truncated authority", .malformed("")),
    ("empty", .malformed("")), ("two algorithms", .malformed("")),
    ("another certificate of the key", .mismatch("")),
  ]

  @Test(arguments: failing)
  func `a chain that does not hold says why`(_ name: String, _ kind: SignatureFault) throws {
    switch (try Chains.verdict(name), kind) {
    case (.failure(.outsideValidity), .outsideValidity),
      (.failure(.untrustedChain), .untrustedChain),
      (.failure(.unfitCertificate), .unfitCertificate),
      (.failure(.weakCertificate), .weakCertificate), (.failure(.unsupported), .unsupported),
      (.failure(.malformed), .malformed), (.failure(.mismatch), .mismatch):
      break
    case (let verdict, _): Issue.record("\(verdict)")
    }
  }

  @Test func `every chain of the file is judged above`() throws {
    let judged = Self.holding + Self.failing.map(\.0) + Self.shown
    let members = try #require(Chains.json()["chains"]?.object)
    #expect(Set(members.map(\.name)) == Set(judged))
  }

  @Test(arguments: [
    ("2020-01-01T00:00:00Z", true), ("2019-12-31T23:59:59Z", false),
    ("2120-01-01T00:00:00Z", true), ("2120-01-01T00:00:01Z", false),
  ])
  func `both ends of the validity are within it`(_ time: String, _ holds: Bool) throws {
    let verdict = try Chains.verdict(
      Chains.bundle("good"), by: Chains.anchors(), at: Timestamp(time))
    #expect(((try? verdict.get()) != nil) == holds)
  }

  @Test func `a subject is shown whatever it is`() throws {
    #expect(try Chains.verdict("no subject").get().owner == "oms:a certificate without a subject")
    #expect(try Chains.verdict("control characters").get().owner.hasPrefix("oms:CN=a"))
  }

  @Test func `keys and keyless signatures are not judged by roots`() throws {
    let keyless = try Chains.bundle("good", entries: [["logIndex": "1"]])
    guard case .failure(.unsupported) = try Chains.verdict(keyless, by: Chains.anchors()) else {
      Issue.record("a log's entry is passed over")
      return
    }
    let key = try SigstoreBundle(parsing: SignatureVectors.bytes("oms.p256.sig"))
    guard case .failure(.otherKey) = try Chains.verdict(key, by: Chains.anchors()) else {
      Issue.record("a key without a certificate counts")
      return
    }
  }

  @Test func `no truncation of a chain is accepted, and none stops the program`() throws {
    let text = try SignatureVectors.text("oms.certificate.sig")
    let json = try JSON(parsing: ByteSlice(utf8: text))
    let material = json["verificationMaterial"]?["x509CertificateChain"]?["certificates"]
    let first = try #require(material?.array?.first?["rawBytes"]?.string)
    let bytes = try #require(Base64.decode(first))
    let root = try TrustAnchors(pem: SignatureVectors.bytes("authority.pem"), name: "a")
    for length in stride(from: 0, to: bytes.count, by: 5) {
      let cut = text.replacing(first, with: Base64.encode(bytes[..<length]))
      let bundle = try SigstoreBundle(parsing: ByteSlice(utf8: cut))
      guard case .failure(.malformed) = try Chains.verdict(bundle, by: root) else {
        Issue.record("\(length) bytes")
        return
      }
    }
  }
}

struct TrustAnchorsTests {
  private func pem() throws -> String { try SignatureVectors.text("authority.pem") }

  @Test func `text between the blocks is passed over, and line ends may be any`() throws {
    let text = try pem()
    for form in [
      text, "# A root\n" + text + "\nanother\n" + text, text.replacing("\n", with: "\r\n"),
    ] {
      _ = try TrustAnchors(pem: ByteSlice(utf8: form), name: "roots.pem")
    }
  }

  @Test func `what is no file of roots is refused`() throws {
    let text = try pem()
    let forms = [
      "", "garbage", "-----BEGIN CERTIFICATE-----\n", String(text.dropLast(30)),
      text.replacing("MII", with: "MIJ"), text.replacing("MII", with: "M!I"),
      text.replacing("BEGIN", with: "END"), text + "-----END CERTIFICATE-----\n",
      text + text.replacing("CERTIFICATE", with: "PRIVATE KEY"),
      text.replacing("CERTIFICATE", with: "TRUSTED CERTIFICATE"),
      text.replacing("-----END", with: "-----BEGIN CERTIFICATE-----\n-----END"),
      "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    ]
    for (index, form) in forms.enumerated() {
      #expect(throws: TrustError.self, "form \(index)") {
        try TrustAnchors(pem: ByteSlice(utf8: form), name: "roots.pem")
      }
    }
    #expect(throws: TrustError.self) {
      try TrustAnchors(pem: ByteSlice([0x30, 0x82, 0xff, 0xfe]), name: "roots.der")
    }
  }
}
