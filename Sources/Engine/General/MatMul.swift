import Bytes

/// The product of matrices, or of stacks of them that broadcast (NumPy's `matmul`).
///
///     y[..., i, j] = chain from +0 over k ascending of a[..., i, k] b[..., k, j]
///
/// A vector counts as a row on the left and as a column on the right. In binary64, float16 and
/// integers the sums are of that type, in the same order (float16: in binary32, rounded once).
public struct MatMul: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "matmul".
  public var name: String { "matmul" }

  /// The stacks' common shape, then rows and columns; a vector's axis falls away.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireOneElement(inputs)
    let sizes = try MatMulSizes(inputs[0].shape, inputs[1].shape)
    return TensorType(sizes.result, inputs[0].element)
  }

  /// One for each factor of each chain.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    saturatingProduct(output.count, inputs[0].shape.last ?? 1)
  }

  /// a b.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let sizes = try MatMulSizes(inputs[0].shape, inputs[1].shape)
    let element = inputs[0].element
    if element == .float64 {
      let (a, b) = (inputs[0].doubles, inputs[1].doubles)
      return AnyTensor(
        sizes.result, doubles: sizes.products(a, b, zero: 0) { $2.addingProduct($0, $1) },
        element: element)
    }
    if !element.isFloat {
      let (a, b) = (inputs[0].integers, inputs[1].integers)
      return AnyTensor(
        sizes.result, integers: sizes.products(a, b, zero: 0) { $2 &+ $0 &* $1 },
        element: element)
    }
    let (a, b) = (inputs[0].floats, inputs[1].floats)
    var y = [Float](repeating: 0, count: sizes.result.reduce(1, *))
    for (index, place) in sizes.stacks.enumerated() {
      multiply(
        rows: sizes.rows, inner: sizes.inner, columns: sizes.columns,
        MatrixSide(values: a, offset: place.a, rowStride: sizes.inner), b, bOffset: place.b,
        into: &y, yOffset: index * sizes.rows * sizes.columns)
    }
    return AnyTensor(sizes.result, floats: y, element: element)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// da = chain over j of dy[i, j] b[k, j]; db = chain over i of a[i, k] dy[i, j]; a stack that was
  /// repeated sums its parts in binary64.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let sizes = try MatMulSizes(inputs[0].shape, inputs[1].shape)
    let (a, b, dy) = (inputs[0].floats, inputs[1].floats, dy.floats)
    let (rows, inner, columns) = (sizes.rows, sizes.inner, sizes.columns)
    var da = [Double](repeating: 0, count: a.count)
    var db = [Double](repeating: 0, count: b.count)
    for (index, place) in sizes.stacks.enumerated() {
      let start = index * rows * columns
      var transposed = [Float](repeating: 0, count: inner * columns)
      for k in 0..<inner {
        for j in 0..<columns { transposed[j * inner + k] = b[place.b + k * columns + j] }
      }
      var part = [Float](repeating: 0, count: rows * inner)
      multiply(
        rows: rows, inner: columns, columns: inner,
        MatrixSide(values: dy, offset: start, rowStride: columns), transposed, into: &part)
      for (k, value) in part.enumerated() { da[place.a + k] += Double(value) }
      part = [Float](repeating: 0, count: inner * columns)
      multiply(
        rows: inner, inner: rows, columns: columns,
        MatrixSide(values: a, offset: place.a, rowStride: 1, step: inner), dy, bOffset: start,
        into: &part)
      for (k, value) in part.enumerated() { db[place.b + k] += Double(value) }
    }
    return [
      AnyTensor(inputs[0].shape, floats: da.map { Float($0) }),
      AnyTensor(inputs[1].shape, floats: db.map { Float($0) }),
    ]
  }
}

/// The sizes of a product of stacks of matrices.
struct MatMulSizes {
  let rows: Int
  let inner: Int
  let columns: Int
  /// The shape of the product.
  let result: [Int]
  /// Where the factors of each matrix of the product begin.
  let stacks: [(a: Int, b: Int)]

  init(_ a: [Int], _ b: [Int]) throws(EngineError) {
    guard let aLast = a.last, let bLast = b.last else {
      throw EngineError("inputs", expected: "vectors or matrices", found: "\(a) and \(b)")
    }
    rows = a.count > 1 ? a[a.count - 2] : 1
    inner = aLast
    columns = b.count > 1 ? bLast : 1
    let bInner = b.count > 1 ? b[b.count - 2] : bLast
    guard bInner == inner else {
      throw EngineError("inputs", expected: "\(inner) rows on the right", found: "\(bInner)")
    }
    let (aStack, bStack) = (Array(a.dropLast(2)), Array(b.dropLast(2)))
    let stack = try Broadcast.shape(of: [aStack, bStack])
    result = stack + (a.count > 1 ? [rows] : []) + (b.count > 1 ? [columns] : [])
    let places = (Broadcast.places(of: aStack, in: stack), Broadcast.places(of: bStack, in: stack))
    let (aSize, bSize) = (rows * inner, inner * columns)
    stacks = zip(places.0, places.1).map { ($0 * aSize, $1 * bSize) }
  }

  /// The product in another arithmetic.
  func products<Number>(
    _ a: [Number], _ b: [Number], zero: Number, _ step: (Number, Number, Number) -> Number
  ) -> [Number] {
    var y: [Number] = []
    for place in stacks {
      for i in 0..<rows {
        for j in 0..<columns {
          var sum = zero
          for k in 0..<inner {
            sum = step(a[place.a + i * inner + k], b[place.b + k * columns + j], sum)
          }
          y.append(sum)
        }
      }
    }
    return y
  }
}
