import Bytes
import Engine
import Testing

/// Operators that move elements, against NumPy's results.
@Suite struct GeneralIndexingTests {
  private let line = AnyTensor(indices: [1, 2, 3, 4])

  static let pads: [(Pad.Mode, Int, Int, [Int])] = [
    // numpy.pad of [1, 2, 3, 4].
    (.constant, 2, 1, [0, 0, 1, 2, 3, 4, 0]),
    (.edge, 2, 1, [1, 1, 1, 2, 3, 4, 4]),
    (.reflect, 2, 1, [3, 2, 1, 2, 3, 4, 3]),
    (.reflect, 7, 5, [2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3]),
    (.wrap, 2, 5, [3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1]),
    // Cut first.
    (.constant, -1, 2, [2, 3, 4, 0, 0]),
    (.reflect, -1, 2, [2, 3, 4, 3, 2]),
    (.wrap, 3, -2, [2, 1, 2, 1, 2].suffix(5).map { $0 }),
  ]

  @Test(arguments: pads)
  func `paddings are NumPy's`(_ mode: Pad.Mode, _ begin: Int, _ end: Int, _ expected: [Int])
    throws
  {
    let pad = Pad(begins: [begin], ends: [end], mode: mode)
    #expect(try pad.evaluate([line]).indices == expected)
    try expectSlopes(of: pad, [pattern([4], 3)])
  }

  @Test func `a padding's number is a second input with a gradient`() throws {
    let pad = Pad(begins: [0, 1], ends: [1, 0])
    let x = pattern([2, 2], 1)
    #expect(
      try pad.evaluate([AnyTensor([1, 1], floats: [2]), AnyTensor([], floats: [7])]).floats
        == [7, 2, 7, 7])
    try expectSlopes(of: pad, [x, AnyTensor([], floats: [0.5])])
  }

  @Test(arguments: [
    Pad(begins: [-3], ends: [-3]), Pad(begins: [.max], ends: [1]), Pad(begins: [.min], ends: [0]),
    Pad(begins: [1], ends: [1, 1]), Pad(begins: [-4], ends: [1], mode: .edge),
    Pad(begins: [.max - 4], ends: [.max], mode: .wrap),
  ])
  func `paddings without a size are refused`(_ pad: Pad) {
    #expect(throws: EngineError.self) { try pad.outputType(of: [TensorType([4])]) }
  }

  @Test func `gathered elements are NumPy's and go back by sums`() throws {
    let x = AnyTensor(indices: Array(0..<6)).reshaped([2, 3])
    let pick = AnyTensor([2, 2], integers: [0, -1, 1, 1], element: .int32)
    #expect(try Gather(axis: 1).evaluate([x, pick]).indices == [0, 2, 1, 1, 3, 5, 4, 4])
    #expect(try Gather(axis: 1).evaluate([x, pick]).shape == [2, 2, 2])
    #expect(try GatherElements(axis: 0).evaluate([x, pick]).indices == [0, 4, 3, 4])
    #expect(
      try GatherND().evaluate([x, AnyTensor(indices: [1, -3]).reshaped([1, 2])]).indices == [3])
    #expect(
      try GatherND(batchAxes: 1).evaluate([x, AnyTensor(indices: [2, 0]).reshaped([2, 1])])
        .indices == [2, 3])
    let floats = pattern([2, 3], 1)
    try expectSlopes(of: Gather(axis: 1), [floats, pick])
    try expectSlopes(of: GatherElements(axis: 0), [floats, pick])
    try expectSlopes(of: GatherND(), [floats, AnyTensor(indices: [1, 0]).reshaped([2, 1])])
  }

  @Test(arguments: [Int64.min, -4, 3, Int64.max])
  func `an index outside is refused`(_ index: Int64) {
    let indices = AnyTensor([1, 1], integers: [index], element: .int64)
    let x = AnyTensor([1, 3], floats: [1, 2, 3])
    let expected = EngineError("indices", expected: "-3 to 2", found: "\(index)")
    #expect(throws: expected) { try Gather(axis: 1).evaluate([x, indices]) }
    #expect(throws: expected) { try GatherElements(axis: 1).evaluate([x, indices]) }
    #expect(throws: expected) {
      try Scatter(.elements(axis: 1)).evaluate([x, indices, AnyTensor([1, 1], floats: [0])])
    }
  }

  static let reductions: [(Scatter.Reduction, [Double])] = [
    (.replace, [1, 9, 3]), (.add, [1, 16, 3]), (.multiply, [1, 90, 3]), (.minimum, [1, 2, 3]),
    (.maximum, [1, 9, 3]),
  ]

  @Test(arguments: reductions)
  func `updates of one place follow one another`(
    _ reduction: Scatter.Reduction, _ expected: [Double]
  ) throws {
    let indices = AnyTensor(indices: [1, -2])
    for element in [ElementType.float32, .float64, .int16] {
      let x = AnyTensor(indices: [1, 2, 3]).converted(to: element)
      let updates = AnyTensor(indices: [5, 9]).converted(to: element)
      let elements = Scatter(.elements(axis: 0), reduction: reduction)
      #expect(try elements.evaluate([x, indices, updates]).doubles == expected)
      let slices = Scatter(.slices, reduction: reduction)
      #expect(
        try slices.evaluate([x, indices.reshaped([2, 1]), updates]).doubles == expected)
    }
    let elements = Scatter(.elements(axis: 0), reduction: reduction)
    let inputs = [pattern([3], 1), indices, pattern([2], 2)]
    if reduction == .replace || reduction == .add {
      try expectSlopes(of: elements, inputs)
    } else {
      let output = try elements.evaluate(inputs)
      #expect(throws: EngineError.self) {
        try elements.gradients(output, inputs: inputs, output: output)
      }
    }
  }

  @Test func `sequences are reversed up to their lengths`() throws {
    let x = AnyTensor(indices: Array(0..<8)).reshaped([4, 2])
    let reverse = ReverseSequence(rowAxis: 1, stepAxis: 0)
    let lengths = AnyTensor(indices: [3, 4])
    #expect(try reverse.evaluate([x, lengths]).indices == [4, 7, 2, 5, 0, 3, 6, 1])
    try expectSlopes(of: reverse, [pattern([4, 2], 1), lengths])
    #expect(throws: EngineError("sequence_lens", expected: "0 to 4", found: "5")) {
      try reverse.evaluate([x, AnyTensor(indices: [3, 5])])
    }
  }

  @Test func `one of a row is on, or none`() throws {
    let hot = OneHot(axis: 1, depth: 3)
    let values = AnyTensor([2], floats: [0.5, 2])
    #expect(
      try hot.evaluate([AnyTensor(indices: [1, -1, 3]), values]).floats
        == [0.5, 2, 0.5, 0.5, 0.5, 2, 0.5, 0.5, 0.5])
  }
}
