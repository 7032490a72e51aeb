public import Bytes

/// Certificate authorities that the user trusts, from a PEM file (RFC 7468) of `CERTIFICATE`
/// blocks. Text between the blocks is passed over, as bundles of roots have it.
public struct TrustAnchors: Sendable {
  /// The longest file that is read.
  public static let byteLimit = 4 << 20

  private let certificates: [X509Certificate]

  /// Reads the anchors of the file `name`.
  ///
  /// - Throws: `TrustError` for a file without a certificate, with another block, or with a
  ///   certificate that cannot be read.
  public init(pem file: ByteSlice, name: String) throws(TrustError) {
    guard file.count <= TrustAnchors.byteLimit else {
      throw TrustError(.invalidKey, name, "longer than \(TrustAnchors.byteLimit) bytes")
    }
    guard let text = file.utf8 else { throw TrustError(.invalidKey, name, "not text in UTF-8") }
    var certificates: [X509Certificate] = []
    var block: [Substring]?
    for line in text.split(whereSeparator: \.isNewline) {
      switch line {
      case "-----BEGIN CERTIFICATE-----" where block == nil: block = []
      case "-----END CERTIFICATE-----":
        guard let lines = block else {
          throw TrustError(.invalidKey, name, "the END of a certificate without its BEGIN")
        }
        certificates.append(
          try TrustAnchors.certificate(lines, number: certificates.count + 1, name: name))
        block = nil
      case _ where line.hasPrefix("-----"):
        throw TrustError(
          .invalidKey, name,
          "expected certificates, found '\(safeText(String(line.prefix(60))))'",
          help: "the file holds roots in PEM: blocks of BEGIN CERTIFICATE alone")
      default: block?.append(line)
      }
    }
    guard block == nil else { throw TrustError(.invalidKey, name, "a certificate without its END") }
    guard !certificates.isEmpty else {
      throw TrustError(
        .invalidKey, name, "no certificate in PEM",
        help: "openssl x509 -inform der -in \(name) writes PEM, if the file is in DER")
    }
    self.certificates = certificates
  }

  private static func certificate(
    _ lines: [Substring], number: Int, name: String
  ) throws(TrustError) -> X509Certificate {
    guard let bytes = Base64.decode(lines.joined()) else {
      throw TrustError(.invalidKey, name, "certificate \(number): expected base64")
    }
    do {
      return try X509Certificate(der: bytes)
    } catch {
      throw TrustError(.invalidKey, name, "certificate \(number): \(error.reason)")
    }
  }

  /// Whether the certificate is itself one of the anchors.
  func contains(_ certificate: X509Certificate) -> Bool {
    certificates.contains { $0.der == certificate.der }
  }

  /// The anchors with the name that the certificate says of its issuer.
  func issuers(inNameOf certificate: X509Certificate) -> [X509Certificate] {
    certificates.filter { $0.hasIssued(inName: certificate) }
  }
}
