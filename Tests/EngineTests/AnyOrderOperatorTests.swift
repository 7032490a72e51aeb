import Bytes
import Engine
import TestSupport
import Testing

/// The any-order bound of each operator against what torch and ONNX Runtime computed in binary32
/// (Fixtures/goldens/any_order.json), behind a matrix product whose terms they sum in other orders.
@Suite struct AnyOrderOperatorTests {
  @Test func `every recorded operator is compared`() throws {
    let recorded = try GoldenNumbers.json("any_order.json")["cases"]
    let names = try #require(recorded?.object).map(\.name)
    #expect(Set(names) == Set(AnyOrderCase.all.map(\.testDescription)))
  }

  @Test(arguments: AnyOrderCase.all)
  func `other frameworks lie within the bound, and a changed weight does not`(
    _ golden: AnyOrderCase
  ) throws {
    let bound = try golden.network().errorBounds(golden.input)
    let values = bound.outputs.values.map(Double.init)
    let errors = bound.outputErrors.values.map(Double.init)
    #expect(errors.allSatisfy { $0.isFinite })
    for (name, numbers) in try golden.recorded() {
      #expect(numbers.count == values.count)
      for (index, number) in numbers.enumerated() {
        let difference = abs(Double(Float(number)) - values[index])
        #expect(difference <= errors[index], "\(name) \(index): \(difference), \(errors[index])")
      }
    }
    guard golden.detects else { return }
    // Not absurd: of the weights of the largest input, a thousandth more shows for most.
    let seen = try (0..<24).count { column in
      let changed = try golden.network(changing: column).forward(golden.input).values
      return changed.indices.contains { abs(Double(changed[$0]) - values[$0]) > errors[$0] }
    }
    #expect(seen >= golden.leastSeen, "\(seen) of 24")
  }

  @Test(arguments: ElementaryFunction.allCases)
  func `a function has one bound as a core operator and as a general one`(
    _ function: ElementaryFunction
  ) throws {
    let curve = Elementwise(function)
    let golden = AnyOrderCase(function.rawValue, .general(curve), divisor: 6, shift: 0.5)
    let core = AnyOrderCase(function.rawValue, .elementwise(curve), divisor: 6, shift: 0.5)
    #expect(
      try golden.network().errorBounds(golden.input).outputErrors
        == core.network().errorBounds(golden.input).outputErrors)
  }

  /// Wherever a function is taken, values of inputs a little off stay within the bound.
  @Test(arguments: ElementaryFunction.allCases)
  func `inputs a little off stay within a function's bound`(_ function: ElementaryFunction) throws {
    let deviation = 0x1p-12
    let x = (-96...96).map { Float($0) / 16 }
    for operation in [Elementwise(function), Elementwise(function, alpha: 0.75, beta: 0.25)] {
      func values(_ x: [Float]) throws -> [Double] {
        try operation.evaluate([AnyTensor([x.count], floats: x)]).doubles
      }
      let inexact = InexactTensor(
        AnyTensor([x.count], floats: x), deviations: x.map { _ in deviation })
      let y = try values(x)
      let output = AnyTensor([x.count], floats: y.map { Float($0) })
      guard case .known(let bound) = try operation.deviations([inexact], output: output) else {
        Issue.record("no bound")
        return
      }
      for step in -7...7 {
        let moved = try values(x.map { $0 + Float(step) * Float(deviation) })
        for index in x.indices where y[index].isFinite && bound[index].isFinite {
          #expect(abs(moved[index] - y[index]) <= 7 * bound[index], "at \(x[index])")
        }
      }
      // Ordinary numbers have a bound: only beside a singularity, or off the domain, is there none.
      #expect(bound.indices.count { y[$0].isFinite && !bound[$0].isFinite } <= 3)
    }
  }

  /// Errors of any signs, each as large as it may be: also where second-order terms show. Where
  /// squares are added they are smaller.
  @Test(arguments: AnyOrderCase.all)
  func `numbers a little off stay within an operator's bound`(_ golden: AnyOrderCase) throws {
    guard case .general(let operation) = golden.operation else { return }
    let isNear = golden.divisor == 6
    let h = pattern(golden.shape, 7).floats.map { $0 / (isNear ? 6 : 1) + golden.shift }
    let deviation: Float = 0x1p-11
    let reach = golden.addsSquares ? deviation : 7 * deviation
    func values(_ h: [Float]) throws -> AnyTensor {
      try operation.evaluate([AnyTensor(golden.shape, floats: h)] + golden.constants)
    }
    let inexact = InexactTensor(
      AnyTensor(golden.shape, floats: h), deviations: h.map { _ in Double(deviation) })
    let y = try values(h)
    guard
      case .known(let bound) = try operation.deviations(
        [inexact] + golden.constants.map { InexactTensor($0) }, output: y)
    else {
      Issue.record("no bound")
      return
    }
    let numbers = y.doubles
    var largest = 0.0
    for seed in 0..<32 {
      var random = RandomNumbers(seed: UInt64(seed))
      let signs = try random.tensor([h.count]).values
      let moved = try values(zip(h, signs).map { $0 + ($1 < 0 ? -reach : reach) }).doubles
      for (index, (ours, theirs)) in zip(numbers, moved).enumerated() {
        largest = max(largest, abs(theirs - ours) / (7 * bound[index]))
      }
    }
    #expect(largest <= 1 && largest > 0.05)
  }

  @Test func `steps are exact away from them, and indices of inexact numbers have no bound`() throws
  {
    let x = InexactTensor(
      AnyTensor([3], floats: [0.5, 0.999, -2.25]), deviations: [0.01, 0.01, 0.001])
    func deviations(_ operation: UnaryOperation.Operation) throws -> [Double] {
      let operation = UnaryOperation(operation)
      let output = try operation.evaluate([x.tensor])
      guard case .known(let found) = try operation.deviations([x], output: output) else {
        return []
      }
      return found
    }
    #expect(try deviations(.floor) == [0, 1 / 7, 0])
    #expect(try deviations(.sign) == [0, 0, 0])
    let place = ArgExtremum(axis: 0, isLargest: true, keepsAxis: true, takesLast: false)
    let output = try place.evaluate([x.tensor])
    guard case .unknown = try place.deviations([x], output: output) else {
      Issue.record("a place among close numbers is not known")
      return
    }
  }
}
