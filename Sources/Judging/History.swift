public import Bytes

// A history file: one compact JSON object a line, LF, nothing else:
//
//   {"sequence":1,"previous":"sha256:HEX","time":"2026-11-26T04:00:00Z","subject":"sha256:HEX",
//    "model":"NAME","version":"VERSION","policy":"sha256:HEX","trust":"sha256:HEX",
//    "verdict":"pass"}
//
// `previous` is SHA-256 of the line before without its line feed, of the first line SHA-256 of
// nothing. So each line pins all lines above it, and whoever keeps the digest of the last one, the
// head, can tell whether any of them changed, moved or is missing. `subject`, `model`, `version`
// and `trust` are absent where there is none.

/// One verdict in a history.
public struct HistoryRecord: Sendable, Equatable {
  /// Its number, from 1.
  public let sequence: Int
  /// The digest of the line before.
  public let previous: Digest
  /// The time that the subject was judged at.
  public let time: Timestamp
  /// The subject's digest; nil when it could not be read.
  public let subject: Digest?
  /// The model that the manifest names.
  public let model: String?
  /// The version that the manifest names.
  public let version: String?
  /// The digest of the policy.
  public let policy: Digest
  /// The digest of the trust file.
  public let trust: Digest?
  /// The verdict.
  public let verdict: Verdict

  /// The digest of nothing: what the first line follows.
  public static let beginning = Digest(of: .empty)

  /// The record of a report after a line.
  public init(
    of report: AuditReport, at time: Timestamp, sequence: Int, after previous: Digest
  ) {
    self.sequence = sequence
    self.previous = previous
    self.time = time
    subject = report.subject.digest
    model = report.subject.model?.name
    version = report.subject.model?.version
    policy = report.policy.digest
    trust = report.trust?.digest
    verdict = report.verdict
  }

  /// The line without its line feed.
  public var line: String {
    JSON.record([
      ("sequence", .integer(sequence)), ("previous", .string(previous.prefixed)),
      ("time", .string("\(time)")), ("subject", subject.map { .string($0.prefixed) }),
      ("model", model.map { .string($0) }), ("version", version.map { .string($0) }),
      ("policy", .string(policy.prefixed)), ("trust", trust.map { .string($0.prefixed) }),
      ("verdict", .string(verdict.rawValue)),
    ]).compactText()
  }

  /// The digest that the next line follows, and the head when there is none.
  public var digest: Digest { Digest(ofUTF8: line) }

  /// Reads a line; nil for one that is not as `line` writes it.
  init?(parsing bytes: ByteSlice) {
    do {
      let json = try JSON(parsing: bytes, depth: 2, values: 16)
      func digest(_ name: String) -> Digest? { json[name]?.string.flatMap { Digest(prefixed: $0) } }
      guard let sequence = json["sequence"]?.integer, let previous = digest("previous"),
        let time = json["time"]?.string.flatMap({ Timestamp($0) }), let policy = digest("policy"),
        let verdict = json["verdict"]?.string.flatMap({ Verdict(rawValue: $0) })
      else { return nil }
      self.sequence = sequence
      self.previous = previous
      self.time = time
      subject = digest("subject")
      model = json["model"]?.string
      version = json["version"]?.string
      self.policy = policy
      trust = digest("trust")
      self.verdict = verdict
    } catch {
      return nil
    }
    guard ByteSlice(utf8: line) == bytes else { return nil }
  }
}

/// An append-only log of verdicts whose lines are chained by their digests.
public struct History: Sendable {
  /// Where a history is not what was written.
  public struct Break: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String
    /// One line.
    public var description: String { "line \(line): \(reason)" }
  }

  /// The longest history that is read.
  public static let byteLimit = 1 << 30

  /// The records, oldest first.
  public private(set) var records: [HistoryRecord] = []
  private var digests: [Digest] = []

  /// A history without a record.
  public init() {}

  /// The digest of the last line: keep it elsewhere, and no line can change or vanish unseen.
  public var head: Digest { digests.last ?? HistoryRecord.beginning }

  /// How many records came after this was the head; nil when it never was.
  public func count(after head: Digest) -> Int? {
    if head == HistoryRecord.beginning { return records.count }
    return digests.lastIndex(of: head).map { records.count - $0 - 1 }
  }

  /// Reads a history and follows its chain from the first line to the last.
  public init(parsing bytes: ByteSlice) throws(Break) {
    guard bytes.count <= History.byteLimit else {
      throw Break(line: 1, reason: "more than \(History.byteLimit) bytes")
    }
    var rest = bytes
    while !rest.isEmpty {
      let number = records.count + 1
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
        throw Break(line: number, reason: "cut in the middle")
      }
      let line = rest.prefix(end)
      guard let record = HistoryRecord(parsing: line) else {
        throw Break(line: number, reason: "not a record as it was written")
      }
      guard record.previous == head else {
        throw Break(line: number, reason: "does not follow the line above it")
      }
      guard record.sequence == number else {
        throw Break(line: number, reason: "has the number \(record.sequence)")
      }
      records.append(record)
      digests.append(Digest(of: line))
      rest = rest.suffix(rest.count - end - 1)
    }
  }

  /// Adds the verdict of a report and gives its record.
  public mutating func append(_ report: AuditReport, at time: Timestamp) -> HistoryRecord {
    let record = HistoryRecord(
      of: report, at: time, sequence: records.count + 1, after: head)
    records.append(record)
    digests.append(record.digest)
    return record
  }
}
