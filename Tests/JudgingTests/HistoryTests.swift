import Bytes
import Findings
import Judging
import StockPolicies
import TestSupport
import Testing

struct HistoryTests {
  private static func report(_ version: String, _ verdict: Verdict = .pass) throws -> AuditReport {
    AuditReport(
      tool: .init(name: "proofmark", version: "1"),
      subject: .init(
        path: "x", container: .archive, digest: Digest(ofUTF8: version),
        model: .init(name: "a \"model\" \u{202e}", version: version)),
      policy: .init(try Policy(stock: .release)), judgement: .init(verdict: verdict, checks: []))
  }

  /// The text of a history of the versions 1.0.0 to 1.4.0.
  private static func lines(_ count: Int = 5) throws -> [String] {
    var history = History()
    let time = try #require(Timestamp("2026-11-26T00:00:00Z"))
    return try (0..<count).map { index in
      history.append(try report("1.\(index).0", index == 2 ? .fail : .pass), at: time).line
    }
  }

  private static func parse(_ lines: [String]) throws(History.Break) -> History {
    try History(parsing: ByteSlice(utf8: lines.map { $0 + "\n" }.joined()))
  }

  @Test func `a history reads as it was written, and its head names all of it`() throws {
    let lines = try Self.lines()
    let history = try Self.parse(lines)
    #expect(history.records.map(\.verdict) == [.pass, .pass, .fail, .pass, .pass])
    #expect(history.records.map(\.line) == lines)
    #expect(history.records.first?.previous == HistoryRecord.beginning)
    #expect(history.head == Digest(ofUTF8: try #require(lines.last)))
    #expect(history.count(after: Digest(ofUTF8: lines[1])) == 3)
    #expect(history.count(after: history.head) == 0)
    #expect(History().head == HistoryRecord.beginning)
    #expect(lines[0].contains("\\u202e") && lines[0].contains("\"sequence\":1,"))
  }

  /// What was done to the file, and the line where it shows.
  @Test(arguments: [
    ("a verdict changed", 4), ("a line taken out", 3), ("two lines exchanged", 2),
    ("a line twice", 3), ("the first line taken out", 1), ("a line forged in between", 4),
    ("a space added", 2), ("the last line cut", 5), ("an empty line", 3), ("a carriage return", 1),
  ])
  func `a change is seen at its line`(_ attack: String, _ line: Int) throws {
    var lines = try Self.lines()
    switch attack {
    case "a verdict changed": lines[2] = lines[2].replacing("\"fail\"", with: "\"pass\"")
    case "a line taken out": lines.remove(at: 2)
    case "two lines exchanged": lines.swapAt(1, 2)
    case "a line twice": lines.insert(lines[1], at: 2)
    case "the first line taken out": lines.removeFirst()
    case "a line forged in between":
      // It follows the line above it; the one below does not follow it.
      lines[2] = lines[2].replacing("1.2.0", with: "1.2.1")
    case "a space added": lines[1] += " "
    case "an empty line": lines.insert("", at: 2)
    case "a carriage return": lines[0] += "\r"
    default: lines[4].removeLast(3)
    }
    let error = try #require(throws: History.Break.self) { try Self.parse(lines) }
    #expect(error.line == line, "\(error)")
  }

  @Test func `a tail that was cut off is seen by whoever kept the head`() throws {
    let lines = try Self.lines()
    let head = try Self.parse(lines).head
    let cut = try Self.parse(Array(lines.dropLast()))
    #expect(cut.count(after: head) == nil)
    var replaced = cut
    let time = try #require(Timestamp("2026-11-26T00:00:00Z"))
    _ = replaced.append(try Self.report("1.4.0", .fail), at: time)
    #expect(replaced.count(after: head) == nil)
  }

  @Test func `a line without its end is a line cut in the middle`() throws {
    let whole = Array(try Self.lines(2).map { $0 + "\n" }.joined().utf8)
    for length in stride(from: 1, to: whole.count, by: 37) {
      let cut = ByteSlice(whole[..<length])
      #expect(throws: History.Break.self) { try History(parsing: cut) }
    }
  }

  @Test func `a history file grows and refuses to grow on a break`() throws {
    let scratch = try ScratchFolder()
    let path = scratch.file("verdicts.jsonl")
    let time = try #require(Timestamp("2026-11-26T00:00:00Z"))
    for version in ["1.0.0", "1.1.0"] {
      var file = try HistoryFile(opening: path)
      try file.append(Self.report(version), at: time)
    }
    #expect(try HistoryFile.read(path).records.map(\.sequence) == [1, 2])
    try scratch.change("verdicts.jsonl") { $0[40] ^= 1 }
    #expect(throws: ConfigurationError.self) { _ = try HistoryFile(opening: path) }
  }
}
