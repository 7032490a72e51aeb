public import Bytes

extension HDF5File {
  /// The bytes in which the values of data sets and attributes stand, as far as they can be read:
  /// the rest of the file is structure, or belongs to no object.
  public var values: [ByteSlice] {
    var values: [ByteSlice] = []
    collect(root, into: &values)
    return values
  }

  private func collect(_ group: HDF5Group, into values: inout [ByteSlice]) {
    collect(group.attributes, into: &values)
    for link in group.links {
      switch link.target {
      case .group(let inner): collect(inner, into: &values)
      case .dataset(let dataset):
        collect(dataset.attributes, into: &values)
        collect(dataset, into: &values)
      default: continue
      }
    }
  }

  private func collect(_ attributes: [HDF5Attribute], into values: inout [ByteSlice]) {
    for attribute in attributes {
      if case .texts(let texts) = attribute.value { values += texts }
    }
  }

  private func collect(_ dataset: HDF5Dataset, into values: inout [ByteSlice]) {
    do throws(ParseError) {
      let stored: [ByteSlice]
      switch dataset.storage {
      case .contiguous(let bytes): stored = [bytes]
      case .chunked(let chunks): stored = try chunks.storedChunks()
      default: return
      }
      values += stored
      guard case .variableText = dataset.type else { return }
      for part in stored { try collectTexts(part, into: &values) }
    } catch {
      // Chunks that cannot be read belong to nobody.
      return
    }
  }

  /// Texts of any length stand in heaps: references of length 4, address and index 4 lead there.
  private func collectTexts(_ references: ByteSlice, into values: inout [ByteSlice])
    throws(ParseError)
  {
    var heaps: [Int: HDF5GlobalHeap] = [:]
    var reader = ByteReader(references)
    while reader.remaining >= 8 + space.addressWidth, values.count < HDF5Parser.messageCount {
      let length = Int(try reader.readLittleEndian(UInt32.self, "a text's length"))
      let address = try reader.readAddress(space, "a global heap collection")
      let index = try reader.readLittleEndian(UInt32.self, "a heap index")
      guard length > 0, let address, address != 0 else { continue }
      let heap: HDF5GlobalHeap
      if let known = heaps[address] {
        heap = known
      } else {
        heap = try HDF5GlobalHeap(parsing: address, in: space)
        heaps[address] = heap
      }
      guard let key = UInt16(exactly: index), let object = heap.object(key) else { continue }
      values.append(object.prefix(length))
    }
  }
}

extension HDF5Dataset {
  /// The first elements as bytes, unpacked; empty where they are far or large.
  public func firstBytes() throws(ParseError) -> ByteSlice {
    switch storage {
    case .contiguous(let bytes): bytes
    case .chunked(let chunks): try chunks.firstChunk()
    default: .empty
    }
  }
}
