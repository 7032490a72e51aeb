/// The type of a stored tensor's elements.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case bool
  case int8
  case int16
  case int32
  case int64
  case uint8
  case uint16
  case uint32
  case uint64
  case bfloat16
  case float16
  case float32
  case float64

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .bfloat16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether the elements are binary floating-point numbers.
  public var isFloat: Bool {
    switch self {
    case .bfloat16, .float16, .float32, .float64: true
    default: false
    }
  }

  /// The signed or unsigned integer type of `size` bytes, nil when there is none.
  public static func integer(size: Int, isSigned: Bool) -> ElementType? {
    switch size {
    case 1: isSigned ? .int8 : .uint8
    case 2: isSigned ? .int16 : .uint16
    case 4: isSigned ? .int32 : .uint32
    case 8: isSigned ? .int64 : .uint64
    default: nil
    }
  }
}

/// The order in which the bytes of a number are stored.
public enum ByteOrder: String, Sendable, Hashable {
  /// The least significant byte first.
  case little
  /// The most significant byte first.
  case big
}
