import Archives
import Bytes
import Dependencies
import Findings
import Releases
import Testing
import Trust

/// A world in memory: makers who lock and sign releases, a trust file, and a verifier. A test
/// publishes, then does what an attacker or a careless maker does, then looks at the rules that
/// fire.
struct ReleaseWorld {
  /// The files of the release as the verifier gets them.
  var files: [String: [UInt8]] = [
    "model/m.h5": Array("weights".utf8), "model/labels.txt": Array("0\n1\n".utf8),
    "requirements.txt": Array("h5py==3.12.1\n".utf8), "CHANGELOG.md": [],
  ]
  /// Paths that the verifier sees as executable.
  var executables: Set<String> = []
  /// What the makers write into the manifest.
  var name = "handwritten-digits"
  var version = "1.4.0"
  var parent: String? = "1.3.2"
  /// What the lock pins of the parent.
  var parentLock: Digest? = Digest(ofUTF8: "parent")
  /// What the verifier is given.
  var trust = ReleaseWorld.trustText()
  var time = "2026-07-01T12:00:00Z"
  /// What the verifier knows of other releases.
  var demands = ReleaseDemands()

  /// The trust file of ana, ci and eve, of whom the first two may release.
  static func trustText(
    revoked: String = "", expires: String = "2027-12-31T00:00:00Z", owners: String = "ana"
  ) -> String {
    let keys = ["ana": 1, "ci": 2, "eve": 3].sorted { $0.value < $1.value }.map { owner, seed in
      """
      [[key]]
      id = "\(owner)-2026"
      owner = "\(owner)"
      public = "\(publicKeys[seed - 1])"

      """
    }
    return """
      trust-version = "1"
      version = 1
      expires = \(expires)
      \(keys.joined())
      [role.release]
      threshold = 2
      owners = ["\(owners)", "ci"]
      models = ["handwritten-*"]
      \(revoked)
      """
  }

  // The keys of the seeds 1, 2 and 3 of `key(_:)`.
  private static let publicKeys = [
    "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=",
    "ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=",
    "ed25519:7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
  ]

  static func key(_ seed: UInt8) throws -> SecretKey {
    try SecretKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
  }

  /// The manifest's text.
  var manifest: String {
    """
    manifest-version = "1"
    [model]
    name = "\(name)"
    version = "\(version)"
    \(parent.map { "parent = \"\($0)\"" } ?? "")
    file = "model/m.h5"
    [dependencies]
    files = ["requirements.txt"]

    """
  }

  /// The release as the verifier opens it.
  func opened() -> Release {
    let records = files.map { path, bytes in
      FileRecord(
        path: path, digest: Digest(of: ByteSlice(bytes)), size: bytes.count,
        mode: executables.contains(path) ? .executable : .plain)
    }
    return Release(
      files: records, subjectDigest: Digest(ofUTF8: "archive"),
      content: { files[$0].map { ByteSlice($0) } })
  }

  /// The lock of the files as they are.
  func composedLock() -> Lock {
    let release = opened()
    let requirements = release.file("requirements.txt")
    return Lock(
      createdBy: "proofmark 0.1.0",
      model: .init(
        name: name, version: version, format: "keras-h5",
        parent: parent.map { .init(version: $0, lock: parentLock) }),
      contract: "proofmark-numerics/1", files: Lock.files(from: release.files),
      sources: requirements.map {
        [.init(path: $0.path, digest: $0.digest, kind: "requirements")]
      } ?? [],
      packages: [
        Package(.pypi, name: "h5py", version: "3.12.1", hashes: [Digest(ofUTF8: "w").prefixed])
      ],
      dataSets: [
        .init(name: "evaluation", inputs: Digest(ofUTF8: "x"), labels: Digest(ofUTF8: "y"), n: 9)
      ],
      metrics: [.init(name: "accuracy", data: "evaluation", n: 9, correct: 8)],
      goldens: [
        .init(
          name: "g16", n: 16, input: Digest(ofUTF8: "i"), output: Digest(ofUTF8: "o"),
          engine: Digest(ofUTF8: "e"))
      ])
  }

  /// Writes manifest and lock.
  mutating func lock() {
    files["proofmark.toml"] = Array(manifest.utf8)
    files["proofmark.lock"] = Array(composedLock().serialised().utf8)
  }

  /// Signs the files as they are.
  mutating func sign(
    by seeds: [UInt8] = [1, 2], issued: String? = nil, expires: String? = nil
  ) throws {
    let release = opened()
    let resources = release.files.filter { !Statement.ignoredPaths.contains($0.path) }
      .map { Statement.Resource(name: $0.path, digest: $0.digest) }
    let lock = try #require(release.file("proofmark.lock"))
    let statement = Statement(
      resources,
      of: .init(
        name: name, version: version, parent: parent, issued: issued.flatMap { Timestamp($0) },
        expires: expires.flatMap { Timestamp($0) }, lock: lock.digest))
    try sign(payload: statement.payload(), by: seeds)
  }

  /// Signs any payload.
  mutating func sign(payload: ByteSlice, by seeds: [UInt8]) throws {
    var envelope = Envelope(payload: payload)
    for seed in seeds { envelope = envelope.signed(with: try ReleaseWorld.key(seed)) }
    files["proofmark.sig"] = Array(envelope.text().utf8)
  }

  /// A locked and signed release.
  static func published() throws -> ReleaseWorld {
    var world = ReleaseWorld()
    world.lock()
    try world.sign()
    return world
  }

  /// Replaces text in one of the files.
  mutating func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try #require(files[path]), as: UTF8.self)
    let changed = text.replacing(old, with: new)
    #expect(changed != text)
    files[path] = Array(changed.utf8)
  }

  /// What the verifier sees of the signature.
  func verification() throws -> SignatureVerification {
    let authority = try Authority(TrustFile(parsing: ByteSlice(utf8: trust)), role: "release")
    return SignatureVerification(
      of: opened(), by: authority, at: try #require(Timestamp(time)), demands: demands)
  }

  /// The rules that the signature breaks, but for the remarks that trust was given and that
  /// nothing is remembered.
  func signatureRules() throws -> [String] {
    try verification().findings.map(\.rule.id).filter { !["SIG019", "SIG026"].contains($0) }
  }

  /// The rules that the lock breaks.
  func lockRules() -> [String] { opened().lockFindings().map(\.rule.id) }
}
