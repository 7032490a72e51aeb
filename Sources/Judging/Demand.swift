/// How much a policy wants of a check or of one of its inputs.
public enum Demand: String, Sendable, CaseIterable {
  /// Fails without its input.
  case required
  /// Judges the input where there is one.
  case ifPresent = "if-present"
  /// Does not run.
  case off
}

/// What an obstacle does to the verdict. The check itself is incomplete either way.
public enum ObstacleEffect: String, Sendable, CaseIterable {
  /// The verdict is incomplete too, unless something fails.
  case incomplete
  /// The verdict does not depend on it.
  case note
}
