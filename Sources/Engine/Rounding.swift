import Bytes

// How numbers become ones of an element type.

extension ElementType {
  /// The integer cut to the type's bits and widened again.
  func wrapped(_ value: Int64) -> Int64 {
    switch self {
    case .bool: value == 0 ? 0 : 1
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .uint16: Int64(UInt16(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .int64, .uint64, .float16, .bfloat16, .float32, .float64: value
    }
  }

  /// The integer nearest to a number that the type holds; NaN is 0.
  func saturated(_ value: Double) -> Int64 {
    let (low, high) = integerRange
    return value.isNaN
      ? 0 : value <= Double(low) ? low : value >= Double(high) ? high : Int64(value)
  }

  /// The least and the largest integer of the type, as far as `Int64` holds them.
  var integerRange: (low: Int64, high: Int64) {
    switch self {
    case .bool: (0, 1)
    case .int8: (-128, 127)
    case .int16: (-32_768, 32_767)
    case .int32: (Int64(Int32.min), Int64(Int32.max))
    case .uint8: (0, 255)
    case .uint16: (0, 65_535)
    case .uint32: (0, Int64(UInt32.max))
    case .int64, .uint64, .float16, .bfloat16, .float32, .float64: (Int64.min, Int64.max)
    }
  }
}

extension Int64 {
  /// The number without its fraction; the nearest bound where it does not fit, 0 for NaN.
  init(saturating value: Double) {
    self =
      value.isNaN
      ? 0
      : value >= 0x1p63 ? .max : value < -0x1p63 ? .min : Int64(value)
  }
}

/// A binary32 number rounded to the nearest binary16, ties to even.
///
/// Written out because not every platform has `Float16`.
func rounded16(_ value: Float) -> Float {
  let magnitude = abs(value)
  guard magnitude < 65_520 else { return value.isNaN ? value : value < 0 ? -.infinity : .infinity }
  // The unit in the last place of binary16: 2^-24 for subnormals.
  let exponent = max(magnitude == 0 ? -14 : Int(magnitude.exponent), -14)
  let unit = Float(sign: .plus, exponent: exponent - 10, significand: 1)
  let rounded = (magnitude / unit).rounded(.toNearestOrEven) * unit
  return value.sign == .minus ? -rounded : rounded
}

/// A binary32 number rounded to the nearest bfloat16, ties to even.
func roundedBrain(_ value: Float) -> Float {
  guard !value.isNaN else { return value }
  let bits = value.bitPattern
  let rounded = bits &+ 0x7fff &+ (bits >> 16 & 1)
  return Float(bitPattern: rounded & 0xffff_0000)
}

/// A binary64 number as binary32, rounded to odd where it does not fit.
func floatRoundedToOdd(_ value: Double) -> Float {
  let nearest = Float(value)
  guard Double(nearest) != value, nearest.isFinite, nearest.bitPattern & 1 == 0 else {
    return nearest
  }
  let isAbove = abs(value) > abs(Double(nearest))
  return Float(bitPattern: isAbove ? nearest.bitPattern + 1 : nearest.bitPattern &- 1)
}
