import Judging
import ArgumentParser
import Bytes
import Glibc
import Trust

/// Where a passphrase comes from: the terminal, a file or a descriptor; never the command line,
/// which other users of the machine can see.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Read the passphrase from the first line of a file.", valueName: "file"))
  var passphraseFile: String?

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp("Read the passphrase from an open descriptor.", valueName: "number"))
  var passphraseDescriptor: Int32?

  func validate() throws {
    guard passphraseFile == nil || passphraseDescriptor == nil else {
      throw ValidationError("give one of --passphrase-file and --passphrase-fd")
    }
  }

  /// The passphrase from where the options say; nil when they say nothing.
  func given() throws(TrustError) -> SecretBytes? {
    if let passphraseFile { return try SecretBytes(passphraseFile: passphraseFile) }
    if let passphraseDescriptor {
      return try SecretBytes(
        lineFrom: passphraseDescriptor, name: "descriptor \(passphraseDescriptor)")
    }
    return nil
  }

  /// The passphrase from the options or, without them, from the terminal.
  func read(prompt: String) throws -> SecretBytes {
    if let passphrase = try given() { return passphrase }
    if let passphrase = try Terminal.passphrase(prompt: prompt) { return passphrase }
    throw CommandFailure(
      "no passphrase: there is no terminal to ask on",
      help: "use --passphrase-file or --passphrase-fd", code: .usage)
  }
}

/// How a key file that is written gets its passphrase.
struct NewPassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read the new key file's passphrase from the first line of a file.", valueName: "file"))
  var newPassphraseFile: String?

  @Option(
    name: .customLong("new-passphrase-fd"),
    help: ArgumentHelp(
      "Read the new key file's passphrase from an open descriptor.", valueName: "number"))
  var newPassphraseDescriptor: Int32?

  @Flag(help: "Leave the secret key unencrypted: whoever reads the file can sign.")
  var noPassphrase = false

  func validate() throws {
    let ways = [newPassphraseFile != nil, newPassphraseDescriptor != nil, noPassphrase]
    guard ways.count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "give one of --new-passphrase-file, --new-passphrase-fd and --no-passphrase")
    }
  }

  /// Writes the key, protected as the options say, or else by a passphrase that is typed twice.
  func write(_ key: borrowing SecretKey, to path: String, replacing: Bool = false) throws {
    if noPassphrase {
      try SecretKeyFile.writeUnprotected(key, to: path, replacing: replacing)
      Terminal.note("warning: \(safeText(path)) is not encrypted: whoever reads it can sign")
    } else {
      try SecretKeyFile.write(key, to: path, passphrase: passphrase(path), replacing: replacing)
    }
  }

  private func passphrase(_ path: String) throws -> SecretBytes {
    if let newPassphraseFile { return try SecretBytes(passphraseFile: newPassphraseFile) }
    if let newPassphraseDescriptor {
      return try SecretBytes(
        lineFrom: newPassphraseDescriptor, name: "descriptor \(newPassphraseDescriptor)")
    }
    guard
      let first = try Terminal.passphrase(prompt: "new passphrase for \(safeText(path)): "),
      let second = try Terminal.passphrase(prompt: "again: ")
    else {
      throw CommandFailure(
        "no new passphrase: there is no terminal to ask on",
        help: "use --new-passphrase-file, --new-passphrase-fd or --no-passphrase", code: .usage)
    }
    guard first.matches(second) else {
      throw CommandFailure("the two passphrases differ", code: .usage)
    }
    return first
  }
}

extension SecretKeySource {
  /// The key, with a passphrase from where the options say if it needs one.
  func open(_ path: String, _ passphrase: PassphraseOptions) throws -> NamedSecretKey {
    guard isEncrypted else { return try key() }
    return try key(passphrase: passphrase.read(prompt: "passphrase for \(safeText(path)): "))
  }
}

extension Ed25519Signer {
  /// The key of that name in the agent at SSH_AUTH_SOCK.
  static func agent(named name: String) throws -> Ed25519Signer {
    guard let socket = Terminal.environment("SSH_AUTH_SOCK") else {
      throw CommandFailure(
        "SSH_AUTH_SOCK is not set: there is no agent", help: "eval $(ssh-agent) starts one",
        code: .usage)
    }
    return .agent(try SSHAgent(socket: socket).key(named: name))
  }
}
