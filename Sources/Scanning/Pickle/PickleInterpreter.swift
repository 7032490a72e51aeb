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
  private static let argumentLimit = 64
  /// Findings of one pickle; more say nothing new.
  private static let findingLimit = 200

  let place: Place
  var context: Context
  private let limits: Limits
  private(set) var findings: [Finding] = []
  private var reported: Set<String> = []
  /// Whether anything was imported, by whatever instruction.
  private(set) var hasImports = false
  /// Whether anything imported was called, instantiated or changed.
  private(set) var hasCalls = false
  /// Bytes of the storages that were referred to, by key in the order of the first reference.
  private(set) var storageBytes: [(key: String, elements: Int, bytes: Int)] = []
  private var knownStorages: Set<String> = []
  private(set) var opcodeCount = 0

  private var stack: [PickleValue] = []
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
    guard findings.count < Self.findingLimit, reported.insert(rule.id + message).inserted else {
      return
    }
    findings.append(rule.at(place.at(offset), message, evidence: evidence))
  }
}

// The machine.
extension PickleInterpreter {
  private func malformed(_ instruction: PickleInstruction, _ expected: String) -> ParseError {
    ParseError(at: instruction.offset, expected: expected, found: "\(instruction.opcode)")
  }

  private mutating func pop(_ instruction: PickleInstruction) throws(ParseError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  private func top(_ instruction: PickleInstruction) throws(ParseError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  private mutating func popToMark(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed(instruction, "a mark") }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  private mutating func make(
    _ kind: PickleObject.Kind, _ elements: [PickleValue] = []
  ) -> PickleValue {
    objects.append(PickleObject(kind: kind))
    let value = PickleValue.object(objects.count - 1)
    add(elements, to: value)
    return value
  }

  /// Adds elements and keeps depth and weight up to date. A reference to the object itself or to
  /// one that is still being filled counts as it stands.
  private mutating func add(_ elements: [PickleValue], to value: PickleValue) {
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

  private func object(_ value: PickleValue) -> PickleObject? {
    guard case .object(let index) = value else { return nil }
    return objects[index]
  }

  private func imported(_ value: PickleValue) -> PickleImport? {
    guard case .imported(let name) = object(value)?.kind else { return nil }
    return name
  }

  private func text(_ value: PickleValue) -> String? {
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
    case .persistentID, .binPersistentID: try followReference(instruction)
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

// Imports.
extension PickleInterpreter {
  private mutating func followImport(_ instruction: PickleInstruction) throws(ParseError) {
    hasImports = true
    switch (instruction.opcode, instruction.argument) {
    case (.stackGlobal, _):
      let name = try pop(instruction)
      let module = try pop(instruction)
      guard let moduleText = text(module), let nameText = text(name) else {
        report(.computedImport, at: instruction.offset, "imports a name that it computes")
        stack.append(make(.unknown))
        return
      }
      stack.append(importName(moduleText, nameText, instruction))
    case (.inst, .pair(let module, let name)):
      let arguments = try popToMark(instruction)
      let value = importName(safeText(bytes: module), safeText(bytes: name), instruction)
      construct(value, arguments: arguments, instruction)
    case (_, .pair(let module, let name)):
      stack.append(importName(safeText(bytes: module), safeText(bytes: name), instruction))
    case (_, .integer(let code)):
      report(
        .computedImport, at: instruction.offset, "imports extension \(code) of Python's registry")
      stack.append(make(.unknown))
    default: throw malformed(instruction, "an import")
    }
  }

  private mutating func importName(
    _ module: String, _ name: String, _ instruction: PickleInstruction
  ) -> PickleValue {
    let resolved = PickleName(asWritten: module, name)
    if let use = PickleAllowList.use(of: resolved) {
      return make(.imported(PickleImport(name: resolved, use: use)))
    }
    let evidence = ["\(instruction.opcode) \(module) \(name)"]
    let known = PickleDenyList.match(resolved)
    if let known {
      report(
        known.rule, at: instruction.offset, "imports \(resolved), which \(known.what)",
        evidence: evidence)
    }
    if name.utf8.contains(UInt8(ascii: ".")) {
      report(
        .computedImport, at: instruction.offset, "walks through attributes to \(resolved)",
        evidence: evidence)
    } else if known == nil {
      report(
        .unknownImport, at: instruction.offset, "imports \(resolved), which is not allowed",
        evidence: evidence)
    }
    return make(.imported(PickleImport(name: resolved, use: [])))
  }

  /// A value goes into a container, an argument or a state, or is the result. Functions may not.
  private mutating func useAsValue(_ value: PickleValue, _ instruction: PickleInstruction) {
    guard let name = imported(value), !name.use.isEmpty else { return }
    if name.use.isDisjoint(with: [.reference, .construct]), !isForwarded(name) {
      report(.misusedImport, at: instruction.offset, "passes the function \(name.name) on")
    }
  }

  /// torch's rebuilding functions stand among the arguments of the one that calls them.
  private func isForwarded(_ name: PickleImport) -> Bool {
    name.name.module == "torch._utils"
  }
}

// Calls.
extension PickleInterpreter {
  private mutating func followCall(_ instruction: PickleInstruction) throws(ParseError) {
    switch instruction.opcode {
    case .reduce:
      let arguments = try pop(instruction)
      call(try pop(instruction), arguments: arguments, instruction)
    case .newObj:
      let arguments = try popTuple(instruction)
      construct(try pop(instruction), arguments: [arguments], instruction)
    case .newObjEx:
      let keywords = try pop(instruction)
      let arguments = try popTuple(instruction)
      construct(try pop(instruction), arguments: [arguments, keywords], instruction)
    case .obj:
      var values = try popToMark(instruction)
      guard !values.isEmpty else { throw malformed(instruction, "a class after the mark") }
      construct(values.removeFirst(), arguments: values, instruction)
    default: try build(instruction)
    }
  }

  private mutating func popTuple(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> PickleValue {
    let value = try pop(instruction)
    guard case .tuple = object(value)?.kind else {
      throw malformed(instruction, "a tuple of arguments")
    }
    return value
  }

  /// NEWOBJ, NEWOBJ_EX, OBJ and INST.
  private mutating func construct(
    _ value: PickleValue, arguments: [PickleValue], _ instruction: PickleInstruction
  ) {
    hasCalls = true
    for argument in arguments { useAsValue(argument, instruction) }
    guard let name = imported(value) else {
      report(
        .computedImport, at: instruction.offset, "instantiates something that is no import")
      stack.append(make(.instance(of: nil)))
      return
    }
    if !name.use.isEmpty, !name.use.contains(.construct) {
      report(.misusedImport, at: instruction.offset, "instantiates \(name.name)")
    }
    stack.append(make(.instance(of: name), arguments))
  }

  private mutating func call(
    _ function: PickleValue, arguments value: PickleValue, _ instruction: PickleInstruction
  ) {
    hasCalls = true
    guard let name = imported(function) else {
      report(.computedImport, at: instruction.offset, "calls something that is no import")
      stack.append(make(.instance(of: nil), [value]))
      return
    }
    let arguments = object(value).map(\.elements) ?? []
    var made = name
    if !name.use.isEmpty {
      if !name.use.contains(.call) {
        report(.misusedImport, at: instruction.offset, "calls \(name.name)")
      }
      if name.use.contains(.instantiates) {
        guard let first = arguments.first, let owner = imported(first) else {
          report(
            .computedImport, at: instruction.offset, "\(name.name) instantiates no named class")
          stack.append(make(.instance(of: nil), [value]))
          return
        }
        if !owner.use.isEmpty, owner.use.isDisjoint(with: [.construct, .state]) {
          report(
            .misusedImport, at: instruction.offset, "\(name.name) instantiates \(owner.name)")
        }
        made = owner
      }
      judgeArguments(of: name, arguments, instruction)
    }
    stack.append(make(.instance(of: made), [value]))
  }

  /// What an allowed function may be called with, where its arguments decide what it does.
  private mutating func judgeArguments(
    of name: PickleImport, _ arguments: [PickleValue], _ instruction: PickleInstruction
  ) {
    func misuse(_ message: String) {
      report(.misusedImport, at: instruction.offset, "\(name.name) \(message)")
    }
    guard arguments.count <= Self.argumentLimit else { return misuse("has too many arguments") }
    if name.use.contains(.forwards) {
      guard let first = arguments.first, let function = imported(first),
        isForwarded(function) || function.use.isEmpty
      else { return misuse("calls what is no rebuilding function of torch") }
    }
    switch name.name.description {
    case "_codecs.encode":
      guard arguments.count == 2, let encoding = text(arguments[1]),
        ["latin1", "latin-1"].contains(encoding)
      else { return misuse("encodes otherwise than to Latin-1") }
    case "builtins.bytearray":
      // A number would be a size to reserve.
      if arguments.contains(where: { if case .integer = $0 { true } else { $0 == .scalar } }) {
        report(.pickleBomb, at: instruction.offset, "reserves a byte array by its size")
      }
    case "numpy.core.multiarray._reconstruct":
      guard arguments.count == 3, let shape = object(arguments[1]), shape.elements == [.integer(0)]
      else { return misuse("reserves an array before its state is known") }
    case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
      "torch._utils._rebuild_tensor_v3":
      judgeTensor(arguments, instruction)
    default: break
    }
  }

  /// Storage, offset, sizes and strides: the last element must lie inside the storage.
  private mutating func judgeTensor(
    _ arguments: [PickleValue], _ instruction: PickleInstruction
  ) {
    guard arguments.count >= 4, let storage = object(arguments[0]),
      let sizes = object(arguments[2])?.elements, let strides = object(arguments[3])?.elements,
      case .storage(let elements) = storage.kind, case .integer(let offset) = arguments[1],
      sizes.count == strides.count, sizes.count <= Self.argumentLimit
    else {
      report(.strayReference, at: instruction.offset, "a tensor without storage, sizes or strides")
      return
    }
    var last = offset
    var isEmpty = false
    for (size, stride) in zip(sizes, strides) {
      guard case .integer(let size) = size, case .integer(let stride) = stride, size >= 0,
        stride >= 0
      else {
        report(.strayReference, at: instruction.offset, "a tensor of odd sizes or strides")
        return
      }
      if size == 0 { isEmpty = true }
      let (reach, isTooLarge) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(reach)
      last = isTooLarge || overflow ? Int.max : sum
    }
    guard offset >= 0, isEmpty || last < elements else {
      report(
        .strayReference, at: instruction.offset,
        "a tensor reaches element \(last) of a storage of \(elements)")
      return
    }
  }

  private mutating func build(_ instruction: PickleInstruction) throws(ParseError) {
    let state = try pop(instruction)
    let target = try top(instruction)
    hasCalls = true
    useAsValue(state, instruction)
    if let key = plantedKey(in: state) {
      report(.misusedImport, at: instruction.offset, "plants the attribute '\(safeText(key))'")
    }
    guard let object = object(target) else {
      throw malformed(instruction, "an object to set the state of")
    }
    switch object.kind {
    case .instance(let owner?):
      if !owner.use.isEmpty, !owner.use.contains(.state) {
        report(.misusedImport, at: instruction.offset, "sets the state of \(owner.name)")
      }
    case .imported(let name):
      report(.misusedImport, at: instruction.offset, "changes \(name.name) itself")
    case .instance, .unknown: break
    case .text, .tuple, .list, .dict, .set, .storage:
      throw malformed(instruction, "an object to set the state of")
    }
    add([state], to: target)
  }

  /// A name with two underscores among the attributes that a state sets: Python calls some of
  /// them.
  private func plantedKey(in state: PickleValue) -> String? {
    guard let object = object(state) else { return nil }
    // A pair of dictionaries: attributes, and slots.
    guard case .tuple = object.kind, object.elements.count == 2 else { return object.plantedKey }
    return object.elements.lazy.compactMap { self.object($0)?.plantedKey }.first
  }
}

// Persistent references.
extension PickleInterpreter {
  private mutating func followReference(_ instruction: PickleInstruction) throws(ParseError) {
    var reference: PickleValue?
    if instruction.opcode == .binPersistentID { reference = try pop(instruction) }
    guard case .torch(let storages) = context else {
      report(
        .strayReference, at: instruction.offset,
        "asks its reader for an object that is not in the file")
      stack.append(make(.unknown))
      return
    }
    // ('storage', class, key, location, number of elements), older files with a view as sixth.
    guard let reference, let parts = object(reference)?.elements, (5...6).contains(parts.count),
      text(parts[0]) == "storage", let type = imported(parts[1]),
      let itemSize = PickleStorage.itemSize(of: type.name), let key = text(parts[2]),
      text(parts[3]) != nil, case .integer(let elements) = parts[4], elements >= 0
    else {
      report(
        .strayReference, at: instruction.offset, "a persistent reference that is no storage")
      stack.append(make(.unknown))
      return
    }
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: itemSize)
    if let storages, overflow || storages[key] != bytes {
      let found = storages[key].map { "\($0) bytes" } ?? "no such member"
      report(
        .strayReference, at: instruction.offset,
        "storage '\(safeText(key))' should have \(overflow ? "too many" : "\(bytes)") bytes",
        evidence: ["found: \(found)"])
    }
    if knownStorages.insert(key).inserted {
      storageBytes.append((key, elements, overflow ? Int.max : bytes))
    }
    stack.append(make(.storage(elements: elements)))
  }
}
