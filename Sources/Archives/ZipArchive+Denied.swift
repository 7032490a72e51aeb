import Bytes

// What other readers get of an archive than those who keep to its directory.
extension ZipArchive {
  /// What a loader gets that minds neither checksum nor flags.
  struct DeniedContent {
    /// The unpacked bytes, up to the first fault.
    let bytes: ByteSlice
    /// Packed bytes that the stream does not take, or all of them when they are no such stream.
    let rest: ByteSlice
    /// Whether the bytes have the directory's checksum.
    let isIntact: Bool
    /// Whether the stream had an end.
    let isWhole: Bool
  }

  /// What members take of the file, bytes that several share counted for each.
  var packedTotal: Int {
    entries.reduce(0) { $0.addingReportingOverflow($1.packedRange.count).partialValue }
  }

  /// The bytes of a member that `content(of:)` refuses; nil when there are none.
  func deniedContent(of entry: ZipEntry) -> DeniedContent? {
    guard entry.localFault == nil else { return nil }
    do throws(ParseError) {
      let packed = try bytes.slice(entry.packedRange)
      guard packed.count <= limits.memberBytes else { return nil }
      switch entry.method {
      case .stored:
        return DeniedContent(
          bytes: packed, rest: .empty, isIntact: CRC32(of: packed).value == entry.checksum,
          isWhole: true)
      case .deflated:
        let stream = inflate(packed)
        return DeniedContent(
          bytes: stream.bytes, rest: stream.rest,
          isIntact: CRC32(of: stream.bytes).value == entry.checksum, isWhole: stream.isWhole)
      case .other:
        // Perhaps a stream that is told from its own first bytes.
        return DeniedContent(bytes: .empty, rest: packed, isIntact: false, isWhole: false)
      }
    } catch {
      return nil
    }
  }

  /// What a reader that walks the local headers gets of the member at the offset.
  func streamedMember(at offset: Int) -> (name: [UInt8], bytes: ByteSlice)? {
    ZipArchive.streamedMember(of: bytes, at: offset, limits: limits)
  }

  /// What a reader that walks the local headers gets of the member at the offset of the bytes.
  static func streamedMember(
    of bytes: ByteSlice, at offset: Int, limits: Limits
  ) -> (name: [UInt8], bytes: ByteSlice)? {
    do throws(ParseError) {
      let local = try ZipLocalHeader(parsing: bytes, at: offset)
      let rest = bytes.suffix(bytes.count - local.dataStart)
      // Zero with a descriptor: only the stream itself tells its end.
      let isOpen = local.packedSize == 0 && local.hasDescriptor
      if local.method == .deflated {
        let packed = isOpen ? rest : rest.prefix(local.packedSize)
        return (local.name, inflate(packed, limits: limits).bytes)
      }
      let end = isOpen ? rest.firstSignature() : local.packedSize
      return (local.name, rest.prefix(end))
    } catch {
      return nil
    }
  }

  private func inflate(
    _ packed: ByteSlice
  ) -> (bytes: ByteSlice, rest: ByteSlice, isWhole: Bool) {
    ZipArchive.inflate(packed, limits: limits)
  }

  /// What a reader gets that stops at the first fault and keeps what it has.
  private static func inflate(
    _ packed: ByteSlice, limits: Limits
  ) -> (bytes: ByteSlice, rest: ByteSlice, isWhole: Bool) {
    let limit = limits.unpackedBytes(of: packed.count)
    var inflater = Inflater(packed, limit: limit)
    var buffer = ByteBuffer()
    do throws(ParseError) {
      while let block = try inflater.next() { buffer.append(block) }
      return (buffer.finish(), packed.suffix(packed.count - inflater.consumed), true)
    } catch {
      // No stream at all: others may take the bytes as they are.
      return (buffer.finish(), packed, false)
    }
  }
}

extension ByteSlice {
  /// The first place where some structure of a zip archive begins; the end when there is none.
  fileprivate func firstSignature() -> Int {
    let signatures = [ZipSignature.local, ZipSignature.directory, ZipSignature.descriptor]
    return indices.first { place in
      self[place] == 0x50 && signatures.contains { has($0, at: place) }
    } ?? count
  }
}

/// The local headers in a part of a zip archive, one after the other, as a reader finds them that
/// knows no directory.
struct ZipStreamView {
  /// Where the headers stand.
  private(set) var headers: [Int] = []
  /// Bytes that belong to no member.
  private(set) var gaps: [Range<Int>] = []

  /// Walks the range of the bytes, up to a number of headers.
  init(of bytes: ByteSlice, in range: Range<Int>, limit: Int = 1_000) {
    var position = range.lowerBound
    // Behind a member of unknown length, nothing is known to be a gap.
    var isKnown = true
    while headers.count < limit,
      let place = (position..<range.upperBound).first(where: {
        bytes[$0] == 0x50 && bytes.has(ZipSignature.local, at: $0)
      })
    {
      if isKnown, place > position { gaps.append(position..<place) }
      headers.append(place)
      position = place + ZipSignature.local.count
      isKnown = false
      do throws(ParseError) {
        let header = try ZipLocalHeader(parsing: bytes, at: place)
        let (end, overflow) = header.dataStart.addingReportingOverflow(header.packedSize)
        guard !overflow, end <= range.upperBound else { continue }
        position = max(position, end)
        isKnown = !header.hasDescriptor
      } catch {
        continue
      }
    }
    if isKnown, position < range.upperBound { gaps.append(position..<range.upperBound) }
  }
}
