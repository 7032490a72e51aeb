import ArgumentParser
import Auditing
import Bytes
import Glibc
import Judging
import Releases
import Trust

/// `proofmark sign`: signs a release, or one file for other tools.
struct SignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", _superCommandName: Tool.name,
    abstract: "Sign a locked release, or one file for minisign or OpenSSH.",
    discussion: """
      Writes proofmark.sig into the folder, or with --output to a file of its own, which is how an \
      archive is signed: a DSSE envelope with an Ed25519 signature over an in-toto statement of \
      every file, in the layout of OpenSSF model signing. The lock must be up to date. With --add \
      another owner's signature joins those that are there, in any order. With --oms the same \
      statement is signed in model.sig, which OpenSSF's model_signing verifies. --minisign and \
      --ssh sign a file, such as the packed archive, and write FILE.minisig or FILE.sig.

      EXAMPLES
        proofmark sign digits/ --key ana.key
        proofmark sign digits/ --key ci.key --add --passphrase-file /run/secrets/passphrase
        proofmark sign digits.tar.zst --key bo.key --add --output digits.sig
        proofmark sign digits/ --agent SHA256:... --oms publisher.pem
        proofmark sign digits.tar.zst --key ana.key --minisign
      """)

  @Argument(
    help: ArgumentHelp("The release's folder or archive, or a file.", valueName: "release"))
  var release: String

  @Option(help: ArgumentHelp("The secret key's file, in any form.", valueName: "file"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "Sign with a key that the agent at SSH_AUTH_SOCK holds.", valueName: "fingerprint or comment")
  )
  var agent: String?

  @Option(
    help: ArgumentHelp("Also, or only, write model.sig with this ECDSA key.", valueName: "PEM file")
  )
  var oms: String?

  @Flag(help: "Sign a file as minisign does.")
  var minisign = false

  @Flag(help: "Sign a file as 'ssh-keygen -Y sign' does.")
  var ssh = false

  @Option(help: "What an OpenSSH signature is made for.")
  var namespace = SSHSignature.proofmarkNamespace

  @Option(help: "What a minisign signature says besides. Default: the file's name.")
  var trustedComment: String?

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
        + "what is stated already.", valueName: TimeOption.form))
  var issued: TimeOption?

  @Option(
    help: ArgumentHelp(
      "State when the signature ends to count; with --add what is stated already is kept.",
      valueName: TimeOption.form))
  var expires: TimeOption?

  @OptionGroup var passphrase: PassphraseOptions

  private var signsFile: Bool { minisign || ssh }

  func validate() throws {
    guard key == nil || agent == nil else {
      throw ValidationError("give one of --key and --agent")
    }
    guard key != nil || agent != nil || oms != nil && !signsFile && !add && output == nil else {
      throw ValidationError("give --key, --agent or --oms")
    }
    guard !(minisign && ssh) else { throw ValidationError("give one of --minisign and --ssh") }
    guard
      !signsFile || oms == nil && !add && output == nil && issued == nil && expires == nil
    else {
      throw ValidationError(
        "--minisign and --ssh sign one file: no --oms, --add, --output, --issued, --expires")
    }
    guard minisign || trustedComment == nil else {
      throw ValidationError("--trusted-comment needs --minisign")
    }
  }

  func run() throws {
    if signsFile { try signFile() } else { try signRelease() }
  }

  private func signRelease() throws {
    let omsKey = try oms.map { try ECDSASecretKey(path: $0) }
    let keyFile = try key.map { try SecretKeySource(path: $0) }
    let source = try ReleaseSigner(release)
    let files = "\(source.fileCount) files of"
    var envelope: Envelope
    if add {
      envelope = try source.existingEnvelope(
        at: output, .init(issued: issued?.time, expires: expires?.time))
    } else {
      envelope = source.newEnvelope(.init(issued: try issuedTime(), expires: expires?.time))
    }
    if let signer = try signer(keyFile) {
      let path = try outside(output ?? source.signaturePath)
      // Of two who add at one time neither is lost; nobody waits while another types a passphrase.
      let lock = try FileLock(folderOf: path)
      defer { withExtendedLifetime(lock) {} }
      if add {
        envelope = try source.existingEnvelope(
          at: path, .init(issued: issued?.time, expires: expires?.time))
      }
      let text = try envelope.signed(by: signer).text()
      guard text.utf8.count <= Envelope.byteLimit else {
        throw CommandFailure(
          "the signature of \(source.fileCount) files would have \(text.utf8.count) bytes, more "
            + "than the \(Envelope.byteLimit) that are read",
          help: "put small files into archives", code: .fail)
      }
      try AtomicFile.write(text, to: path)
      note(files, signer.publicKey.groupedFingerprint)
    }
    if let omsKey {
      let path = try outside(source.bundlePath)
      try AtomicFile.write(SigstoreBundle.text(signing: envelope.payload, with: omsKey), to: path)
      note(files, "\(omsKey.publicKey.curve.rawValue) key \(omsKey.publicKey.hint)")
    }
  }

  /// The path, when it does not lie in an archive.
  private func outside(_ path: String?) throws -> String {
    guard let path else {
      throw CommandFailure(
        "\(release): nothing is written into an archive",
        help: "give --output, or sign the folder and pack it", code: .usage)
    }
    return path
  }

  private func signFile() throws {
    let keyFile = try key.map { try SecretKeySource(path: $0) }
    let file = try ByteSlice(path: release)
    guard let signer = try signer(keyFile) else {
      preconditionFailure("a file is signed with --key or --agent")
    }
    if minisign {
      let name = release.split(separator: "/").last.map(String.init) ?? release
      let issued = try issuedTime().map { "timestamp:\($0.seconds)\t" } ?? ""
      let signature = try MinisignSignature.signing(
        file, comment: trustedComment ?? "\(issued)file:\(safeText(name))\thashed",
        as: signer.minisignKey.id, by: signer)
      try AtomicFile.write(signature.text, to: release + ".minisig")
      note("", "minisign key \(signer.minisignKey.idText)")
    } else {
      let signature = try SSHSignature.signing(file, namespace: namespace, by: signer)
      try AtomicFile.write(signature.text, to: release + ".sig")
      note("", signer.publicKey.sshFingerprint)
    }
  }

  private func note(_ what: String, _ signer: String) {
    let object = what.isEmpty ? safeText(release) : "\(what) \(safeText(release))"
    Terminal.note("signed \(object) as \(signer)")
  }

  /// Whoever makes Ed25519 signatures; nil when nobody was named.
  private func signer(
    _ keyFile: consuming SecretKeySource?
  ) throws -> Ed25519Signer? {
    if let agent { return try .agent(named: agent) }
    guard let keyFile, let key else { return nil }
    return .key(try keyFile.open(key, passphrase))
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
