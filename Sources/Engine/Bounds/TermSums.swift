/// The sums of positive terms that the bound of a sum of products takes, on the kernels that compute
/// the sum itself.
protocol TermSums: Sendable {
  /// The power of two that weights are multiplied with before they are squared.
  var scale: Float { get }
  /// For the magnitudes a and the squares q of the inputs, each [N] + the input's row shape, of all
  /// outputs the sums |b| + sum of |w| a, and sum of (scale w)^2 q.
  func sums(
    magnitudes: Tensor, squares: Tensor?, threads: Int
  ) throws(EngineError) -> (magnitudes: Tensor, squares: Tensor?)
}

/// Those of a convolution, by two networks of it alone.
struct ConvolutionSums: TermSums {
  let scale: Float
  private let magnitudes: Network
  private let squares: Network

  /// `alone` makes a network of the one operator.
  init(
    _ layer: Convolution, alone: (Operator) throws(EngineError) -> Network
  ) throws(EngineError) {
    let scale = layer.kernel.tensor.scaleToOne
    self.scale = scale
    magnitudes = try alone(
      .convolution(
        layer.replacing(
          layer.kernel.mapped { $0.magnitude }, bias: layer.bias?.mapped { $0.magnitude })))
    squares = try alone(
      .convolution(layer.replacing(layer.kernel.mapped { raisedSquare($0 * scale) }, bias: nil)))
  }

  func sums(
    magnitudes: Tensor, squares: Tensor?, threads: Int
  ) throws(EngineError) -> (magnitudes: Tensor, squares: Tensor?) {
    let sums = try self.magnitudes.forward(magnitudes, threads: threads)
    guard let squares else { return (sums, nil) }
    return (sums, try self.squares.forward(squares, threads: threads))
  }
}

/// Those of a dense layer, whose weights are read once, in blocks that fit in a cache: copies of
/// all of them would cost more than the sums.
struct DenseSums: TermSums {
  /// Weights in a block, unless one row or column has more.
  private static let blockCount = 1 << 14

  let scale: Float
  private let layer: Dense
  private let outputShape: [Int]

  /// `outputShape` is that of a row, without a batch axis.
  init(_ layer: Dense, outputShape: [Int]) {
    self.layer = layer
    self.outputShape = outputShape
    scale = layer.kernel.tensor.scaleToOne
  }

  func sums(
    magnitudes: Tensor, squares: Tensor?, threads: Int
  ) throws(EngineError) -> (magnitudes: Tensor, squares: Tensor?) {
    let rows = magnitudes.shape[0]
    let shape = [rows] + outputShape
    var sides = [Side(magnitudes.values, bias: layer.bias?.values.map(\.magnitude), rows, layer)]
    if let squares { sides.append(Side(squares.values, bias: nil, rows, layer)) }
    let (line, lines) =
      layer.kernel.isInputsFirst
      ? (layer.kernel.outputs, layer.kernel.inputs) : (layer.kernel.inputs, layer.kernel.outputs)
    let most = max(1, DenseSums.blockCount / line)
    var blocks = [[Float]](
      repeating: .init(repeating: 0, count: min(most, lines) * line), count: 2)
    for start in stride(from: 0, to: lines, by: most) {
      let range = start..<min(start + most, lines)
      layer.kernel.tensor.copyTerms(
        range.lowerBound * line..<range.upperBound * line, scale: scale, into: &blocks)
      for index in sides.indices { sides[index].add(blocks[index], lines: range) }
    }
    let sums = try sides.map { (side) throws(EngineError) in
      try Tensor(shape: shape, values: side.sums)
    }
    return (sums[0], sums.count == 2 ? sums[1] : nil)
  }

  /// The inputs of one sum, and what has been summed.
  private struct Side {
    private let rows: Int
    private let kernel: DenseKernel
    /// rows x inputs, or inputs x rows where the weights are stored by outputs.
    private let x: [Float]
    /// rows x outputs, or outputs x rows.
    private var y: [Float]

    init(_ x: [Float], bias: [Float]?, _ rows: Int, _ layer: Dense) {
      self.rows = rows
      kernel = layer.kernel
      let bias = bias ?? [Float](repeating: 0, count: kernel.outputs)
      let y = (0..<rows).flatMap { _ in bias }
      self.x = kernel.isInputsFirst ? x : transposed(x, rows: rows, columns: kernel.inputs)
      self.y = kernel.isInputsFirst ? y : transposed(y, rows: rows, columns: kernel.outputs)
    }

    /// Adds the terms of some lines of the stored weights: of inputs, or of outputs.
    mutating func add(_ weights: [Float], lines: Range<Int>) {
      if kernel.isInputsFirst {
        multiply(
          rows: rows, inner: lines.count, columns: kernel.outputs,
          MatrixSide(values: x, offset: lines.lowerBound, rowStride: kernel.inputs), weights,
          into: &y)
      } else {
        multiply(
          rows: lines.count, inner: kernel.inputs, columns: rows,
          MatrixSide(values: weights, rowStride: kernel.inputs), x, into: &y,
          yOffset: lines.lowerBound * rows)
      }
    }

    /// rows x outputs.
    var sums: [Float] {
      kernel.isInputsFirst ? y : transposed(y, rows: kernel.outputs, columns: rows)
    }
  }
}

/// A matrix of the given size with its axes exchanged.
private func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
  (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
}

extension DenseKernel {
  /// Whether the weights of one input lie side by side.
  fileprivate var isInputsFirst: Bool { strides.output == 1 }
}

extension Tensor {
  /// The power of two that takes the largest finite magnitude to between 1/2 and 1; 1 where there
  /// is none.
  var scaleToOne: Float {
    let largest = largestMagnitude
    guard largest > 0 else { return 1 }
    return Float(sign: .plus, exponent: min(max(-1 - largest.exponent, -100), 100), significand: 1)
  }
}

extension Convolution {
  /// The taps of one output.
  var tapCount: Int { saturatingProduct(kernel.inputs, kernel.extent.height, kernel.extent.width) }

  /// The same convolution with other weights.
  fileprivate func replacing(
    _ kernel: ConvolutionKernel, bias: Tensor?
  ) throws(EngineError) -> Convolution {
    try Convolution(
      kernel: kernel, bias: bias, stride: window.stride, dilation: window.dilation,
      padding: window.padding, groups: groups)
  }
}
