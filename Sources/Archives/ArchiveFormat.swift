public import Bytes

/// The archives and compressions that are told from their bytes, whether or not they are opened.
/// `lzma` and `zlib` have no signature, but headers that hardly anything else begins with.
public enum ArchiveFormat: String, Sendable, CaseIterable {
  case zip
  case tar
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4
  case lzma
  case zlib
  case sevenZip = "7z"
  case cpio
  case rar
  case cab
  case ar
  case iso
  case squashfs
  case lha
  case arj

  /// The format whose signature the bytes carry.
  public init?(of bytes: ByteSlice) {
    guard
      let first = ArchiveFormat.signatures.first(where: { $0.matches(bytes) }),
      first.kind.isPlausible(bytes)
    else {
      guard ArchiveFormat.isTextCPIO(bytes) else { return nil }
      self = .cpio
      return
    }
    self = first.kind
  }

  /// Whether the bytes are a tar archive of Unix version 7, which has a checksum and no signature.
  public static func isOldTar(_ bytes: ByteSlice) -> Bool { TarReader.recognises(bytes) }

  /// Where a 7z archive begins behind other bytes, as its programs look for one.
  public static func sevenZip(behind bytes: ByteSlice) -> Int? { SevenZipHeader.place(in: bytes) }

  private static let signatures: [Signature<ArchiveFormat>] = [
    Signature(.zip, ZipSignature.local),
    Signature(.zip, ZipSignature.end),
    Signature(.gzip, [0x1f, 0x8b]),
    Signature(.zstd, [0x28, 0xb5, 0x2f, 0xfd]),
    Signature(.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    Signature(.bzip2, "BZh"),
    Signature(.lz4, [0x04, 0x22, 0x4d, 0x18]),
    Signature(.sevenZip, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
    Signature(.tar, "ustar", at: 257),
    Signature(.rar, "Rar!\u{1a}\u{7}"),
    Signature(.cab, "MSCF\0\0\0\0"),
    Signature(.ar, "!<arch>\n"),
    Signature(.iso, "CD001", at: 32_769),
    Signature(.squashfs, "hsqs"),
    Signature(.squashfs, "sqsh"),
    Signature(.lha, "-lh", at: 2),
    Signature(.arj, [0x60, 0xea]),
    Signature(.lzma, [0x5d, 0x00, 0x00]),
    Signature(.zlib, [0x78, 0x01]),
    Signature(.zlib, [0x78, 0x5e]),
    Signature(.zlib, [0x78, 0x9c]),
    Signature(.zlib, [0x78, 0xda]),
    Signature(.cpio, [0xc7, 0x71]),
    Signature(.cpio, [0x71, 0xc7]),
  ]

  /// Looks past a signature of few bytes, which other files may begin with as well.
  private func isPlausible(_ bytes: ByteSlice) -> Bool {
    switch self {
    case .lha: bytes.count > 21 && bytes[6] == UInt8(ascii: "-")
    case .arj: bytes.count > 10 && bytes[3] <= 10 && bytes[2] | bytes[3] != 0 && bytes[6] < 32
    case .squashfs: bytes.count >= 96 && bytes[28] | bytes[29] == 4
    case .lzma: ArchiveFormat.isLZMAHeader(bytes)
    case .zlib: ArchiveFormat.inflates(bytes)
    case .cpio: bytes.count > 26 && bytes[20] | bytes[21] != 0
    default: true
    }
  }

  /// Behind the properties stand the dictionary's size, 2^n or 3 * 2^(n - 1), and the size of what
  /// is packed, or -1.
  private static func isLZMAHeader(_ bytes: ByteSlice) -> Bool {
    guard bytes.count > 13 else { return false }
    let dictionary = (1...4).reduce(UInt32(0)) { $0 | UInt32(bytes[$1]) << (8 * ($1 - 1)) }
    let size = (5...12).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * ($1 - 5)) }
    let ones = dictionary.nonzeroBitCount
    let isUsual = ones == 1 || ones == 2 && dictionary & dictionary << 1 != 0
    return isUsual && (size == .max || size < 1 << 40)
  }

  /// Whether the stream begins well: two bytes say little, but a block of it does.
  private static func inflates(_ bytes: ByteSlice) -> Bool {
    var stream = Inflater(bytes, .zlib, limit: .max)
    do throws(ParseError) {
      _ = try stream.next()
      return true
    } catch {
      return false
    }
  }

  /// The portable forms begin with a number in text, and go on with digits up to the name.
  private static func isTextCPIO(_ bytes: ByteSlice) -> Bool {
    let start = bytes.prefix(76)
    let isKnown = ["070701", "070702", "070707"].contains { start.starts(with: $0.utf8) }
    return isKnown && start.count == 76
      && start.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xdf) }
  }
}
