public import Bytes

/// What is known of a set of advisories as a whole.
public struct AdvisorySummary: Sendable, Equatable {
  /// Something that could not be read as a record.
  public struct Problem: Sendable, Equatable {
    /// The file's name in its folder or archive.
    public let name: String
    /// What is wrong with it.
    public let reason: String
  }

  /// Records that were read, withdrawn ones among them.
  public internal(set) var records = 0
  /// Records that were taken back.
  public internal(set) var withdrawn = 0
  /// Files that are no JSON and were passed over.
  public internal(set) var otherFiles = 0
  /// Files that could not be read; the data are incomplete.
  public internal(set) var unread = 0
  /// The first of them.
  public internal(set) var problems: [Problem] = []
  /// How many records tell of a package of each ecosystem, as records call it.
  public internal(set) var ecosystems: [String: Int] = [:]
  /// When a record last changed; of several sources, when that of the oldest did.
  public internal(set) var newest: Timestamp?
  /// SHA-256 of the source, or over the digests of several in their order.
  public internal(set) var source: Digest?

  static let longestList = 100

  mutating func add(_ problem: Problem) {
    unread += 1
    if problems.count < AdvisorySummary.longestList { problems.append(problem) }
  }

  /// The days that have passed since the newest record; nil without any.
  public func ageInDays(at time: Timestamp) -> Int? {
    newest.map { max(0, time.seconds - $0.seconds) / 86_400 }
  }
}
