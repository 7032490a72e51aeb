import Bytes

extension HDF5Datatype {
  /// Whether texts or bytes stand in the elements, besides numbers.
  var hasContent: Bool {
    switch self {
    case .fixedText, .variableText, .opaque, .sequence: true
    case .array(let type, _): type.hasContent || type.isByte
    case .compound(let members, _): members.contains { $0.type.hasContent }
    case .number, .inner, .unsupported: false
    }
  }

  /// Whether elements lead to a global heap.
  var hasReferences: Bool {
    switch self {
    case .variableText, .sequence: true
    case .array(let type, _): type.hasReferences
    case .compound(let members, _): members.contains { $0.type.hasReferences }
    case .number, .fixedText, .opaque, .inner, .unsupported: false
    }
  }

  /// The name of a type in it that this reader does not know.
  public var unknown: String? {
    switch self {
    case .unsupported(let name, _): name
    case .array(let type, _), .sequence(let type): type.unknown
    case .compound(let members, _): members.lazy.compactMap(\.type.unknown).first
    case .number, .fixedText, .variableText, .opaque, .inner: nil
    }
  }

  /// How many types enclose a part of an element at most, itself counted.
  public var nesting: Int {
    switch self {
    case .array(let type, _), .sequence(let type): type.nesting + 1
    case .compound(let members, _): (members.map(\.type.nesting).max() ?? 0) + 1
    case .number, .fixedText, .variableText, .opaque, .inner, .unsupported: 1
    }
  }

  /// Whether an array of it is a row of bytes.
  var isByte: Bool {
    guard case .number(let type, _) = self else { return false }
    return type.size == 1
  }

  /// Reads the properties of the classes that are no plain numbers or texts.
  struct Parts {
    let version: UInt8
    let bits: Int
    let size: Int
    let space: HDF5Space
    let depth: Int

    /// The type of the class; nil for one that this reader does not know.
    func parse(
      _ reader: inout ByteReader, kind: Int, name: String
    ) throws(ParseError) -> HDF5Datatype? {
      switch kind {
      case 2:
        try reader.skip(2, "the bit precision")
        return .inner(name, size: size)
      case 4:
        try reader.skip(4, "the bits")
        return .inner(name, size: size)
      case 5:
        try reader.skip(bits & 0xff, "the opaque type's tag")
        return .opaque(length: size)
      case 6: return try compound(&reader)
      // Objects and regions of this file; later kinds may name another one.
      case 7: return bits & 15 <= 1 ? .inner(name, size: size) : nil
      case 8: return try enumeration(&reader)
      case 9:
        let type = try base(&reader)
        return bits & 15 == 0 ? .sequence(type) : bits & 15 == 1 ? .variableText : nil
      case 10: return try array(&reader)
      case 11:
        let type = try base(&reader)
        return try demand(.array(type, count: 2), at: reader.offset)
      default: return nil
      }
    }

    private func base(_ reader: inout ByteReader) throws(ParseError) -> HDF5Datatype {
      try HDF5Datatype(parsing: &reader, space: space, depth: depth + 1)
    }

    private func demand(
      _ type: HDF5Datatype, at offset: Int
    ) throws(ParseError) -> HDF5Datatype {
      guard case .array(let element, let count) = type,
        try checkedProduct(element.size(in: space), count, at: offset) == size
      else {
        throw ParseError(at: offset, expected: "an array of \(size) bytes", found: type.name)
      }
      return type
    }

    /// An enumeration is stored as its base type, which comes first; then its names, before
    /// version 3 each padded to 8, and its values. h5py writes truth values so.
    private func enumeration(_ reader: inout ByteReader) throws(ParseError) -> HDF5Datatype {
      let type = try base(&reader)
      guard type.size(in: space) == size else {
        throw reader.malformed(
          expected: "an enumeration of \(size) bytes", found: type.name)
      }
      for _ in 0..<(bits & 0xffff) { try skipName(&reader) }
      try reader.skip((bits & 0xffff) * size, "the values of an enumeration")
      return type
    }

    /// Layout: axes 1, before version 3: reserved 3; sizes 4 each; before version 3: permutation 4
    /// each; the elements' type.
    private func array(_ reader: inout ByteReader) throws(ParseError) -> HDF5Datatype {
      let start = reader.offset
      let rank = Int(try reader.readByte("the axes of an array"))
      if version < 3 { try reader.skip(3, "reserved bytes") }
      var count = 1
      for _ in 0..<rank {
        let length = Int(try reader.readLittleEndian(UInt32.self, "the size of an axis"))
        count = try checkedProduct(count, length, at: start)
      }
      if version < 3 { try reader.skip(4 * rank, "the order of the axes") }
      return try demand(.array(try base(&reader), count: count), at: start)
    }

    /// Layout of a member: name, before version 3 padded to 8; offset 4, in version 3 as many bytes
    /// as the size needs; version 1: axes 1, reserved 3, order 4, reserved 4, four sizes 4; type.
    private func compound(_ reader: inout ByteReader) throws(ParseError) -> HDF5Datatype {
      let start = reader.offset
      let width = version < 3 ? 4 : (Int.bitWidth - size.leadingZeroBitCount + 7) / 8
      var members: [Member] = []
      for _ in 0..<(bits & 0xffff) {
        try skipName(&reader)
        let offset = try reader.readSize(width: width, "the place of a member")
        var count = 1
        if version == 1 {
          let rank = Int(try reader.readByte("the axes of a member"))
          try reader.skip(11, "the order of the axes")
          for axis in 0..<4 {
            let length = Int(try reader.readLittleEndian(UInt32.self, "the size of an axis"))
            if axis < rank { count = try checkedProduct(count, length, at: start) }
          }
        }
        let type = try base(&reader)
        members.append(Member(offset: offset, type: count == 1 ? type : .array(type, count: count)))
      }
      try demandApart(members, at: start)
      return .compound(members, size: size)
    }

    /// Members that share bytes would cost more than the element is long.
    private func demandApart(_ members: [Member], at offset: Int) throws(ParseError) {
      var end = 0
      for member in members.sorted(by: { $0.offset < $1.offset }) {
        guard member.offset >= end else {
          throw ParseError(
            at: offset, expected: "members one after the other", found: "two that share bytes")
        }
        var length = member.type.size(in: space)
        if case .array(let type, let count) = member.type {
          length = try checkedProduct(type.size(in: space), count, at: offset)
        }
        end = try checkedSum(member.offset, length, at: offset)
      }
      guard end <= size else {
        throw ParseError(
          at: offset, expected: "members within \(size) bytes", found: "one that ends at \(end)")
      }
    }

    private func skipName(_ reader: inout ByteReader) throws(ParseError) {
      let start = reader.position
      _ = try reader.readTerminatedText("a name in a datatype")
      if version < 3 { try reader.skip((8 - (reader.position - start) % 8) % 8, "padding") }
    }
  }
}
