import Judging
import ArgumentParser
import Auditing
import Bytes
import Glibc
import Releases
import Trust

/// `proofmark sign`: signs a release folder.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a locked release folder.",
    discussion: """
      Writes proofmark.sig: a DSSE envelope with an Ed25519 signature over an in-toto statement of \
      every file, in the layout of OpenSSF model signing. The lock must be up to date. With --add \
      another owner's signature joins those that are there.

      EXAMPLES
        proofmark sign digits/ --key ana.key
        proofmark sign digits/ --key ci.key --add --passphrase-file /run/secrets/passphrase
      """)

  @Argument(help: ArgumentHelp("The release's folder.", valueName: "folder"))
  var folder: String

  @Option(help: ArgumentHelp("The secret key's file.", valueName: "file"))
  var key: String

  @Flag(help: "Add to the signatures that are there; they must be over the same files.")
  var add = false

  @Option(
    help: ArgumentHelp(
      "State when the release was issued. Default: SOURCE_DATE_EPOCH, else nothing.",
      valueName: "time"))
  var issued: String?

  @Option(help: ArgumentHelp("State when the signature ends to count.", valueName: "time"))
  var expires: String?

  @OptionGroup var passphrase: PassphraseOptions

  func run() throws {
    let keyFile = try SecretKeyFile(path: key)
    let signer = try ReleaseSigner(
      folder: folder, issued: try issuedTime(), expires: try SignCommand.time(expires, "--expires"))
    let envelope = add ? try signer.existingEnvelope() : Envelope(payload: signer.payload)
    let signed: Envelope
    if keyFile.isEncrypted {
      let passphrase = try passphrase.read(prompt: "passphrase for \(safeText(key)): ")
      signed = envelope.signed(with: try keyFile.key(passphrase: passphrase))
    } else {
      signed = envelope.signed(with: try keyFile.key())
    }
    try AtomicFile.write(signed.text(), to: signer.signaturePath)
    Terminal.note(
      "signed \(signer.fileCount) files of \(safeText(folder)) as "
        + "\(keyFile.publicKey.groupedFingerprint)")
  }

  private func issuedTime() throws -> Timestamp? {
    if let issued { return try SignCommand.time(issued, "--issued") }
    return try SourceDate.epoch().flatMap { Timestamp(seconds: $0) }
  }

  private static func time(_ text: String?, _ option: String) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(text) else {
      throw CommandFailure(
        "\(option): expected a time as 2027-12-31T00:00:00Z, found '\(text)'", code: .usage)
    }
    return time
  }
}

/// SOURCE_DATE_EPOCH: the time that stands for now in what must be the same on every run.
enum SourceDate {
  /// Seconds since 1970; nil when the variable is unset.
  static func epoch() throws -> Int? {
    guard let text = Terminal.environment("SOURCE_DATE_EPOCH") else { return nil }
    guard let seconds = Int(text), seconds >= 0, seconds <= Int(UInt32.max) else {
      throw CommandFailure(
        "SOURCE_DATE_EPOCH: expected seconds since 1970, found '\(text)'", code: .usage)
    }
    return seconds
  }
}
