import Engine

/// Repeatable numbers (SplitMix64), the same on every machine.
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

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
