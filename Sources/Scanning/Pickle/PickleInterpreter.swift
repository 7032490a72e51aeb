import Bytes
import Findings
import Formats

/// Follows a pickle's instructions on values that stand for what they would make, and reports
/// every import and every use of one that no saved model needs. Nothing is imported or called.
///
/// Default deny: a name is either on the allow-list, and then used as its entry says, or it is a
/// finding. What contradicts the machine (an empty stack, an unknown memo) ends the stream.
struct PickleInterpreter {
  /// What surrounds the pickle.
  enum Context {
    /// A file of its own: persistent references have no meaning.
    case plain
    /// torch's archive: the bytes of every storage by its key; nil when they follow the pickle.
    case torch(storages: [String: Int]?)
  }

  /// Longest text that can be a module's or attribute's name.
  private static let nameBytes = 512
  /// References for one object, beyond which a structure is a bomb.
  private static let weightLimit = 1 << 32
  /// Objects of one stream that are kept in memory.
  private static let objectLimit = 2_000_000
  /// Arguments of a call, and axes of a tensor.
  static let argumentLimit = 64
  /// Findings of one rule; more say nothing new. Counted by rule, so that many harmless ones
  /// cannot crowd out a worse one.
  private static let findingLimit = 200

  let place: Place
  var context: Context
  private let limits: Limits
  private(set) var findings: [Finding] = []
  private var reported: Set<String> = []
  private var counts: [String: Int] = [:]
  /// Whether anything was imported, by whatever instruction.
  var hasImports = false
  /// Whether anything imported was called, instantiated or changed.
  var hasCalls = false
  /// Bytes of the storages that were referred to, by key in the order of the first reference.
  var storageBytes: [(key: String, elements: Int, bytes: Int)] = []
  var knownStorages: Set<String> = []
  private(set) var opcodeCount = 0

  var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var objects: [PickleObject] = []

  init(place: Place, context: Context, limits: Limits) {
    self.place = place
    self.context = context
    self.limits = limits
  }

  /// Follows one stream up to its STOP.
  ///
  /// - Returns: the value on top at the end; nil when the bytes ended first.
  /// - Throws: `ParseError` when the stream contradicts the format; findings made before stay.
  mutating func run(_ reader: inout PickleReader) throws(ParseError) -> PickleValue? {
    stack = []
    marks = []
    memo = [:]
    objects = []
    while let instruction = try reader.next() {
      opcodeCount += 1
      guard opcodeCount <= limits.pickleOpcodes, objects.count <= Self.objectLimit else {
        throw ParseError(
          .limit, at: instruction.offset,
          expected: "at most \(limits.pickleOpcodes) opcodes and \(Self.objectLimit) objects",
          found: "more")
      }
      if instruction.opcode == .stop {
        let result = try pop(instruction)
        useAsValue(result, instruction)
        return result
      }
      try follow(instruction)
    }
    return nil
  }

  /// Reports a finding once.
  mutating func report(
    _ rule: Rule, at offset: Int, _ message: String, evidence: [String] = []
  ) {
    guard counts[rule.id, default: 0] < Self.findingLimit,
      reported.insert(rule.id + message).inserted
    else { return }
    counts[rule.id, default: 0] += 1
    findings.append(rule.at(place.at(offset), message, evidence: evidence))
  }
}

extension PickleInterpreter {
  func malformed(_ instruction: PickleInstruction, _ expected: String) -> ParseError {
    ParseError(at: instruction.offset, expected: expected, found: instruction.opcode.name)
  }

  mutating func pop(_ instruction: PickleInstruction) throws(ParseError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  func top(_ instruction: PickleInstruction) throws(ParseError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  mutating func popToMark(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed(instruction, "a mark") }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  mutating func make(
    _ kind: PickleObject.Kind, _ elements: [PickleValue] = []
  ) -> PickleValue {
    objects.append(PickleObject(kind: kind))
    let value = PickleValue.object(objects.count - 1)
    add(elements, to: value)
    return value
  }

  /// Adds elements and keeps depth and weight up to date. A reference to the object itself or to
  /// one that is still being filled counts as it stands.
  mutating func add(_ elements: [PickleValue], to value: PickleValue) {
    guard case .object(let index) = value else { return }
    for element in elements {
      guard case .object(let inner) = element else { continue }
      objects[index].depth = max(objects[index].depth, objects[inner].depth + 1)
      objects[index].weight = min(
        objects[index].weight + objects[inner].weight, Self.weightLimit)
    }
    if case .dict = objects[index].kind, objects[index].plantedKey == nil {
      for place in stride(from: 0, to: elements.count, by: 2) {
        guard let key = text(elements[place]), key.hasPrefix("__") else { continue }
        objects[index].plantedKey = key
        break
      }
    }
    objects[index].elements += elements
  }

  func object(_ value: PickleValue) -> PickleObject? {
    guard case .object(let index) = value else { return nil }
    return objects[index]
  }

  func imported(_ value: PickleValue) -> PickleImport? {
    guard case .imported(let name) = object(value)?.kind else { return nil }
    return name
  }

  func text(_ value: PickleValue) -> String? {
    guard case .text(let text) = object(value)?.kind else { return nil }
    return text
  }

  private mutating func push(
    _ kind: PickleObject.Kind, of elements: [PickleValue] = [], _ instruction: PickleInstruction
  ) {
    for element in elements { useAsValue(element, instruction) }
    let value = make(kind, elements)
    judgeSize(of: value, instruction)
    stack.append(value)
  }

  private mutating func judgeSize(of value: PickleValue, _ instruction: PickleInstruction) {
    guard let object = object(value) else { return }
    if object.depth > limits.pickleDepth {
      report(
        .pickleBomb, at: instruction.offset, "values nested more than \(limits.pickleDepth) deep")
    }
    if object.weight >= Self.weightLimit {
      report(.pickleBomb, at: instruction.offset, "references that multiply to over 2^32 objects")
    }
  }

  private mutating func follow(_ instruction: PickleInstruction) throws(ParseError) {
    switch instruction.opcode {
    case .proto:
      guard case .integer(0...5) = instruction.argument else {
        throw malformed(instruction, "protocol 0 to 5")
      }
    case .frame:
      break
    case .stop:
      break
    case .mark: marks.append(stack.count)
    case .pop:
      // POP on a mark takes the mark, as Python does.
      if stack.count == marks.last { marks.removeLast() } else { _ = try pop(instruction) }
    case .popMark: _ = try popToMark(instruction)
    case .dup: stack.append(try top(instruction))
    case .none: stack.append(.none)
    case .newTrue, .newFalse, .float, .binFloat, .long, .long1, .long4: stack.append(.scalar)
    case .binInt, .binInt1, .binInt2:
      guard case .integer(let value) = instruction.argument else { break }
      stack.append(.integer(value))
    case .int: stack.append(readDecimal(instruction).map { .integer($0) } ?? .scalar)
    case .string, .unicode, .binString, .shortBinString, .binUnicode, .shortBinUnicode,
      .binUnicode8:
      pushText(instruction)
    case .binBytes, .shortBinBytes, .binBytes8, .byteArray8: stack.append(.bytes)
    case .emptyTuple: push(.tuple, instruction)
    case .tuple1: try pushTuple(1, instruction)
    case .tuple2: try pushTuple(2, instruction)
    case .tuple3: try pushTuple(3, instruction)
    case .tuple: push(.tuple, of: try popToMark(instruction), instruction)
    case .emptyList: push(.list, instruction)
    case .list: push(.list, of: try popToMark(instruction), instruction)
    case .emptyDict: push(.dict, instruction)
    case .dict: push(.dict, of: try popPairs(instruction), instruction)
    case .emptySet: push(.set, instruction)
    case .frozenSet: push(.set, of: try popToMark(instruction), instruction)
    case .append: try addItems([pop(instruction)], instruction)
    case .appends, .addItems: try addItems(popToMark(instruction), instruction)
    case .setItem:
      let value = try pop(instruction)
      try addItems([pop(instruction), value], instruction)
    case .setItems: try addItems(popPairs(instruction), instruction)
    case .get, .binGet, .longBinGet: stack.append(try recall(instruction))
    case .put, .binPut, .longBinPut: try remember(instruction)
    case .memoize: memo[memo.count] = try top(instruction)
    case .global, .inst, .stackGlobal, .ext1, .ext2, .ext4: try followImport(instruction)
    case .reduce, .newObj, .newObjEx, .obj, .build: try followCall(instruction)
    case .persID, .binPersID: try followReference(instruction)
    case .nextBuffer, .readonlyBuffer:
      throw malformed(instruction, "a pickle that holds its own buffers")
    }
  }

  private mutating func pushTuple(
    _ count: Int, _ instruction: PickleInstruction
  ) throws(ParseError) {
    var elements: [PickleValue] = []
    for _ in 0..<count { elements.append(try pop(instruction)) }
    push(.tuple, of: elements.reversed(), instruction)
  }

  private mutating func popPairs(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> [PickleValue] {
    let values = try popToMark(instruction)
    guard values.count.isMultiple(of: 2) else { throw malformed(instruction, "keys and values") }
    return values
  }

  private mutating func pushText(_ instruction: PickleInstruction) {
    guard case .bytes(let bytes) = instruction.argument, bytes.count <= Self.nameBytes,
      let text = instruction.text
    else {
      stack.append(.bytes)
      return
    }
    stack.append(make(.text(text)))
  }

  /// A decimal line of a few digits. Longer ones are not computed: their conversion is what makes
  /// some pickles slow.
  private func readDecimal(_ instruction: PickleInstruction) -> Int? {
    guard case .bytes(let line) = instruction.argument, (1...18).contains(line.count),
      line.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return line.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private func memoIndex(_ instruction: PickleInstruction) throws(ParseError) -> Int {
    if case .integer(let index) = instruction.argument { return index }
    guard let index = readDecimal(instruction) else {
      throw malformed(instruction, "a memo index in plain digits")
    }
    return index
  }

  private func recall(_ instruction: PickleInstruction) throws(ParseError) -> PickleValue {
    guard let value = memo[try memoIndex(instruction)] else {
      throw malformed(instruction, "a memo that was put")
    }
    return value
  }

  private mutating func remember(_ instruction: PickleInstruction) throws(ParseError) {
    let index = try memoIndex(instruction)
    // Python's memo is an array: a large index reserves memory for all below it.
    if index > 1 << 20, index > 16 * opcodeCount {
      report(.pickleBomb, at: instruction.offset, "memo index \(index)")
    }
    memo[index] = try top(instruction)
  }

  /// APPEND, APPENDS, ADDITEMS, SETITEM and SETITEMS.
  private mutating func addItems(
    _ items: [PickleValue], _ instruction: PickleInstruction
  ) throws(ParseError) {
    let target = try top(instruction)
    for item in items { useAsValue(item, instruction) }
    guard case .object(let index) = target else {
      throw malformed(instruction, "a container on the stack")
    }
    switch objects[index].kind {
    case .list, .dict, .set, .unknown: break
    case .instance(let owner):
      hasCalls = true
      if let owner, !owner.use.isEmpty, !owner.use.contains(.items) {
        report(
          .misusedImport, at: instruction.offset, "gives items to an instance of \(owner.name)")
      }
    case .imported(let name):
      hasCalls = true
      report(.misusedImport, at: instruction.offset, "changes \(name.name) itself")
    case .text, .tuple, .storage: throw malformed(instruction, "a container on the stack")
    }
    add(items, to: target)
    judgeSize(of: target, instruction)
  }
}
