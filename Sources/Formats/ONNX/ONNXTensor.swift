public import Bytes

/// A tensor of an ONNX file (`TensorProto`): its shape and where its elements are.
public struct ONNXTensor: Sendable, Equatable {
  /// Where the elements are.
  public enum Data: Sendable, Equatable {
    /// Numbers, little-endian and row-major; a range of the file where it holds them so.
    case stored(StoredTensor)
    /// In another file.
    case external(ONNXExternalData)
    /// Texts, row-major; as many as the shape has elements.
    case strings([ByteSlice])
    /// Elements of a type without a `stored` one: float8, 4 bits, complex. As many bytes as the
    /// shape and the type need.
    case packed(ByteSlice)
  }

  /// The tensor's name, empty without one; untrusted text.
  public let name: String
  /// The axes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The type of each element, never `undefined`.
  public let elementType: ONNXElementType
  /// Where the elements are.
  public let data: Data
  /// Where the tensor stands in the file.
  public let offset: Int
}

/// The place of a tensor's elements in another file, as the model claims it.
///
/// Nothing is checked here: whoever opens `location` must confine it to the model's folder.
public struct ONNXExternalData: Sendable, Equatable {
  /// A path relative to the model's folder; untrusted text.
  public let location: String
  /// Where the elements begin in that file.
  public let offset: Int
  /// The bytes of the elements, nil when they go on to the end of the file.
  public let length: Int?
  /// The SHA-1 of that file as the model claims it.
  public let checksum: String?
}

extension ONNXExternalData {
  /// The place that the pairs name; others than the standard's are for one runtime alone.
  init(_ pairs: [(key: String, value: String)], at place: Int) throws(ParseError) {
    var known: [String: String] = [:]
    for pair in pairs where ["location", "offset", "length", "checksum"].contains(pair.key) {
      guard known.updateValue(pair.value, forKey: pair.key) == nil else {
        throw ParseError(at: place, expected: "one \(pair.key) of elements", found: "two")
      }
    }
    func size(_ key: String) throws(ParseError) -> Int? {
      guard let text = known[key] else { return nil }
      guard let size = Int(text), size >= 0 else {
        throw ParseError(
          at: place, expected: "the \(key) of elements", found: "'\(safeText(text))'")
      }
      return size
    }
    guard let location = known["location"], !location.isEmpty else {
      throw ParseError(at: place, expected: "the location of elements", found: "none")
    }
    self.location = location
    offset = try size("offset") ?? 0
    length = try size("length")
    checksum = known["checksum"]
  }
}

/// A tensor that stores the elements that are not zero (`SparseTensorProto`).
///
/// Whether the indices fit the shape is for its user to check.
public struct ONNXSparseTensor: Sendable, Equatable {
  /// The elements, one axis. Its name is the sparse tensor's name.
  public let values: ONNXTensor
  /// int64 places: one axis of linear places, or a row of `shape.count` places for each element.
  public let indices: ONNXTensor
  /// The axes of the whole tensor.
  public let shape: [Int]
}

extension ONNXTensor {
  /// The tensor as numbers.
  ///
  /// `external` gives the bytes of a range of another file; it is called only when they are
  /// there, and must confine the location.
  ///
  /// - Throws: `ParseError` for texts, for types without a `stored` one, when the bytes from
  ///   outside do not hold exactly the elements, and what `external` throws.
  public func storedTensor(
    external: (ONNXExternalData) throws(ParseError) -> ByteSlice
  ) throws(ParseError) -> StoredTensor {
    switch data {
    case .stored(let tensor): return tensor
    case .external(let place):
      guard let type = elementType.stored else { break }
      return try StoredTensor(shape: shape, elementType: type, bytes: external(place))
    case .strings, .packed: break
    }
    throw ParseError(
      .unsupported, at: offset, expected: "a tensor of common numbers", found: elementType.name)
  }
}
