import Bytes

// The layout of torch.save before version 1.6 (torch/serialization.py, `_legacy_save`): pickles of
//   the magic number, the protocol version 1001, a dict about the system,
//   what was saved, a list of the keys of the storages,
// then for each key the number of elements (8 bytes) and the elements, all little-endian.

/// The pickles and storages of the old form.
struct TorchLegacyFile {
  /// 0x1950a86a20f9469cfc6c, little-endian.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]

  let root: PickledValue
  private(set) var storages: [String: ByteSlice] = [:]

  init(parsing bytes: ByteSlice, machine: inout PickleMachine) throws(ParseError) {
    var reading = PickleReading()
    var pickles = PickleReader(bytes)
    let magic = try machine.run(&pickles, &reading)
    guard case .longInteger(let found) = machine.objects.object(magic)?.kind,
      found.elementsEqual(Self.magic)
    else {
      throw ParseError(
        at: bytes.offset, expected: "the magic number of torch.save",
        found: machine.objects.summary(of: magic))
    }
    let versionOffset = pickles.offset
    let version = try machine.run(&pickles, &reading)
    guard version == .integer(1001) else {
      throw ParseError(
        .unsupported, at: versionOffset, expected: "protocol version 1001",
        found: machine.objects.summary(of: version))
    }
    // Sizes of C types on the machine that wrote; nothing here depends on them.
    _ = try machine.run(&pickles, &reading)
    root = try machine.run(&pickles, &reading)
    let keysOffset = pickles.offset
    let keys = try machine.run(&pickles, &reading)
    guard let list = machine.objects.object(keys), case .list = list.kind else {
      throw ParseError(
        at: keysOffset, expected: "a list of the storages' keys",
        found: machine.objects.summary(of: keys))
    }
    try readStorages(list, from: pickles.rest, objects: machine.objects)
  }

  private mutating func readStorages(
    _ keys: PickledObject, from bytes: ByteSlice, objects: PickledObjects
  ) throws(ParseError) {
    // Only the references tell how wide the elements are.
    var references: [String: TorchStorageReference] = [:]
    for object in objects {
      guard case .persistent(let value) = object.kind,
        let reference = try TorchStorageReference(value, in: objects, at: object.offset)
      else { continue }
      let known = references.updateValue(reference, forKey: reference.key)
      guard known == nil || known?.elementSize == reference.elementSize else {
        throw ParseError(
          at: object.offset, expected: "one type of storage '\(safeText(reference.key))'",
          found: "two")
      }
    }
    var reader = ByteReader(bytes)
    for key in keys.elements {
      guard case .text(let key) = key, storages[key] == nil, let reference = references[key] else {
        throw ParseError(
          at: keys.offset, expected: "the key of a storage that is referred to, once",
          found: objects.summary(of: key))
      }
      let count = try reader.readSize(width: 8, "a number of elements")
      let size = try checkedProduct(count, reference.elementSize, at: reader.offset)
      storages[key] = try reader.read(size, "elements of storage '\(safeText(key))'")
    }
    guard reader.isAtEnd else {
      throw reader.malformed(expected: "the end of the file", found: "\(reader.remaining) bytes")
    }
  }
}
