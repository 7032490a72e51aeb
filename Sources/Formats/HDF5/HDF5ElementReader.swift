import Bytes

/// Reads texts and bytes out of elements, also those in members, arrays and heaps.
struct HDF5ElementReader {
  let space: HDF5Space
  /// Bytes of heap objects that may be read; one that several elements name counts once.
  let limit: Int
  private let heaps: HDF5Heaps
  private var known: [Int: Set<UInt16>] = [:]
  private var byteCount = 0

  init(space: HDF5Space, limit: Int, heaps: HDF5Heaps) {
    self.space = space
    self.limit = limit
    self.heaps = heaps
  }

  /// Hands over each text, without what fills it up, and each row of bytes; numbers are none.
  mutating func read(
    _ elements: ByteSlice, of type: HDF5Datatype, _ body: (ByteSlice) -> Void
  ) throws(ParseError) {
    switch type {
    case .number, .inner, .unsupported: return
    case .fixedText(let length, let padding):
      let filler: UInt8 = padding == .spaces ? 0x20 : 0
      for start in stride(from: 0, to: elements.count, by: length) {
        body(elements.part(at: start, length).withoutFiller(filler))
      }
    case .opaque(let length): Self.read(elements, each: length, body)
    case .array(let element, let count):
      // An array without elements takes no bytes, and neither do several.
      guard count > 0 else { return }
      if element.isByte {
        Self.read(elements, each: count, body)
      } else {
        try read(elements, of: element, body)
      }
    case .compound(let members, let size):
      let members = members.filter(\.type.hasContent)
      for start in stride(from: 0, to: elements.count, by: size) {
        for member in members {
          let part = elements.part(at: start + member.offset, member.type.size(in: space))
          try read(part, of: member.type, body)
        }
      }
    case .variableText: try readReferences(elements, to: nil, body)
    case .sequence(let element): try readReferences(elements, to: element, body)
    }
  }

  private static func read(_ elements: ByteSlice, each length: Int, _ body: (ByteSlice) -> Void) {
    for start in stride(from: 0, to: elements.count, by: length) {
      body(elements.part(at: start, length))
    }
  }

  /// References of length 4, address and index 4 lead to objects in heaps.
  private mutating func readReferences(
    _ references: ByteSlice, to type: HDF5Datatype?, _ body: (ByteSlice) -> Void
  ) throws(ParseError) {
    var reader = ByteReader(references)
    while reader.remaining >= 8 + space.addressWidth {
      let length = Int(try reader.readLittleEndian(UInt32.self, "a text's length"))
      let address = try reader.readAddress(space, "a global heap collection")
      let index = try reader.readLittleEndian(UInt32.self, "a heap index")
      guard length > 0, let address, address != 0 else { continue }
      let heap = try heaps.heap(at: address, in: space)
      guard let key = UInt16(exactly: index), let object = heap.object(key) else {
        throw ParseError(
          at: space.bytes.offset + address, expected: "a heap object of index \(index)",
          found: "none")
      }
      guard known[address, default: []].insert(key).inserted else { continue }
      byteCount += object.count
      guard byteCount <= limit else {
        throw ParseError(
          .limit, at: object.offset, expected: "at most \(limit) bytes of any length",
          found: "more")
      }
      if let type, type.hasContent {
        try read(object, of: type, body)
      } else {
        body(object)
      }
    }
  }
}

/// The global heaps of a file, each read once however many elements lead to it.
public final class HDF5Heaps {
  /// Nil for one that cannot be read.
  private var heaps: [Int: HDF5GlobalHeap?] = [:]
  private var objectCount = 0

  /// None is read yet.
  public init() {}

  func heap(at address: Int, in space: HDF5Space) throws(ParseError) -> HDF5GlobalHeap {
    let offset = space.bytes.offset + address
    if let known = heaps[address] {
      guard let heap = known else {
        throw ParseError(at: offset, expected: "a global heap collection", found: "a broken one")
      }
      return heap
    }
    heaps.updateValue(nil, forKey: address)
    let heap = try HDF5GlobalHeap(parsing: address, in: space)
    objectCount += heap.count
    guard objectCount <= HDF5Parser.messageCount else {
      throw ParseError(
        .limit, at: offset, expected: "at most \(HDF5Parser.messageCount) heap objects",
        found: "more")
    }
    heaps.updateValue(heap, forKey: address)
    return heap
  }
}

extension ByteSlice {
  fileprivate func part(at start: Int, _ length: Int) -> ByteSlice {
    suffix(count - start).prefix(length)
  }
}
