/// Why bytes could not be read as the format they claim to be.
///
/// The one error of every reader of untrusted bytes. Readers throw it typed; whoever judges a
/// file adds the rule and the member chain.
public struct ParseError: Error, Equatable, Sendable {
  /// What kind of obstacle the reader met.
  public enum Kind: Sendable, Equatable {
    /// The bytes contradict the format.
    case malformed
    /// The format allows it, this reader does not know it.
    case unsupported
    /// An operational limit was reached before the end.
    case limit
  }

  /// What kind of obstacle this is.
  public let kind: Kind
  /// Byte offset from the start of the file or member.
  public let offset: Int
  /// What the format demands at this place.
  public let expected: String
  /// What stands there instead.
  public let found: String
  /// The structures around the place, outermost first.
  public private(set) var path: [String] = []

  /// Creates an error of the given kind.
  public init(_ kind: Kind = .malformed, at offset: Int, expected: String, found: String) {
    self.kind = kind
    self.offset = offset
    self.expected = expected
    self.found = found
  }

  /// The same error seen from the structure around it.
  public func inside(_ structure: String) -> ParseError {
    var outer = self
    outer.path.insert(structure, at: 0)
    return outer
  }
}

extension ParseError: CustomStringConvertible {
  /// One line: where, what was expected, what was found.
  public var description: String { structures + "at byte \(offset): " + contradiction }

  /// The same line without the offset, for a finding that has it in its place.
  public var reason: String { structures + contradiction }

  private var structures: String { path.map { $0 + ": " }.joined() }

  private var contradiction: String {
    "\(kind == .unsupported ? "supported" : "expected") \(expected), found \(found)"
  }
}
