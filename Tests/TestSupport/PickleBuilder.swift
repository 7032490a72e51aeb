/// Writes pickles instruction by instruction, so that an attack reads as what it does.
///
/// Texts are written as SHORT_BINUNICODE, integers as BININT, unless a call says otherwise.
public struct PickleBuilder: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// Starts with PROTO of the given protocol; nil for none, as protocols 0 and 1 do.
  public init(protocol version: UInt8? = 2) {
    if let version { bytes = [0x80, version] }
  }

  /// Adds bytes as they stand.
  public func raw(_ more: [UInt8]) -> PickleBuilder {
    var copy = self
    copy.bytes += more
    return copy
  }

  private func line(_ opcode: Character, _ lines: String...) -> PickleBuilder {
    raw(Array(String(opcode).utf8) + lines.flatMap { Array($0.utf8) + [0x0a] })
  }

  private func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// GLOBAL.
  public func global(_ module: String, _ name: String) -> PickleBuilder {
    line("c", module, name)
  }
  /// INST: takes the values down to the mark.
  public func inst(_ module: String, _ name: String) -> PickleBuilder { line("i", module, name) }
  /// Two texts and STACK_GLOBAL.
  public func stackGlobal(_ module: String, _ name: String) -> PickleBuilder {
    text(module).text(name).stackGlobal()
  }
  /// STACK_GLOBAL.
  public func stackGlobal() -> PickleBuilder { raw([0x93]) }
  /// SHORT_BINUNICODE.
  public func text(_ text: String) -> PickleBuilder {
    raw([0x8c, UInt8(text.utf8.count)] + Array(text.utf8))
  }
  /// BINUNICODE.
  public func longText(_ text: String) -> PickleBuilder {
    raw([0x58] + little(text.utf8.count, 4) + Array(text.utf8))
  }
  /// STRING: the line with its quotes and escapes.
  public func string(_ quoted: String) -> PickleBuilder { line("S", quoted) }
  /// UNICODE: the line with its escapes.
  public func unicode(_ escaped: String) -> PickleBuilder { line("V", escaped) }
  /// SHORT_BINBYTES.
  public func binary(_ content: [UInt8]) -> PickleBuilder {
    raw([0x43, UInt8(content.count)] + content)
  }
  /// BININT.
  public func integer(_ value: Int) -> PickleBuilder { raw([0x4a] + little(value, 4)) }
  /// INT: a line of digits.
  public func decimal(_ digits: String) -> PickleBuilder { line("I", digits) }
  /// LONG1.
  public func long(_ content: [UInt8]) -> PickleBuilder {
    raw([0x8a, UInt8(content.count)] + content)
  }
  /// NONE.
  public func none() -> PickleBuilder { raw([0x4e]) }
  /// NEWFALSE.
  public func no() -> PickleBuilder { raw([0x89]) }
  /// MARK.
  public func mark() -> PickleBuilder { raw([0x28]) }
  /// TUPLE: takes the values down to the mark.
  public func tuple() -> PickleBuilder { raw([0x74]) }
  /// TUPLE1, TUPLE2 or TUPLE3; EMPTY_TUPLE for 0.
  public func tuple(of count: Int) -> PickleBuilder { raw([[0x29, 0x85, 0x86, 0x87][count]]) }
  /// EMPTY_LIST.
  public func list() -> PickleBuilder { raw([0x5d]) }
  /// EMPTY_DICT.
  public func dict() -> PickleBuilder { raw([0x7d]) }
  /// APPEND.
  public func append() -> PickleBuilder { raw([0x61]) }
  /// SETITEM.
  public func setItem() -> PickleBuilder { raw([0x73]) }
  /// SETITEMS.
  public func setItems() -> PickleBuilder { raw([0x75]) }
  /// REDUCE.
  public func reduce() -> PickleBuilder { raw([0x52]) }
  /// OBJ.
  public func obj() -> PickleBuilder { raw([0x6f]) }
  /// NEWOBJ.
  public func newObj() -> PickleBuilder { raw([0x81]) }
  /// NEWOBJ_EX.
  public func newObjEx() -> PickleBuilder { raw([0x92]) }
  /// BUILD.
  public func build() -> PickleBuilder { raw([0x62]) }
  /// POP.
  public func pop() -> PickleBuilder { raw([0x30]) }
  /// POP_MARK.
  public func popMark() -> PickleBuilder { raw([0x31]) }
  /// DUP.
  public func dup() -> PickleBuilder { raw([0x32]) }
  /// BINPUT.
  public func put(_ index: UInt8) -> PickleBuilder { raw([0x71, index]) }
  /// LONG_BINPUT.
  public func longPut(_ index: Int) -> PickleBuilder { raw([0x72] + little(index, 4)) }
  /// BINGET.
  public func get(_ index: UInt8) -> PickleBuilder { raw([0x68, index]) }
  /// MEMOIZE.
  public func memoize() -> PickleBuilder { raw([0x94]) }
  /// EXT1.
  public func extension1(_ code: UInt8) -> PickleBuilder { raw([0x82, code]) }
  /// BINPERSID.
  public func persistentID() -> PickleBuilder { raw([0x51]) }
  /// STOP: the finished pickle.
  public func stop() -> [UInt8] { bytes + [0x2e] }

  /// A call of `module.name` with one text.
  public static func call(_ module: String, _ name: String, _ argument: String) -> [UInt8] {
    PickleBuilder().global(module, name).text(argument).tuple(of: 1).reduce().stop()
  }
}

/// Builds the archive that torch.save writes for a state_dict of float32 tensors.
public struct TorchBuilder: Sendable {
  private var tensors: [(name: String, shape: [Int])] = []
  /// Bytes that the archive gives to each storage instead of the right number.
  public var storageBytes: [Int: Int] = [:]
  /// The offset into its storage that every tensor claims.
  public var storageOffset = 0
  /// The pickle instead of the one made of the tensors.
  public var pickle: [UInt8]?

  /// No tensors.
  public init() {}

  /// Adds a contiguous tensor.
  public mutating func add(_ name: String, shape: [Int]) { tensors.append((name, shape)) }

  /// The pickle of an OrderedDict of `_rebuild_tensor_v2` calls.
  public var dataPickle: [UInt8] {
    var builder = PickleBuilder().global("collections", "OrderedDict").tuple(of: 0).reduce().mark()
    for (key, tensor) in tensors.enumerated() {
      let count = tensor.shape.reduce(1, *)
      builder = builder.longText(tensor.name)
        .global("torch._utils", "_rebuild_tensor_v2").mark()
        .mark().longText("storage").global("torch", "FloatStorage").longText("\(key)")
        .longText("cpu").integer(count).tuple().persistentID()
        .integer(storageOffset).mark()
      for size in tensor.shape { builder = builder.integer(size) }
      builder = builder.tuple().mark()
      for axis in tensor.shape.indices {
        builder = builder.integer(tensor.shape[(axis + 1)...].reduce(1, *))
      }
      builder = builder.tuple().no().global("collections", "OrderedDict").tuple(of: 0).reduce()
        .tuple().reduce()
    }
    return builder.setItems().stop()
  }

  /// The archive.
  public var bytes: [UInt8] {
    var zip = ZipBuilder()
    zip.add("model/data.pkl", pickle ?? dataPickle)
    zip.add("model/byteorder", Array("little".utf8))
    for (key, tensor) in tensors.enumerated() {
      let size = storageBytes[key] ?? 4 * tensor.shape.reduce(1, *)
      zip.add("model/data/\(key)", [UInt8](repeating: 0x80, count: size))
    }
    zip.add("model/version", Array("3\n".utf8))
    return zip.bytes
  }
}

/// Builds what torch.save wrote before version 1.6: five pickles, then the storages.
public struct LegacyTorchBuilder: Sendable {
  /// The pickle of the tensors; nil for one tensor of four elements in storage `0`.
  public var pickle: [UInt8]?
  /// Bytes after the last storage.
  public var suffix: [UInt8] = []

  /// A file of one tensor.
  public init() {}

  /// The file.
  public var bytes: [UInt8] {
    let magic = PickleBuilder().long([
      0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
    ]).stop()
    let version = PickleBuilder().integer(1001).stop()
    let system = PickleBuilder().dict().text("little_endian").raw([0x88]).setItem().stop()
    let tensor = PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").mark()
      .mark().text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(4)
      .none().tuple().persistentID()
      .integer(0).integer(4).tuple(of: 1).integer(1).tuple(of: 1).no()
      .global("collections", "OrderedDict").tuple(of: 0).reduce().tuple().reduce().stop()
    let keys = PickleBuilder().list().text("0").append().stop()
    let storage: [UInt8] = [4, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0x3f, count: 16)
    return magic + version + system + (pickle ?? tensor) + keys + storage + suffix
  }
}
