import Engine
import Glibc
import Testing

/// The self-test, and what it makes of a thread whose arithmetic somebody else has changed.
@Suite(.serialized) struct SelfTestTests {
  @Test(arguments: KernelVariant.available)
  func `every chain has the digest that was computed without Proofmark`(
    _ variant: KernelVariant
  ) throws {
    let items = try SelfTest.items(of: variant)
    let chains = items.filter { $0.name.hasPrefix("chain") }
    #expect(chains.count == 26)
    #expect(items.filter { !$0.holds }.map(\.name) == [])
    #expect(Set(items.map(\.name)).count == items.count)
  }

  /// Flush to zero, denormals are zero, each with another rounding, as a library built with
  /// -ffast-math leaves them behind.
  @Test(arguments: FloatingPointDamage.all)
  func `a thread with other arithmetic is put right and counted`(
    _ damage: FloatingPointDamage
  ) throws {
    let before = ArithmeticMode.repairedThreads
    let failures = try damage.during { try SelfTest.failures(of: .best) }
    #expect(failures == [])
    #expect(ArithmeticMode.repairedThreads > before)
  }

  @Test func `the damage is real: without repair a subnormal sum is lost`() {
    // What the test above would not see if setting the mode had no effect.
    for damage in FloatingPointDamage.all where damage.flushesSubnormals {
      let sum = damage.during { product(0x1p-100, 0x1p-40) }
      #expect(sum == 0)
    }
    #expect(product(0x1p-100, 0x1p-40) == 0x1p-140)
  }

  @inline(never) private func product(_ a: Float, _ b: Float) -> Float { a * b }
}

/// A change of this thread's floating-point mode by its control register.
struct FloatingPointDamage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let flushesSubnormals: Bool
  private let bits: UInt64

  #if arch(x86_64)
    // MXCSR: denormals are zero, rounding, flush to zero.
    static let all = [
      FloatingPointDamage(testDescription: "flush to zero", flushesSubnormals: true, bits: 0x8000),
      FloatingPointDamage(testDescription: "-ffast-math", flushesSubnormals: true, bits: 0x8040),
      FloatingPointDamage(
        testDescription: "denormals are zero", flushesSubnormals: false, bits: 0x40),
      FloatingPointDamage(testDescription: "towards zero", flushesSubnormals: false, bits: 0x6000),
    ]

    /// Runs the body in the changed mode and restores the old one.
    func during<Result>(_ body: () throws -> Result) rethrows -> Result {
      var old = fenv_t()
      fegetenv(&old)
      var changed = old
      changed.__mxcsr |= UInt32(bits)
      fesetenv(&changed)
      defer { fesetenv(&old) }
      return try body()
    }
  #elseif arch(arm64)
    // FPCR: rounding, flush to zero.
    static let all = [
      FloatingPointDamage(testDescription: "flush to zero", flushesSubnormals: true, bits: 1 << 24),
      FloatingPointDamage(testDescription: "towards zero", flushesSubnormals: false, bits: 3 << 22),
    ]

    /// Runs the body in the changed mode and restores the old one.
    func during<Result>(_ body: () throws -> Result) rethrows -> Result {
      var old = fenv_t()
      fegetenv(&old)
      var changed = old
      changed.__fpcr |= UInt32(bits)
      fesetenv(&changed)
      defer { fesetenv(&old) }
      return try body()
    }
  #endif
}
