import Bytes
import Engine
import Evaluation
import Formats
import TestSupport
import Testing

@Suite struct RecordedDataTests {
  static func stored(_ shape: [Int], _ values: [Float]) throws -> StoredTensor {
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
    return try StoredTensor(shape: shape, elementType: .float32, bytes: ByteSlice(bytes))
  }

  static func labels(_ values: [UInt8]) throws -> StoredTensor {
    try StoredTensor(shape: [values.count], elementType: .uint8, bytes: ByteSlice(values))
  }

  static func set(
    inputs: StoredTensor, labels: StoredTensor, scale: InputScale = .identity
  ) throws(EvaluationError) -> EvaluationSet {
    try EvaluationSet(
      inputs: inputs, labels: labels, sampleShape: [2], scale: scale, classCount: 3)
  }

  @Test func `bytes become inputs in one rounding`() throws {
    let bytes = try StoredTensor(
      shape: [1, 256], elementType: .uint8, bytes: ByteSlice((0...255).map { UInt8($0) }))
    let inputs = try InputScale(1, over: 255).inputs(from: bytes, sampleShape: [256])
    for level in 0..<256 { #expect(inputs[level] == Float(Double(level) / 255)) }
  }

  @Test func `mean and deviation belong to the last axis`() throws {
    let scale = InputScale(1, over: 1, mean: [1, 2], deviation: [2, 4])
    let inputs = try scale.inputs(from: Self.stored([2, 2], [3, 6, 5, 10]), sampleShape: [2])
    #expect(inputs.values == [1, 1, 2, 2])
  }

  @Test func `axes of size 1 may be missing`() throws {
    let stored = try Self.stored([2, 2, 1], [1, 2, 3, 4])
    let inputs = try InputScale.identity.inputs(from: stored, sampleShape: [2])
    #expect(inputs.shape == [2, 2])
  }

  @Test(arguments: ["1/255", "2/3"])
  func `a ratio is read`(_ text: String) { #expect(InputScale(ratio: text) != nil) }

  @Test(arguments: ["", "1", "1/", "/2", "1/0", "0/1", "-1/2", "1/2/3", "a/b", "1.5/2"])
  func `what is no ratio is refused`(_ text: String) { #expect(InputScale(ratio: text) == nil) }

  @Test func `a set counts what is decided as labelled`() throws {
    let set = try Self.set(
      inputs: Self.stored([3, 2], [1, 2, 3, 4, 5, 6]), labels: Self.labels([0, 1, 2]))
    let outputs = try Tensor(shape: [3, 3], values: [9, 1, 1, 1, 1, 9, .nan, 0, 1])
    #expect(set.correctCount(outputs) == 1)
  }

  @Test func `data that does not fit is refused with its reason`() throws {
    let two = try Self.stored([2, 2], [1, 2, 3, 4])
    func message(_ inputs: StoredTensor, _ labels: [UInt8]) -> String {
      do {
        _ = try Self.set(inputs: inputs, labels: Self.labels(labels))
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(two, [0, 1]) == "accepted")
    #expect(message(two, [0]) == "2 inputs and 1 labels")
    #expect(message(two, [0, 3]).contains("the label of row 1 is 3"))
    #expect(message(two, []).contains("one label a row"))
    #expect(
      message(try Self.stored([2, 3], [1, 2, 3, 4, 5, 6]), [0, 1])
        == "expected inputs of shape [2], found [3]")
    #expect(message(try Self.stored([0, 2], []), []).contains("one label a row"))
    #expect(
      message(try Self.stored([2, 2], [1, .nan, 3, .infinity]), [0, 1])
        == "2 numbers of the inputs are NaN or infinite")
  }

  @Test func `a golden finds the largest difference and other decisions`() throws {
    let golden = try Golden(
      name: "g", inputs: Self.stored([2, 1], [0, 0]),
      outputs: Self.stored([2, 2], [0.9, 0.1, 0.4, 0.6]),
      sampleShape: [1], outputShape: [2])
    let computed = try Tensor(shape: [2, 2], values: [0.9, 0.1, 0.65, 0.35])
    let comparison = golden.compare(computed)
    #expect(comparison.rows == 2)
    #expect(comparison.worstRow == 1)
    #expect(abs(comparison.maxAbs - 0.25) < 1e-6)
    #expect(comparison.otherArgmax == [1])
    let broken = golden.compare(try Tensor(shape: [2, 2], values: [.nan, 0.1, 0.4, 0.6]))
    #expect(broken.maxAbs == .infinity)
    #expect(broken.otherArgmax == [0])
  }

  @Test func `a golden finds the element that uses most of its bound`() throws {
    let golden = try Golden(
      name: "g", inputs: Self.stored([2, 1], [0, 0]),
      outputs: Self.stored([2, 2], [1, 2, 3, .infinity]), sampleShape: [1], outputShape: [2])
    let computed = try Tensor(shape: [2, 2], values: [1, 2.5, 3.25, .infinity])
    func anyOrder(_ errors: [Float]) throws -> Golden.AnyOrder? {
      golden.compare(computed, errors: try Tensor(shape: [2, 2], values: errors)).anyOrder
    }
    let found = try #require(try anyOrder([0, 1, 0.25, 0]))
    #expect((found.ratio, found.row, found.column) == (1, 1, 0))
    #expect((found.difference, found.bound) == (0.25, 0.25))
    #expect(try anyOrder([0, 0.25, 1, 1])?.ratio == 2)
    // Without a finite bound above 0 a difference is outside, whatever its size.
    #expect(try anyOrder([1, .infinity, 1, 1])?.ratio == .infinity)
    #expect(try anyOrder([1, 1, 0, 1])?.ratio == .infinity)
    #expect(try anyOrder([1, 1, .nan, 1])?.ratio == .infinity)
    #expect(golden.compare(computed).anyOrder == nil)
  }

  @Test func `a tie within the bounds is no other decision`() throws {
    let golden = try Golden(
      name: "g", inputs: Self.stored([2, 1], [0, 0]),
      outputs: Self.stored([2, 2], [0.5, 0.51, 0.5, 0.75]), sampleShape: [1], outputShape: [2])
    let computed = try Tensor(shape: [2, 2], values: [0.51, 0.5, 0.75, 0.5])
    let errors = try Tensor(shape: [2, 2], values: [0.01, 0.01, 0.01, 0.01])
    #expect(golden.compare(computed).otherArgmax == [0, 1])
    #expect(golden.compare(computed, errors: errors).otherArgmax == [1])
  }

  @Test func `what a framework gives for one input may have no batch axis`() throws {
    let golden = try Golden(
      name: "g", inputs: Self.stored([1, 1], [0]),
      outputs: Self.stored([2, 3], [1, 2, 3, 4, 5, 6]),
      sampleShape: [1], outputShape: [2, 3])
    #expect(golden.outputs.shape == [1, 2, 3])
  }

  @Test func `a golden of another shape is refused`() throws {
    #expect(throws: EvaluationError("expected inputs of shape [3], found [2]")) {
      try Golden(
        name: "g", inputs: Self.stored([1, 1], [0]), outputs: Self.stored([1, 2], [1, 2]),
        sampleShape: [1], outputShape: [3])
    }
  }

  @Test func `the real set has a hundred digits of each class`() throws {
    let labels = try readArray(Fixture.bytes("digits/evaluation/labels-idx1-ubyte")).integers()
    #expect((0..<10).allSatisfy { digit in labels.count { $0 == digit } == 100 })
  }

  @Test func `another kind of file is no array`() throws {
    #expect(throws: EvaluationError("expected an array in NumPy or IDX form, found text")) {
      try readArray(ByteSlice(utf8: "hello"))
    }
  }
}
