/// What the scanned files are part of, where that changes what is worth a finding.
public enum Profile: Sendable {
  /// A release, a model, or anything else that should hold models alone.
  case release
  /// A root file system: thousands of programs and files without a model's format are usual.
  case imageLayer
}
