import ArgumentParser
import Archives
import Vulnerabilities

/// Where advisories come from, for every command that judges dependencies.
struct OSVOptions: ParsableArguments {
  @Option(
    name: .customLong("osv"),
    help: ArgumentHelp(
      "Vulnerability data: an index of 'osv index', or OSV records in a folder, zip or tar; "
        + "repeatable.", valueName: "path"))
  var paths: [String] = []

  /// The databases, opened before anything of a release is read.
  func load() throws -> [AdvisoryDatabase] {
    try paths.map { try AdvisoryDatabase(opening: $0, worker: .thisProgram) }
  }
}
