public import Bytes

/// Whoever can make an Ed25519 signature: a secret key in this process, or an agent that keeps it.
///
/// No member is inlined: the optimiser of Swift 6.3.1 fails on two switches over one value that
/// cannot be copied.
public enum Ed25519Signer: ~Copyable {
  /// A key in locked memory.
  case key(NamedSecretKey)
  /// A key that an agent or a token behind it holds.
  case agent(SSHAgent.Key)

  /// The public half.
  public var publicKey: PublicKey {
    @inline(never) get {
      switch self {
      case .key(let named): named.key.publicKey
      case .agent(let key): key.publicKey
      }
    }
  }

  /// The public half under the id that minisign's signatures name it by.
  public var minisignKey: MinisignPublicKey {
    @inline(never) get {
      switch self {
      case .key(let named): named.minisignKey
      case .agent(let key): MinisignPublicKey(key.publicKey)
      }
    }
  }

  /// The signature of the message.
  ///
  /// - Throws: `TrustError` when the agent refuses, or does not sign what it was asked to.
  @inline(never)
  public func signature(of message: ByteSlice) throws(TrustError) -> [UInt8] {
    switch self {
    case .key(let named): return named.key.signature(of: message)
    case .agent(let key): return try key.signature(of: message)
    }
  }
}

extension Envelope {
  /// The envelope with one more signature; itself when the key has signed it already.
  public func signed(by signer: borrowing Ed25519Signer) throws(TrustError) -> Envelope {
    try signed(as: signer.publicKey) { (message) throws(TrustError) in
      try signer.signature(of: message)
    }
  }
}
