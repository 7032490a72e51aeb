import CKernels

/// One build of the kernels for one instruction set. All give the same bits; they differ in speed.
public enum KernelVariant: String, CaseIterable, Sendable {
  /// The definition in running form: one loop per axis, for comparison.
  case plain
  /// Any x86-64: fused multiply-adds emulated exactly in binary64.
  case emul
  /// arm64.
  case neon
  /// x86-64 with AVX2 and FMA.
  case avx2
  /// x86-64 with AVX-512 F, BW, DQ and VL.
  case avx512

  /// The fastest variant that this CPU has.
  public static var best: KernelVariant { available.last ?? .plain }

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
  public var isAvailable: Bool { self == .plain || kernels != nil }

  /// The kernels; nil for the plain form and for what this CPU lacks.
  var kernels: KernelTable? {
    let set: ck_instruction_set
    switch self {
    case .plain: return nil
    case .emul: set = CK_EMUL
    case .neon: set = CK_NEON
    case .avx2: set = CK_AVX2
    case .avx512: set = CK_AVX512
    }
    return ck_kernels_for(set).map { KernelTable(value: $0.pointee) }
  }
}

/// The functions of one instruction set.
///
/// `@unchecked Sendable`: addresses of functions, which keep no state.
struct KernelTable: @unchecked Sendable {
  let value: ck_kernels
}
