import Bytes
import Engine
import TestSupport
import Testing

/// The elementary functions against tables that MPFR made, and their gradients against
/// differences.
@Suite struct ElementaryFunctionTests {
  @Test(arguments: KernelVariant.available)
  func `functions are correctly rounded where that is hardest`(_ variant: KernelVariant) throws {
    let rows = Dictionary(grouping: try table("elementary.txt"), by: { $0[0] })
    #expect(Set(rows.keys) == Set(ElementaryFunction.allCases.map(\.rawValue)))
    for function in ElementaryFunction.allCases {
      let own = try #require(rows[function.rawValue])
      #expect(own.count > 100)
      let inputs = try own.map { try number($0[1]) }
      for (found, row) in zip(function.values(inputs, variant: variant), own) {
        #expect(
          try canonical(found) == number(row[2]).bitPattern, "\(function) of \(row[1]) is \(row[2])"
        )
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func `a walk over all exponents gives the digest that MPFR gave`(
    _ variant: KernelVariant
  ) throws {
    let rows = try table("walks.txt")
    #expect(rows.map { $0[0] }.sorted() == ElementaryFunction.allCases.map(\.rawValue).sorted())
    for row in rows {
      let function = try #require(ElementaryFunction(rawValue: row[0]))
      #expect(function.walkDigest(variant: variant).hexadecimal == row[1], "\(function)")
      #expect(KnownHashes.functions[function]?.hexadecimal == row[1], "\(function)")
    }
  }

  @Test(arguments: KernelVariant.available)
  func `powers are correctly rounded, ties and special numbers too`(
    _ variant: KernelVariant
  ) throws {
    let rows = try table("power.txt")
    #expect(rows.count > 2000)
    let bases = try rows.map { try number($0[0]) }
    let exponents = try rows.map { try number($0[1]) }
    let powers = Power.values(bases, exponents: exponents, variant: variant)
    for (found, row) in zip(powers, rows) {
      #expect(try canonical(found) == number(row[2]).bitPattern, "\(row)")
    }
  }

  /// Gradients, and functions with other parameters than the tables have.
  @Test(arguments: KernelVariant.available, ElementaryFunction.allCases)
  func `a variant gives the bits of the plain form`(
    _ variant: KernelVariant, _ function: ElementaryFunction
  ) {
    let x = stride(from: UInt64(0), to: 1 << 32, by: 2_000_003).map {
      Float(bitPattern: UInt32($0))
    }
    let dy = x.indices.map { Float($0 % 7) - 3 }
    for (alpha, beta): (Float?, Float?) in [(nil, nil), (0.7, -0.3), (3, 0.25)] {
      let y = function.values(x, alpha: alpha, beta: beta, variant: .plain)
      let found = function.values(x, alpha: alpha, beta: beta, variant: variant)
      #expect(found.map(canonical) == y.map(canonical))
      let expected = function.gradients(
        x: x, y: y, dy: dy, alpha: alpha, beta: beta, variant: .plain)
      let gradients = function.gradients(
        x: x, y: y, dy: dy, alpha: alpha, beta: beta, variant: variant)
      #expect(gradients.map(canonical) == expected.map(canonical))
    }
  }

  @Test(arguments: KernelVariant.available)
  func `a power and its gradient have the bits of the plain form`(_ variant: KernelVariant) {
    let bases = stride(from: UInt64(0), to: 1 << 32, by: 1_000_003).map {
      Float(bitPattern: UInt32($0))
    }
    let exponents = bases.indices.map { Float($0 % 41) * 0.25 - 5 }
    let plain = Power.values(bases, exponents: exponents, variant: .plain)
    let found = Power.values(bases, exponents: exponents, variant: variant)
    #expect(found.map(canonical) == plain.map(canonical))
    let slopes = Power.gradients(bases: bases, exponents: exponents, dz: bases, variant: .plain)
    let others = Power.gradients(bases: bases, exponents: exponents, dz: bases, variant: variant)
    #expect(others.map(canonical) == slopes.map(canonical))
  }

  /// Any number of elements, whole vectors or not, and none beyond the last.
  @Test(arguments: KernelVariant.available)
  func `an element's value does not depend on its place`(_ variant: KernelVariant) {
    let x = (0..<50).map { Float($0) * 0.37 - 9 }
    for function in ElementaryFunction.allCases {
      let all = function.values(x, variant: variant)
      for count in [0, 1, 15, 16, 17, 33] {
        let some = function.values(Array(x.suffix(count)), variant: variant)
        #expect(some.map(canonical) == all.suffix(count).map(canonical))
      }
    }
  }

  @Test(arguments: ElementaryFunction.allCases)
  func `a gradient is the limit of differences`(_ function: ElementaryFunction) {
    // Away from the kinks at 0, +-1/2, +-1, +-2.5 and +-3.
    for x in [-3.7, -2.7, -1.3, -0.8, -0.4, -0.05, 0.03, 0.3, 0.7, 1.2, 2.6, 3.5] as [Float] {
      let h: Float = 0x1p-9
      let points = [x - 2 * h, x - h, x, x + h, x + 2 * h]
      let y = function.values(points).map(Double.init)
      guard y.allSatisfy(\.isFinite) else { continue }
      let outer = (y[4] - y[0]) / 4, inner = (y[3] - y[1]) / 2
      let slope = (4 * inner - outer) / 3 / Double(h)
      let dx = function.gradients(x: [x], y: [Float(y[2])], dy: [2])[0]
      #expect(abs(Double(dx) - 2 * slope) < 1e-3 * max(1, abs(slope)), "\(function) at \(x)")
    }
  }

  @Test func `a power's gradient is the limit of differences`() {
    for (x, y) in [(1.7, 2.5), (0.3, -1.2), (-1.5, 3), (5, 0), (2, 1)] as [(Float, Float)] {
      let h: Float = 0x1p-10
      let powers = Power.values([x - h, x + h], exponents: [y, y]).map(Double.init)
      let slope = (powers[1] - powers[0]) / 2 / Double(h)
      let dx = Power.gradients(bases: [x], exponents: [y], dz: [1])[0]
      #expect(abs(Double(dx) - slope) < 1e-3 * max(1, abs(slope)), "\(x)^\(y)")
    }
  }

  private func canonical(_ number: Float) -> UInt32 {
    number.isNaN ? 0x7fc0_0000 : number.bitPattern
  }

  private func table(_ name: String) throws -> [[String]] {
    let text = try #require(try Fixture.bytes("vectors/arithmetic/\(name)").utf8)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  private func number(_ hexadecimal: String) throws -> Float {
    Float(bitPattern: try #require(UInt32(hexadecimal, radix: 16)))
  }
}
