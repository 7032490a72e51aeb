public import Bytes

extension HDF5File {
  /// The bytes in which the values of data sets and attributes stand, as far as they can be read:
  /// the rest of the file is structure, or belongs to no object.
  public var values: [ByteSlice] {
    var values = Values()
    collect(root, into: &values)
    return values.slices
  }

  /// What was collected, and what may still be read for it: many data sets may name one heap.
  private struct Values {
    var slices: [ByteSlice] = []
    var bytesLeft = 2 * HDF5Dataset.textBytes
  }

  private func collect(_ group: HDF5Group, into values: inout Values) {
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

  private func collect(_ attributes: [HDF5Attribute], into values: inout Values) {
    for attribute in attributes {
      if case .texts(let texts) = attribute.value { values.slices += texts }
    }
  }

  private func collect(_ dataset: HDF5Dataset, into values: inout Values) {
    do throws(ParseError) {
      let stored: [ByteSlice]
      switch dataset.storage {
      case .contiguous(let bytes): stored = [bytes]
      case .chunked(let chunks): stored = try chunks.storedChunks()
      default: return
      }
      values.slices += stored
      guard case .variableText = dataset.type else { return }
      let limit = values.bytesLeft
      values.bytesLeft = max(0, limit - dataset.claimedBytes)
      try dataset.readTexts(upTo: limit, limits: Limits()) { text in
        values.slices.append(text)
        values.bytesLeft = max(0, values.bytesLeft - text.count)
      }
    } catch {
      // Chunks that cannot be read belong to nobody.
      return
    }
  }
}
