import Bytes
import Engine
import Testing

/// Reductions, places and orders along axes, cumulative sums.
@Suite struct GeneralReductionTests {
  static let matrix = AnyTensor([2, 3], floats: [1, -2, 3, 0.5, 4, -1])

  /// Over axis 1 of the matrix; from NumPy.
  static let rows: [(Reduction.Operation, [Double])] = [
    (.sum, [2, 3.5]), (.mean, [2.0 / 3, 3.5 / 3]), (.product, [-6, -2]), (.maximum, [3, 4]),
    (.minimum, [-2, -1]), (.l1, [6, 5.5]), (.l2, [3.7416573867739413, 4.153311931459037]),
    (.logSum, [0.6931471805599453, 1.252762968495368]),
    (.logSumExp, [3.1328452337275756, 4.036269565124779]), (.sumSquare, [14, 17.25]),
  ]

  @Test(arguments: rows)
  func `reductions over rows are NumPy's`(
    _ operation: Reduction.Operation, _ expected: [Double]
  ) throws {
    let reduction = Reduction(operation, axes: [1], keepsAxes: true)
    let y = try reduction.evaluate([Self.matrix])
    #expect(y.shape == [2, 1])
    for (found, number) in zip(y.doubles, expected) { #expect(abs(found - number) < 3e-7) }
    let wide = try reduction.evaluate([Self.matrix.converted(to: .float64)])
    for (found, number) in zip(wide.doubles, expected) { #expect(abs(found - number) < 1e-13) }
  }

  @Test(arguments: Reduction.Operation.allCases, [[0], [1], [0, 1], []])
  func `reductions have the gradients of differences`(
    _ operation: Reduction.Operation, _ axes: [Int]
  ) throws {
    let x = AnyTensor([2, 3], floats: [1, 2.5, 3, 0.5, 4, 1.25])
    try expectGradients(of: Reduction(operation, axes: axes, keepsAxes: false), [x])
  }

  @Test func `sums are exact in binary64 and rounded once`() throws {
    let x = AnyTensor.vector(0x1p24, 1, 1)
    let sum = Reduction(.sum, axes: [0], keepsAxes: false)
    #expect(try sum.evaluate([x]).floats == [0x1p24 + 2])
    #expect(
      try Reduction(.logSumExp, axes: [0], keepsAxes: false).evaluate([.vector(1000, 1000)]).floats
        == [1000.6931471805599])
    #expect(
      try Reduction(.logSumExp, axes: [0], keepsAxes: false)
        .evaluate([.vector(-.infinity, -.infinity)]).floats == [-.infinity])
    #expect(
      try Reduction(.maximum, axes: [0], keepsAxes: false).evaluate([.vector(1, .nan, 2)])
        .floats[0].isNaN)
  }

  @Test func `integers wrap, means are cut towards zero`() throws {
    func reduce(_ operation: Reduction.Operation, _ x: AnyTensor) throws -> [Int64] {
      try Reduction(operation, axes: [0], keepsAxes: false).evaluate([x]).integers
    }
    #expect(try reduce(.mean, .whole(-3, -4)) == [-3])
    #expect(try reduce(.sum, .whole(.max, 1)) == [.min])
    #expect(try reduce(.l2, .whole(3, 4)) == [5])
    let unsigned = AnyTensor([2], integers: [-1, 1], element: .uint64)
    #expect(try reduce(.maximum, unsigned) == [-1])
    #expect(try reduce(.minimum, unsigned) == [1])
    let truths = AnyTensor([2], integers: [0, 1], element: .bool)
    #expect(try reduce(.maximum, truths) == [1])
    #expect(try reduce(.minimum, truths) == [0])
    #expect(throws: EngineError.self) {
      try Reduction(.sum, axes: [0], keepsAxes: false).outputType(of: [truths.type])
    }
  }

  @Test func `reductions of nothing are their neutral elements`() throws {
    let nothing = AnyTensor([2, 0], floats: [])
    let expected: [(Reduction.Operation, Float)] = [
      (.sum, 0), (.product, 1), (.maximum, -.infinity), (.minimum, .infinity), (.l1, 0), (.l2, 0),
      (.logSum, -.infinity), (.logSumExp, -.infinity), (.sumSquare, 0),
    ]
    for (operation, number) in expected {
      let y = try Reduction(operation, axes: [1], keepsAxes: false).evaluate([nothing])
      #expect(y.floats == [number, number], "\(operation)")
    }
    let mean = Reduction(.mean, axes: [1], keepsAxes: false)
    #expect(try mean.evaluate([nothing]).floats.allSatisfy(\.isNaN))
    #expect(throws: EngineError.self) {
      try mean.evaluate([AnyTensor([2, 0], integers: [], element: .int32)])
    }
    let low = try Reduction(.maximum, axes: [0], keepsAxes: false)
      .evaluate([AnyTensor([0], integers: [], element: .int8)])
    #expect(low.integers == [-128])
  }

  @Test(arguments: [[2], [-1], [1, 0], [0, 0]])
  func `axes that are none are refused`(_ axes: [Int]) throws {
    #expect(throws: EngineError.self) {
      try Reduction(.sum, axes: axes, keepsAxes: true).outputType(of: [TensorType([2, 3])])
    }
  }

  @Test func `the place of an extreme element is the first or the last`() throws {
    let x = AnyTensor([2, 3], floats: [1, 5, 5, 2, 2, 0])
    func place(_ isLargest: Bool, _ takesLast: Bool, axis: Int = 1) throws -> [Int64] {
      try ArgExtremum(axis: axis, isLargest: isLargest, keepsAxis: false, takesLast: takesLast)
        .evaluate([x]).integers
    }
    #expect(try place(true, false) == [1, 0])
    #expect(try place(true, true) == [2, 1])
    #expect(try place(false, false) == [0, 2])
    #expect(try place(true, false, axis: 0) == [1, 0, 0])
    let odd = AnyTensor.vector(1, .nan, 3, .nan)
    let first = ArgExtremum(axis: 0, isLargest: true, keepsAxis: true, takesLast: false)
    #expect(try first.evaluate([odd]) == .whole(1))
    #expect(throws: EngineError.self) { try first.outputType(of: [TensorType([0])]) }
  }

  @Test func `the largest come first, equal ones in their order`() throws {
    let x = AnyTensor([2, 4], floats: [3, 9, 9, 1, -1, .nan, -5, 0])
    func top(_ count: Int, _ isLargest: Bool, _ result: TopK.Result) -> TopK {
      TopK(count: count, axis: 1, isLargest: isLargest, result: result)
    }
    #expect(try top(3, true, .indices).evaluate([x]).integers == [1, 2, 0, 1, 3, 0])
    #expect(try top(2, false, .values).evaluate([x]).floats == [1, 3, -5, -1])
    #expect(throws: EngineError.self) { try top(5, true, .values).outputType(of: [x.type]) }
    let unsigned = AnyTensor([3], integers: [1, -1, 2], element: .uint64)
    #expect(
      try TopK(count: 2, axis: 0, isLargest: true, result: .indices).evaluate([unsigned])
        == .whole(1, 2))
    try expectGradients(
      of: top(2, true, .values), [AnyTensor([2, 4], floats: [3, 9, 8, 1, -1, 2, -5, 0])])
  }

  @Test func `sums run along an axis, both ways`() throws {
    let x = AnyTensor([2, 3], floats: [1, 2, 3, 4, 5, 6])
    func sums(_ axis: Int, _ isExclusive: Bool, _ isReversed: Bool) throws -> [Float] {
      let sum = CumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: isReversed)
      try expectGradients(of: sum, [x])
      return try sum.evaluate([x]).floats
    }
    #expect(try sums(1, false, false) == [1, 3, 6, 4, 9, 15])
    #expect(try sums(1, true, false) == [0, 1, 3, 0, 4, 9])
    #expect(try sums(1, false, true) == [6, 5, 3, 15, 11, 6])
    #expect(try sums(0, true, true) == [4, 5, 6, 0, 0, 0])
  }
}
