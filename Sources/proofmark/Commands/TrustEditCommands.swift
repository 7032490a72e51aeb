import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark trust init`.
struct TrustInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a trust file with a first owner; an existing one is never replaced.",
    discussion: """
      The owner is put into the roles root, which signs the trust file itself, and release, unless \
      --role names others.

      EXAMPLES
        proofmark trust init trust.toml --owner ana --key ana.key.pub --expires 2027-12-31T00:00:00Z
      """)

  @Argument(help: "The trust file.")
  var file: String

  @Option(help: "The person or machine that holds the key; thresholds count owners.")
  var owner: String

  @Option(help: ArgumentHelp("The owner's public key, or its file.", valueName: "key"))
  var key: PublicKeyOption

  @Option(help: "A name for the key. Default: the owner's.")
  var id: String?

  @Option(
    help: ArgumentHelp("From when on the file is not relied upon.", valueName: TimeOption.form))
  var expires: TimeOption

  @Option(help: ArgumentHelp("A role of the owner; repeatable.", valueName: "name"))
  var role: [String] = []

  @OptionGroup var validity: KeyValidityOptions

  func run() throws {
    var draft = TrustFileDraft(expires: expires.time)
    try draft.add(validity.key(id ?? owner, of: owner, key))
    for name in role.isEmpty ? [TrustFile.rootRole, "release"] : role {
      draft.add(owner: owner, to: name)
    }
    let trust = try draft.finish()
    var output = try AtomicFile(path: file)
    try output.write(trust.text)
    try output.commit(replacing: false)
    TrustFileEditing.report(trust, file)
  }
}

/// `proofmark trust add`.
struct TrustAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a key, or an owner to a role; set a role's threshold or models.",
    discussion: """
      A role that does not exist yet begins with a threshold of one and covers all models.

      EXAMPLES
        proofmark trust add trust.toml --owner ci --id ci-2026 --key ci.key.pub --role release
        proofmark trust add trust.toml --owner bo --role root
        proofmark trust add trust.toml --role release --threshold 2 --models 'handwritten-*'
      """)

  @OptionGroup var editing: TrustFileEditing

  @Option(help: "The owner of the key, or who joins the role.")
  var owner: String?

  @Option(help: ArgumentHelp("A public key, or its file.", valueName: "key"))
  var key: PublicKeyOption?

  @Option(help: "A name for the key. Default: the owner's.")
  var id: String?

  @Option(help: ArgumentHelp("A role; repeatable.", valueName: "name"))
  var role: [String] = []

  @Option(help: ArgumentHelp("How many distinct owners the role demands.", valueName: "number"))
  var threshold: Int?

  @Option(
    help: ArgumentHelp(
      "A pattern of the models that the role may release; repeatable.", valueName: "pattern"))
  var models: [String] = []

  @OptionGroup var validity: KeyValidityOptions

  func validate() throws {
    guard owner != nil || key == nil else { throw ValidationError("--key needs its --owner") }
    guard key != nil || id == nil else { throw ValidationError("--id names the key of --key") }
    guard key != nil || validity.notBefore == nil && validity.notAfter == nil else {
      throw ValidationError("--not-before and --not-after belong to the key of --key")
    }
    guard owner != nil || threshold != nil || !models.isEmpty else {
      throw ValidationError("nothing to add: give --owner, --threshold or --models")
    }
    guard owner == nil || key != nil || !role.isEmpty else {
      throw ValidationError("--owner without --key needs a --role")
    }
    guard threshold == nil && models.isEmpty || role.count == 1 else {
      throw ValidationError("--threshold and --models belong to one --role")
    }
  }

  func run() throws {
    let patterns = try models.map { text in
      guard let pattern = NamePattern(text) else {
        throw CommandFailure("--models: an empty pattern matches no model", code: .usage)
      }
      return pattern
    }
    try editing.edit { draft in
      if let owner, let key { try draft.add(validity.key(id ?? owner, of: owner, key)) }
      for name in role {
        if let owner { draft.add(owner: owner, to: name) }
        if let threshold { try draft.setThreshold(threshold, of: name) }
        if !patterns.isEmpty { try draft.setModels(patterns, of: name) }
      }
    }
  }
}

/// `proofmark trust remove`.
struct TrustRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a key, an owner from a role, or a role.",
    discussion: """
      With an owner's last key the owner leaves all roles. A key that was stolen is revoked, not \
      removed: its use is then reported by name.

      EXAMPLES
        proofmark trust remove trust.toml --key ci-2024
        proofmark trust remove trust.toml --owner bo --role root
        proofmark trust remove trust.toml --role audit
      """)

  @OptionGroup var editing: TrustFileEditing

  @Option(help: ArgumentHelp("The key's id.", valueName: "id"))
  var key: String?

  @Option(help: "The owner who leaves the role.")
  var owner: String?

  @Option(help: ArgumentHelp("The role.", valueName: "name"))
  var role: String?

  func validate() throws {
    guard (key != nil) != (role != nil), owner == nil || role != nil else {
      throw ValidationError("give --key, or --role, or --owner and --role")
    }
  }

  func run() throws {
    try editing.edit { draft in
      if let key { try draft.removeKey(key) }
      guard let role else { return }
      if let owner {
        try draft.remove(owner: owner, from: role)
      } else {
        try draft.removeRole(role)
      }
    }
  }
}

/// `proofmark trust revoke`.
struct TrustRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke a key, a file or archive by its digest, or a version of a model.",
    discussion: """
      What is revoked is so for all time: --since is only shown, since whoever holds a stolen key \
      can date a signature back. A version stands for all builds of it, 1.4.0 for 1.4.0+build.2 as \
      well; 1.4.0+build.2 stands for that build alone.

      EXAMPLES
        proofmark trust revoke trust.toml --key ana-2026 --reason 'laptop stolen'
        proofmark trust revoke trust.toml --release handwritten-digits@1.4.0 --reason 'backdoor'
        proofmark trust revoke trust.toml --digest sha256:HEX --reason 'backdoor'
      """)

  @OptionGroup var editing: TrustFileEditing

  @Option(help: ArgumentHelp("The key's id.", valueName: "id"))
  var key: String?

  @Option(help: ArgumentHelp("SHA-256 of a file or a whole archive.", valueName: "sha256:hex"))
  var digest: String?

  @Option(help: ArgumentHelp("A version of a model.", valueName: "name@version"))
  var release: String?

  @Option(help: "Why, for those who meet it.")
  var reason: String

  @Option(help: ArgumentHelp("Since when; only shown.", valueName: TimeOption.form))
  var since: TimeOption?

  func run() throws {
    let subject = try subject()
    try editing.edit { draft in
      try draft.revoke(
        TrustFile.Revocation(subject: subject, reason: reason, since: since?.time))
    }
  }

  private func subject() throws -> TrustFile.Revocation.Subject {
    switch (key, digest, release) {
    case (let key?, nil, nil): return .key(key)
    case (nil, let text?, nil):
      guard let digest = Digest(prefixed: text) else {
        throw CommandFailure(
          "--digest: expected sha256: and 64 lower-case hexadecimal digits, found '\(text)'",
          code: .usage)
      }
      return .digest(digest)
    case (nil, nil, let text?):
      let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw CommandFailure("--release: expected NAME@VERSION, found '\(text)'", code: .usage)
      }
      guard !parts[0].contains(where: { "*?".contains($0) }) else {
        throw CommandFailure(
          "--release: '\(text)' names no model: a revocation takes no pattern", code: .usage)
      }
      if ReleaseVersion(parts[1]) == nil {
        Terminal.note(
          "\(Tool.name): warning: '\(safeText(parts[1]))' is not a version of Semantic Versioning: "
            + "releases of exactly that text are revoked, and no other")
      }
      return .release(model: parts[0], version: parts[1])
    default:
      throw CommandFailure("give one of --key, --digest and --release", code: .usage)
    }
  }
}

/// `proofmark trust rotate`.
struct TrustRotateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Put a new key of the same owner in the place of an old one.",
    discussion: """
      The old key is removed; with --revoke it stays listed and is revoked. Releases that it signed \
      have to be signed again.

      EXAMPLES
        proofmark trust rotate trust.toml --key ana-2026 --to ana-new.key.pub --id ana-2027
        proofmark trust rotate trust.toml --key ana-2026 --to ana-new.key.pub --id ana-2027 \\
          --revoke 'laptop stolen'
      """)

  @OptionGroup var editing: TrustFileEditing

  @Option(help: ArgumentHelp("The old key's id.", valueName: "id"))
  var key: String

  @Option(help: ArgumentHelp("The new public key, or its file.", valueName: "key"))
  var to: PublicKeyOption

  @Option(help: "A name for the new key.")
  var id: String

  @Option(help: ArgumentHelp("Revoke the old key, for this reason.", valueName: "reason"))
  var revoke: String?

  @OptionGroup var validity: KeyValidityOptions

  func run() throws {
    try editing.edit { draft in
      let old = try draft.key(key)
      try draft.add(validity.key(id, of: old.owner, to))
      if let revoke {
        try draft.revoke(TrustFile.Revocation(subject: .key(key), reason: revoke, since: nil))
      } else {
        try draft.removeKey(key)
      }
    }
  }
}

/// `proofmark trust renew`.
struct TrustRenewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew",
    abstract: "Set a new end of validity, and change nothing else.",
    discussion: """
      EXAMPLES
        proofmark trust renew trust.toml --expires 2028-12-31T00:00:00Z
      """)

  @OptionGroup var editing: TrustFileEditing

  func validate() throws {
    guard editing.expires != nil else { throw ValidationError("give --expires") }
  }

  func run() throws { try editing.edit { _ in } }
}
