/// Where a convolution or a pool over any number of spatial axes looks; one number for each axis.
public struct WindowND: Sendable, Hashable {
  /// How a size that does not divide evenly becomes a number of outputs.
  public enum Rounding: Sendable {
    /// Windows that do not fit are left out.
    case down
    /// A last window may reach over the end.
    case up
  }

  /// The taps.
  public var kernel: [Int]
  /// The steps from one output to the next.
  public var strides: [Int]
  /// The steps from one tap to the next.
  public var dilations: [Int]
  /// The padding in front of the first element.
  public var begins: [Int]
  /// The padding behind the last.
  public var ends: [Int]

  /// Creates a window; an error unless all lists are of one length and every number is one that an
  /// operator can have.
  public init(
    kernel: [Int], strides: [Int], dilations: [Int], begins: [Int], ends: [Int]
  ) throws(EngineError) {
    let limit = EngineLimits.window
    for (name, list) in [("kernel", kernel), ("strides", strides), ("dilations", dilations)] {
      guard list.count == kernel.count, list.allSatisfy({ (1...limit).contains($0) }) else {
        throw EngineError(
          name, expected: "\(kernel.count) numbers from 1 to \(limit)", found: "\(list)")
      }
    }
    for list in [begins, ends] {
      guard list.count == kernel.count, list.allSatisfy({ (0...limit).contains($0) }) else {
        throw EngineError(
          "padding", expected: "\(kernel.count) numbers from 0 to \(limit)", found: "\(list)")
      }
    }
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.begins = begins
    self.ends = ends
  }

  /// From the first tap to the last along each axis.
  public var coverage: [Int] { zip(kernel, dilations).map { ($0 - 1) * $1 + 1 } }

  /// The number of outputs along each axis; an error when the kernel does not fit.
  public func outputSizes(for input: [Int]) throws(EngineError) -> [Int] {
    guard input.count == kernel.count else {
      throw EngineError("input", expected: "\(kernel.count) spatial axes", found: "\(input)")
    }
    var sizes: [Int] = []
    for axis in input.indices {
      let (padded, overflow) = input[axis].addingReportingOverflow(begins[axis] + ends[axis])
      let rest = padded - coverage[axis]
      guard !overflow, rest >= 0, input[axis] > 0 else {
        throw EngineError(
          "kernel", expected: "a kernel within the padded input",
          found: "\(kernel), dilations \(dilations), on \(input)")
      }
      sizes.append(rest / strides[axis] + 1)
    }
    return sizes
  }

  /// The window with as much padding behind the end as the last, only partly filled window needs.
  /// A window that would begin behind the input and its first padding does not exist (ONNX, torch).
  public func extended(
    for input: [Int], rounding: Rounding
  ) throws(EngineError) -> WindowND {
    guard rounding == .up else { return self }
    let sizes = try outputSizes(for: input)
    var window = self
    for axis in input.indices {
      let rest = input[axis] + begins[axis] + ends[axis] - coverage[axis]
      guard !rest.isMultiple(of: strides[axis]),
        sizes[axis] * strides[axis] < input[axis] + begins[axis]
      else { continue }
      window.ends[axis] += strides[axis] - rest % strides[axis]
    }
    return window
  }

  /// The same window over a map: of two axes as they are, of one as columns of a single row.
  public var asMap: Window {
    get throws(EngineError) {
      guard kernel.count == 1 || kernel.count == 2 else {
        throw EngineError(
          .unsupported, "input", expected: "one or two spatial axes", found: "\(kernel.count)")
      }
      func pair(_ list: [Int], _ missing: Int) -> Extent {
        Extent(height: list.count == 2 ? list[0] : missing, width: list[list.count - 1])
      }
      let (before, after) = (pair(begins, 0), pair(ends, 0))
      return Window(
        kernel: pair(kernel, 1), stride: pair(strides, 1), dilation: pair(dilations, 1),
        padding: Padding(
          top: before.height, left: before.width, bottom: after.height, right: after.width))
    }
  }
}
