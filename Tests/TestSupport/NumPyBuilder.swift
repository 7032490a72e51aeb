/// Builds `.npy` files, honest ones and others.
public struct NumPyBuilder {
  /// The type as the header writes it, quoted or a list.
  public var descr = "'<f4'"
  /// Python's `True` or `False`.
  public var fortranOrder = "False"
  /// The shape as the header writes it.
  public var shape = "(2, 3)"
  /// Everything after the header.
  public var data: [UInt8] = []
  /// The whole header instead of the one made of the parts.
  public var header: String?
  /// Major version 1, 2 or 3.
  public var version: UInt8 = 1
  /// The length that stands before the header; nil for the true one.
  public var headerLength: Int?

  /// An array without data.
  public init() {}

  /// An array of float32.
  public init(_ values: [Float], shape: String) {
    self.shape = shape
    data = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
  }

  /// An array of Python objects: the pickle stands after the header.
  public init(pickle: [UInt8], shape: String = "(1,)") {
    descr = "'|O'"
    self.shape = shape
    data = pickle
  }

  /// The file.
  public var bytes: [UInt8] {
    var text =
      header ?? "{'descr': \(descr), 'fortran_order': \(fortranOrder), 'shape': \(shape), }"
    let fixed = version == 1 ? 10 : 12
    while (fixed + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let length = headerLength ?? text.utf8.count
    let field = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + field + Array(text.utf8) + data
  }
}
