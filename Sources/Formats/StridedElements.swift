public import Bytes

/// Elements of a tensor that lie at regular distances in a run of bytes.
struct StridedElements {
  /// The axes, outermost first.
  let shape: [Int]
  /// From one element of an axis to the next, in elements; not negative.
  let strides: [Int]
  /// The first element, counted in elements.
  let offset: Int

  /// Distances of a tensor without gaps whose last axis runs fastest.
  static func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
    }
    return strides
  }

  /// Checks that every element lies among `count` elements.
  ///
  /// - Throws: `ParseError` at `place` for negative numbers, too many axes and a reach outside.
  init(
    shape: [Int], strides: [Int], offset: Int, among count: Int, at place: Int
  ) throws(ParseError) {
    // Also bounds the product of the sizes.
    let total = try checkedByteCount(of: shape, elementSize: 1, at: place)
    guard strides.count == shape.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw ParseError(
        at: place, expected: "an offset and \(shape.count) strides from 0 on",
        found: "offset \(offset), strides \(strides.prefix(8))")
    }
    if total > 0 {
      var last = offset
      for (size, stride) in zip(shape, strides) {
        last = try checkedSum(last, try checkedProduct(size - 1, stride, at: place), at: place)
      }
      guard last < count else {
        throw ParseError(
          at: place, expected: "elements of a storage of \(count)", found: "element \(last)")
      }
    }
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// The number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Whether the elements lie without gaps in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard size == 0 || stride == expected else { return false }
      expected *= size
    }
    return true
  }

  /// The elements in row-major order: a range of the bytes where they lie so, a copy otherwise.
  func bytes(of bytes: ByteSlice, elementSize: Int) throws(ParseError) -> ByteSlice {
    if count == 0 { return bytes.prefix(0) }
    if isContiguous {
      let start = offset * elementSize
      return try bytes.slice(start..<(start + count * elementSize))
    }
    return gathered(from: bytes, elementSize: elementSize)
  }

  private func gathered(from bytes: ByteSlice, elementSize: Int) -> ByteSlice {
    guard let length = shape.last, let step = strides.last else { return bytes }
    let outer = Array(shape.dropLast())
    var index = [Int](repeating: 0, count: outer.count)
    var start = offset
    var row = [UInt8](repeating: 0, count: length * elementSize)
    var buffer = ByteBuffer(capacity: count * elementSize)
    while true {
      var target = 0
      for column in 0..<length {
        let source = (start + column * step) * elementSize
        for byte in 0..<elementSize { row[target + byte] = bytes[source + byte] }
        target += elementSize
      }
      buffer.append(row)
      // Counts up, the last axis fastest.
      var axis = outer.count - 1
      while axis >= 0 {
        index[axis] += 1
        start += strides[axis]
        if index[axis] < outer[axis] { break }
        start -= strides[axis] * outer[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return buffer.finish() }
    }
  }
}

extension StoredTensor {
  /// The tensor with its axes in another order: axis `i` of the result is axis `axes[i]` of this
  /// one. The elements are copied.
  ///
  /// - Precondition: `axes` names every axis once.
  public func permuted(_ axes: [Int]) throws(ParseError) -> StoredTensor {
    precondition(axes.sorted() == Array(shape.indices), "\(axes) permutes no \(shape.count) axes")
    let strides = StridedElements.rowMajor(shape)
    let elements = try StridedElements(
      shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] }, offset: 0, among: count,
      at: bytes.offset)
    return try StoredTensor(
      shape: elements.shape, elementType: elementType, byteOrder: byteOrder,
      bytes: elements.bytes(of: bytes, elementSize: elementType.size))
  }

  /// The same elements under another shape.
  ///
  /// - Throws: `ParseError` when the shape has another number of elements.
  public func reshaped(_ shape: [Int]) throws(ParseError) -> StoredTensor {
    try StoredTensor(
      shape: shape, elementType: elementType, byteOrder: byteOrder, bytes: bytes)
  }
}
