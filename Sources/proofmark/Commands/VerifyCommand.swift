import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark verify`: signature and lock alone, the fast path at deployment.
struct VerifyCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", _superCommandName: Tool.name,
    abstract: "Check the signature and the lock alone: the fast path at deployment.",
    discussion: """
      Demands both, whatever the policy says of them; the policy gives the role and the limits. With \
      a key of another tool its signature is judged: an OpenSSF model signature over a folder or an \
      archive's files, or one by minisign, OpenSSH or cosign over an archive's bytes. Without --trust \
      it takes the place of proofmark.sig, and no lock is demanded.

      EXAMPLES
        proofmark verify digits.tar.zst --trust trust.toml
        proofmark verify digits.tar.zst --trust trust.toml --state seen.toml
        proofmark verify /srv/models/digits --trust trust.toml --quiet
        proofmark verify bert/ --oms-key publisher.pem
        proofmark verify bert/ --oms-root company-ca.pem
        proofmark verify digits.tar.zst --minisign-key ana.pub
      """)

  @Argument(help: ArgumentHelp("What to verify.", valueName: "release"))
  var releases: [String]

  @OptionGroup(title: "Signatures by other tools") var foreign: ForeignKeyOptions

  @OptionGroup var options: AuditOptions

  @OptionGroup var memory: MemoryOptions

  func validate() throws {
    try memory.check(releases)
    guard foreign.foreignSignature == nil || releases.count == 1 else {
      throw ValidationError("--foreign-signature is for one release")
    }
  }

  func execute() throws -> Judging.ExitCode {
    try options.run(
      releases, demanding: [.unpack, .signature, .lock], foreign: foreign, memory: memory)
  }
}
