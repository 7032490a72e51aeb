import Bytes
import Engine
import Glibc
import TestSupport
import Testing

/// The scalar arithmetic against tables from exact fractions.
@Suite struct ArithmeticTests {
  @Test(arguments: KernelVariant.available)
  func `a fused multiply-add is rounded once, beside ties too`(_ variant: KernelVariant) throws {
    let rows = try table("fma.txt")
    #expect(rows.count > 1000)
    for row in rows {
      let numbers = try row.map { try number($0) }
      let found = variant.fusedMultiplyAdd(numbers[0], numbers[1], numbers[2])
      #expect(found.bitPattern == numbers[3].bitPattern, "\(row)")
    }
  }

  @Test(arguments: KernelVariant.available)
  func `a fused multiply-add keeps infinities, NaN and the sign of zero`(
    _ variant: KernelVariant
  ) {
    #expect(variant.fusedMultiplyAdd(.infinity, 1, 1) == .infinity)
    #expect(variant.fusedMultiplyAdd(.infinity, 0, 1).isNaN)
    #expect(variant.fusedMultiplyAdd(.infinity, 1, -.infinity).isNaN)
    #expect(variant.fusedMultiplyAdd(.nan, 1, 1).isNaN)
    #expect(variant.fusedMultiplyAdd(-1, 0, -0.0).sign == .minus)
    #expect(variant.fusedMultiplyAdd(1, 0, -0.0).sign == .plus)
    let largest = Float.greatestFiniteMagnitude
    #expect(variant.fusedMultiplyAdd(largest, 2, -largest) == largest)
    #expect(variant.fusedMultiplyAdd(largest, 1, largest) == .infinity)
  }

  @Test(arguments: KernelVariant.available)
  func `the self-test finds nothing`(_ variant: KernelVariant) throws {
    #expect(try SelfTest.failures(of: variant) == [])
  }

  @Test func `another rounding mode is put right and counted`() throws {
    let network = try Network(TestNetworks.digits())
    var random = RandomNumbers(seed: 2)
    let inputs = try random.tensor([1, 28, 28, 1])
    let expected = try network.forward(inputs)
    let before = ArithmeticMode.repairedThreads
    fesetround(FE_UPWARD)
    defer { fesetround(FE_TONEAREST) }
    let found = try network.forward(inputs)
    #expect(found == expected)
    #expect(ArithmeticMode.repairedThreads > before)
  }

  @Test func `the step along a gradient's sign has one rounding and stays in range`() throws {
    let x = try Tensor(shape: [7], values: [0.5, 0.5, 0.5, 0.5, 0.01, 0.99, 0.3])
    let gradient = try Tensor(
      shape: [7], values: [.leastNonzeroMagnitude, -3, 0, .nan, -1, 1, .infinity])
    let moved = try x.signedStep(along: gradient, step: 0.1, within: 0...1)
    #expect(moved.values == [0.6, 0.4, 0.5, 0.5, 0, 1, 0.3 + 0.1])
    let short = try Tensor(shape: [1], values: [0])
    #expect(throws: EngineError.self) {
      try x.signedStep(along: short, step: 0.1, within: 0...1)
    }
  }

  private func table(_ name: String) throws -> [[String]] {
    let bytes = try Fixture.bytes("vectors/arithmetic/\(name)")
    let text = try #require(bytes.utf8)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  private func number(_ hexadecimal: String) throws -> Float {
    Float(bitPattern: try #require(UInt32(hexadecimal, radix: 16)))
  }
}
