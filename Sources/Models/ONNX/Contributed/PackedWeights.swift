import Bytes
import Engine

/// The weights of `MatMulNBits`: columns cut into blocks of one scale and zero point each, their
/// numbers of 4 or 8 bits packed from the lowest bits on.
struct PackedWeights {
  private let rows: Int
  private let columns: Int
  private let bits: Int
  private let blockSize: Int
  private let packed: [Int64]
  private let scales: [Float]
  private let zeros: AnyTensor?

  private var blocks: Int { (rows + blockSize - 1) / blockSize }
  private var blockBytes: Int { blockSize * bits / 8 }

  init(_ call: ONNXCall) throws(EngineError) {
    rows = try call.integer("K", default: 0)
    columns = try call.integer("N", default: 0)
    bits = try call.integer("bits", default: 4)
    blockSize = try call.integer("block_size", default: 0)
    try call.demandAbsent(4, "g_idx")
    guard bits == 4 || bits == 8 else {
      throw EngineError(.unsupported, "bits", expected: "4 or 8", found: "\(bits)")
    }
    let limit = EngineLimits.valueElements
    guard (1...limit).contains(rows), (1...limit).contains(columns),
      (16...4096).contains(blockSize),
      blockSize.nonzeroBitCount == 1
    else {
      throw EngineError(
        "block_size", expected: "K, N and a power of 2 from 16",
        found: "\(rows), \(columns) and \(blockSize)")
    }
    let (b, scale) = try (call.known(1, "B"), call.known(2, "scales"))
    zeros = try call.knownIfPresent(3, "zero_points")
    packed = b.integers
    scales = scale.floats
    let (blocks, bytes) = ((rows + blockSize - 1) / blockSize, blockSize * bits / 8)
    let perColumn = blocks * bytes
    let zeroBytes = (blocks * bits + 7) / 8
    guard b.element == .uint8, packed.count / perColumn == columns,
      packed.count.isMultiple(of: perColumn), scales.count == columns * blocks
    else {
      throw EngineError(
        "B", expected: "uint8 of shape \([columns, blocks, bytes])",
        found: "\(b.element.rawValue) of shape \(b.shape), \(scales.count) scales")
    }
    if let zeros {
      let isPacked = zeros.element == .uint8 && zeros.count == columns * zeroBytes
      guard isPacked || (zeros.element.isFloat && zeros.count == columns * blocks) else {
        throw EngineError(
          "zero_points", expected: "\(columns * zeroBytes) bytes or \(columns * blocks) floats",
          found: "\(zeros.count) of \(zeros.element.rawValue)")
      }
    }
  }

  /// [K, N]: round(round(q - zero) scale).
  func matrix() -> AnyTensor {
    var values = [Float](repeating: 0, count: rows * columns)
    let zeroBytes = (blocks * bits + 7) / 8
    let zeroNumbers = zeros.map { $0.element.isFloat ? [] : $0.integers } ?? []
    let zeroFloats = zeros.map { $0.element.isFloat ? $0.floats : [] } ?? []
    for column in 0..<columns {
      for row in 0..<rows {
        let block = row / blockSize
        let byte = (column * blocks + block) * blockBytes
        let q = number(at: row % blockSize, in: packed, from: byte)
        let zero: Float =
          zeros == nil
          ? Float(1 << (bits - 1))
          : zeroFloats.isEmpty
            ? Float(number(at: block, in: zeroNumbers, from: column * zeroBytes))
            : zeroFloats[column * blocks + block]
        values[row * columns + column] = (Float(q) - zero) * scales[column * blocks + block]
      }
    }
    return AnyTensor([rows, columns], floats: values)
  }

  /// One of the numbers that are packed from a byte on.
  private func number(at place: Int, in bytes: [Int64], from start: Int) -> Int64 {
    bits == 8
      ? bytes[start + place] : (bytes[start + place / 2] >> (place % 2 == 0 ? 0 : 4)) & 0xf
  }
}
