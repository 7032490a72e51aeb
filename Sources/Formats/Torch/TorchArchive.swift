import Archives
import Bytes

// The layout of torch.save since version 1.6, a zip archive without compression:
//   NAME/data.pkl     what was saved; storages are persistent references by key
//   NAME/data/KEY     the elements of a storage
//   NAME/byteorder    "little" or "big"; little where it is missing
//   NAME/version      "3\n"
// A TorchScript program (torch.jit.save) has NAME/code/ and NAME/constants.pkl as well.

/// The archive that torch.save writes.
struct TorchArchive {
  private let archive: ZipArchive
  /// The folder in which everything lies, with its slash; empty for none.
  private let folder: String
  /// The members by name; where one name comes twice, readers differ.
  private let members: [String: [Int]]
  /// The order of the bytes in all storages.
  let byteOrder: ByteOrder

  init(parsing bytes: ByteSlice, limits: Limits) throws(ParseError) {
    archive = try ZipArchive(parsing: bytes, limits: limits)
    let members = Dictionary(grouping: archive.entries.indices) { [archive] in
      archive.entries[$0].name ?? ""
    }
    self.members = members
    let pickles = members.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw ParseError(
        at: bytes.offset, expected: "one member 'data.pkl'", found: "\(pickles.count)")
    }
    let folder = String(pickle.dropLast("data.pkl".count))
    self.folder = folder
    if members[folder + "constants.pkl"] != nil
      || members.keys.contains(where: { $0.hasPrefix(folder + "code/") })
    {
      throw ParseError(
        .unsupported, at: bytes.offset, expected: "tensors or modules saved by torch.save",
        found: "a TorchScript program")
    }
    guard members[folder + "byteorder"] != nil else {
      byteOrder = .little
      return
    }
    let order = try Self.content(of: folder + "byteorder", members, in: archive)
    guard let order = order.utf8.flatMap({ ByteOrder(rawValue: $0) }) else {
      throw ParseError(
        at: 0, expected: "'little' or 'big'", found: safeText(bytes: order.prefix(8))
      )
      .inside("byteorder")
    }
    byteOrder = order
  }

  /// The pickle of what was saved.
  func pickle() throws(ParseError) -> ByteSlice {
    try Self.content(of: folder + "data.pkl", members, in: archive)
  }

  /// The elements of a storage.
  func storage(_ key: String) throws(ParseError) -> ByteSlice {
    try Self.content(of: folder + "data/" + key, members, in: archive)
  }

  /// The content of the one member of the name.
  private static func content(
    of name: String, _ members: [String: [Int]], in archive: ZipArchive
  ) throws(ParseError) -> ByteSlice {
    let found = members[name] ?? []
    guard found.count == 1 else {
      throw ParseError(
        at: 0, expected: "one member '\(safeText(name))'", found: "\(found.count)")
    }
    do {
      return try archive.content(of: archive.entries[found[0]])
    } catch {
      throw error.inside(safeText(name))
    }
  }
}
