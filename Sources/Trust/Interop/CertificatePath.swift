import Bytes

/// Certificates from a signer's up to a trust anchor, each issued and signed by the next, judged by
/// RFC 5280, section 6.1, without policies, and without revocation: nothing offline tells of it.
struct CertificatePath {
  /// The certificate whose key signs.
  let signer: X509Certificate

  private static let lengthLimit = 8

  /// Judges a chain in its order. What stands above an anchor adds nothing and is passed over.
  ///
  /// - Throws: `SignatureFault` unless each certificate holds at that time.
  init(
    _ chain: [[UInt8]], to anchors: TrustAnchors, at time: Timestamp
  ) throws(SignatureFault) {
    guard chain.count <= CertificatePath.lengthLimit else {
      throw .unsupported(
        "\(chain.count) certificates, at most \(CertificatePath.lengthLimit) are judged")
    }
    let certificates = try chain.map { (der) throws(SignatureFault) in
      try X509Certificate(der: der)
    }
    let end = certificates.dropFirst().firstIndex { anchors.contains($0) } ?? certificates.endIndex
    var path = Array(certificates[..<end])
    guard let signer = path.first, let last = path.last else {
      throw .malformed("expected certificates, found none")
    }
    self.signer = signer
    // Before any signature is verified: no algorithm that does not count is even tried.
    for certificate in path { try certificate.checkAlgorithm() }
    for (certificate, issuer) in zip(path, path.dropFirst()) {
      guard issuer.hasIssued(inName: certificate) else {
        throw .untrustedChain("'\(certificate.name)' is not issued by the next, '\(issuer.name)'")
      }
      guard issuer.hasSigned(certificate) else {
        throw .untrustedChain("'\(certificate.name)' is not signed by '\(issuer.name)'")
      }
    }
    path.append(try CertificatePath.anchor(of: last, among: anchors, at: time))
    try CertificatePath.check(path, at: time)
    try signer.checkSigner()
    if let limiting = path.first(where: \.constrainsNames) {
      throw .unsupported("'\(limiting.name)' limits names, which is not judged")
    }
  }

  /// The anchor that signed the certificate: of a renewed one, that which is valid.
  private static func anchor(
    of certificate: X509Certificate, among anchors: TrustAnchors, at time: Timestamp
  ) throws(SignatureFault) -> X509Certificate {
    let named = anchors.issuers(inNameOf: certificate)
    guard !named.isEmpty else {
      throw .untrustedChain("no given root has issued '\(certificate.name)'")
    }
    let issuers = named.filter { $0.hasSigned(certificate) }
    guard let issuer = issuers.first(where: { $0.isValid(at: time) }) ?? issuers.first else {
      throw .untrustedChain("'\(certificate.name)' is not signed by the given root of that name")
    }
    return issuer
  }

  /// Judges what the certificates say of themselves, the signer's first.
  private static func check(
    _ path: [X509Certificate], at time: Timestamp
  ) throws(SignatureFault) {
    var authorities = 0
    for (place, certificate) in path.enumerated() {
      try certificate.checkValidity(at: time)
      try certificate.checkExtensions()
      guard place > 0 else { continue }
      try certificate.checkAuthority(above: authorities)
      // One that issued itself anew is not counted.
      if !certificate.isSelfIssued { authorities += 1 }
    }
  }
}
