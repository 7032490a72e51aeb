import Archives
import Bytes
import Findings
import Formats

// torch 0.1 (torch.serialization's legacy_load), four members of a tar archive:
//   sys_info  pickle of the writer's byte order and sizes
//   storages  pickle of a count; for each a pickle (key, location, class), the number of elements
//             in 8 bytes and the elements; then a pickle of views (key, root, offset, elements)
//   tensors   pickle of a count; for each a pickle (key, storage's key, class), the number of axes
//             in 8 bytes, sizes, strides and the offset in 8 bytes each
//   pickle    the object, with tensors and storages as persistent references to their keys

/// Judges the tar archives of torch 0.1: each member is pickles, two with raw data between them.
struct TorchTarScan: ContentScanner {
  private let place: Place
  private let limits: Limits
  /// Elements of each storage, and of each view of one, by its key.
  private var storages: [Int: Int] = [:]
  private var tensors: Set<Int> = []
  private var findings: [Finding] = []

  private init(place: Place, limits: Limits) {
    self.place = place
    self.limits = limits
  }

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard let inventory = file.inventory else { return file.unscanned }
    var scan = TorchTarScan(place: file.place, limits: context.limits)
    // Readers take the storages first: each later member refers to an earlier one.
    for name in ["sys_info", "storages", "tensors", "pickle"] {
      guard let member = inventory[name] else { continue }
      scan.read(member, named: name)
      context.cover(name, in: file.place)
    }
    context.report(scan.findings)
    return .whole
  }

  private mutating func read(_ member: Member, named name: String) {
    var pickles = PickleSequence(
      member.bytes, at: place.member(name),
      context: .torchTar(keys: name == "pickle" ? tensors.union(storages.keys) : []),
      limits: limits)
    do throws(ParseError) {
      switch name {
      case "storages": try readStorages(&pickles)
      case "tensors": try readTensors(&pickles)
      default: _ = try pickles.next()
      }
      if !pickles.rest.isEmpty {
        pickles.report(
          .unaccountedBytes, at: pickles.offset, "\(pickles.rest.count) bytes follow the pickle")
        pickles.followRest()
      }
    } catch {
      let rule: Rule = error.kind == .limit ? .unreadable : .malformedPickle
      pickles.report(rule, at: error.offset, "\(error)")
    }
    findings += pickles.findings
  }

  private mutating func readStorages(_ pickles: inout PickleSequence) throws(ParseError) {
    for _ in 0..<(try pickles.nextCount()) {
      let start = pickles.offset
      let parts = try pickles.nextTuple(of: 3, "a storage's key, location and class")
      guard let key = pickles.integer(parts[0]), storages[key] == nil,
        let type = pickles.global(parts[2]), let size = TorchStorageClass.itemSize(of: type)
      else {
        throw ParseError(
          at: start, expected: "a new storage's key and class", found: "something else")
      }
      let count = try pickles.take(8, "a number of elements").size
      let bytes = try pickles.take(
        try checkedProduct(count, size, at: start), "the elements of storage \(key)")
      findings += StorageContent.findings(
        in: bytes, at: place.member("storages").at(bytes.offset), limits: limits)
      storages[key] = count
    }
    let start = pickles.offset
    for view in pickles.elements(try pickles.next()) {
      let parts = pickles.elements(view).map { pickles.integer($0) }
      guard parts.count == 4, let key = parts[0], let root = parts[1], let offset = parts[2],
        let count = parts[3], offset >= 0, count >= 0, let whole = storages[root],
        offset <= whole, count <= whole - offset
      else {
        throw ParseError(
          at: start, expected: "a view within a storage", found: "one that leaves it")
      }
      storages[key] = count
    }
  }

  private mutating func readTensors(_ pickles: inout PickleSequence) throws(ParseError) {
    for _ in 0..<(try pickles.nextCount()) {
      let start = pickles.offset
      let parts = try pickles.nextTuple(of: 3, "a tensor's key, storage and class")
      guard let key = pickles.integer(parts[0]), tensors.insert(key).inserted else {
        throw ParseError(at: start, expected: "a new tensor's key", found: "something else")
      }
      // The number of axes has 4 bytes; 4 more are passed over.
      let axes = try pickles.take(4, "a number of axes").size
      _ = try pickles.take(4, "the rest of the number of axes")
      guard axes <= limits.graphDepth * 8, axes <= 1_024 else {
        throw ParseError(at: start, expected: "at most 1024 axes", found: "\(axes)")
      }
      let numbers = try pickles.take(
        try checkedProduct(2 * axes + 1, 8, at: start), "sizes, strides and offset"
      ).integers(Int64.self).map { Int($0) }
      // A tensor without elements has no storage.
      if parts[1] == .none, axes == 0 { continue }
      guard let storage = pickles.integer(parts[1]), let count = storages[storage] else {
        throw ParseError(at: start, expected: "a storage that is there", found: "none")
      }
      let end = try Self.end(
        sizes: numbers[..<axes], strides: numbers[axes..<(2 * axes)], offset: numbers[2 * axes],
        at: start)
      if end > count {
        pickles.report(
          .strayReference, at: start,
          "tensor \(key) reaches to element \(end) of a storage of \(count)")
      }
    }
  }

  /// Behind the last element of a view.
  private static func end(
    sizes: ArraySlice<Int>, strides: ArraySlice<Int>, offset: Int, at place: Int
  ) throws(ParseError) -> Int {
    guard offset >= 0, sizes.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      throw ParseError(at: place, expected: "sizes, strides and offset from 0", found: "others")
    }
    if sizes.contains(0) { return 0 }
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      last = try checkedSum(last, try checkedProduct(size - 1, stride, at: place), at: place)
    }
    return try checkedSum(last, 1, at: place)
  }
}

/// Pickles of one member, with raw data between them.
private struct PickleSequence {
  private var machine: PickleMachine
  private var judge: PickleJudge
  private var reader: PickleReader

  init(_ bytes: ByteSlice, at place: Place, context: PickleJudge.Context, limits: Limits) {
    machine = PickleMachine(limits: limits)
    judge = PickleJudge(place: place, context: context, limits: limits)
    reader = PickleReader(bytes.asFile())
  }

  var findings: [Finding] { judge.findings }
  var offset: Int { reader.offset }
  var rest: ByteSlice { reader.rest }

  mutating func report(_ rule: Rule, at offset: Int, _ message: String) {
    judge.report(rule, at: offset, message)
  }

  /// The value of the next pickle.
  mutating func next() throws(ParseError) -> PickledValue {
    try machine.run(&reader, &judge)
  }

  /// Follows pickles that no reader of torch gets to, up to where they break.
  mutating func followRest() {
    do throws(ParseError) {
      while !reader.rest.isEmpty { _ = try next() }
    } catch {
      return
    }
  }

  /// A pickled number of what follows.
  mutating func nextCount() throws(ParseError) -> Int {
    let start = offset
    guard case .integer(let count) = try next(), count >= 0, count <= rest.count else {
      throw ParseError(at: start, expected: "a number of what follows", found: "something else")
    }
    return count
  }

  mutating func nextTuple(of count: Int, _ what: String) throws(ParseError) -> [PickledValue] {
    let start = offset
    let value = try next()
    guard let parts = machine.objects.tuple(value), parts.count == count else {
      throw ParseError(at: start, expected: what, found: machine.objects.summary(of: value))
    }
    return parts
  }

  /// Raw bytes.
  mutating func take(_ count: Int, _ what: String) throws(ParseError) -> ByteSlice {
    guard count <= rest.count else {
      throw ParseError(at: offset, expected: "\(count) bytes: \(what)", found: "\(rest.count)")
    }
    return try reader.skip(count)
  }

  /// An integer; Python 2 wrote addresses as long ones.
  func integer(_ value: PickledValue) -> Int? {
    switch value {
    case .integer(let number): return number
    case .object:
      guard case .longInteger(let bytes) = machine.objects.object(value)?.kind else { return nil }
      // Only told from others: an address above 2^63.
      return bytes.reversed().reduce(0) { $0 &* 257 &+ Int($1) }
    default: return nil
    }
  }

  func global(_ value: PickledValue) -> PickledGlobal? { machine.objects.global(value) }

  /// The elements of a list or tuple.
  func elements(_ value: PickledValue) -> [PickledValue] {
    machine.objects.object(value)?.elements ?? []
  }
}

extension ByteSlice {
  /// A little-endian count; what no file holds is the largest one.
  fileprivate var size: Int {
    Int(clamping: reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
