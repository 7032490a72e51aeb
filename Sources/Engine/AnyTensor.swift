public import Bytes
import CKernels

/// A tensor of any element type: what operators beside the convolutional core compute on.
///
/// Elements lie in row-major order. Integers of every width and truth values are held as `Int64`
/// (unsigned 64-bit ones by their bits), the floats of at most 32 bits as `Float`; every
/// construction rounds or wraps to the element type, so that a value is always one of its type.
public struct AnyTensor: Sendable {
  /// Element type and shape.
  public let type: TensorType
  let elements: Elements

  /// The numbers behind a tensor.
  enum Elements: Sendable {
    /// float32, float16, bfloat16.
    case single(TensorStorage)
    /// float64.
    case double([Double])
    /// Integers and truth values.
    case integer([Int64])
  }

  /// The size along each axis, outermost first.
  public var shape: [Int] { type.shape }
  /// The type of the elements.
  public var element: ElementType { type.element }
  /// The number of elements.
  public var count: Int {
    switch elements {
    case .single(let storage): storage.count
    case .double(let values): values.count
    case .integer(let values): values.count
    }
  }

  init(_ type: TensorType, elements: Elements) {
    self.type = type
    self.elements = elements
  }

  /// A binary32 tensor, sharing its numbers.
  public init(_ tensor: Tensor) {
    self.init(TensorType(tensor.shape), elements: .single(tensor.storage))
  }

  /// A tensor of floats from binary32 numbers, rounded to the type where it is narrower.
  public init(_ shape: [Int], floats values: [Float], element: ElementType = .float32) {
    precondition(values.count == shape.reduce(1, *), "as many numbers as the shape has elements")
    switch element {
    case .float32:
      self.init(TensorType(shape), elements: .single(TensorStorage(values)))
    case .float16, .bfloat16:
      let rounded = values.map { element == .float16 ? rounded16($0) : roundedBrain($0) }
      self.init(TensorType(shape, element), elements: .single(TensorStorage(rounded)))
    case .float64:
      self.init(TensorType(shape, element), elements: .double(values.map(Double.init)))
    default:
      preconditionFailure("integers are made from integers")
    }
  }

  /// A tensor of floats from binary64 numbers, rounded once to the type.
  public init(_ shape: [Int], doubles values: [Double], element: ElementType) {
    precondition(values.count == shape.reduce(1, *), "as many numbers as the shape has elements")
    switch element {
    case .float64:
      self.init(TensorType(shape, element), elements: .double(values))
    case .float32, .bfloat16, .float16:
      // To odd first, so that the second rounding is the only one that shows.
      let singles = values.map { element == .float32 ? Float($0) : floatRoundedToOdd($0) }
      self.init(shape, floats: singles, element: element)
    default:
      preconditionFailure("integers are made from integers")
    }
  }

  /// A tensor of integers or truth values; wider numbers wrap, truth values become 0 or 1.
  public init(_ shape: [Int], integers values: [Int64], element: ElementType) {
    precondition(values.count == shape.reduce(1, *), "as many numbers as the shape has elements")
    precondition(!element.isFloat, "floats are made from floats")
    let wrapped = element == .int64 || element == .uint64 ? values : values.map(element.wrapped)
    self.init(TensorType(shape, element), elements: .integer(wrapped))
  }

  /// A vector of 64-bit integers, the form of shapes and axes.
  public init(indices: [Int]) {
    self.init([indices.count], integers: indices.map(Int64.init), element: .int64)
  }

  /// A single truth value.
  public init(_ truth: Bool) {
    self.init([], integers: [truth ? 1 : 0], element: .bool)
  }
}

/// The shape and the element type of a value.
public struct TensorType: Sendable, Hashable {
  /// The size along each axis, outermost first.
  public var shape: [Int]
  /// The type of the elements.
  public var element: ElementType

  /// Creates a type; binary32 unless another is named.
  public init(_ shape: [Int], _ element: ElementType = .float32) {
    self.shape = shape
    self.element = element
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
}

extension AnyTensor {
  /// The numbers as binary32: a copy, rounded where the type is wider.
  public var floats: [Float] {
    switch elements {
    case .single(let storage): Array(storage.buffer)
    case .double(let values): values.map { Float($0) }
    case .integer(let values):
      element == .uint64
        ? values.map { Float(UInt64(bitPattern: $0)) } : values.map { Float($0) }
    }
  }

  /// The numbers as binary64.
  public var doubles: [Double] {
    switch elements {
    case .single(let storage): storage.buffer.map(Double.init)
    case .double(let values): values
    case .integer(let values):
      element == .uint64
        ? values.map { Double(UInt64(bitPattern: $0)) } : values.map { Double($0) }
    }
  }

  /// The numbers as integers; floats lose their fractions, and NaN is 0.
  public var integers: [Int64] {
    switch elements {
    case .single(let storage): storage.buffer.map { Int64(saturating: Double($0)) }
    case .double(let values): values.map(Int64.init(saturating:))
    case .integer(let values): values
    }
  }

  /// The numbers as `Int`, for shapes and axes.
  public var indices: [Int] { integers.map { Int($0) } }

  /// The tensor as binary32; an error unless it is one.
  public func single(_ attribute: String) throws(EngineError) -> Tensor {
    guard case .single(let storage) = elements, element == .float32 else {
      throw EngineError(
        .unsupported, attribute, expected: "float32", found: element.rawValue)
    }
    return Tensor(shape: shape, storage: storage)
  }

  /// The same elements under another shape of as many elements.
  public func reshaped(_ shape: [Int]) -> AnyTensor {
    precondition(shape.reduce(1, *) == count, "a shape of as many elements")
    return AnyTensor(TensorType(shape, element), elements: elements)
  }

  /// The elements at the given row-major places, under a new shape.
  func gathered(_ shape: [Int], at places: [Int]) -> AnyTensor {
    let type = TensorType(shape, element)
    switch elements {
    case .single(let storage):
      let source = storage.buffer
      let result = TensorStorage(count: places.count)
      let target = result.mutableBuffer
      for (index, place) in places.enumerated() { target[index] = source[place] }
      return AnyTensor(type, elements: .single(result))
    case .double(let values): return AnyTensor(type, elements: .double(places.map { values[$0] }))
    case .integer(let values): return AnyTensor(type, elements: .integer(places.map { values[$0] }))
    }
  }

  /// The tensor in another element type: floats are rounded, floats become integers by
  /// truncation (wrapping where they do not fit, NaN 0), anything but 0 becomes true.
  public func converted(to target: ElementType) -> AnyTensor {
    guard target != element else { return self }
    if target == .bool {
      let truths = doubles.map { Int64($0 == 0 ? 0 : 1) }
      return AnyTensor(shape, integers: truths, element: .bool)
    }
    guard target.isFloat else {
      return AnyTensor(shape, integers: integers, element: target)
    }
    if case .single = elements, target != .float64 {
      return AnyTensor(shape, floats: floats, element: target)
    }
    if case .integer(let values) = elements, target == .float32 {
      return AnyTensor(
        shape,
        floats: element == .uint64
          ? values.map { Float(UInt64(bitPattern: $0)) } : values.map { Float($0) })
    }
    return AnyTensor(shape, doubles: doubles, element: target)
  }

  /// A tensor of one repeated element.
  func broadcast(to shape: [Int]) -> AnyTensor {
    if shape == self.shape { return self }
    if count == 1 { return repeated(shape) }
    return gathered(shape, at: Broadcast.places(of: self.shape, in: shape))
  }
}

extension AnyTensor: Equatable {
  /// Whether types and bits agree; any NaN is any NaN.
  public static func == (a: AnyTensor, b: AnyTensor) -> Bool {
    guard a.type == b.type else { return false }
    switch (a.elements, b.elements) {
    case (.single(let x), .single(let y)):
      return zip(x.buffer, y.buffer).allSatisfy {
        $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
      }
    case (.double(let x), .double(let y)):
      return zip(x, y).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    case (.integer(let x), .integer(let y)): return x == y
    default: return false
    }
  }
}

extension AnyTensor {
  /// The rows of the given range along the first axis.
  func rows(_ range: Range<Int>) -> AnyTensor {
    let rowElements = shape.dropFirst().reduce(1, *)
    let part = range.lowerBound * rowElements..<range.upperBound * rowElements
    let type = TensorType([range.count] + shape.dropFirst(), element)
    switch elements {
    case .single(let storage):
      return AnyTensor(type, elements: .single(TensorStorage(Array(storage.buffer[part]))))
    case .double(let values): return AnyTensor(type, elements: .double(Array(values[part])))
    case .integer(let values): return AnyTensor(type, elements: .integer(Array(values[part])))
    }
  }

  /// The elements of tensors of one type, one behind the other, under the given shape.
  init(stacking parts: [AnyTensor], shape: [Int], element: ElementType? = nil) {
    let element = element ?? parts.first?.element ?? .float32
    if !element.isFloat {
      self.init(shape, integers: parts.flatMap(\.integers), element: element)
    } else if element == .float64 {
      self.init(shape, doubles: parts.flatMap(\.doubles), element: element)
    } else {
      self.init(shape, floats: parts.flatMap(\.floats), element: element)
    }
  }

  /// The tensor with every NaN 0x7fc00000.
  var canonicalized: AnyTensor {
    guard case .single(let storage) = elements else { return self }
    let copy = TensorStorage(Array(storage.buffer))
    ck_canonicalize(copy.start, copy.count)
    return AnyTensor(type, elements: .single(copy))
  }
}

extension TensorType {
  /// Bytes that a general operator's tensor of the type takes in memory.
  public var byteCount: Int {
    saturatingProduct(count, element == .float64 || !element.isFloat ? 8 : 4)
  }
}

extension AnyTensor {
  /// A vector of one repeated number.
  public func filled(_ count: Int) -> AnyTensor { repeated([count]) }

  /// A tensor of one repeated number.
  public func repeated(_ shape: [Int]) -> AnyTensor {
    precondition(count == 1, "one number to repeat")
    let type = TensorType(shape, element)
    switch elements {
    case .single(let storage):
      let result = TensorStorage(count: type.count)
      result.mutableBuffer.update(repeating: storage.buffer[0])
      return AnyTensor(type, elements: .single(result))
    case .double(let values):
      return AnyTensor(type, elements: .double(.init(repeating: values[0], count: type.count)))
    case .integer(let values):
      return AnyTensor(type, elements: .integer(.init(repeating: values[0], count: type.count)))
    }
  }

  /// A tensor of zeros with these elements at the given places: one index for each element, or one
  /// for each axis. An error where a place lies outside the shape.
  public func scattered(_ indices: [Int], shape: [Int]) throws(EngineError) -> AnyTensor {
    try EngineLimits.check(TensorType(shape, element))
    let total = shape.reduce(1, *)
    let axes = count == 0 ? 0 : indices.count / count
    guard count == 0 || (indices.count == count * axes && (axes == 1 || axes == shape.count)) else {
      throw EngineError(
        "indices", expected: "one or \(shape.count) for each", found: "\(indices.count)")
    }
    let strides = axes == shape.count && axes != 1 ? rowMajorStrides(of: shape) : [1]
    // The zero of the type lies behind the elements.
    let zero =
      element.isFloat
      ? AnyTensor([1], doubles: [0], element: element)
      : AnyTensor([1], integers: [0], element: element)
    let source = AnyTensor(stacking: [self, zero], shape: [count + 1], element: element)
    var places = [Int](repeating: count, count: total)
    for number in 0..<count {
      var place = 0
      for axis in 0..<axes {
        let index = indices[number * axes + axis]
        let size = axes == 1 ? total : shape[axis]
        guard (0..<size).contains(index) else {
          throw EngineError("indices", expected: "0 to \(size - 1)", found: "\(index)")
        }
        place += index * strides[axis]
      }
      places[place] = number
    }
    return source.gathered(shape, at: places)
  }
}

extension AnyTensor {
  /// How many elements are NaN or infinite.
  public var nonFiniteCount: Int {
    switch elements {
    case .single(let storage): storage.nonFiniteCount
    case .double(let values): values.count { !$0.isFinite }
    case .integer: 0
    }
  }

  /// How many of the numbers of a file, little-endian binary32, are NaN or infinite. Keeps none of
  /// them in memory.
  public static func nonFiniteCount(littleEndian bytes: ByteSlice) -> Int {
    TensorStorage(littleEndian: bytes).nonFiniteCount
  }
}
