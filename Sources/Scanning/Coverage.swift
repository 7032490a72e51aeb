import Findings

/// How much of a file a scanner has looked at. Less than the whole needs an obstacle that says so.
enum Coverage: Sendable {
  /// Every byte that the format accounts for.
  case whole
  /// A part; the finding says what was left out.
  case partly(Finding)
  /// Nothing; the finding says why.
  case none(Finding)

  /// What keeps the file from being called clean.
  var obstacle: Finding? {
    switch self {
    case .whole: nil
    case .partly(let finding), .none(let finding): finding
    }
  }
}
