public import Bytes
public import Findings

/// Everything that is said about one subject: what each report format writes, and all of it.
///
/// Equal reports are written to equal bytes, so nothing in it may depend on the clock, the
/// machine or the folder.
public struct AuditReport: Sendable, Equatable {
  /// The program.
  public var tool: Tool
  /// What was audited.
  public var subject: Subject
  /// The policy it was judged by.
  public var policy: PolicyReference
  /// The trust file, when one was given.
  public var trust: TrustReference?
  /// The time that was given for the judgement, RFC 3339.
  public var at: String?
  /// The verdict and the seven checks in the order of an audit.
  public var judgement: Judgement
  /// Who signed, as far as the signatures hold.
  public var signers: [Signer] = []
  /// Every file of the subject, sorted by path.
  public var files: [File] = []
  /// Inputs before and after the attack.
  public var pictures: [Picture] = []
  /// The packages that dependency files pin, sorted by ecosystem, name, version and place.
  public var packages: [Package] = []

  /// Creates a report without signers, files and pictures.
  public init(
    tool: Tool, subject: Subject, policy: PolicyReference, trust: TrustReference? = nil,
    at: String? = nil, judgement: Judgement
  ) {
    self.tool = tool
    self.subject = subject
    self.policy = policy
    self.trust = trust
    self.at = at
    self.judgement = judgement
  }

  /// The verdict.
  public var verdict: Verdict { judgement.verdict }
  /// The seven checks in the order of an audit.
  public var checks: [CheckReport] { judgement.checks }
}

extension AuditReport {
  /// The program that wrote the report.
  public struct Tool: Sendable, Equatable {
    /// The program's name.
    public let name: String
    /// The program's version.
    public let version: String

    /// Creates a tool.
    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// What was audited.
  public struct Subject: Sendable, Equatable {
    /// The path as the user gave it; absolute paths are cut to their last part.
    public let path: String
    /// How its files are held.
    public let container: Container
    /// The digest of the archive or folder; nil when it could not be read.
    public let digest: Digest?
    /// What the manifest says it is; nil without a manifest.
    public let model: Model?

    /// Creates a subject.
    public init(path: String, container: Container, digest: Digest?, model: Model?) {
      self.path = path.utf8.first == UInt8(ascii: "/") ? lastPart(of: path) : path
      self.container = container
      self.digest = digest
      self.model = model
    }
  }

  /// How the files of a subject are held, which decides how a file in it is named from outside.
  public enum Container: Sendable {
    /// `folder/member`.
    case folder
    /// `archive!member`.
    case archive
    /// The subject is its only file.
    case file
  }

  /// A model's name and version, from the manifest.
  public struct Model: Sendable, Equatable {
    /// The model's name.
    public let name: String
    /// The model's version.
    public let version: String

    /// Creates a model's name.
    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The policy of the judgement.
  public struct PolicyReference: Sendable, Equatable {
    /// The policy's name.
    public let name: String
    /// SHA-256 of the policy file.
    public let digest: Digest
    /// The bounds on the accuracy under attack, which reports show beside what was measured.
    public let minimums: [Policy.Minimum]

    /// Refers to the policy.
    public init(_ policy: Policy) {
      name = policy.name
      digest = policy.digest
      minimums = policy.robustness.minimums
    }
  }

  /// The trust file of the judgement.
  public struct TrustReference: Sendable, Equatable {
    /// The trust file's own version.
    public let version: Int
    /// SHA-256 of the trust file.
    public let digest: Digest
    /// The owners of its root role who signed it; empty when it was taken as given.
    public let signers: [String]

    /// Refers to a trust file.
    public init(version: Int, digest: Digest, signers: [String] = []) {
      self.version = version
      self.digest = digest
      self.signers = signers
    }
  }

  /// Someone whose signature holds.
  public struct Signer: Sendable, Equatable {
    /// The owner of the key.
    public let owner: String
    /// The id of the key in the trust file.
    public let key: String
    /// The role that the owner counts for.
    public let role: String

    /// Creates a signer.
    public init(owner: String, key: String, role: String) {
      self.owner = owner
      self.key = key
      self.role = role
    }
  }

  /// A file of the subject.
  public struct File: Sendable, Equatable {
    /// The member's path.
    public let path: String
    /// Its size in bytes.
    public let size: Int
    /// Its SHA-256.
    public let digest: Digest

    /// Creates a file.
    public init(path: String, size: Int, digest: Digest) {
      self.path = path
      self.size = size
      self.digest = digest
    }
  }

  /// A package that a dependency file pins.
  public struct Package: Sendable, Equatable, Comparable {
    /// Where packages of its kind of name come from, such as `pypi`.
    public let ecosystem: String
    /// Its name.
    public let name: String
    /// The version.
    public let version: String
    /// The accepted digests, `ALGORITHM:HEX`.
    public let hashes: [String]
    /// Where it is pinned.
    public let place: Place
    /// The registry, channel or repository that the file names; nil when it names none.
    public let source: String?

    /// Creates a package.
    public init(
      ecosystem: String, name: String, version: String, hashes: [String], place: Place,
      source: String?
    ) {
      self.ecosystem = ecosystem
      self.name = name
      self.version = version
      self.hashes = hashes
      self.place = place
      self.source = source
    }

    /// By ecosystem, name, version and place, as bytes.
    public static func < (a: Package, b: Package) -> Bool {
      if a.ecosystem != b.ecosystem { return a.ecosystem.precedesInBytes(b.ecosystem) }
      if a.name != b.name { return a.name.precedesInBytes(b.name) }
      if a.version != b.version { return a.version.precedesInBytes(b.version) }
      if a.place.members != b.place.members {
        let (left, right) = (a.place.chain, b.place.chain)
        if left != right { return left.precedesInBytes(right) }
      }
      return (a.place.detail ?? "").precedesInBytes(b.place.detail ?? "")
    }
  }

  /// One input before and after the attack, as grey pictures.
  public struct Picture: Sendable, Equatable {
    /// The row in the evaluation set.
    public let index: Int
    /// The columns of each picture.
    public let width: Int
    /// The rows of each picture.
    public let height: Int
    /// Grey values row by row, 0 black.
    public let original: [UInt8]
    /// Grey values of the attacked input.
    public let attacked: [UInt8]
    /// The true class.
    public let label: String
    /// The class that the network gives the original.
    public let prediction: String
    /// The class that the network gives the attacked input.
    public let attackedPrediction: String
    /// The size of the attack in units of the [0,1] input.
    public let eps: Double

    /// Creates a pair of pictures.
    ///
    /// - Precondition: `original` and `attacked` have `width * height` bytes, at least one.
    public init(
      index: Int, width: Int, height: Int, original: [UInt8], attacked: [UInt8], label: String,
      prediction: String, attackedPrediction: String, eps: Double
    ) {
      precondition(
        width > 0 && height > 0 && original.count == width * height
          && attacked.count == original.count, "a picture's bytes must fill it")
      self.index = index
      self.width = width
      self.height = height
      self.original = original
      self.attacked = attacked
      self.label = label
      self.prediction = prediction
      self.attackedPrediction = attackedPrediction
      self.eps = eps
    }
  }
}

private func lastPart(of path: String) -> String {
  let parts = path.utf8.split(separator: UInt8(ascii: "/"))
  return parts.last.map { String(Substring($0)) } ?? "/"
}
