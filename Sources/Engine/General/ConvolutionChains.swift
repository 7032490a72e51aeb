import Bytes

// Convolutions over any number of axes as products of matrices: the weights of a group by the
// elements under its taps. Columns are laid out in pieces, so that memory stays bounded.

/// Numbers laid out at once.
let pieceElements = 1 << 22

extension WindowND {
  /// y += the chains of a convolution, each begun at what y holds: over (i, k...) ascending of
  /// x[n, g I + i, r s + k d - begin] w[o, i, k...]; taps outside x take part as +0.
  ///
  /// x: N x channels x sizes; w: outputs x I x kernel; y: N x outputs x `output` sizes.
  func convolve(
    _ x: [Float], _ xShape: [Int], by weights: [Float], _ wShape: [Int], groups: Int,
    into y: inout [Float], output: [Int]
  ) {
    let size = xShape.dropFirst(2).reduce(1, *)
    let count = output.reduce(1, *)
    let taps = kernel.reduce(1, *)
    let outputs = wShape[0] / groups
    let inner = wShape[1] * taps
    guard inner > 0, count > 0 else { return }
    let places = OutputPlaces(self, input: Array(xShape.dropFirst(2)), output: output)
    let piece = max(1, min(count, pieceElements / inner))
    for start in stride(from: 0, to: count, by: piece) {
      let columns = min(piece, count - start)
      let table = places.table(start..<start + columns)
      for row in 0..<xShape[0] {
        for group in 0..<groups {
          var matrix: [Float] = []
          matrix.reserveCapacity(inner * columns)
          for input in 0..<wShape[1] {
            let base = (row * xShape[1] + group * wShape[1] + input) * size
            for place in table { matrix.append(place < 0 ? 0 : x[base + place]) }
          }
          var part: [Float] = []
          part.reserveCapacity(outputs * columns)
          let first = (row * wShape[0] + group * outputs) * count + start
          for o in 0..<outputs {
            part.append(contentsOf: y[first + o * count..<first + o * count + columns])
          }
          multiply(
            rows: outputs, inner: inner, columns: columns,
            MatrixSide(values: weights, offset: group * outputs * inner, rowStride: inner),
            matrix, into: &part)
          for o in 0..<outputs {
            for column in 0..<columns { y[first + o * count + column] = part[o * columns + column] }
          }
        }
      }
    }
  }

  /// y += the chains of a transposed convolution, each begun at what y holds: over (i, k...)
  /// ascending of x[n, g I + i, q] w[g I + i, o, k...] with q = (r + begin - k d) / s. A tap whose
  /// division leaves a rest does not exist, a tap outside x takes part as +0.
  ///
  /// x: N x channels x sizes; w: channels x outputs of a group x kernel; y: N x outputs x `output`
  /// sizes.
  func convolveTransposed(
    _ x: [Float], _ xShape: [Int], by weights: [Float], _ wShape: [Int], groups: Int,
    into y: inout [Float], output: [Int]
  ) {
    let sizes = Array(xShape.dropFirst(2))
    let size = sizes.reduce(1, *)
    let count = output.reduce(1, *)
    let taps = kernel.reduce(1, *)
    let (inputs, outputs) = (wShape[0] / groups, wShape[1])
    guard inputs > 0, count > 0 else { return }
    for phase in phases(output: output) {
      let inner = inputs * phase.taps.count
      if inner == 0 { continue }
      var left: [Float] = []
      left.reserveCapacity(groups * outputs * inner)
      for group in 0..<groups {
        for o in 0..<outputs {
          for i in 0..<inputs {
            let base = ((group * inputs + i) * outputs + o) * taps
            for tap in phase.taps { left.append(weights[base + tap.number]) }
          }
        }
      }
      let piece = max(1, min(phase.count, pieceElements / inner))
      for start in stride(from: 0, to: phase.count, by: piece) {
        let pixels = (start..<min(phase.count, start + piece)).map(phase.place(of:))
        let targets = pixels.map {
          zip($0, rowMajorStrides(of: output)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let table = phase.taps.flatMap { tap in
          pixels.map { source(of: $0, tap: tap.index, sizes: sizes) }
        }
        for row in 0..<xShape[0] {
          for group in 0..<groups {
            var matrix: [Float] = []
            matrix.reserveCapacity(inner * pixels.count)
            for i in 0..<inputs {
              let base = (row * xShape[1] + group * inputs + i) * size
              for place in table { matrix.append(place < 0 ? 0 : x[base + place]) }
            }
            let first = (row * groups + group) * outputs * count
            var part: [Float] = []
            part.reserveCapacity(outputs * pixels.count)
            for o in 0..<outputs {
              for target in targets { part.append(y[first + o * count + target]) }
            }
            multiply(
              rows: outputs, inner: inner, columns: pixels.count,
              MatrixSide(values: left, offset: group * outputs * inner, rowStride: inner),
              matrix, into: &part)
            for o in 0..<outputs {
              for (column, target) in targets.enumerated() {
                y[first + o * count + target] = part[o * pixels.count + column]
              }
            }
          }
        }
      }
    }
  }

  /// The place in x that a tap of an output takes; -1 outside.
  private func source(of place: [Int], tap: [Int], sizes: [Int]) -> Int {
    var source = 0
    for axis in sizes.indices {
      let reach = place[axis] + begins[axis] - tap[axis] * dilations[axis]
      let index = reach / strides[axis]
      guard reach >= 0, index < sizes[axis] else { return -1 }
      source = source * sizes[axis] + index
    }
    return source
  }

  /// The outputs of a transposed convolution by the taps that they have.
  private func phases(output: [Int]) -> [StridePhase] {
    var phases = [StridePhase()]
    for axis in output.indices {
      let (step, spread) = (strides[axis], dilations[axis])
      let along = (0..<min(step, output[axis])).map { first in
        let taps = (0..<kernel[axis]).filter {
          (first + begins[axis] - $0 * spread).isMultiple(of: step)
        }
        return (first: first, taps: taps, count: (output[axis] - 1 - first) / step + 1)
      }
      phases = phases.flatMap { phase in
        along.map {
          phase.crossed(
            first: $0.first, step: step, count: $0.count, taps: $0.taps, kernel: kernel[axis])
        }
      }
    }
    return phases
  }
}

/// Outputs, a stride apart along each axis, that the same taps reach.
private struct StridePhase {
  var firsts: [Int] = []
  var steps: [Int] = []
  var counts: [Int] = []
  var taps: [(number: Int, index: [Int])] = [(0, [])]

  var count: Int { counts.reduce(1, *) }

  func crossed(first: Int, step: Int, count: Int, taps: [Int], kernel: Int) -> StridePhase {
    StridePhase(
      firsts: firsts + [first], steps: steps + [step], counts: counts + [count],
      taps: self.taps.flatMap { tap in
        taps.map { (tap.number * kernel + $0, tap.index + [$0]) }
      })
  }

  /// The index, along each axis, of one of the phase's outputs.
  func place(of number: Int) -> [Int] {
    var rest = number
    var place = firsts
    for axis in counts.indices.reversed() {
      place[axis] += rest % counts[axis] * steps[axis]
      rest /= counts[axis]
    }
    return place
  }
}

/// Where in a channel of the input the taps of outputs are.
struct OutputPlaces {
  let window: WindowND
  let input: [Int]
  let output: [Int]

  init(_ window: WindowND, input: [Int], output: [Int]) {
    self.window = window
    self.input = input
    self.output = output
  }

  /// [taps][outputs of the range]: the place, -1 in the padding.
  func table(_ range: Range<Int>) -> [Int] {
    let starts = range.map { number in
      var rest = number
      var starts = output
      for axis in output.indices.reversed() {
        starts[axis] = rest % output[axis] * window.strides[axis] - window.begins[axis]
        rest /= output[axis]
      }
      return starts
    }
    var table: [Int] = []
    table.reserveCapacity(window.kernel.reduce(range.count, *))
    for tap in 0..<window.kernel.reduce(1, *) {
      var rest = tap
      var shift = window.kernel
      for axis in shift.indices.reversed() {
        shift[axis] = rest % window.kernel[axis] * window.dilations[axis]
        rest /= window.kernel[axis]
      }
      for start in starts {
        var place = 0
        for axis in input.indices {
          let index = start[axis] + shift[axis]
          guard index >= 0, index < input[axis] else {
            place = -1
            break
          }
          place = place * input[axis] + index
        }
        table.append(place)
      }
    }
    return table
  }
}

/// N x channels x sizes, each channel filled with its bias; zeros without one.
func filledWithBias(_ shape: [Int], _ bias: AnyTensor?) -> [Float] {
  let size = shape.dropFirst(2).reduce(1, *)
  let numbers = bias?.floats ?? [Float](repeating: 0, count: shape[1])
  var y: [Float] = []
  y.reserveCapacity(shape.reduce(1, *))
  for _ in 0..<shape[0] {
    for number in numbers { y.append(contentsOf: repeatElement(number, count: size)) }
  }
  return y
}

extension GeneralOperator {
  /// The sizes of batch and outputs of a convolution, transposed or not, of x, w and perhaps a
  /// bias; throws where they do not belong together. `outputs` tells them from x's channels and w's
  /// shape, nil where those do not fit.
  func requireConvolution(
    _ inputs: [TensorType], _ window: WindowND, groups: Int,
    outputs: (_ channels: Int, _ w: [Int]) -> Int?
  ) throws(EngineError) -> [Int] {
    try requireCount(inputs, 2...3)
    try requireOneElement(inputs)
    try requireChains(inputs[0])
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let rank = window.kernel.count
    guard x.count == rank + 2, w.count == rank + 2 else {
      throw EngineError("input", expected: "\(rank) spatial axes", found: "\(x) and \(w)")
    }
    guard groups >= 1, let outputs = outputs(x[1], w) else {
      throw EngineError(
        "kernel", expected: "\(x[1]) input channels in \(groups) groups", found: "\(w)")
    }
    guard Array(w.dropFirst(2)) == window.kernel else {
      throw EngineError("kernel_shape", expected: "\(w.dropFirst(2))", found: "\(window.kernel)")
    }
    if inputs.count == 3, inputs[2].shape != [outputs] {
      throw EngineError("bias", expected: "shape [\(outputs)]", found: "\(inputs[2].shape)")
    }
    return [x[0], outputs]
  }

  /// Throws unless an input holds floats that chains of binary32 can sum.
  func requireChains(_ input: TensorType) throws(EngineError) {
    guard input.element.isFloat, input.element != .float64 else {
      throw EngineError(
        .unsupported, "input", expected: "float32, float16 or bfloat16",
        found: input.element.rawValue)
    }
  }
}
