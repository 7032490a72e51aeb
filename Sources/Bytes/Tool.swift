/// The program's name and version, as locks and reports write them: the one place that holds them.
public enum Tool {
  /// The command's name.
  public static let name = "proofmark"
  /// The version (SemVer 2).
  public static let version = "0.1.0"
}
