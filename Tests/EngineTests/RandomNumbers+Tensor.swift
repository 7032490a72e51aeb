import Engine
import TestSupport

extension RandomNumbers {
  /// A number between -scale and scale with 24 random bits.
  mutating func float(scale: Float = 1) -> Float {
    (Float(next() >> 40) * 0x1p-23 - 1) * scale
  }

  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in float(scale: scale) }
  }

  mutating func tensor(_ shape: [Int], scale: Float = 1) throws -> Tensor {
    try Tensor(shape: shape, values: floats(shape.reduce(1, *), scale: scale))
  }
}
