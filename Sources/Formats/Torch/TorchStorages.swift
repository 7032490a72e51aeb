import Archives
import Bytes

/// The elements that one or more tensors view.
struct TorchStorage {
  let key: String
  let bytes: ByteSlice
  let byteOrder: ByteOrder
}

/// What a pickle says of a storage outside it (torch/serialization.py, `persistent_id`):
/// `('storage', class, key, location, elements)`, in the old form with None or
/// `(view key, offset, elements)` as sixth.
struct TorchStorageReference {
  let key: String
  /// The type of the elements; nil for bytes whose type the tensor says.
  let elementType: ElementType?
  /// The number of elements, or of bytes without a type.
  let count: Int
  /// The elements of the storage that are meant; all where there is no view.
  let view: Range<Int>?

  /// Bytes of an element.
  var elementSize: Int { elementType?.size ?? 1 }

  /// The types of the storage classes, named in `torch` and, where they lay on a GPU, in
  /// `torch.cuda`.
  private static let elementTypes: [String: ElementType] = [
    "BoolStorage": .bool, "ByteStorage": .uint8, "CharStorage": .int8, "ShortStorage": .int16,
    "IntStorage": .int32, "LongStorage": .int64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "FloatStorage": .float32, "DoubleStorage": .float64,
  ]

  /// Reads the identification; nil when it is none of a storage.
  init?(_ value: PickledValue, in objects: PickledObjects, at place: Int) throws(ParseError) {
    guard let parts = objects.tuple(value), parts.first == .text("storage") else { return nil }
    guard (5...6).contains(parts.count), let type = objects.global(parts[1]),
      case .text(let key) = parts[2], case .text = parts[3], case .integer(let count) = parts[4],
      count >= 0
    else {
      throw ParseError(
        at: place, expected: "a storage with class, key, location and size",
        found: objects.summary(of: parts.dropFirst().first ?? .none))
    }
    let isUntyped =
      type.name == "UntypedStorage" && (type.module == "torch.storage" || type.module == "torch")
    let known = type.module == "torch" || type.module == "torch.cuda"
    let elementType = known ? Self.elementTypes[type.name] : nil
    guard isUntyped || elementType != nil else {
      throw ParseError(
        .unsupported, at: place, expected: "a storage of a common number type",
        found: type.shortened)
    }
    self.key = key
    self.elementType = elementType
    self.count = count
    view = parts.count == 6 ? try Self.view(parts[5], of: count, in: objects, at: place) : nil
  }

  private static func view(
    _ value: PickledValue, of count: Int, in objects: PickledObjects, at place: Int
  ) throws(ParseError) -> Range<Int>? {
    if value == .none { return nil }
    guard let parts = objects.tuple(value), parts.count == 3,
      case .integer(let offset) = parts[1], case .integer(let size) = parts[2],
      offset >= 0, size >= 0, offset <= count, size <= count - offset
    else {
      throw ParseError(
        at: place, expected: "a view inside a storage of \(count)", found: "another value")
    }
    return offset..<(offset + size)
  }
}

/// The storages of a file by their keys. One in an archive is read, and its checksum computed,
/// when it is first asked for.
struct TorchStorages {
  private let archive: TorchArchive?
  private var byKey: [String: ByteSlice]
  private var unpackedLeft: Int

  /// The storages of an archive; packed ones together unpack to no more than the limits allow.
  init(_ archive: TorchArchive, fileSize: Int, limits: Limits) {
    self.archive = archive
    byKey = [:]
    unpackedLeft = limits.unpackedBytes(of: fileSize)
  }

  /// The storages of the old form.
  init(_ storages: [String: ByteSlice]) {
    archive = nil
    byKey = storages
    unpackedLeft = 0
  }

  /// The storage that a pickle refers to.
  ///
  /// - Throws: `ParseError` when there is none of the key or it has another size.
  mutating func storage(
    _ reference: TorchStorageReference, at place: Int
  ) throws(ParseError) -> TorchStorage {
    let whole = try bytes(of: reference.key, at: place)
    let width = reference.elementSize
    let size = try checkedProduct(reference.count, width, at: place)
    guard whole.count == size else {
      throw ParseError(
        at: place, expected: "\(size) bytes in storage '\(safeText(reference.key))'",
        found: "\(whole.count) bytes")
    }
    let view = reference.view ?? 0..<reference.count
    return TorchStorage(
      key: reference.key,
      bytes: try whole.slice((view.lowerBound * width)..<(view.upperBound * width)),
      // The old form is little-endian on every machine (torch/csrc/serialization.cpp).
      byteOrder: archive?.byteOrder ?? .little)
  }

  private mutating func bytes(of key: String, at place: Int) throws(ParseError) -> ByteSlice {
    if let known = byKey[key] { return known }
    guard let archive else {
      throw ParseError(
        at: place, expected: "a storage '\(safeText(key))'", found: "none of the key")
    }
    let bytes = try archive.storage(key)
    guard bytes.count <= unpackedLeft else {
      throw ParseError(.limit, at: place, expected: "storages of bounded size", found: "more")
    }
    unpackedLeft -= bytes.count
    byKey[key] = bytes
    return bytes
  }
}
