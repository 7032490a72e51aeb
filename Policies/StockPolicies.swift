/// A policy that is built into the program.
public enum StockPolicy: String, Sendable, CaseIterable {
  /// Reports everything, fails only on unsafe unpacking and code execution.
  case permissive
  /// Demands what needs no preparation; judges the rest where its input exists.
  case ciGate = "ci-gate"
  /// Demands all seven checks.
  case release

  /// The name on the command line and in the policy file.
  public var name: String { rawValue }

  /// The TOML text, byte for byte as in the repository.
  public var text: [UInt8] {
    switch self {
    case .permissive: PackageResources.permissive_toml
    case .ciGate: PackageResources.ci_gate_toml
    case .release: PackageResources.release_toml
    }
  }
}
