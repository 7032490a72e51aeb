import ArgumentParser
import Bytes
import Judging

/// `proofmark history`: the log of verdicts.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", _superCommandName: Tool.name,
    abstract: "Show the log of verdicts that --history writes, or check its chain.",
    discussion: """
      Each line holds the digest of the line above it, so a line that was changed, moved or taken \
      out is seen. Lines cut off at the end are seen with --expect and a head that was kept \
      elsewhere.

      EXAMPLES
        proofmark audit digits.tar.zst --policy release --trust trust.toml --history verdicts.jsonl
        proofmark history show verdicts.jsonl
        proofmark history verify verdicts.jsonl --expect sha256:HEX
      """,
    subcommands: [HistoryShowCommand.self, HistoryVerifyCommand.self])
}

/// `proofmark history show`.
struct HistoryShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the verdicts; exit 2 when the chain is broken.",
    discussion: """
      EXAMPLES
        proofmark history show verdicts.jsonl
      """)

  @Argument(help: "The history.")
  var file: String

  func run() throws {
    let history = try HistoryFile.read(file)
    var table = TextTable(["", "time", "verdict", "model", "subject"], rightAligned: [0])
    for record in history.records {
      let model = [record.model, record.version].compactMap { $0 }.joined(separator: " ")
      table.add([
        "\(record.sequence)", "\(record.time)", record.verdict.rawValue, model,
        record.subject.map { String($0.prefixed.prefix(23)) } ?? "",
      ])
    }
    if !table.isEmpty { try Terminal.output(table.lines.joined(separator: "\n") + "\n") }
  }
}

/// `proofmark history verify`.
struct HistoryVerifyCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that no line was changed, moved or taken out; print the head.",
    discussion: """
      Exit 1 when the chain is broken, or when the expected head is not in it.

      EXAMPLES
        proofmark history verify verdicts.jsonl
        proofmark history verify verdicts.jsonl --expect sha256:HEX
      """)

  @Argument(help: "The history.")
  var file: String

  @Option(
    help: ArgumentHelp("A head that was printed earlier and kept.", valueName: "sha256:hex"))
  var expect: String?

  func execute() throws -> Judging.ExitCode {
    let expected = try expect.map { text in
      guard let digest = Digest(prefixed: text) else {
        throw CommandFailure(
          "--expect: expected sha256: and 64 lower-case hexadecimal digits, found '\(text)'",
          code: .usage)
      }
      return digest
    }
    let bytes = try ByteSlice(path: file)
    let history: History
    do throws(History.Break) {
      history = try History(parsing: bytes)
    } catch {
      Terminal.note("\(Tool.name): error: \(safeText("\(file): \(error)"))")
      return .fail
    }
    let count = history.records.count
    var summary = "\(count) \(count == 1 ? "verdict" : "verdicts"), head \(history.head.prefixed)"
    if let expected {
      guard let since = history.count(after: expected) else {
        Terminal.note(
          "\(Tool.name): error: \(safeText(file)): the expected head is not in the chain: "
            + "lines were cut off or replaced")
        return .fail
      }
      summary += ", \(since) since the expected head"
    }
    try Terminal.output(summary + "\n")
    return .pass
  }
}
