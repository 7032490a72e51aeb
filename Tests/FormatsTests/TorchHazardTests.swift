import Bytes
import Formats
import TestSupport
import Testing

/// Files that torch.save never writes.
@Suite struct TorchHazardTests {
  /// An archive of the pickle with one storage `0` of four float32: 1, 2, 3, 4.
  static func archive(
    _ pickle: [UInt8], order: String = "little", change: (inout ZipBuilder) -> Void = { _ in }
  ) -> ByteSlice {
    var zip = ZipBuilder()
    zip.add("a/data.pkl", pickle)
    zip.add("a/byteorder", Array(order.utf8))
    let storage: [Float] = [1, 2, 3, 4]
    zip.add(
      "a/data/0",
      storage.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      })
    change(&zip)
    return ByteSlice(zip.bytes)
  }

  static func archive(
    _ pickle: PickleBuilder, order: String = "little",
    change: (inout ZipBuilder) -> Void = { _ in }
  ) -> ByteSlice {
    archive(pickle.stop(), order: order, change: change)
  }

  static func dict(_ value: PickleBuilder) -> PickleBuilder {
    PickleBuilder().dict().text("w").raw(value.bytes).setItem()
  }

  /// A call that makes a tensor of storage `0`; integers beyond 32 bits as LONG1.
  static func tensor(
    key: String = "0", type: String = "FloatStorage", count: Int = 4, offset: Int = 0,
    shape: [Int] = [4], strides: [Int] = [1]
  ) -> PickleBuilder {
    var builder = PickleBuilder(protocol: nil).global("torch._utils", "_rebuild_tensor_v2").mark()
      .mark().text("storage").global("torch", type).text(key).text("cpu").number(count).tuple()
      .persistentID().number(offset)
    for numbers in [shape, strides] {
      builder = builder.mark()
      for number in numbers { builder = builder.number(number) }
      builder = builder.tuple()
    }
    return builder.no().global("collections", "OrderedDict").tuple(of: 0).reduce().tuple().reduce()
  }

  static func read(_ bytes: ByteSlice) throws(ParseError) -> [[Float]] {
    let file = try TorchFile(parsing: bytes)
    return try file.tensors.map { (named) throws(ParseError) in
      try named.tensor.storedTensor().floats()
    }
  }

  @Test(
    arguments: [
      (tensor(), [1, 2, 3, 4]), (tensor(offset: 1, shape: [3]), [2, 3, 4]),
      (tensor(shape: [2, 2], strides: [1, 2]), [1, 3, 2, 4]),
      (tensor(shape: [2, 2], strides: [1, 1]), [1, 2, 2, 3]),
      (tensor(offset: 3, shape: [2, 3], strides: [0, 0]), [4, 4, 4, 4, 4, 4]),
      (tensor(offset: 2, shape: [], strides: []), [3]),
      (tensor(offset: 4, shape: [0], strides: [1]), []),
      (tensor(shape: [1, 4, 1], strides: [9, 1, 7]), [1, 2, 3, 4]),
    ] as [(PickleBuilder, [Float])])
  func `views are read in row-major order`(pickle: PickleBuilder, values: [Float]) throws {
    #expect(try Self.read(Self.archive(Self.dict(pickle))) == [values])
  }

  @Test func `a big-endian archive is read as one`() throws {
    let bytes = Self.archive(Self.dict(Self.tensor()), order: "big")
    let file = try TorchFile(parsing: bytes)
    #expect(try file.tensors[0].tensor.storedTensor().byteOrder == .big)
    #expect(try Self.read(bytes)[0][0] == Float(bitPattern: 0x0000_803f))
  }

  @Test func `an archive in no folder, packed, without byteorder is read`() throws {
    var zip = ZipBuilder()
    zip.add("data.pkl", Self.dict(Self.tensor()).stop(), deflated: true)
    zip.add("data/0", [UInt8](repeating: 0, count: 16), deflated: true)
    #expect(try Self.read(ByteSlice(zip.bytes)) == [[0, 0, 0, 0]])
  }

  @Test(
    arguments: [
      ("a view outside its storage", tensor(shape: [5])),
      ("an offset outside", tensor(offset: 1)), ("a stride outside", tensor(strides: [2])),
      ("a negative stride", tensor(offset: 3, strides: [-1])),
      ("a negative offset", tensor(offset: -1)), ("a negative size", tensor(shape: [-4])),
      ("strides without an axis", tensor(strides: [])), ("no such storage", tensor(key: "1")),
      ("a key that climbs", tensor(key: "../data.pkl")), ("a storage too long", tensor(count: 5)),
      ("a storage too short", tensor(count: 3, shape: [3])),
      ("a size that overflows", tensor(shape: [1 << 62, 4], strides: [0, 0])),
      ("a reach that overflows", tensor(shape: [1 << 40, 2], strides: [1 << 40, 1])),
      ("a storage that overflows", tensor(count: Int.max, shape: [1])),
      ("a view of terabytes", tensor(shape: [1 << 40], strides: [0])),
      (
        "nine axes",
        tensor(shape: [1, 1, 1, 1, 1, 1, 1, 1, 4], strides: [Int](repeating: 1, count: 9))
      ),
      ("an unknown storage", tensor(type: "QInt8Storage")),
      ("a computed storage", tensor(type: "os.system")),
    ] as [(String, PickleBuilder)])
  func `a tensor that lies is refused`(lie: String, tensor: PickleBuilder) {
    let error = #expect(throws: ParseError.self, "\(lie)") {
      try Self.read(Self.archive(Self.dict(tensor)))
    }
    #expect(error?.path.first == "'w'" || error?.kind == .unsupported, "\(lie): \(error as Any)")
  }

  @Test func `a call of anything else is a value, and no tensor`() throws {
    let call = PickleBuilder(protocol: nil).global("os", "system").text("id").tuple(of: 1).reduce()
    let beside = PickleBuilder().dict().text("w").raw(Self.tensor().bytes).setItem()
      .text("x").raw(call.bytes).setItem()
    var error = #expect(throws: ParseError.self) { try Self.read(Self.archive(beside)) }
    #expect(error?.found == "a call of os.system")
    #expect(error?.path == ["'x'"])
    error = #expect(throws: ParseError.self) { try Self.read(Self.archive(Self.dict(call))) }
    #expect(error?.found == "a dict without one")
    error = #expect(throws: ParseError.self) {
      try Self.read(Self.archive(PickleBuilder.call("os", "system", "id")))
    }
    #expect(error?.found == "a call of os.system")
    // Beside a state dict it is passed over: the scanner judges it.
    let checkpoint = PickleBuilder().dict().text("hook").raw(call.bytes).setItem()
      .text("net").dict().text("w").raw(Self.tensor().bytes).setItem().setItem()
    let file = try TorchFile(parsing: Self.archive(checkpoint))
    #expect(file.key == "net")
  }

  @Test(
    arguments: [
      (["net"], "net"), (["ema", "model"], "model"),
      (["ema", "model_state_dict"], "model_state_dict"),
      (["ema", "net"], nil), (["state_dict", "model"], nil), ([], nil),
    ] as [([String], String?)])
  func `the state dict of a checkpoint is taken only when it is clear which`(
    keys: [String], taken: String?
  ) throws {
    var pickle = PickleBuilder().dict().text("epoch").integer(1).setItem()
    for key in keys {
      pickle = pickle.text(key).dict().text("w").raw(Self.tensor().bytes).setItem().setItem()
    }
    let bytes = Self.archive(pickle)
    guard let taken else {
      #expect(throws: ParseError.self) { try TorchFile(parsing: bytes) }
      return
    }
    #expect(try TorchFile(parsing: bytes).key == taken)
  }

  @Test func `tensors beside the state dict of a checkpoint are passed over`() throws {
    let beside = PickleBuilder().dict().text("loss").raw(Self.tensor().bytes).setItem()
      .text("state_dict").dict().text("w").raw(Self.tensor().bytes).setItem().setItem()
    let file = try TorchFile(parsing: Self.archive(beside))
    #expect(file.key == "state_dict")
    #expect(file.tensors.map(\.name) == ["w"])
    // Under a key of no fixed meaning it does not count: the dict's own tensors do.
    let other = PickleBuilder().dict().text("loss").raw(Self.tensor().bytes).setItem()
      .text("net").dict().text("w").raw(Self.tensor().bytes).setItem().setItem()
    let error = #expect(throws: ParseError.self) { try TorchFile(parsing: Self.archive(other)) }
    #expect(error?.path == ["'net'"])
  }

  @Test func `an OrderedDict of Python 2 is read`() throws {
    let pairs = PickleBuilder().global("collections", "OrderedDict").list().list().text("w")
      .append().raw(Self.tensor().bytes).append().append().tuple(of: 1).reduce()
    #expect(try Self.read(Self.archive(pairs)) == [[1, 2, 3, 4]])
  }

  @Test func `a name twice is refused`() {
    let twice = Self.dict(Self.tensor()).text("w").raw(Self.tensor().bytes).setItem()
    #expect(throws: ParseError.self) { try Self.read(Self.archive(twice)) }
  }

  @Test func `members that come twice are refused`() {
    for name in ["a/data.pkl", "b/data.pkl", "a/data/0", "a/byteorder"] {
      let bytes = Self.archive(Self.dict(Self.tensor())) { $0.add(name, [0x4e, 0x2e]) }
      #expect(throws: ParseError.self, "\(name)") { try Self.read(bytes) }
    }
    let order = Self.archive(Self.dict(Self.tensor()), order: "middle")
    #expect(throws: ParseError.self) { try Self.read(order) }
  }

  /// A module of class `m.M` with children.
  static func module(_ children: PickleBuilder) -> PickleBuilder {
    PickleBuilder(protocol: nil).global("m", "M").tuple(of: 0).newObj().dict().mark()
      .text("_parameters").dict().text("_modules").raw(children.bytes).setItems().build()
  }

  @Test func `modules that contain themselves, nest or multiply are refused in time`() {
    let empty = PickleBuilder(protocol: nil).dict()
    let cycle = PickleBuilder().global("m", "M").tuple(of: 0).newObj().put(0).dict().mark()
      .text("_parameters").dict().text("_modules").dict().text("x").get(0).setItem()
      .setItems().build()
    var deep = Self.module(empty)
    var bomb = PickleBuilder(protocol: nil).raw(Self.module(empty).bytes).memoize()
    for level in 0..<600 {
      deep = Self.module(PickleBuilder(protocol: nil).dict().text("x").raw(deep.bytes).setItem())
      guard level < 60 else { continue }
      let pair = PickleBuilder(protocol: nil).dict().text("a").get(UInt8(level)).setItem()
        .text("b").get(UInt8(level)).setItem()
      bomb = bomb.raw(Self.module(pair).bytes).memoize()
    }
    for pickle in [cycle, deep, bomb] {
      let error = #expect(throws: ParseError.self) { try Self.read(Self.archive(pickle)) }
      #expect(error?.kind == .limit)
    }
  }

  @Test func `a dict that is referred to a million times is refused in time`() {
    var pickle = PickleBuilder().dict().put(0).mark()
    var items: [UInt8] = []
    for name in 0..<5000 { items += PickleBuilder(protocol: nil).text("\(name)").none().bytes }
    pickle = pickle.raw(items).setItems().dict().mark()
    var references: [UInt8] = []
    for name in 0..<5000 { references += PickleBuilder(protocol: nil).text("\(name)").get(0).bytes }
    pickle = pickle.raw(references).setItems()
    let error = #expect(throws: ParseError.self) { try Self.read(Self.archive(pickle)) }
    #expect(error?.kind == .limit)
  }

  @Test(
    arguments: [
      ("another magic", PickleBuilder().long([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).stop()),
      ("no magic", PickleBuilder().integer(1).stop()),
      ("a bare pickle", dict(tensor()).stop()),
    ] as [(String, [UInt8])])
  func `a pickle that is no file of torch is refused`(what: String, bytes: [UInt8]) {
    #expect(throws: ParseError.self, "\(what)") { try TorchFile(parsing: ByteSlice(bytes)) }
  }

  @Test func `the old form is refused when its storages do not fill it`() throws {
    var builder = LegacyTorchBuilder()
    #expect(try Self.read(ByteSlice(builder.bytes)) == [[Float](repeating: 0.747_058_8, count: 4)])
    let error = #expect(throws: ParseError.self) {
      try TorchFile(parsing: ByteSlice(builder.bytes.dropLast()))
    }
    #expect(error?.expected == "16 bytes of elements of storage '0'")
    builder.suffix = [0]
    #expect(throws: ParseError.self) { try TorchFile(parsing: ByteSlice(builder.bytes)) }
  }
}

extension PickleBuilder {
  /// BININT, or LONG1 for what that cannot hold.
  fileprivate func number(_ value: Int) -> PickleBuilder {
    guard Int32(exactly: value) == nil else { return integer(value) }
    return long((0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
}
