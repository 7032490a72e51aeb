import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark deps`: dependency files alone.
struct DepsCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "deps", _superCommandName: Tool.name,
    abstract: "Judge dependency files alone, and list the packages that they pin.",
    discussion: """
      Reads pip requirements and constraints, pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile \
      and its lock, pyproject.toml, setup.cfg, setup.py (never run), conda lists, locks and \
      environments, pom.xml, Gradle locks and verification metadata, Package.resolved, \
      package.json and its lock, Dockerfiles; in folders and archives all of them, images included. \
      A declaration is compared with the lock beside it, and an included file is read, where the \
      folder is given and not the file alone.

      The report lists each package with its ecosystem, version, hashes and file; --format json has \
      them in full under "packages". Exit 3 when a file is of a kind that is not read.

      EXAMPLES
        proofmark deps requirements.txt Dockerfile
        proofmark deps service/ --format json
      """)

  @Argument(help: ArgumentHelp("Dependency files, folders or archives.", valueName: "path"))
  var paths: [String]

  @OptionGroup var osv: OSVOptions
  @OptionGroup var options: AuditOptions

  func execute() throws -> Judging.ExitCode {
    try options.run(paths, demanding: [.unpack, .dependencies], osv: osv)
  }
}
