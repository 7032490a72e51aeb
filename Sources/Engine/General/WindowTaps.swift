/// Which element of the input each tap of each window takes.
struct WindowTaps {
  let kernelCount: Int
  let inputCount: Int
  let outputCount: Int
  /// [taps][outputs]: the place in a channel of the input, -1 in the padding.
  let places: [Int]

  init(_ window: WindowND, input: [Int], output: [Int]) {
    kernelCount = window.kernel.reduce(1, *)
    inputCount = input.reduce(1, *)
    outputCount = output.reduce(1, *)
    let strides = rowMajorStrides(of: input)
    // Axis by axis: for each (tap, output) along it the place, or a number so low that no sum with
    // the other axes reaches 0.
    let outside = -2 * max(1, inputCount)
    var table = [[0]]
    for axis in input.indices {
      let along = (0..<window.kernel[axis]).map { tap in
        (0..<output[axis]).map { place in
          let index =
            place * window.strides[axis] + tap * window.dilations[axis] - window.begins[axis]
          return (0..<input[axis]).contains(index) ? index * strides[axis] : outside
        }
      }
      table = table.flatMap { rows in
        along.map { steps in rows.flatMap { row in steps.map { max(row + $0, outside) } } }
      }
    }
    places = table.flatMap { $0.map { $0 < 0 ? -1 : $0 } }
  }
}

/// Which windows each element of the input takes part in: the way back through `WindowTaps`.
struct TransposedTaps {
  let kernelCount: Int
  let inputCount: Int
  let outputCount: Int
  /// For each element of the input its taps ascending, each with the place of its window among the
  /// outputs, -1 outside; taps of another stride phase are left out.
  private let table: [[(tap: Int, output: Int)]]

  init(_ window: WindowND, input: [Int], output: [Int]) {
    kernelCount = window.kernel.reduce(1, *)
    inputCount = input.reduce(1, *)
    outputCount = output.reduce(1, *)
    let outside = -2 * max(1, outputCount)
    let strides = rowMajorStrides(of: output)
    var table: [[(tap: Int, output: Int)]] = [[(0, 0)]]
    for axis in input.indices {
      let along = (0..<input[axis]).map { place in
        (0..<window.kernel[axis]).compactMap { tap -> (tap: Int, output: Int)? in
          let reach = place + window.begins[axis] - tap * window.dilations[axis]
          guard reach.isMultiple(of: window.strides[axis]) else { return nil }
          let index = reach / window.strides[axis]
          let isInside = reach >= 0 && index < output[axis]
          return (tap, isInside ? index * strides[axis] : outside)
        }
      }
      let kernel = window.kernel[axis]
      table = table.flatMap { taps in
        along.map { steps in
          taps.flatMap { outer in
            steps.map {
              (outer.tap * kernel + $0.tap, max(outer.output + $0.output, outside))
            }
          }
        }
      }
    }
    self.table = table.map { taps in taps.map { ($0.tap, $0.output < 0 ? -1 : $0.output) } }
  }

  func taps(of place: Int) -> [(tap: Int, output: Int)] { table[place] }
}
