public import Bytes

/// Why recorded data cannot be used with a model.
public struct EvaluationError: Error, Equatable, Sendable {
  /// The byte offset in the file, where the reader stopped.
  public let offset: Int?
  /// What is wrong, in lower case without a full stop.
  public let message: String

  /// Creates an error about what the data says.
  public init(_ message: String, offset: Int? = nil) {
    self.offset = offset
    self.message = message
  }

  /// Wraps a reader's error.
  public init(_ error: ParseError) {
    offset = error.offset
    message = error.reason
  }
}

extension EvaluationError: CustomStringConvertible {
  /// One line, with the offset in the file.
  public var description: String { offset.map { "at byte \($0): \(message)" } ?? message }
}
