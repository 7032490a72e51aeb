/// Why a signature of another tool does not establish anything.
public enum SignatureFault: Error, Sendable, Equatable {
  /// The bytes are no such signature.
  case malformed(String)
  /// It is one, of a kind that is not judged here.
  case unsupported(String)
  /// It is one, and it is not by this key over these bytes.
  case mismatch(String)
  /// It names another key than the one it is verified with.
  case otherKey(String)
  /// What it says about itself was altered.
  case alteredComment(String)
  /// It was made for another purpose.
  case otherNamespace(String)
  /// It is a good one, over a statement about another file.
  case otherSubject(String)
  /// Whoever made it is not allowed to sign this.
  case notAllowed(String)
  /// The signer's certificate does not lead to a trust anchor.
  case untrustedChain(String)
  /// A certificate that it needs is not valid at that time.
  case outsideValidity(String)
  /// A certificate stands for what it was not issued for.
  case unfitCertificate(String)
  /// A certificate is held up by a broken algorithm or a short key.
  case weakCertificate(String)

  /// What is wrong, in lower case without a full stop.
  public var reason: String {
    switch self {
    case .malformed(let text), .unsupported(let text), .mismatch(let text), .otherKey(let text),
      .alteredComment(let text), .otherNamespace(let text), .notAllowed(let text),
      .otherSubject(let text), .untrustedChain(let text), .outsideValidity(let text),
      .unfitCertificate(let text), .weakCertificate(let text):
      text
    }
  }
}
