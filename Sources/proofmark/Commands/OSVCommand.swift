import ArgumentParser
import Archives
import Bytes
import Dependencies
import Judging
import Vulnerabilities

/// `proofmark osv`: data about known vulnerabilities.
struct OSVCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "osv", _superCommandName: Tool.name,
    abstract: "Index data about known vulnerabilities, or ask them about packages.",
    subcommands: [OSVIndexCommand.self, OSVQueryCommand.self])
}

/// `proofmark osv index`.
struct OSVIndexCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Make an index (SQLite) of OSV records, for audits that open it at once.",
    discussion: """
      Records are files *.json in a folder, zip or tar archive, as osv.dev offers them for each \
      ecosystem. A record that cannot be read is named, the index says that it is incomplete, and \
      the exit code is 3.

      EXAMPLES
        proofmark osv index all.zip -o osv.sqlite
        proofmark osv index PyPI.zip npm.zip Maven.zip -o osv.sqlite
      """)

  @Argument(help: ArgumentHelp("Folders and archives of OSV records.", valueName: "data"))
  var data: [String]

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The index to write.", valueName: "file"))
  var output: String

  func execute() throws -> Judging.ExitCode {
    try OutputFile.check(output)
    let summary = try AdvisoryDatabase.index(data, to: output, worker: .thisProgram)
    for problem in summary.problems {
      Terminal.note("\(Tool.name): \(safeText(problem.name)): \(safeText(problem.reason))")
    }
    try Terminal.output(summary.text)
    return summary.unread == 0 ? .pass : .incomplete
  }
}

/// `proofmark osv query`.
struct OSVQueryCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Tell the known vulnerabilities of packages, named by their package URLs.",
    discussion: """
      Exit code 0: the data tell of none. 1: they tell of some. 3: a package could not be judged, \
      or the data are incomplete. The data's age is shown and not judged.

      EXAMPLES
        proofmark osv query osv.sqlite pkg:pypi/torch@1.12.0 pkg:npm/lodash@4.17.20
        proofmark osv query osv.sqlite packages.txt --format json
      """)

  /// How the answer is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: "An index, or OSV records in a folder, zip or tar.")
  var index: String

  @Argument(
    help: ArgumentHelp(
      "Package URLs, or files with one a line ('-' is standard input).", valueName: "purl"))
  var packages: [String]

  @Option(help: "How the answer is written.")
  var format = Format.text

  private static let longestList = 16 << 20

  func execute() throws -> Judging.ExitCode {
    let packages = try packages.flatMap { try OSVQueryCommand.packages($0) }
    guard !packages.isEmpty else { throw CommandFailure("no package is named", code: .usage) }
    let database = try AdvisoryDatabase(opening: index, worker: .thisProgram)
    let answers = try PackageExposure.judging(packages, in: [database]).map { try $0.get() }
    switch format {
    case .text: try Terminal.output(OSVAnswer.text(answers, database.summary))
    case .json: try Terminal.output(OSVAnswer.json(answers, database.summary).text())
    }
    if answers.contains(where: { !$0.vulnerabilities.isEmpty }) { return .fail }
    let isWhole = answers.allSatisfy { $0.coverage == .covered && $0.doubts.isEmpty }
    return isWhole && database.summary.unread == 0 ? .pass : .incomplete
  }

  /// The package of a URL, or those of a file; empty lines and such with '#' say nothing.
  private static func packages(_ argument: String) throws -> [Package] {
    guard !argument.lowercased().hasPrefix("pkg:") else { return [try Package(purl: argument)] }
    let bytes =
      argument == "-"
      ? try ByteSlice(stream: 0, name: "standard input", limit: longestList)
      : try ByteSlice(path: argument)
    guard bytes.count <= longestList, let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(
        "\(argument): expected package URLs in UTF-8, at most \(longestList) bytes", code: .usage)
    }
    return try text.split(whereSeparator: \.isNewline).map {
      $0.trimmingPrefix(while: \.isWhitespace)
    }
    .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    .map { try Package(purl: String($0.prefix { !$0.isWhitespace })) }
  }
}
