public import Bytes

/// The type of a tensor's elements in ONNX, by its number (`TensorProto.DataType`, ONNX 1.19).
public enum ONNXElementType: Int, Sendable, Hashable, CaseIterable {
  /// Not said. Types of values may leave it open, tensors may not.
  case undefined = 0
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case string = 8
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case complex64 = 14
  case complex128 = 15
  case bfloat16 = 16
  case float8e4m3fn = 17
  case float8e4m3fnuz = 18
  case float8e5m2 = 19
  case float8e5m2fnuz = 20
  /// Two elements in a byte, the first in the lower half; so are `int4` and `float4e2m1`.
  case uint4 = 21
  case int4 = 22
  case float4e2m1 = 23
  case float8e8m0 = 24

  /// The type as other formats know it too, nil for those that only ONNX stores.
  public var stored: ElementType? {
    switch self {
    case .bool: .bool
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bfloat16: .bfloat16
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .undefined, .string, .complex64, .complex128, .float8e4m3fn, .float8e4m3fnuz,
      .float8e5m2, .float8e5m2fnuz, .float8e8m0, .uint4, .int4, .float4e2m1:
      nil
    }
  }

  /// Bits of an element; nil for `string` and `undefined`.
  public var bits: Int? {
    switch self {
    case .undefined, .string: nil
    case .uint4, .int4, .float4e2m1: 4
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0: 8
    case .complex64: 64
    case .complex128: 128
    default: stored.map { 8 * $0.size }
    }
  }

  /// The type's name.
  public var name: String { "\(self)" }
}
