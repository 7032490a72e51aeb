/// What an audit says about a subject.
public enum Verdict: String, Sendable, CaseIterable {
  /// Everything that the policy demands was shown.
  case pass
  /// Something that the policy does not accept was shown.
  case fail
  /// Nothing failed, but something that the policy demands could not be judged.
  case incomplete

  /// The verdict over several: a failure outranks what could not be judged, and both a pass.
  public static func over(_ verdicts: some Sequence<Verdict>) -> Verdict {
    var result = Verdict.pass
    for verdict in verdicts {
      switch (verdict, result) {
      case (.fail, _), (_, .fail): result = .fail
      case (.incomplete, _), (_, .incomplete): result = .incomplete
      case (.pass, .pass): break
      }
    }
    return result
  }
}

/// How the program ends.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Every subject passes.
  case pass = 0
  /// A subject fails, or a comparison found a difference.
  case fail = 1
  /// Wrong usage, or a policy, trust file or output that cannot be used.
  case usage = 2
  /// A demanded check could not be finished.
  case incomplete = 3
  /// A fault of the program.
  case bug = 4

  /// The code that stands for one verdict.
  public init(_ verdict: Verdict) {
    switch verdict {
    case .pass: self = .pass
    case .fail: self = .fail
    case .incomplete: self = .incomplete
    }
  }

  /// The code over several subjects or errors: 4 outranks 2, then 1, 3 and 0.
  public static func over(_ codes: some Sequence<ExitCode>) -> ExitCode {
    codes.max { $0.rank < $1.rank } ?? .pass
  }

  private var rank: Int {
    switch self {
    case .pass: 0
    case .incomplete: 1
    case .fail: 2
    case .usage: 3
    case .bug: 4
    }
  }
}
