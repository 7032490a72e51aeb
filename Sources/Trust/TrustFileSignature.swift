public import Bytes
import Findings

/// The signature beside a trust file: an envelope over the file's bytes that its own root role
/// satisfies.
public struct TrustFileSignature: Sendable {
  /// The envelope; its payload is the trust file.
  public let envelope: Envelope
  /// The owners of the root role who signed, sorted by bytes.
  public let owners: [String]
}

extension TrustFile {
  /// The name of the role that signs the trust file itself.
  public static let rootRole = "root"

  /// The root role; nil when the file has none.
  public var root: RootRole? {
    roles.first { $0.name == TrustFile.rootRole }.map { RootRole($0, of: self) }
  }

  /// This file with the signature that lies beside it, in which owners of its own root role must
  /// have signed exactly these bytes, as many as the role demands, with keys valid at `time`.
  ///
  /// - Throws: `ConfigurationError`: a signature that does not hold is worse than none.
  public func signed(
    _ bytes: ByteSlice, at time: Timestamp
  ) throws(ConfigurationError) -> TrustFile {
    let envelope: Envelope
    do {
      envelope = try Envelope(parsing: bytes, type: .trustFile)
    } catch {
      throw ConfigurationError(key: "", "\(error)")
    }
    guard envelope.payload == text else {
      throw ConfigurationError(
        key: "", "signs other bytes than those of the trust file",
        help: "sign the file as it is with 'proofmark trust sign'")
    }
    guard roles.contains(where: { $0.name == TrustFile.rootRole }) else {
      throw ConfigurationError(
        key: "", "the trust file has no root role that could have signed it",
        help: "name one with 'proofmark trust add --role root', or remove the signature")
    }
    let authority = try Authority(self, role: TrustFile.rootRole)
    let judged = JudgedSignatures(envelope, by: authority, at: time, place: .subject)
    let owners = Set(judged.signers.map(\.owner))
    guard owners.count >= authority.role.threshold else {
      let account = judged.outcomes.isEmpty ? "" : ": " + judged.outcomes.joined(separator: "; ")
      throw ConfigurationError(
        key: "",
        "the root role demands \(authority.role.threshold) owners, \(owners.count) signed\(account)",
        help: "let the missing owners sign with 'proofmark trust sign'")
    }
    var file = self
    file.signature = TrustFileSignature(
      envelope: envelope,
      owners: owners.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    return file
  }
}

/// Who may say what the next trust file is.
public struct RootRole: Sendable, Equatable {
  /// A key of an owner of the role.
  public struct Key: Sendable, Equatable {
    /// Whose it is.
    public let owner: String
    /// The key.
    public let publicKey: PublicKey

    /// Creates a key.
    public init(owner: String, publicKey: PublicKey) {
      self.owner = owner
      self.publicKey = publicKey
    }
  }

  /// How many distinct owners must have signed.
  public let threshold: Int
  /// Their keys, none of them revoked.
  public let keys: [Key]

  /// Creates a role.
  public init(threshold: Int, keys: [Key]) {
    self.threshold = threshold
    self.keys = keys
  }

  fileprivate init(_ role: TrustFile.Role, of trust: TrustFile) {
    threshold = role.threshold
    keys = trust.keys.filter {
      role.owners.contains($0.owner) && trust.revocation(ofKey: $0.id) == nil
    }.map { Key(owner: $0.owner, publicKey: $0.publicKey) }
  }

  /// The owners of the role who signed the envelope, sorted by bytes. When their keys were valid
  /// is not asked: a root hands over also after its time, as in TUF (5.3.4).
  public func owners(whoSigned envelope: Envelope) -> [String] {
    let message = envelope.signedBytes
    let signers = keys.filter { key in
      envelope.signatures.contains { key.publicKey.verifies($0.bytes, of: message) }
    }
    return Set(signers.map(\.owner)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// A trust file that was relied upon, as far as a later one must be measured by it.
public struct TrustSighting: Sendable, Equatable {
  /// Its version.
  public let version: Int
  /// Its digest.
  public let digest: Digest
  /// Its root role, which the next one must be signed by; nil when it had none.
  public let root: RootRole?

  /// Creates a sighting.
  public init(version: Int, digest: Digest, root: RootRole?) {
    self.version = version
    self.digest = digest
    self.root = root
  }

  /// The sighting of a trust file.
  public init(_ trust: TrustFile) {
    self.init(version: trust.version, digest: trust.digest, root: trust.root)
  }
}

/// How a trust file stands to the newest one that was relied upon.
public enum TrustSuccession: Sendable, Equatable {
  /// It is the same file.
  case same
  /// It may follow: its version is higher, and old and new root role signed it, where there is an
  /// old one.
  case follows
  /// A newer one was relied upon already.
  case older
  /// Its version is the same and its bytes are not.
  case altered
  /// The old root role demands more owners than those who signed.
  case notHandedOver(signed: [String], threshold: Int)

  /// Compares the trust file with what was seen. The rule for the root is TUF's (5.3.4): the
  /// threshold of the old one and that of the new one, which `TrustFile.signature` stands for.
  public init(of trust: TrustFile, after seen: TrustSighting) {
    guard trust.version >= seen.version else {
      self = .older
      return
    }
    guard trust.version > seen.version else {
      self = trust.digest == seen.digest ? .same : .altered
      return
    }
    guard let root = seen.root else {
      self = .follows
      return
    }
    let owners = trust.signature.map { root.owners(whoSigned: $0.envelope) } ?? []
    self =
      owners.count >= root.threshold
      ? .follows : .notHandedOver(signed: owners, threshold: root.threshold)
  }

  /// What stands against the trust file, in a sentence; nil when nothing does.
  public func objection(to trust: TrustFile, after seen: TrustSighting) -> String? {
    switch self {
    case .same, .follows: nil
    case .older: "version \(trust.version) is older than version \(seen.version), which was seen"
    case .altered: "version \(trust.version) was seen with other bytes"
    case .notHandedOver(let signed, let threshold):
      "the root role of version \(seen.version) demands \(threshold) "
        + "\(threshold == 1 ? "owner" : "owners"), \(signed.count) signed version \(trust.version)"
    }
  }
}
