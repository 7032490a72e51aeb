import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark keygen`: makes an Ed25519 key pair.
struct KeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen", _superCommandName: Tool.name,
    abstract: "Make an Ed25519 key pair; the secret key is encrypted at rest.",
    discussion: """
      Writes the secret key to PATH (mode 0600) and the public key to PATH.pub. The secret key is \
      encrypted with XChaCha20-Poly1305 under a key that argon2id derives from the passphrase. \
      The public key belongs in a trust file.

      EXAMPLES
        proofmark keygen ana.key
        proofmark keygen ci.key --passphrase-file /run/secrets/passphrase
        proofmark keygen throw-away.key --no-passphrase
      """)

  @Argument(help: "The secret key's file; an existing one is never replaced.")
  var path: String

  @OptionGroup var passphrase: PassphraseOptions

  @Flag(help: "Leave the secret key unencrypted: whoever reads the file can sign.")
  var noPassphrase = false

  func validate() throws {
    let isGiven = passphrase.passphraseFile != nil || passphrase.passphraseDescriptor != nil
    guard !(noPassphrase && isGiven) else {
      throw ValidationError("--no-passphrase contradicts a given passphrase")
    }
  }

  func run() throws {
    let key = try SecretKey.generate()
    if noPassphrase {
      try SecretKeyFile.writeUnprotected(key, to: path)
      Terminal.note("warning: \(path) is not encrypted: whoever reads it can sign")
    } else {
      try SecretKeyFile.write(key, to: path, passphrase: try newPassphrase())
    }
    try AtomicFile.write("\(key.publicKey)\n", to: path + ".pub")
    try Terminal.output("\(key.publicKey)\n")
    Terminal.note("fingerprint: \(key.publicKey.groupedFingerprint)")
  }

  /// A passphrase that is typed is typed twice.
  private func newPassphrase() throws -> SecretBytes {
    if let given = try passphrase.given() { return given }
    let first = try passphrase.read(prompt: "passphrase for \(safeText(path)): ")
    guard first.matches(try passphrase.read(prompt: "again: ")) else {
      throw CommandFailure("the two passphrases differ", code: .usage)
    }
    return first
  }
}
