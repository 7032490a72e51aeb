import Bytes
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate in DER (RFC 5280, section 4), with what its own text says of its use. Reading it
/// establishes nothing.
struct X509Certificate: Sendable {
  /// The bytes that it was read from.
  let der: [UInt8]
  private let content: Certificate

  private static let byteLimit = 64 << 10
  private static let nameLimit = 200

  /// Reads a certificate strictly: one, in DER, its two algorithm identifiers alike.
  init(der: [UInt8]) throws(SignatureFault) {
    guard der.count <= X509Certificate.byteLimit else {
      throw .unsupported("a certificate of more than \(X509Certificate.byteLimit) bytes")
    }
    self.der = der
    do {
      let root = try DER.parse(der)
      content = try Certificate(derEncoded: root)
      guard X509Certificate.statesOneAlgorithm(root) else {
        throw SignatureFault.malformed("a certificate that names two signature algorithms")
      }
    } catch let fault as SignatureFault {
      throw fault
    } catch CryptoKitError.incorrectParameterSize {
      throw .weakCertificate("a certificate with a key of a refused size: RSA needs 2048 bits")
    } catch let error as CertificateError
      where [.unsupportedPublicKeyAlgorithm, .unsupportedSignatureAlgorithm].contains(error.code)
    {
      throw .unsupported("a certificate with an algorithm that is not judged")
    } catch {
      throw .malformed("a certificate that is not in DER as X.509 has it")
    }
  }

  /// RFC 5280, section 4.1.1.2: the signed identifier and the one beside the signature are the
  /// same. The signed one is the first sequence within the signed part.
  private static func statesOneAlgorithm(_ root: ASN1Node) -> Bool {
    guard case .constructed(let parts) = root.content else { return false }
    let nodes = Array(parts)
    guard nodes.count == 3, case .constructed(let fields) = nodes[0].content else { return false }
    return fields.first { $0.identifier == .sequence }?.encodedBytes == nodes[1].encodedBytes
  }

  /// The subject for people (RFC 4514), cut where it is long; unescaped.
  var name: String {
    let text = content.subject.isEmpty ? "a certificate without a subject" : "\(content.subject)"
    return String(text.prefix(X509Certificate.nameLimit))
  }

  /// SHA-256 of the DER.
  var fingerprint: Bytes.Digest { Bytes.Digest(of: ByteSlice(der)) }

  /// Whether subject and issuer are the same name.
  var isSelfIssued: Bool { content.subject == content.issuer }

  /// Whether the other one says that it was issued by the bearer of this name.
  func hasIssued(inName other: X509Certificate) -> Bool { content.subject == other.content.issuer }

  /// Whether this certificate's key signed the other one.
  func hasSigned(_ other: X509Certificate) -> Bool {
    content.publicKey.isValidSignature(other.content.signature, for: other.content)
  }

  /// The key, where it is of a kind that model signatures are made with.
  func signatureKey() throws(SignatureFault) -> ECDSAPublicKey {
    let key = content.publicKey
    let curve: ECDSAPublicKey.Curve? =
      P256.Signing.PublicKey(key) != nil
      ? .p256
      : P384.Signing.PublicKey(key) != nil
        ? .p384 : P521.Signing.PublicKey(key) != nil ? .p521 : nil
    guard let curve, let key = ECDSAPublicKey(curve, point: Array(key.subjectPublicKeyInfoBytes))
    else { throw .unsupported("the certificate '\(name)' holds no ECDSA key") }
    return key
  }
}

// What a certificate is fit for.
extension X509Certificate {
  /// Whether the moment lies between its two dates, both included.
  func isValid(at time: Timestamp) -> Bool {
    let seconds = Double(time.seconds)
    return content.notValidBefore.timeIntervalSince1970 <= seconds
      && seconds <= content.notValidAfter.timeIntervalSince1970
  }

  /// Throws unless the moment lies between its two dates.
  func checkValidity(at time: Timestamp) throws(SignatureFault) {
    guard !isValid(at: time) else { return }
    func text(_ date: Date) -> String {
      Timestamp(seconds: Int(date.timeIntervalSince1970)).map { "\($0)" } ?? "another age"
    }
    throw .outsideValidity(
      "the certificate '\(name)' is valid from \(text(content.notValidBefore)) to "
        + text(content.notValidAfter))
  }

  /// Throws unless the algorithm of its signature is one that holds.
  func checkAlgorithm() throws(SignatureFault) {
    switch content.signatureAlgorithm {
    case .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512, .sha256WithRSAEncryption,
      .sha384WithRSAEncryption, .sha512WithRSAEncryption:
      return
    case .sha1WithRSAEncryption:
      throw .weakCertificate("the certificate '\(name)' is signed over SHA-1")
    default:
      throw .unsupported("the certificate '\(name)' is signed with neither ECDSA nor RSA")
    }
  }

  /// Throws for an extension that must be understood and is not, and for keys that may not vouch
  /// for models at all. Of the extended usage of authorities RFC 5280 says nothing; those that
  /// state one are held to it here, as browsers do.
  func checkExtensions() throws(SignatureFault) {
    for item in content.extensions where item.critical {
      guard X509Certificate.understood.contains(item.oid) else {
        throw .unfitCertificate(
          "the certificate '\(name)' has the critical extension \(item.oid), which is not known")
      }
    }
    if let usages = try stated({ try $0.extendedKeyUsage }) {
      guard usages.contains(.codeSigning) || usages.contains(.any) else {
        throw .unfitCertificate("the certificate '\(name)' is not for code signing")
      }
    }
  }

  private static let understood: Set<ASN1ObjectIdentifier> = [
    .X509ExtensionID.keyUsage, .X509ExtensionID.basicConstraints,
    .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
    .X509ExtensionID.nameConstraints,
  ]

  /// Whether it limits the names below it, which is not judged.
  var constrainsNames: Bool { content.extensions[oid: .X509ExtensionID.nameConstraints] != nil }

  /// Throws unless the key may issue certificates, with that many authorities between it and the
  /// signer (RFC 5280, section 6.1.4, k to n).
  func checkAuthority(above authorities: Int) throws(SignatureFault) {
    guard content.version == .v3,
      case .isCertificateAuthority(let limit) = try stated({ try $0.basicConstraints })
    else { throw .unfitCertificate("the certificate '\(name)' is not one of an authority") }
    if let limit, authorities > limit {
      throw .unfitCertificate(
        "the authority '\(name)' allows \(limit) others below it, found \(authorities)")
    }
    guard try stated({ try $0.keyUsage })?.keyCertSign ?? true else {
      throw .unfitCertificate("the key of the authority '\(name)' may not sign certificates")
    }
  }

  /// Throws unless the key may sign models. One of both usages must be stated, as model_signing
  /// wants it.
  func checkSigner() throws(SignatureFault) {
    let usage = try stated { try $0.keyUsage }
    let codeSigning = try stated { try $0.extendedKeyUsage }?.contains(.codeSigning) ?? false
    guard usage?.digitalSignature ?? codeSigning else {
      throw .unfitCertificate("the certificate '\(name)' is not for digital signatures")
    }
  }

  private func stated<Value>(
    _ read: (Certificate.Extensions) throws -> Value?
  ) throws(SignatureFault) -> Value? {
    do {
      return try read(content.extensions)
    } catch {
      throw .malformed("the certificate '\(name)' has an extension that cannot be read")
    }
  }
}
