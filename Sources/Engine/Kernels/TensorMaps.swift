/// Loops over the numbers of whole tensors, on plain memory so that they become vector code.

extension Tensor {
  /// The tensor of a function of each element.
  func mapped(_ function: (Float) -> Float) -> Tensor {
    let result = TensorStorage(unwritten: count)
    let (x, y) = (storage.start, result.start)
    for index in 0..<count { y[index] = function(x[index]) }
    return Tensor(shape: shape, storage: result)
  }

  /// The tensor of a function of each element and the one at its place in another tensor.
  func mapped(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(other.count == count, "tensors of one size")
    let result = TensorStorage(unwritten: count)
    let (a, b, y) = (storage.start, other.storage.start, result.start)
    for index in 0..<count { y[index] = function(a[index], b[index]) }
    return Tensor(shape: shape, storage: result)
  }

  /// The same with two other tensors.
  func mapped(
    with second: Tensor, _ third: Tensor, _ function: (Float, Float, Float) -> Float
  ) -> Tensor {
    precondition(second.count == count && third.count == count, "tensors of one size")
    let result = TensorStorage(unwritten: count)
    let (a, b, c, y) = (
      storage.start, second.storage.start, third.storage.start, result.start
    )
    for index in 0..<count { y[index] = function(a[index], b[index], c[index]) }
    return Tensor(shape: shape, storage: result)
  }

  /// The largest magnitude of a finite element; 0 where there is none.
  var largestMagnitude: Float {
    let x = storage.start
    // Bits of magnitudes are ordered like the magnitudes.
    var largest: UInt32 = 0
    for index in 0..<count { largest = max(largest, x[index].magnitude.bitPattern) }
    if Float(bitPattern: largest).isFinite { return Float(bitPattern: largest) }
    return storage.buffer.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
  }

  /// Writes the magnitudes of a range of elements to the beginning of the first block, and
  /// `raisedSquare` of `scale` times them to that of the second.
  func copyTerms(_ range: Range<Int>, scale: Float, into blocks: inout [[Float]]) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count && blocks.count == 2
        && blocks.allSatisfy { range.count <= $0.count }, "a range of the tensor that fits")
    let x = storage.start + range.lowerBound
    blocks[0].withUnsafeMutableBufferPointer { magnitudes in
      for index in 0..<range.count { magnitudes[index] = x[index].magnitude }
    }
    blocks[1].withUnsafeMutableBufferPointer { squares in
      for index in 0..<range.count { squares[index] = raisedSquare(x[index] * scale) }
    }
  }

  /// The largest element of each window along one axis of a tensor that is outer x size x inner; 0
  /// where that is larger. `shape` is the result's.
  func slidingMaximum(
    outer: Int, inner: Int, _ axis: AxisWindow, shape: [Int]
  ) -> Tensor {
    precondition(
      count == outer * axis.size * inner && shape.reduce(1, *) == outer * axis.outputs * inner,
      "the sizes of the tensor")
    let result = TensorStorage(count: outer * axis.outputs * inner)
    for row in 0..<outer {
      for output in 0..<axis.outputs {
        let y = result.start + (row * axis.outputs + output) * inner
        for tap in 0..<axis.kernel {
          let place = output * axis.stride + tap * axis.dilation - axis.begin
          guard place >= 0, place < axis.size else { continue }
          let x = storage.start + (row * axis.size + place) * inner
          for index in 0..<inner { y[index] = x[index] > y[index] ? x[index] : y[index] }
        }
      }
    }
    return Tensor(shape: shape, storage: result)
  }
}

/// The square of a number, raised by 2^-100 unless that is 0: never lost below the range of
/// binary32.
func raisedSquare(_ number: Float) -> Float { number == 0 ? 0 : number * number + 0x1p-100 }

/// Where windows lie along one axis.
struct AxisWindow {
  let size: Int
  let outputs: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  let begin: Int
}
