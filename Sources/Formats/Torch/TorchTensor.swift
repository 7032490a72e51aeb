public import Bytes

/// A tensor of a PyTorch file: a view into a storage that other tensors may share.
public struct TorchTensor: Sendable {
  /// The axes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// From one element of an axis to the next, in elements.
  public let strides: [Int]
  /// The first element in the storage, counted in elements.
  public let storageOffset: Int
  /// The type of each element.
  public let elementType: ElementType
  /// The order of the bytes in an element.
  public let byteOrder: ByteOrder
  /// The whole storage: a range of the file where the file is not compressed.
  public let storage: ByteSlice
  /// The storage's key in the file; tensors of one key share their elements.
  public let storageKey: String
  /// Whether it was saved as a parameter of a module. A state dict holds plain tensors.
  public internal(set) var isParameter = false

  private let elements: StridedElements

  /// A view of elements that lie inside the storage.
  ///
  /// - Throws: `ParseError` at `place` when they do not.
  init(
    shape: [Int], strides: [Int], storageOffset: Int, elementType: ElementType,
    in storage: TorchStorage, at place: Int
  ) throws(ParseError) {
    elements = try StridedElements(
      shape: shape, strides: strides, offset: storageOffset,
      among: storage.bytes.count / elementType.size, at: place)
    self.shape = shape
    self.strides = strides
    self.storageOffset = storageOffset
    self.elementType = elementType
    byteOrder = storage.byteOrder
    self.storage = storage.bytes
    storageKey = storage.key
  }

  /// The bytes that the elements take in row-major order.
  public var byteCount: Int { elements.count * elementType.size }

  /// Whether the elements lie in row-major order, so that reading them copies nothing.
  public var isContiguous: Bool { elements.isContiguous }

  /// The tensor in row-major order: a range of the storage where it lies so, a copy otherwise.
  public func storedTensor() throws(ParseError) -> StoredTensor {
    try StoredTensor(
      shape: shape, elementType: elementType, byteOrder: byteOrder,
      bytes: elements.bytes(of: storage, elementSize: elementType.size))
  }
}

/// A tensor and its name.
public struct NamedTorchTensor: Sendable {
  /// The path of names with dots between them, such as `features.0.weight` (untrusted text).
  public let name: String
  /// The tensor.
  public let tensor: TorchTensor
}
