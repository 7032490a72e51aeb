import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark key`: keys in the formats of other tools.
struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", _superCommandName: Tool.name,
    abstract: "Import, export and show keys, and change their passphrase.",
    discussion: """
      Reads Ed25519 keys of OpenSSL (PEM) and minisign, with or without passphrase, of OpenSSH \
      without one (an agent opens the others: sign --agent), and raw ones of 32 or 64 bytes. A \
      secret key must be readable by its owner alone; at rest it is encrypted under argon2id.

      EXAMPLES
        proofmark key show ana.key
        proofmark key import ~/.ssh/id_ed25519 ana.key
        proofmark key export ana.key --format openssh
      """,
    subcommands: [
      KeyImportCommand.self, KeyExportCommand.self, KeyShowCommand.self,
      KeyChangePassphraseCommand.self,
    ])
}

/// `proofmark key import`: makes a key file of another tool's.
struct KeyImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a key file of a secret key in another tool's form.",
    discussion: """
      Writes the secret key to PATH (mode 0600) and the public key to PATH.pub. The source stays as \
      it is: remove it when nothing else needs it.

      EXAMPLES
        openssl genpkey -algorithm ed25519 -aes256 -out ana.pem; proofmark key import ana.pem ana.key
        proofmark key import ~/.minisign/minisign.key ana.key --new-passphrase-file pass
      """)

  @Argument(help: "The file with the secret key: PEM, OpenSSH, minisign or raw.")
  var source: String

  @Argument(help: "The new secret key's file; an existing one is never replaced.")
  var path: String

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions

  func run() throws {
    let file = try secretSource()
    let named = try file.open(source, passphrase)
    try newPassphrase.write(named.key, to: path)
    let publicKey = named.key.publicKey
    try AtomicFile.write("\(publicKey)\n", to: path + ".pub")
    try Terminal.output("\(publicKey)\n")
    Terminal.note("fingerprint: \(publicKey.groupedFingerprint)")
    if file.format == .minisign, named.minisignKey.id != MinisignPublicKey(publicKey).id {
      Terminal.note(
        "\(Tool.name): note: minisign signatures by the new file name the key "
          + "\(MinisignPublicKey(publicKey).idText), not \(named.minisignKey.idText): "
          + "sign with the minisign file itself to keep the id")
    }
  }

  /// The file with the secret key. Of a public key it is not the mode that is wrong.
  private func secretSource() throws -> SecretKeySource {
    let refusal: TrustError
    do throws(TrustError) {
      return try SecretKeySource(path: source)
    } catch {
      refusal = error
    }
    guard refusal.kind == .exposedKeyFile,
      try !KeyFile.isSecret(ByteSlice(path: source)), isPublic(try ByteSlice(path: source))
    else { throw refusal }
    throw CommandFailure(
      "\(source): a public key, where a secret one is needed",
      help: "trust files and 'key show' take it as it is", code: .usage)
  }

  private func isPublic(_ file: ByteSlice) -> Bool {
    do throws(TrustError) {
      _ = try PublicKey.read(file, name: source)
      return true
    } catch {
      return false
    }
  }
}

/// A key format by its name.
struct KeyFormatName: ExpressibleByArgument {
  let format: KeyFormat

  init?(argument: String) {
    guard let format = KeyFormat(rawValue: argument) else { return nil }
    self.format = format
  }

  static var allValueStrings: [String] { KeyFormat.allCases.map(\.rawValue) }
}

/// `proofmark key export`: writes a key for another tool.
struct KeyExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a key in another tool's form: the public one, unless --secret is given.",
    discussion: """
      EXAMPLES
        proofmark key export ana.key --format pem > ana.pem
        proofmark key export ana.key.pub --format minisign
        proofmark key export ana.key --format openssh --secret -o id_ed25519
      """)

  @Argument(help: "The key's file, secret or public.")
  var path: String

  @Option(help: "The form to write.")
  var format: KeyFormatName

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write. Default: standard output.", valueName: "file"))
  var output: String?

  @Flag(
    help:
      "Write the secret key, unencrypted, to a file that must not exist and that only you can read."
  )
  var secret = false

  @OptionGroup var passphrase: PassphraseOptions

  func validate() throws {
    guard !secret || output != nil else {
      throw ValidationError("--secret needs --output: a secret key is never printed")
    }
  }

  func run() throws {
    guard secret, let output else {
      let key = try KeyFile.open(path, passphrase).key
      // minisign's form keeps the id that the file gives the key.
      let bytes =
        format.format == .minisign
        ? ByteSlice(utf8: key.text) : ByteSlice(key.key.file(format.format))
      guard let output else { return try Terminal.output(bytes) }
      return try AtomicFile.write(bytes, to: output)
    }
    let named = try SecretKeySource(path: path).open(path, passphrase)
    try named.export(as: format.format, to: output)
    Terminal.note("warning: \(safeText(output)) is not encrypted: whoever reads it can sign")
  }
}

/// `proofmark key show`: what people compare.
struct KeyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a key's public half: as text, as words and as a picture.",
    discussion: """
      Words are those of the PGP word list, to be read aloud; the SSH fingerprint and its picture \
      are those of 'ssh-keygen -lv'.

      EXAMPLES
        proofmark key show ana.key
        proofmark key show ~/.ssh/id_ed25519.pub
      """)

  @Argument(help: "The key's file, secret or public.")
  var path: String

  @OptionGroup var passphrase: PassphraseOptions

  func run() throws {
    let shown = try KeyFile.open(path, passphrase)
    let key = shown.key.key
    var lines = [
      "kind         Ed25519 \(shown.isSecret ? "secret" : "public") key, form \(shown.format.rawValue)"
        + (shown.isEncrypted ? ", encrypted" : shown.isSecret ? ", not encrypted" : ""),
      "public       \(key)",
      "fingerprint  \(key.groupedFingerprint)",
      "ssh          \(key.sshFingerprint)",
      "minisign     \(shown.key.idText)",
    ]
    for (index, line) in key.fingerprintWords.enumerated() {
      lines.append((index == 0 ? "words        " : "             ") + line)
    }
    try Terminal.output((lines + key.sshPicture).joined(separator: "\n") + "\n")
  }
}

/// `proofmark key change-passphrase`: encrypts a key file anew.
struct KeyChangePassphraseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change-passphrase",
    abstract: "Encrypt a secret key's file under another passphrase.",
    discussion: """
      EXAMPLES
        proofmark key change-passphrase ana.key
        proofmark key change-passphrase ci.key --passphrase-file old --new-passphrase-file new
      """)

  @Argument(help: "The secret key's file, in Proofmark's form.")
  var path: String

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions

  func run() throws {
    let file = try SecretKeySource(path: path)
    guard file.format == .proofmark else {
      throw CommandFailure(
        "\(path): a key in the form \(file.format.rawValue)",
        help: "'proofmark key import' makes a key file of it", code: .usage)
    }
    let named = try file.open(path, passphrase)
    try newPassphrase.write(named.key, to: path, replacing: true)
  }
}
