import Bytes

/// A global heap collection: values of any length that attributes refer to.
///
/// Layout: "GCOL", version 1, reserved 3, size; objects: index 2, reference count 2, reserved 4,
/// size, data padded to 8. Index 0 is the free rest (HDF5 file format 3.0, III.E).
struct HDF5GlobalHeap {
  private var objects: [UInt16: ByteSlice] = [:]

  init(parsing address: Int, in space: HDF5Space) throws(ParseError) {
    var header = try space.reader(at: address, "a global heap collection")
    try header.expect(Array("GCOL".utf8), "the signature GCOL")
    _ = try header.readVersion(1...1, of: "the global heap collection")
    try header.skip(3, "reserved bytes")
    let size = try header.readLength(space, "the size of the collection")
    var reader = try space.reader(at: address, length: size, "a global heap collection")
    try reader.skip(8 + space.lengthWidth, "the header of the collection")
    while reader.remaining >= 8 + space.lengthWidth {
      let start = reader.offset
      let index = try reader.readLittleEndian(UInt16.self, "a heap index")
      // The free rest fills the collection; its size counts its own header.
      guard index != 0 else { return }
      try reader.skip(6, "the reference count")
      let length = try reader.readLength(space, "the size of a heap object")
      let data = try reader.read(length, "a heap object")
      try reader.skip(min((8 - length % 8) % 8, reader.remaining), "padding")
      guard objects.updateValue(data, forKey: index) == nil else {
        throw ParseError(at: start, expected: "a new heap index", found: "\(index) again")
      }
    }
  }

  var count: Int { objects.count }

  func object(_ index: UInt16) -> ByteSlice? { objects[index] }
}

extension HDF5Parser {
  /// Follows a reference into a global heap: length 4, address of the collection, index 4.
  mutating func readHeapReference(_ reader: inout ByteReader) throws(ParseError) -> ByteSlice {
    let start = reader.offset
    let length = Int(try reader.readLittleEndian(UInt32.self, "a text's length"))
    let address = try reader.readAddress(space, "a global heap collection")
    let index = try reader.readLittleEndian(UInt32.self, "a heap index")
    guard length > 0, let address, address != 0 else { return .empty }
    let heap = try heaps.heap(at: address, in: space)
    guard let key = UInt16(exactly: index), let object = heap.object(key), length <= object.count
    else {
      throw ParseError(
        at: start, expected: "a heap object of \(length) bytes", found: "none at index \(index)")
    }
    return object.prefix(length)
  }
}

/// A local heap: the names of a symbol table's entries.
///
/// Layout: "HEAP", version 0, reserved 3, size of the data, free list, address of the data.
struct HDF5LocalHeap {
  private let data: ByteSlice

  init(parsing address: Int, in space: HDF5Space) throws(ParseError) {
    var reader = try space.reader(at: address, "a local heap")
    try reader.expect(Array("HEAP".utf8), "the signature HEAP")
    _ = try reader.readVersion(0...0, of: "the local heap")
    try reader.skip(3, "reserved bytes")
    let size = try reader.readLength(space, "the size of the local heap")
    _ = try reader.readLength(space, "the free list")
    let start = try reader.readDefinedAddress(space, "the local heap's data")
    data = try space.reader(at: start, length: size, "the local heap's data").bytes
  }

  func text(at place: Int, _ what: String) throws(ParseError) -> String {
    var reader = ByteReader(data)
    try reader.seek(to: place)
    return try reader.readTerminatedText(what)
  }
}
