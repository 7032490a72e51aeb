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
    let heaps = HDF5Heaps()
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
      switch attribute.value {
      case .texts(let contents), .contents(let contents, _): values.slices += contents
      case .numbers, .none, .unsupported: continue
      }
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
      guard dataset.type.hasReferences else { return }
      let limit = values.bytesLeft
      var read: [ByteSlice] = []
      defer {
        let count = read.reduce(dataset.readingCost) { $0 + $1.count }
        values.bytesLeft = max(0, limit - count)
        values.slices += read
      }
      try dataset.readContents(upTo: limit, limits: Limits(), heaps: values.heaps) {
        read.append($0)
      }
    } catch {
      // Chunks that cannot be read belong to nobody.
      return
    }
  }
}
