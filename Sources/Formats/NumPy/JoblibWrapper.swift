public import Bytes

// joblib writes arrays between the instructions of a pickle (joblib/numpy_pickle.py): BUILD gives a
// NumpyArrayWrapper its state, and the reader goes on behind
//   one byte with the length of the padding, and the padding: where the state has
//     numpy_array_alignment_bytes, which is not None;
//   then the elements, or for arrays of objects a pickle of its own.

/// The array that a wrapper of joblib announces.
public struct JoblibWrapper: Sendable {
  /// Where it and the older ones, which name files, are defined. scikit-learn up to 0.22 brought
  /// joblib along.
  public static let modules = [
    "joblib.numpy_pickle", "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle",
  ]

  /// Whether the name is the class whose state announces an array.
  public static func isAnnounced(by name: PickledGlobal) -> Bool {
    name.name == "NumpyArrayWrapper" && modules.contains(name.module)
  }

  /// What follows BUILD.
  public enum Content: Sendable, Equatable {
    /// Elements of so many bytes together.
    case elements(Int)
    /// A pickle.
    case pickle
  }

  /// What follows BUILD.
  public let content: Content
  /// Whether the elements begin behind a byte with the length of their padding.
  public let hasPadding: Bool

  /// Reads the state of the wrapper; an error names what it lacks.
  public init(
    _ state: PickledValue, _ graph: PickledObjects, at offset: Int
  ) throws(ParseError) {
    var fields: [String: PickledValue] = [:]
    for item in graph.object(state)?.items ?? [] {
      if case .text(let key) = item.key { fields[key] = item.value }
    }
    func refusal(_ expected: String) -> ParseError {
      ParseError(at: offset, expected: expected, found: "another value")
    }
    guard let shape = fields["shape"].flatMap({ graph.tuple($0) }), shape.count <= 32 else {
      throw refusal("a wrapper with a shape")
    }
    guard let type = fields["dtype"], let size = ElementSize(of: type, graph) else {
      throw refusal("a wrapper with a dtype of numpy")
    }
    var count = 1
    for axis in shape {
      guard case .integer(let length) = axis, length >= 0 else { throw refusal("sizes") }
      count = try checkedProduct(count, length, at: offset)
    }
    switch size {
    case .objects: content = .pickle
    case .bytes(let width): content = .elements(try checkedProduct(count, width, at: offset))
    }
    let alignment = fields["numpy_array_alignment_bytes"] ?? .none
    hasPadding = alignment != .none && content != .pickle
  }

  /// Passes over the elements and gives them.
  public func skip(_ reader: inout PickleReader) throws(ParseError) -> ByteSlice {
    guard case .elements(let count) = content else { return .empty }
    if hasPadding {
      let length = Int(try reader.skip(1)[0])
      let padding = try reader.skip(length)
      guard padding.allSatisfy({ $0 == 0xff }) else {
        throw ParseError(
          at: padding.offset, expected: "padding of 0xff", found: "\(length) other bytes")
      }
    }
    return try reader.skip(count)
  }
}

/// How wide the elements of a `numpy.dtype(...)` are.
private enum ElementSize {
  case bytes(Int)
  case objects

  /// Nil for what is no call of numpy.dtype, and for types without a width.
  init?(of value: PickledValue, _ graph: PickledObjects) {
    guard let object = graph.object(value), case .call(let function, let arguments) = object.kind,
      graph.global(function) == PickledGlobal(module: "numpy", name: "dtype"),
      case .text(let code) = graph.tuple(arguments)?.first
    else { return nil }
    let letters = code.drop { "<>=|".contains($0) }
    guard let kind = letters.first else { return nil }
    if kind == "O" {
      self = .objects
      return
    }
    guard let width = Int(letters.dropFirst()), width >= 0 else { return nil }
    switch kind {
    case "b", "i", "u", "f", "c", "m", "M", "S", "a": self = .bytes(width)
    case "U": self = .bytes(4 * width)
    case "V":
      // Records keep the types of their fields in the state.
      let fields = object.states.first.flatMap { graph.tuple($0) } ?? []
      self =
        fields.contains { Self.holdsObjects($0, graph, depth: 0) } ? .objects : .bytes(width)
    default: return nil
    }
  }

  private static func holdsObjects(
    _ value: PickledValue, _ graph: PickledObjects, depth: Int
  ) -> Bool {
    guard depth < 16, let object = graph.object(value) else { return false }
    if case .objects = ElementSize(of: value, graph) { return true }
    let parts = object.elements.prefix(256) + object.items.prefix(256).map(\.value)
    return parts.contains { holdsObjects($0, graph, depth: depth + 1) }
  }
}
