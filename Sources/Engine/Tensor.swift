import CKernels

/// An array of binary32 numbers with a shape, in row-major order.
public struct Tensor: Sendable {
  /// The size along each axis, outermost first; at most `EngineLimits.rank` axes.
  public let shape: [Int]
  let storage: TensorStorage

  /// The tensor with the given numbers, in row-major order.
  public init(shape: [Int], values: [Float]) throws(EngineError) {
    let count = try Tensor.checkedCount(of: shape)
    guard values.count == count else {
      throw EngineError(
        .argument, "values", expected: "\(count) for shape \(shape)", found: "\(values.count)")
    }
    self.init(shape: shape, storage: TensorStorage(values))
  }

  init(shape: [Int], storage: TensorStorage) {
    self.shape = shape
    self.storage = storage
  }

  /// The number of elements.
  public var count: Int { storage.count }

  /// A copy of all elements in row-major order.
  public var values: [Float] { Array(storage.buffer) }

  /// The element at a row-major index.
  public subscript(index: Int) -> Float { withSpan { $0[index] } }

  /// The rows of the given range along the first axis.
  public func rows(_ range: Range<Int>) throws(EngineError) -> Tensor {
    guard let rowCount = shape.first, range.lowerBound >= 0, range.upperBound <= rowCount else {
      throw EngineError(.argument, "rows", expected: "rows of shape \(shape)", found: "\(range)")
    }
    let rowElements = rowCount == 0 ? 0 : count / rowCount
    let part = TensorStorage(count: range.count * rowElements)
    ck_copy(storage.start + range.lowerBound * rowElements, part.count, part.start)
    return Tensor(shape: [range.count] + shape.dropFirst(), storage: part)
  }

  /// The tensors one behind the other along the first axis; they agree in the other axes.
  public init(stacking parts: [Tensor]) throws(EngineError) {
    guard let first = parts.first, let firstRows = first.shape.first else {
      throw EngineError(
        .argument, "parts", expected: "tensors with at least one axis", found: "none")
    }
    var rowCount = firstRows
    for part in parts.dropFirst() {
      guard part.shape.dropFirst() == first.shape.dropFirst(), let rows = part.shape.first else {
        throw EngineError(
          .argument, "parts", expected: "rows of \(first.shape)", found: "\(part.shape)")
      }
      rowCount += rows
    }
    let shape = [rowCount] + first.shape.dropFirst()
    let storage = TensorStorage(count: try Tensor.checkedCount(of: shape))
    var end = storage.start
    for part in parts {
      ck_copy(part.storage.start, part.count, end)
      end += part.count
    }
    self.init(shape: shape, storage: storage)
  }

  /// The number of elements that are NaN or infinite.
  public var nonFiniteCount: Int { storage.nonFiniteCount }

  /// For each row along the first axis the index of its first largest element; nil where the row
  /// holds a NaN or nothing.
  public var argMaxOfRows: [Int?] {
    guard let rowCount = shape.first, rowCount > 0 else { return [] }
    let rowElements = count / rowCount
    return (0..<rowCount).map { row in
      let index = ck_first_maximum(storage.start + row * rowElements, rowElements)
      return index < 0 ? nil : Int(index)
    }
  }

  static func checkedCount(of shape: [Int]) throws(EngineError) -> Int {
    let count = try EngineLimits.elements(of: shape, attribute: "shape")
    guard count <= EngineLimits.tensorElements else {
      throw EngineError(
        .limit, "shape", expected: "at most \(EngineLimits.tensorElements) elements",
        found: "\(shape)")
    }
    return count
  }
}

extension Tensor: Equatable {
  /// Whether shape and bits agree: -0 is not +0, and any NaN is any NaN.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && ck_same_bits(a.storage.start, b.storage.start, a.count)
  }
}
