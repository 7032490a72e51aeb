public import Bytes

/// A data set: a typed array, and how it lies in the file.
public struct HDF5Dataset: Sendable {
  /// The path from the root, without a leading slash.
  public let path: String
  /// The attributes in file order.
  public let attributes: [HDF5Attribute]
  /// The axes, outermost first.
  public let shape: [Int]
  /// The type of the elements.
  public let type: HDF5Datatype
  /// Where the elements are.
  public let storage: Storage
  /// The bytes that shape and type claim, wherever and however much of it is stored.
  public let claimedBytes: Int
  /// Where the file's addresses lead.
  let space: HDF5Space

  /// Where the elements of a data set are.
  public enum Storage: Sendable {
    /// One range of the file, in its object header or elsewhere.
    case contiguous(ByteSlice)
    /// Pieces of equal shape, each perhaps compressed.
    case chunked(HDF5Chunks)
    /// Ranges of other files, which the reading library would open.
    case external([ExternalFile])
    /// Parts of other data sets, perhaps in other files.
    case virtual
    /// Nothing was ever written: a reader sees fill values.
    case unallocated
    /// A layout that this reader does not know, by its name.
    case unsupported(String)
  }

  /// A range of another file.
  public struct ExternalFile: Sendable, Equatable {
    /// The file's name as it is written.
    public let name: String
    /// The first byte.
    public let offset: Int
    /// The number of bytes.
    public let size: Int
  }

  /// The elements, a range of the file where they are contiguous.
  ///
  /// - Throws: `ParseError`: `unsupported` for types and layouts that this reader does not know
  ///   and for data outside the file, `limit` when chunks unpack to more than the limits allow.
  public func tensor(limits: Limits = Limits()) throws(ParseError) -> StoredTensor {
    guard case .number(let element, let order) = type else {
      throw ParseError(.unsupported, at: 0, expected: "numbers", found: type.name)
        .inside("/" + path)
    }
    let bytes: ByteSlice
    switch storage {
    case .contiguous(let slice): bytes = slice
    case .chunked(let chunks):
      do {
        bytes = try chunks.decode(shape: shape, elementSize: element.size, limits: limits)
      } catch {
        throw error.inside("/" + path)
      }
    case .external, .virtual, .unallocated, .unsupported:
      throw ParseError(
        .unsupported, at: 0, expected: "data inside the file", found: storage.name
      ).inside("/" + path)
    }
    return try StoredTensor(shape: shape, elementType: element, byteOrder: order, bytes: bytes)
  }
}

extension HDF5Dataset.Storage {
  /// The layout as a person would name it.
  public var name: String {
    switch self {
    case .contiguous: "contiguous data"
    case .chunked: "chunked data"
    case .external: "data in another file"
    case .virtual: "a virtual data set"
    case .unallocated: "data that was never written"
    case .unsupported(let name): name
    }
  }
}

extension HDF5Parser {
  mutating func parseDataset(
    _ header: HDF5ObjectHeader, path: String, attributes: [HDF5Attribute]
  ) throws(ParseError) -> HDF5Dataset {
    let spaceMessage = try require(header, .dataspace)
    let typeMessage = try require(header, .datatype)
    guard !typeMessage.isShared, !spaceMessage.isShared else {
      throw ParseError(
        .unsupported, at: typeMessage.body.offset, expected: "a datatype in its object",
        found: "a shared one")
    }
    var spaceReader = ByteReader(spaceMessage.body)
    let dataspace = try HDF5Dataspace(parsing: &spaceReader, space: space)
    var typeReader = ByteReader(typeMessage.body)
    let type = try HDF5Datatype(parsing: &typeReader, space: space)
    let size = try dataspace.byteCount(
      elementSize: type.size(in: space), at: spaceMessage.body.offset)
    let storage = try parseStorage(header, size: size, elementSize: type.size(in: space))
    return HDF5Dataset(
      path: path, attributes: attributes, shape: dataspace.isNull ? [0] : dataspace.shape,
      type: type, storage: storage, claimedBytes: size, space: space)
  }

  private func require(
    _ header: HDF5ObjectHeader, _ type: HDF5ObjectHeader.MessageType
  ) throws(ParseError) -> HDF5ObjectHeader.Message {
    guard let message = try header.one(type) else {
      throw ParseError(
        at: space.bytes.offset, expected: "a \(type) message in a data set", found: "none")
    }
    return message
  }

  /// Reads a data layout message.
  ///
  /// Layout of version 3: version, class (1 each); compact: size 2, data; contiguous: address,
  /// length; chunked: rank + 1 in 1, address of the B-tree, sizes of a chunk 4 each, the last
  /// one in bytes. Version 4 differs for chunks and adds virtual data sets.
  private mutating func parseStorage(
    _ header: HDF5ObjectHeader, size: Int, elementSize: Int
  ) throws(ParseError) -> HDF5Dataset.Storage {
    if let files = try header.one(.externalFiles) {
      return .external(try parseExternalFiles(files.body))
    }
    let message = try require(header, .layout)
    var reader = ByteReader(message.body)
    let version = try reader.readByte("the version of the layout")
    guard version >= 3, version <= 4 else { return .unsupported("layout version \(version)") }
    let kind = try reader.readByte("the layout's class")
    switch kind {
    case 0:
      let length = Int(try reader.readLittleEndian(UInt16.self, "the size of compact data"))
      return .contiguous(try expectSize(size, of: try reader.read(length, "compact data")))
    case 1:
      let address = try reader.readAddress(space, "the data")
      let length = try reader.readLength(space, "the length of the data")
      guard size > 0 else { return .contiguous(.empty) }
      guard let address else { return .unallocated }
      let data = try space.reader(at: address, length: length, "the data").bytes
      return .contiguous(try expectSize(size, of: data))
    case 2 where version == 3:
      return .chunked(
        try HDF5Chunks(
          parsing: &reader, filters: try header.one(.filters)?.body,
          fill: try fillBytes(header), space: space, elementSize: elementSize))
    case 2: return .unsupported("chunks of layout version 4")
    case 3: return .virtual
    default: return .unsupported("layout class \(kind)")
    }
  }

  private func expectSize(_ size: Int, of data: ByteSlice) throws(ParseError) -> ByteSlice {
    guard data.count == size else {
      throw ParseError(
        at: data.offset, expected: "\(size) bytes of data", found: "\(data.count) bytes")
    }
    return data
  }

  /// The value of elements that were never written, empty for zeros.
  ///
  /// Version 1 and 2: version, times (2), defined (1 each), size 4, value; version 3: version,
  /// flags (bit 5: defined), size 4, value.
  private func fillBytes(_ header: HDF5ObjectHeader) throws(ParseError) -> ByteSlice {
    guard let message = try header.one(.fillValue) else { return .empty }
    var reader = ByteReader(message.body)
    let version = try reader.readVersion(1...3, of: "the fill value")
    let isDefined: Bool
    if version < 3 {
      try reader.skip(2, "the times of allocation and filling")
      isDefined = try reader.readByte("whether the fill value is defined") != 0 || version == 1
    } else {
      isDefined = try reader.readByte("the fill value's flags") & 0x20 != 0
    }
    guard isDefined else { return .empty }
    let length = Int(try reader.readLittleEndian(UInt32.self, "the size of the fill value"))
    let value = try reader.read(length, "the fill value")
    return value.allSatisfy { $0 == 0 } ? .empty : value
  }

  /// Reads an external data files message.
  ///
  /// Layout: version 1, reserved 3, slots allocated 2, slots used 2, address of a local heap;
  /// slots: place of the name in the heap, offset in the file, size (a length each).
  private func parseExternalFiles(
    _ message: ByteSlice
  ) throws(ParseError) -> [HDF5Dataset.ExternalFile] {
    var reader = ByteReader(message)
    _ = try reader.readVersion(1...1, of: "the external files")
    try reader.skip(5, "reserved bytes")
    let count = Int(try reader.readLittleEndian(UInt16.self, "the number of external files"))
    let heapAddress = try reader.readDefinedAddress(space, "a local heap")
    let heap = try HDF5LocalHeap(parsing: heapAddress, in: space)
    var files: [HDF5Dataset.ExternalFile] = []
    for _ in 0..<count {
      let place = try reader.readLength(space, "the place of a file's name")
      let offset = try reader.readLength(space, "an offset in an external file")
      // All bits set: to the end of that file.
      let size = try reader.readAddress(space, "the size in an external file") ?? Int.max
      let name = try heap.text(at: place, "an external file's name")
      files.append(HDF5Dataset.ExternalFile(name: name, offset: offset, size: size))
    }
    return files
  }
}
