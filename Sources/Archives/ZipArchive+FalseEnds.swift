import Bytes

// Descriptors in the data of stored members. A reader that streams an archive learns such a
// member's size only behind its data: libarchive ends it at the first descriptor whose sizes and
// checksum fit what it has read, and takes what follows for the next member; Apache Commons
// Compress ends it at any descriptor where it is told to. Neither is seen by the directory.
extension ZipArchive {
  /// Where the members lie whose ends such a reader looks for.
  var openRanges: [Range<Int>] { openEntries.map(\.packedRange) }

  private var openEntries: [ZipEntry] {
    entries.filter { $0.method == .stored && $0.localFault == nil && $0.hasDescriptor }
  }

  /// The first descriptor in each of them that fits what stands before it, as the pass over the
  /// archive found them. Members that share bytes are refused, and not searched.
  var falseEnds: [ZipDiscrepancy] {
    openEntries.compactMap { entry in
      guard let count = bytes.firstEndMark(in: entry.packedRange) else { return nil }
      let place = entry.packedRange.lowerBound + count
      if let hidden = [24, 16].lazy.compactMap({ localHeader(at: place + $0) }).first {
        return ZipDiscrepancy(
          .hiddenMember, at: hidden.view.offset, of: hidden.name,
          "a member in the data of another, behind a descriptor that ends it",
          directory: entry.view, local: hidden.view)
      }
      return ZipDiscrepancy(
        .localHeader, at: place, of: entry.nameBytes,
        "the data holds a descriptor that ends it after \(count) bytes", directory: entry.view)
    }
  }

  private func localHeader(at place: Int) -> ZipLocalHeader? {
    do throws(ParseError) {
      return try ZipLocalHeader(parsing: bytes, at: place)
    } catch {
      return nil
    }
  }
}
