/// A token of source code, whatever the language.
public struct SourceToken: Sendable, Equatable {
  /// What the token is.
  public enum Kind: Sendable {
    /// A name or keyword.
    case name
    /// A literal text or bytes, its escapes undone.
    case string
    /// A number as written.
    case number
    /// An operator or bracket.
    case symbol
  }

  /// What the token is.
  public let kind: Kind
  /// The token; of a literal text its value.
  public let text: String
  /// Where it begins in the file.
  public let offset: Int
}
