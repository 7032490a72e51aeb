public import Bytes

// FlatBuffers ("FlatBuffer internals", flatbuffers.dev): byte 0 holds the place of the root table.
//   table    signed distance back to its vtable 4, fields
//   vtable   its size 2, the table's size 2, for each field its distance from the table 2 (0: unset)
//   vector   count 4, elements        text    a vector of bytes
// Tables, vectors and texts are named by unsigned distances forward of 4 bytes.

/// Bytes in which tables refer to each other; every place is checked before it is read.
public struct FlatBuffer: Sendable {
  /// The whole file.
  public let bytes: ByteSlice

  /// Takes a file; nothing is read yet.
  public init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// The table that the file begins with.
  public func root() throws(ParseError) -> FlatTable {
    try FlatTable(in: self, at: try target(of: 0))
  }

  func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, at place: Int
  ) throws(ParseError) -> Value {
    var reader = ByteReader(bytes)
    try reader.seek(to: place)
    return try reader.readLittleEndian(type)
  }

  /// Where the distance at the place leads to.
  func target(of place: Int) throws(ParseError) -> Int {
    let distance = Int(try integer(UInt32.self, at: place))
    guard distance > 0, distance <= bytes.count - place else {
      throw ParseError(
        at: place, expected: "a distance within \(bytes.count - place) bytes",
        found: "\(distance)")
    }
    return place + distance
  }

  /// The elements of the vector at the place.
  func vector(at place: Int, width: Int) throws(ParseError) -> ByteSlice {
    let count = Int(try integer(UInt32.self, at: place))
    let size = try checkedProduct(count, width, at: place)
    guard size <= bytes.count - place - 4 else {
      throw ParseError(
        at: place, expected: "a vector within \(bytes.count - place - 4) bytes", found: "\(size)")
    }
    return try bytes.slice((place + 4)..<(place + 4 + size))
  }
}

/// One table. Fields are told by their numbers in the schema, from 0.
public struct FlatTable: Sendable {
  private let buffer: FlatBuffer
  private let place: Int
  private let vtable: Int
  private let fieldCount: Int
  private let size: Int

  init(in buffer: FlatBuffer, at place: Int) throws(ParseError) {
    let distance = Int(try buffer.integer(Int32.self, at: place))
    let vtable = place - distance
    guard vtable >= 0, vtable <= buffer.bytes.count - 4 else {
      throw ParseError(at: place, expected: "a vtable in the file", found: "one at \(vtable)")
    }
    let vtableSize = Int(try buffer.integer(UInt16.self, at: vtable))
    size = Int(try buffer.integer(UInt16.self, at: vtable + 2))
    guard vtableSize >= 4, vtableSize % 2 == 0, vtableSize <= buffer.bytes.count - vtable,
      size >= 4, size <= buffer.bytes.count - place
    else {
      throw ParseError(
        at: vtable, expected: "sizes of a table in the file", found: "\(vtableSize) and \(size)")
    }
    self.buffer = buffer
    self.place = place
    self.vtable = vtable
    fieldCount = (vtableSize - 4) / 2
  }

  /// Where the table stands in the file.
  public var offset: Int { place }

  private func position(_ field: Int, width: Int) throws(ParseError) -> Int? {
    guard field < fieldCount else { return nil }
    let distance = Int(try buffer.integer(UInt16.self, at: vtable + 4 + 2 * field))
    guard distance > 0 else { return nil }
    guard distance >= 4, distance + width <= size else {
      throw ParseError(
        at: vtable, expected: "field \(field) within \(size) bytes", found: "\(distance)")
    }
    return place + distance
  }

  /// A number; nil when it is not set.
  public func integer<Value: FixedWidthInteger>(
    _ field: Int, _ type: Value.Type
  ) throws(ParseError) -> Value? {
    guard let place = try position(field, width: Value.bitWidth / 8) else { return nil }
    return try buffer.integer(type, at: place)
  }

  /// A table; nil when it is not set.
  public func table(_ field: Int) throws(ParseError) -> FlatTable? {
    guard let place = try position(field, width: 4) else { return nil }
    return try FlatTable(in: buffer, at: try buffer.target(of: place))
  }

  /// The elements of a vector, each of `width` bytes; empty when it is not set.
  public func vector(_ field: Int, width: Int) throws(ParseError) -> ByteSlice {
    guard let place = try position(field, width: 4) else { return .empty }
    return try buffer.vector(at: try buffer.target(of: place), width: width)
  }

  /// Text; nil when it is not set.
  public func text(_ field: Int) throws(ParseError) -> ByteSlice? {
    guard try position(field, width: 4) != nil else { return nil }
    return try vector(field, width: 1)
  }

  /// The tables of a vector; the caller bounds how many it visits.
  public func tables(_ field: Int) throws(ParseError) -> [FlatTable] {
    guard let place = try position(field, width: 4) else { return [] }
    let start = try buffer.target(of: place)
    let count = try buffer.vector(at: start, width: 4).count / 4
    var tables: [FlatTable] = []
    for index in 0..<count {
      let target = try buffer.target(of: start + 4 + 4 * index)
      tables.append(try FlatTable(in: buffer, at: target))
    }
    return tables
  }
}
