public import Bytes

/// Whom the user trusts, for what and until when: keys, owners, roles and revocations.
///
/// It comes from outside the release. Everything in it has been checked when the value exists:
/// every key is a good point and stands once, every threshold can be met, every owner of a role
/// has a key.
public struct TrustFile: Sendable {
  /// A public key and whose it is.
  public struct Key: Sendable, Equatable {
    /// The name of the key, unique in the file.
    public let id: String
    /// The person or machine that holds it; thresholds count owners.
    public let owner: String
    /// The key.
    public let publicKey: PublicKey
    /// The first moment of validity, nil when there is no beginning.
    public let notBefore: Timestamp?
    /// The last moment of validity, nil when only the trust file's own end counts.
    public let notAfter: Timestamp?

    /// Creates a key; the trust file that it is put into is checked when it is written.
    public init(
      id: String, owner: String, publicKey: PublicKey, notBefore: Timestamp?, notAfter: Timestamp?
    ) {
      self.id = id
      self.owner = owner
      self.publicKey = publicKey
      self.notBefore = notBefore
      self.notAfter = notAfter
    }

    /// Whether signatures by the key count at this time.
    public func isValid(at time: Timestamp) -> Bool {
      (notBefore.map { $0 <= time } ?? true) && (notAfter.map { time <= $0 } ?? true)
    }
  }

  /// Who may do what.
  public struct Role: Sendable, Equatable {
    /// The name that a policy demands.
    public let name: String
    /// How many distinct owners must have signed; between 1 and their number.
    public let threshold: Int
    /// Who may sign, sorted by bytes.
    public let owners: [String]
    /// The models that the role may release; nil means all.
    public let models: [NamePattern]?

    /// Creates a role; the trust file that it is put into is checked when it is written.
    public init(name: String, threshold: Int, owners: [String], models: [NamePattern]?) {
      self.name = name
      self.threshold = threshold
      self.owners = owners.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      self.models = models
    }

    /// Whether the role may release the model; one without a name only when it may release all.
    public func covers(model name: String?) -> Bool {
      guard let models else { return true }
      guard let name else { return false }
      return models.contains { $0.matches(name) }
    }
  }

  /// Something that is no longer to be trusted.
  public struct Revocation: Sendable, Equatable {
    /// What is revoked.
    public enum Subject: Sendable, Equatable {
      /// A key by its id.
      case key(String)
      /// A file, or a whole archive.
      case digest(Digest)
      /// A version of a model: all builds of it, unless one is named (1.4.0+build.2).
      case release(model: String, version: String)

      /// Whether it is the model's release of that version.
      public func covers(model: String, version: String) -> Bool {
        guard case .release(let revokedModel, let revokedVersion) = self, model == revokedModel
        else { return false }
        guard let revoked = ReleaseVersion(revokedVersion), let found = ReleaseVersion(version)
        else { return version == revokedVersion }
        return revoked.names(found)
      }
    }

    /// What is revoked.
    public let subject: Subject
    /// Why, for people.
    public let reason: String
    /// Since when it is so. Only shown: whoever holds a stolen key can date a signature back, so
    /// what is revoked is revoked for all time.
    public let since: Timestamp?

    /// Creates a revocation.
    public init(subject: Subject, reason: String, since: Timestamp?) {
      self.subject = subject
      self.reason = reason
      self.since = since
    }

    /// The reason and the date, for messages.
    public var account: String { since.map { "\(reason) (since \($0))" } ?? reason }
  }

  /// The file's own version; a new one has a higher one.
  public let version: Int
  /// From this moment on the file is not to be relied upon.
  public let expires: Timestamp
  /// The keys, in file order.
  public let keys: [Key]
  /// The roles, sorted by name.
  public let roles: [Role]
  /// The revocations, in file order.
  public let revocations: [Revocation]
  /// The file itself: what its root role signs.
  public let text: ByteSlice
  /// The signature that lay beside the file and that its own root role satisfies; nil without one.
  public internal(set) var signature: TrustFileSignature?

  /// SHA-256 of the file.
  public var digest: Digest { Digest(of: text) }

  /// The owners of the role who have a key that is not revoked.
  public func ownersWithKeys(in role: Role) -> [String] {
    role.owners.filter { owner in
      keys.contains { $0.owner == owner && revocation(ofKey: $0.id) == nil }
    }
  }

  /// The revocation of the key, nil when it is not revoked.
  public func revocation(ofKey id: String) -> Revocation? {
    revocations.first { $0.subject == .key(id) }
  }
}
