import ArgumentParser
import Bytes
import Judging

/// `proofmark audit`: every check that the policy asks for, one verdict.
struct AuditCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", _superCommandName: Tool.name,
    abstract: "Run every check that the policy asks for and give one verdict.",
    discussion: """
      A release is an archive (tar, tar.gz, tar.zst, tar.xz, tar.bz2, zip), a folder or a bare \
      model file. Policy and trust file come from outside of it.

      EXAMPLES
        proofmark audit digits.tar.zst --policy release --trust trust.toml
        proofmark audit digits.tar.zst --policy release --trust trust.toml --state seen.toml
        proofmark audit model.h5 --format json
        proofmark audit a.tar.zst b.tar.zst -o sarif=audit.sarif -o html=audit.html
      """)

  @Argument(help: ArgumentHelp("What to audit.", valueName: "release"))
  var releases: [String]

  @OptionGroup var osv: OSVOptions
  @OptionGroup var options: AuditOptions

  @OptionGroup var memory: MemoryOptions

  func validate() throws { try memory.check(releases) }

  func execute() throws -> Judging.ExitCode {
    try options.run(releases, memory: memory, osv: osv)
  }
}
