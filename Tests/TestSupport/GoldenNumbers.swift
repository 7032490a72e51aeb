public import Bytes

/// Numbers that the original frameworks recorded, from Fixtures/goldens.
public enum GoldenNumbers {
  /// A JSON file of the folder.
  public static func json(_ name: String) throws -> JSON {
    try JSON(parsing: Fixture.bytes("goldens/\(name)"))
  }

  /// The rows of numbers in a JSON file's member.
  public static func rows(_ json: JSON, _ member: String) throws -> [[Double]] {
    guard let rows = json[member]?.array else { throw Missing(what: member) }
    return rows.map { $0.array?.compactMap(\.double) ?? [] }
  }

  /// A member that is not there.
  public struct Missing: Error {
    /// Its name.
    public let what: String
  }
}
