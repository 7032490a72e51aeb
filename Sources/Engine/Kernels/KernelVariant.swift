/// One build of the kernels for one instruction set. All give the same bits; they differ in speed.
public enum KernelVariant: String, CaseIterable, Sendable {
  /// The definition in running form: one loop per axis, for comparison.
  case plain

  /// The fastest variant that this CPU has.
  public static var best: KernelVariant { .plain }

  /// The variants that this CPU has, the slowest first.
  public static var available: [KernelVariant] { allCases.filter(\.isAvailable) }

  /// The variant with the given name; an error that lists the names this CPU has.
  public init(named name: String) throws(EngineError) {
    guard let variant = KernelVariant(rawValue: name), variant.isAvailable else {
      let names = KernelVariant.available.map(\.rawValue).joined(separator: ", ")
      throw EngineError(.argument, "kernel variant", expected: "one of \(names)", found: name)
    }
    self = variant
  }

  /// Whether this CPU has what the variant needs.
  public var isAvailable: Bool { true }
}
