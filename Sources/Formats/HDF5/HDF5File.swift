public import Bytes

/// An HDF5 file, read without the HDF5 library: all groups, attributes and the places of data.
///
/// Known are superblocks 0 to 3, object headers 1 and 2, symbol tables and link messages,
/// attributes 1 to 3, integers, IEEE floats and text, contiguous, compact and chunked data with
/// deflate, shuffle and fletcher32. What is not known is named, never guessed.
public struct HDF5File: Sendable {
  /// The root group.
  public let root: HDF5Group
  /// Bytes before the superblock, which HDF5 leaves to its users.
  public let userBlock: ByteSlice
  /// Bytes after the end that the superblock states.
  public let trailing: ByteSlice
  /// Bytes of the whole file.
  let byteCount: Int
  /// Where the file's addresses lead.
  let space: HDF5Space

  /// Reads the structure of the whole file; data stays where it is.
  ///
  /// - Throws: `ParseError` when superblock or root cannot be read, or a limit is reached. An
  ///   object below the root that cannot be read is an `unreadable` link.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    let superblock = try HDF5Superblock(parsing: bytes)
    userBlock = superblock.userBlock
    trailing = superblock.trailing
    byteCount = bytes.count
    space = superblock.space
    var parser = HDF5Parser(space: superblock.space, limits: limits)
    let target = try parser.parseTarget(at: superblock.root, path: "", depth: 0)
    switch target {
    case .group(let group): root = group
    case .unreadable(let error): throw error.inside("/")
    default:
      throw ParseError(
        at: bytes.offset + superblock.root, expected: "a root group", found: "another object")
    }
  }
}
