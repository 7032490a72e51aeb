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
