/// A pair of numbers for the two axes of a feature map.
public struct Extent: Sendable, Hashable {
  /// Along the rows of the map.
  public var height: Int
  /// Along the columns of the map.
  public var width: Int

  /// Creates a pair.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The same number along both axes.
  public init(_ side: Int) {
    self.init(height: side, width: side)
  }
}

/// Rows and columns of +0 around a feature map.
public struct Padding: Sendable, Hashable {
  /// Rows above the first.
  public var top: Int
  /// Columns left of the first.
  public var left: Int
  /// Rows below the last.
  public var bottom: Int
  /// Columns right of the last.
  public var right: Int

  /// Nothing on any side.
  public static let none = Padding(top: 0, left: 0, bottom: 0, right: 0)

  /// Creates a padding from its four sides.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
}

/// Where a convolution or a pool looks: the kernel's size, its step and its spread.
///
/// Output row `y` looks at input rows `y * stride + ky * dilation - padding.top` for `ky` from 0
/// up to the kernel's height; columns likewise.
public struct Window: Sendable, Hashable {
  /// Rows and columns of the kernel.
  public var kernel: Extent
  /// The step from one output to the next.
  public var stride: Extent
  /// The step from one tap to the next.
  public var dilation: Extent
  /// What surrounds the input.
  public var padding: Padding

  /// Creates a window.
  public init(
    kernel: Extent, stride: Extent = Extent(1), dilation: Extent = Extent(1),
    padding: Padding = .none
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
  }

  /// The same window with TensorFlow's padding `same` (ONNX `SAME_UPPER`) for an input: as much
  /// as `ceil(size / stride)` outputs need, the odd row or column at the bottom or right.
  public func paddedToSame(for input: Features) throws(EngineError) -> Window {
    try check()
    func total(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      max(0, ((size - 1) / stride) * stride + (kernel - 1) * dilation + 1 - size)
    }
    let rows = total(input.height, kernel.height, stride.height, dilation.height)
    let columns = total(input.width, kernel.width, stride.width, dilation.width)
    var window = self
    window.padding = Padding(
      top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    return window
  }

  /// Throws unless every number is one that an operator can have.
  func check() throws(EngineError) {
    let positive = [
      ("kernel", kernel.height), ("kernel", kernel.width), ("stride", stride.height),
      ("stride", stride.width), ("dilation", dilation.height), ("dilation", dilation.width),
    ]
    for (attribute, number) in positive where !(1...EngineLimits.window).contains(number) {
      throw EngineError(
        attribute, expected: "1 to \(EngineLimits.window)", found: "\(number)")
    }
    try padding.check()
  }

  /// Rows and columns of the output; an error when the kernel does not fit.
  func outputExtent(for input: Features) throws(EngineError) -> Extent {
    try check()
    let rows = input.height + padding.top + padding.bottom - (kernel.height - 1) * dilation.height
    let columns = input.width + padding.left + padding.right - (kernel.width - 1) * dilation.width
    guard rows >= 1, columns >= 1 else {
      throw EngineError(
        "kernel", expected: "a kernel within the padded input",
        found:
          "\(kernel.height) x \(kernel.width), dilation \(dilation.height) x \(dilation.width),"
          + " on \(input.height) x \(input.width)")
    }
    return Extent(
      height: (rows - 1) / stride.height + 1, width: (columns - 1) / stride.width + 1)
  }
}

extension Padding {
  /// Throws unless every side is 0 or a little more.
  func check() throws(EngineError) {
    for number in [top, left, bottom, right] where !(0...EngineLimits.window).contains(number) {
      throw EngineError(
        "padding", expected: "0 to \(EngineLimits.window)", found: "\(number)")
    }
  }
}
