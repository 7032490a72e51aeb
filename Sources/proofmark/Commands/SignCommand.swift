import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark sign`: signs a release.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a locked release.",
    discussion: """
      Writes proofmark.sig into the folder, or with --output to a file of its own, which is how an \
      archive is signed: a DSSE envelope with an Ed25519 signature over an in-toto statement of \
      every file, in the layout of OpenSSF model signing. The lock must be up to date. With --add \
      another owner's signature joins those that are there, in any order.

      EXAMPLES
        proofmark sign digits/ --key ana.key
        proofmark sign digits/ --key ci.key --add --passphrase-file /run/secrets/passphrase
        proofmark sign digits.tar.zst --key bo.key --add --output digits.sig
        proofmark verify digits.tar.zst --trust trust.toml --signature digits.sig
      """)

  @Argument(help: ArgumentHelp("The release's folder or archive.", valueName: "release"))
  var release: String

  @Option(help: ArgumentHelp("The secret key's file.", valueName: "file"))
  var key: String

  @Flag(help: "Add to the signatures that are there; they must be over the same files.")
  var add = false

  @Option(
    help: ArgumentHelp(
      "Write the signature to this file, and leave the release as it is. With --add its own "
        + "signatures are kept or, when there is no such file, those inside the release.",
      valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "State when the release was issued. Default: SOURCE_DATE_EPOCH, else nothing; with --add "
        + "what is stated already.", valueName: "time"))
  var issued: TimeOption?

  @Option(
    help: ArgumentHelp(
      "State when the signature ends to count; with --add what is stated already is kept.",
      valueName: "time"))
  var expires: TimeOption?

  @OptionGroup var passphrase: PassphraseOptions

  func run() throws {
    let keyFile = try SecretKeyFile(path: key)
    let signer = try ReleaseSigner(release)
    guard let path = output ?? signer.signaturePath else {
      throw CommandFailure(
        "\(release): nothing is written into an archive",
        help: "give --output, or sign the folder and pack it", code: .usage)
    }
    let envelope: Envelope
    if add {
      envelope = try signer.existingEnvelope(
        at: output, .init(issued: issued?.time, expires: expires?.time))
    } else {
      envelope = signer.newEnvelope(.init(issued: try issuedTime(), expires: expires?.time))
    }
    let text = try keyFile.sign(envelope, passphrase: passphrase, path: key).text()
    guard text.utf8.count <= Envelope.byteLimit else {
      throw CommandFailure(
        "the signature of \(signer.fileCount) files would have \(text.utf8.count) bytes, more than "
          + "the \(Envelope.byteLimit) that are read",
        help: "put small files into archives", code: .fail)
    }
    try AtomicFile.write(text, to: path)
    Terminal.note(
      "signed \(signer.fileCount) files of \(safeText(release)) as "
        + "\(keyFile.publicKey.groupedFingerprint)")
  }

  private func issuedTime() throws -> Timestamp? {
    if let issued { return issued.time }
    return try SourceDate.epoch().flatMap { Timestamp(seconds: $0) }
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
