import Bytes

/// The upper or the lower triangle of each matrix, zeros elsewhere.
///
/// Rows i and columns j with j - i >= diagonal, or <= diagonal.
public struct Triangle: GeneralOperator {
  private let isUpper: Bool
  private let diagonal: Int

  /// Creates the operator; the diagonal is counted upwards from the main one.
  public init(isUpper: Bool, diagonal: Int) {
    self.isUpper = isUpper
    self.diagonal = diagonal
  }

  /// "triangle".
  public var name: String { "triangle" }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    guard inputs[0].shape.count >= 2 else {
      throw EngineError("input", expected: "matrices", found: "shape \(inputs[0].shape)")
    }
    return inputs[0]
  }

  /// The triangle.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let (x, shape) = (inputs[0], inputs[0].shape)
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    // The zero of the type lies behind the elements.
    let zero = AnyTensor([1], integers: [0], element: .int64).converted(to: x.element)
    let source = AnyTensor(stacking: [x, zero], shape: [x.count + 1], element: x.element)
    let places = (0..<x.count).map { place in
      let (row, column) = (place / columns % rows, place % columns)
      let (distance, overflow) = (column - row).subtractingReportingOverflow(diagonal)
      let isAbove = overflow ? diagonal < 0 : distance >= 0
      let isKept = isUpper ? isAbove : overflow ? diagonal > 0 : distance <= 0
      return isKept ? place : x.count
    }
    return source.gathered(shape, at: places)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// The same triangle of dy.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] { [try evaluate([dy])] }
}

/// The elements of some axes at one and the same index: of a matrix its diagonal.
public struct Diagonal: IndexingOperator {
  /// For each axis of the output the axes of the input that it walks along.
  private let axes: [[Int]]

  /// Creates the operator.
  public init(axes: [[Int]]) {
    self.axes = axes
  }

  /// "diagonal".
  public var name: String { "diagonal" }

  /// One size for each list of axes, which agree.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    guard axes.flatMap(\.self).sorted() == Array(input.indices), !axes.contains([]) else {
      throw EngineError("axes", expected: "each axis once", found: "\(axes)")
    }
    return try axes.map { (axes) throws(EngineError) in
      guard Set(axes.map { input[$0] }).count == 1 else {
        throw EngineError("axes", expected: "one size", found: "\(axes.map { input[$0] })")
      }
      return input[axes[0]]
    }
  }

  /// By the sums of the strides.
  public func places(from input: [Int]) -> [Int] {
    let strides = rowMajorStrides(of: input)
    return stridedPlaces(
      of: axes.map { input[$0[0]] }, strides: axes.map { $0.reduce(0) { $0 + strides[$1] } })
  }
}

/// The determinants of square matrices.
///
/// Gauss' elimination in binary64, the largest of a column's rest as pivot (the first of equal
/// ones); the product of the pivots, ascending, rounded once.
public struct Determinant: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "determinant".
  public var name: String { "determinant" }

  /// The shape without the last two axes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    let shape = inputs[0].shape
    guard shape.count >= 2, shape[shape.count - 1] == shape[shape.count - 2] else {
      throw EngineError("input", expected: "square matrices", found: "shape \(shape)")
    }
    return TensorType(Array(shape.dropLast(2)), inputs[0].element)
  }

  /// One multiply-accumulate for each element below each pivot.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(inputs[0].count, inputs[0].shape.last ?? 1)
  }

  /// The determinants.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let size = inputs[0].shape.last ?? 0
    let values = inputs[0].doubles
    let determinants = (0..<type.count).map { number in
      let start = number * size * size
      return determinant(
        (0..<size).map { Array(values[start + $0 * size..<start + ($0 + 1) * size]) })
    }
    return AnyTensor(type.shape, doubles: determinants, element: type.element)
  }

  private func determinant(_ matrix: [[Double]]) -> Double {
    var matrix = matrix
    var product = 1.0
    for column in matrix.indices {
      var pivot = column
      for row in matrix.indices.dropFirst(column + 1)
      where matrix[row][column].magnitude > matrix[pivot][column].magnitude { pivot = row }
      if pivot != column {
        matrix.swapAt(pivot, column)
        product = -product
      }
      let value = matrix[column][column]
      product *= value
      if value == 0 { return product }
      for row in matrix.indices.dropFirst(column + 1) {
        let factor = matrix[row][column] / value
        for place in matrix.indices.dropFirst(column + 1) {
          matrix[row][place] -= factor * matrix[column][place]
        }
      }
    }
    return product
  }
}
