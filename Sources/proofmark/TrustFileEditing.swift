import ArgumentParser
import Bytes
import Judging
import Trust

/// The trust file that a command changes.
struct TrustFileEditing: ParsableArguments {
  @Argument(help: "The trust file.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "Also set from when on the file is not relied upon.", valueName: TimeOption.form))
  var expires: TimeOption?

  /// Writes the next version of the file, changed by `change`.
  ///
  /// The file is locked meanwhile, so that of two changes at one time none is lost.
  func edit(_ change: (inout TrustFileDraft) throws -> Void) throws {
    // A path without a trust file is left without a lock file, too.
    _ = try TrustFileOption.read(file)
    let lock = try FileLock(of: file)
    defer { withExtendedLifetime(lock) {} }
    let old = try TrustFileOption.read(file)
    let trust: TrustFile
    do {
      var draft = try TrustFileDraft(following: old)
      if let expires { draft.expires = expires.time }
      try change(&draft)
      trust = try draft.finish()
    } catch let error as ConfigurationError {
      throw CommandFailure("\(file): \(error)", help: error.help, code: .usage)
    }
    try AtomicFile.write(trust.text, to: lock.path)
    if !old.isCanonical {
      Terminal.note("\(Tool.name): note: comments and layout of \(safeText(file)) are not kept")
    }
    TrustFileEditing.report(trust, file, after: old)
  }

  /// Says what was written and what is left to do.
  static func report(_ trust: TrustFile, _ file: String, after old: TrustFile? = nil) {
    Terminal.note("wrote version \(trust.version) of \(safeText(file))")
    for role in trust.roles {
      let able = trust.ownersWithKeys(in: role).count
      guard able < role.threshold else { continue }
      Terminal.note(
        "\(Tool.name): warning: role '\(safeText(role.name))' demands \(counted(role.threshold)), and "
          + "\(able) of its owners have a key that is not revoked")
    }
    guard let root = trust.root else { return }
    var help = "help: \(counted(root.threshold)) of its root role must sign it with 'trust sign'"
    if let oldRoot = old?.root, oldRoot != root {
      help += ", and since the role has changed \(counted(oldRoot.threshold)) of the old one, too"
    }
    Terminal.note(help)
  }

  private static func counted(_ owners: Int) -> String {
    "\(owners) \(owners == 1 ? "owner" : "owners")"
  }
}

/// A public key on the command line: its file in any form, or Proofmark's text of it.
struct PublicKeyOption: ExpressibleByArgument {
  let text: String

  init(argument: String) { text = argument }

  /// The key.
  func key() throws -> PublicKey {
    if text.hasPrefix("ed25519:") { return try PublicKey(text) }
    let bytes = try ByteSlice(path: text)
    guard !KeyFile.isSecret(bytes) else {
      throw CommandFailure(
        "\(text): a secret key, where a public one is needed",
        help: "give its public half; 'proofmark key export' writes that", code: .usage)
    }
    return try PublicKey.read(bytes, name: text).key
  }
}

/// From when to when a key is valid.
struct KeyValidityOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The key's first moment of validity.", valueName: TimeOption.form))
  var notBefore: TimeOption?

  @Option(help: ArgumentHelp("The key's last moment of validity.", valueName: TimeOption.form))
  var notAfter: TimeOption?

  /// The key with its validity.
  func key(_ id: String, of owner: String, _ option: PublicKeyOption) throws -> TrustFile.Key {
    TrustFile.Key(
      id: id, owner: owner, publicKey: try option.key(), notBefore: notBefore?.time,
      notAfter: notAfter?.time)
  }
}
