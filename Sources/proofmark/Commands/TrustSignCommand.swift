import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark trust sign`.
struct TrustSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a trust file, beside those who have signed this version already.",
    discussion: """
      Writes FILE.sig: a DSSE envelope over the bytes of the file. Signatures over these bytes are \
      kept, those over an earlier version are replaced. When the root role changes, the owners of \
      the old one sign too.

      EXAMPLES
        proofmark trust sign trust.toml --key ana.key
        proofmark trust sign trust.toml --key bo.key --passphrase-file /run/secrets/passphrase
        proofmark trust sign trust.toml --agent ci@example.org
      """)

  @Argument(help: "The trust file.")
  var file: String

  @Option(help: ArgumentHelp("The secret key's file.", valueName: "file"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "Sign with a key that the agent at SSH_AUTH_SOCK holds.", valueName: "fingerprint or comment")
  )
  var agent: String?

  @OptionGroup var passphrase: PassphraseOptions

  func validate() throws {
    guard (key == nil) != (agent == nil) else {
      throw ValidationError("give one of --key and --agent")
    }
  }

  func run() throws {
    let trust = try TrustFileOption.read(file)
    let signer = try signer()
    let publicKey = signer.publicKey
    // Of two who sign at one time neither is lost; nobody waits while another types a passphrase.
    let lock = try FileLock(of: file)
    defer { withExtendedLifetime(lock) {} }
    guard try TrustFileOption.read(file).text == trust.text else {
      throw CommandFailure(
        "\(file): was changed meanwhile", help: "look at it again, then sign it", code: .fail)
    }
    let signed = try present(for: trust).signed(by: signer)
    let path = TrustFileOption.signaturePath(of: file)
    try AtomicFile.write(signed.text(), to: path)
    Terminal.note(
      "signed version \(trust.version) of \(safeText(file)) as "
        + "\(publicKey.groupedFingerprint)")
    note(trust, signed, by: publicKey)
  }

  private func signer() throws -> Ed25519Signer {
    if let agent { return try .agent(named: agent) }
    guard let key else { preconditionFailure("one of --key and --agent is given") }
    return .key(try SecretKeySource(path: key).open(key, passphrase))
  }

  /// The envelope that is there when it is over these bytes, else a new one.
  private func present(for trust: TrustFile) throws -> Envelope {
    let new = Envelope(payload: trust.text, type: .trustFile)
    let path = TrustFileOption.signaturePath(of: file)
    guard let bytes = try ByteSlice.ifPresent(path: path) else { return new }
    do {
      let found = try Envelope(parsing: bytes, type: .trustFile)
      guard found.payload != trust.text else { return found }
      Terminal.note(
        "\(Tool.name): note: \(safeText(path)) signed an earlier version and is replaced")
      return new
    } catch {
      throw CommandFailure("\(path): \(error)", help: "remove it to begin anew", code: .usage)
    }
  }

  /// Says who else has to sign.
  private func note(_ trust: TrustFile, _ envelope: Envelope, by key: PublicKey) {
    guard let root = trust.root else {
      Terminal.note("\(Tool.name): note: the trust file has no root role: no signature counts")
      return
    }
    if !root.keys.contains(where: { $0.publicKey == key }) {
      Terminal.note(
        "\(Tool.name): note: the key is not of its root role; it counts where the role before "
          + "hands over")
    }
    let owners = root.owners(whoSigned: envelope)
    Terminal.note(
      "\(owners.count) of \(root.threshold) owners of the root role have signed")
  }
}
