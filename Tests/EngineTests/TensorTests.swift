import Bytes
import Engine
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func `the digest covers rank, axes and little-endian numbers`() throws {
    let tensor = try Tensor(shape: [2, 1], values: [1, -2])
    let bytes: [UInt8] =
      [2, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0]
      + [0, 0, 0x80, 0x3f] + [0, 0, 0, 0xc0]
    #expect(tensor.digest == Digest(of: ByteSlice(bytes)))
    #expect(
      try Tensor.digest(shape: [2, 1], littleEndian: ByteSlice(Array(bytes.suffix(8))))
        == tensor.digest)
  }

  @Test func `a long tensor has the digest of its bytes`() throws {
    var random = RandomNumbers(seed: 1)
    let values = random.floats(40_001)
    let stream = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let head: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0x41, 0x9c, 0, 0, 0, 0, 0, 0]
    #expect(
      try Tensor(shape: [40_001], values: values).digest
        == Digest(of: ByteSlice(head + stream)))
  }

  @Test func `shape and the sign of zero count, a NaN's payload does not`() throws {
    let flat = try Tensor(shape: [2], values: [0, .nan])
    #expect(try flat.digest != Tensor(shape: [1, 2], values: [0, .nan]).digest)
    let negative = try Tensor(shape: [2], values: [-0.0, .nan])
    #expect(flat != negative)
    #expect(flat.digest != negative.digest)
    let payload = Float(bitPattern: 0xffc1_2345)
    let other = try Tensor(shape: [2], values: [0, payload])
    #expect(flat == other)
    #expect(flat.digest == other.digest)
  }

  @Test func `shapes that do not fit are refused`() {
    #expect(throws: EngineError.self) { try Tensor(shape: [2], values: [1]) }
    #expect(throws: EngineError.self) { try Tensor(shape: [-1], values: []) }
    #expect(throws: EngineError.self) {
      try Tensor(shape: [Int](repeating: 1, count: 9), values: [1])
    }
    #expect(throws: EngineError.self) { try Tensor(shape: [1 << 40, 1 << 40], values: []) }
    #expect(throws: EngineError.self) { try Tensor(shape: [1 << 40]) { _ in } }
    #expect(throws: EngineError.self) {
      try Tensor(shape: [2], littleEndian: ByteSlice([0, 0, 0, 0, 0]))
    }
  }

  @Test func `rows are cut out and stacked again`() throws {
    let tensor = try Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
    let (head, tail) = try (tensor.rows(0..<1), tensor.rows(1..<3))
    #expect(tail.values == [3, 4, 5, 6])
    #expect(try Tensor(stacking: [head, tail]) == tensor)
    #expect(throws: EngineError.self) { try tensor.rows(2..<4) }
    #expect(throws: EngineError.self) { try Tensor(stacking: []) }
    let wider = try Tensor(shape: [1, 3], values: [1, 2, 3])
    #expect(throws: EngineError.self) { try Tensor(stacking: [head, wider]) }
  }

  @Test func `the arg max is the first largest, and none beside a NaN`() throws {
    let tensor = try Tensor(
      shape: [4, 3], values: [1, 3, 3, -1, -2, -0.5, 0, .nan, 1, -.infinity, -.infinity, -1])
    #expect(tensor.argMaxOfRows == [1, 2, nil, 2])
    #expect(tensor.nonFiniteCount == 3)
  }

  @Test func `elements are written and read through spans`() throws {
    let tensor = try Tensor(shape: [3]) { span in
      for index in span.indices { span[index] = Float(index) }
    }
    #expect(tensor.values == [0, 1, 2])
    #expect(tensor.withSpan { $0.count } == 3)
    #expect(tensor[2] == 2)
  }
}
