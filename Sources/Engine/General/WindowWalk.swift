/// Goes through the windows of a pool, each with the taps that lie inside the input.
///
/// Nothing is kept beyond one window, so that neither large kernels nor large maps take memory.
struct WindowWalk {
  private let window: WindowND
  private let input: [Int]
  private let output: [Int]
  private let strides: [Int]

  /// A walk through the windows of `output` sizes on a map of `input` sizes.
  init(_ window: WindowND, input: [Int], output: [Int]) {
    self.window = window
    self.input = input
    self.output = output
    strides = rowMajorStrides(of: input)
  }

  /// The taps along an axis that lie inside the input for an output place there.
  func taps(axis: Int, place: Int) -> Range<Int> {
    let (start, step) = (
      place * window.strides[axis] - window.begins[axis], window.dilations[axis]
    )
    let first = start >= 0 ? 0 : (-start + step - 1) / step
    let behind = input[axis] - start <= 0 ? 0 : (input[axis] - start - 1) / step + 1
    let last = min(window.kernel[axis], behind)
    return min(first, last)..<last
  }

  /// Calls `body` for each window, ascending, with the places of its taps in a channel of the
  /// input, the last axis fastest.
  func forEach(_ body: (_ number: Int, _ output: [Int], _ places: [Int]) -> Void) {
    guard !output.contains(0) else { return }
    var place = [Int](repeating: 0, count: output.count)
    var number = 0
    while true {
      var places = [0]
      for axis in input.indices {
        let taps = taps(axis: axis, place: place[axis])
        let start = place[axis] * window.strides[axis] - window.begins[axis]
        let (stride, step) = (strides[axis], window.dilations[axis])
        if places.count == 1 {
          let base = places[0]
          places = taps.map { base + (start + $0 * step) * stride }
        } else {
          places = places.flatMap { base in taps.map { base + (start + $0 * step) * stride } }
        }
      }
      body(number, place, places)
      number += 1
      var axis = output.count - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < output[axis] { break }
        place[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// What the pools over any number of axes share: a window on N x channels x sizes, and how sizes
/// are rounded.
public struct PoolWindow: Sendable, Hashable {
  /// Kernel, strides, dilations and padding.
  public let window: WindowND
  /// Whether a last window may reach over the end.
  public let rounding: WindowND.Rounding

  /// Creates a pool's window.
  public init(_ window: WindowND, rounding: WindowND.Rounding = .down) {
    self.window = window
    self.rounding = rounding
  }

  /// The sizes of an input's spatial axes.
  func sizes(_ shape: [Int]) throws(EngineError) -> [Int] {
    guard shape.count == window.kernel.count + 2 else {
      throw EngineError(
        "input", expected: "\(window.kernel.count) spatial axes", found: "shape \(shape)")
    }
    return Array(shape.dropFirst(2))
  }

  /// The shape of the output; `allowsEmpty` says that a window may lie wholly in the padding.
  func outputShape(
    of input: [Int], allowsEmpty: Bool = false
  ) throws(EngineError) -> [Int] {
    let sizes = try sizes(input)
    let extended = try window.extended(for: sizes, rounding: rounding)
    let output = try extended.outputSizes(for: sizes)
    let walk = WindowWalk(window, input: sizes, output: output)
    _ = try EngineLimits.elements(of: Array(input.prefix(2)) + output, attribute: "output")
    for axis in sizes.indices where !allowsEmpty {
      guard (0..<output[axis]).allSatisfy({ !walk.taps(axis: axis, place: $0).isEmpty }) else {
        throw EngineError(
          "padding", expected: "an element of the input in every window",
          found: "\(window.begins) and \(window.ends) around kernel \(window.kernel)")
      }
    }
    return Array(input.prefix(2)) + output
  }

  /// Elements looked at, saturating.
  func looks(input: [Int], output: TensorType) -> Int {
    zip(window.kernel, input.dropFirst(2)).reduce(output.count) {
      saturatingProduct($0, min($1.0, $1.1))
    }
  }

  /// Calls `body` for each window of the output.
  func forEach(
    input: [Int], output: [Int],
    _ body: (_ number: Int, _ output: [Int], _ places: [Int]) -> Void
  ) {
    WindowWalk(window, input: Array(input.dropFirst(2)), output: Array(output.dropFirst(2)))
      .forEach(body)
  }

  /// The taps of a window that lie within the input and its padding; what rounding up added
  /// behind does not count.
  func paddedTaps(of place: [Int], input: [Int]) -> Int {
    place.indices.reduce(1) { count, axis in
      let start = place[axis] * window.strides[axis]
      let room = input[axis + 2] + window.begins[axis] + window.ends[axis] - start
      let taps = room <= 0 ? 0 : (room - 1) / window.dilations[axis] + 1
      return count * min(window.kernel[axis], taps)
    }
  }
}
