public import Bytes

/// Follows pickles of protocols 0 to 5 and builds what they describe. Nothing is imported, looked
/// up or called: a call is a value that holds the name and the arguments.
///
/// It takes what Python's machine takes and refuses what that refuses, but does not judge:
/// a call of `os.system` is as good as any other.
public struct PickleEvaluator: Sendable {
  /// Values that are pushed or remembered in all pickles together; each takes 24 bytes.
  private static let valueLimit = 4_000_000
  /// Objects of all pickles together; each takes about 100 bytes.
  private static let objectLimit = 1_000_000

  /// The objects of all pickles so far.
  public private(set) var objects = PickledObjects()
  private let limits: Limits
  private var opcodeCount = 0
  private var valueCount = 0

  private var stack: [PickledValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickledValue] = [:]

  /// An evaluator that has seen no pickle.
  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Follows one pickle up to its STOP. All pickles of one evaluator count against its limits
  /// together.
  ///
  /// - Throws: `ParseError` when the pickle contradicts the machine, ends before its STOP, takes
  ///   buffers from outside or passes a limit.
  public mutating func evaluate(_ reader: inout PickleReader) throws(ParseError) -> PickledValue {
    stack = []
    marks = []
    memo = [:]
    while let instruction = try reader.next() {
      opcodeCount += 1
      guard opcodeCount <= limits.pickleOpcodes else {
        throw Self.tooMany("\(limits.pickleOpcodes) opcodes", instruction)
      }
      if instruction.opcode == .stop { return try pop(instruction) }
      try follow(instruction)
    }
    throw ParseError(at: reader.offset, expected: "STOP", found: "the end of the bytes")
  }

  private static func tooMany(_ what: String, _ instruction: PickleInstruction) -> ParseError {
    ParseError(.limit, at: instruction.offset, expected: "at most \(what)", found: "more")
  }

  private func malformed(_ instruction: PickleInstruction, _ expected: String) -> ParseError {
    ParseError(at: instruction.offset, expected: expected, found: instruction.opcode.name)
  }
}

// The stack.
extension PickleEvaluator {
  private mutating func count(_ instruction: PickleInstruction) throws(ParseError) {
    valueCount += 1
    guard valueCount <= Self.valueLimit else {
      throw Self.tooMany("\(Self.valueLimit) values", instruction)
    }
  }

  private mutating func push(
    _ value: PickledValue, _ instruction: PickleInstruction
  ) throws(ParseError) {
    try count(instruction)
    stack.append(value)
  }

  private mutating func push(
    _ kind: PickledObject.Kind, _ instruction: PickleInstruction,
    elements: [PickledValue] = [], items: [PickledObject.Item] = []
  ) throws(ParseError) {
    guard objects.count < Self.objectLimit else {
      throw Self.tooMany("\(Self.objectLimit) objects", instruction)
    }
    let object = PickledObject(
      kind: kind, offset: instruction.offset, elements: elements, items: items)
    try push(objects.add(object), instruction)
  }

  private mutating func pop(_ instruction: PickleInstruction) throws(ParseError) -> PickledValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  private func top(_ instruction: PickleInstruction) throws(ParseError) -> PickledValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed(instruction, "a value on the stack")
    }
    return value
  }

  private mutating func popToMark(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> [PickledValue] {
    guard let mark = marks.popLast() else { throw malformed(instruction, "a mark") }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  private mutating func popItems(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> [PickledObject.Item] {
    let values = try popToMark(instruction)
    guard values.count.isMultiple(of: 2) else { throw malformed(instruction, "keys and values") }
    return stride(from: 0, to: values.count, by: 2).map {
      PickledObject.Item(key: values[$0], value: values[$0 + 1])
    }
  }

  private mutating func popTuple(
    _ instruction: PickleInstruction
  ) throws(ParseError) -> PickledValue {
    let value = try pop(instruction)
    guard objects.tuple(value) != nil else { throw malformed(instruction, "a tuple of arguments") }
    return value
  }

  private mutating func popText(_ instruction: PickleInstruction) throws(ParseError) -> String {
    guard case .text(let text) = try pop(instruction) else {
      throw malformed(instruction, "texts of a module and a name")
    }
    return text
  }
}

// The instructions.
extension PickleEvaluator {
  private mutating func follow(_ instruction: PickleInstruction) throws(ParseError) {
    switch instruction.opcode {
    case .proto:
      guard case .integer(0...5) = instruction.argument else {
        throw malformed(instruction, "protocol 0 to 5")
      }
    case .frame, .stop: break
    case .mark:
      try count(instruction)
      marks.append(stack.count)
    case .pop:
      // POP on a mark takes the mark, as Python does.
      if stack.count == marks.last { marks.removeLast() } else { _ = try pop(instruction) }
    case .popMark: _ = try popToMark(instruction)
    case .dup: try push(top(instruction), instruction)
    case .none: try push(.none, instruction)
    case .newTrue: try push(.bool(true), instruction)
    case .newFalse: try push(.bool(false), instruction)
    case .float, .binFloat, .int, .long, .binInt, .binInt1, .binInt2, .long1, .long4:
      try pushNumber(instruction)
    case .string, .unicode, .binString, .shortBinString, .binUnicode, .shortBinUnicode,
      .binUnicode8:
      try pushText(instruction)
    case .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
      guard case .bytes(let bytes) = instruction.argument else { break }
      try push(.bytes(bytes), instruction)
    case .emptyTuple: try push(.tuple, instruction)
    case .tuple1: try pushTuple(1, instruction)
    case .tuple2: try pushTuple(2, instruction)
    case .tuple3: try pushTuple(3, instruction)
    case .tuple: try push(.tuple, instruction, elements: popToMark(instruction))
    case .emptyList: try push(.list, instruction)
    case .list: try push(.list, instruction, elements: popToMark(instruction))
    case .emptyDict: try push(.dict, instruction)
    case .dict: try push(.dict, instruction, items: popItems(instruction))
    case .emptySet: try push(.set, instruction)
    case .frozenSet: try push(.set, instruction, elements: popToMark(instruction))
    case .append: try append([pop(instruction)], instruction)
    case .appends, .addItems: try append(popToMark(instruction), instruction)
    case .setItem:
      let value = try pop(instruction)
      try setItems([PickledObject.Item(key: pop(instruction), value: value)], instruction)
    case .setItems: try setItems(popItems(instruction), instruction)
    case .get, .binGet, .longBinGet: try recall(instruction)
    case .put, .binPut, .longBinPut: try remember(memoIndex(instruction), instruction)
    case .memoize: try remember(memo.count, instruction)
    case .global, .inst, .stackGlobal, .ext1, .ext2, .ext4: try pushImport(instruction)
    case .reduce, .newObj, .newObjEx, .obj: try pushCall(instruction)
    case .build: try build(instruction)
    case .persID: try push(.persistent(.text(line(instruction))), instruction)
    case .binPersID: try push(.persistent(pop(instruction)), instruction)
    case .nextBuffer, .readonlyBuffer:
      throw ParseError(
        .unsupported, at: instruction.offset, expected: "a pickle that holds its own buffers",
        found: instruction.opcode.name)
    }
  }

  private func line(_ instruction: PickleInstruction) throws(ParseError) -> String {
    guard case .bytes(let bytes) = instruction.argument, let text = bytes.utf8 else {
      throw malformed(instruction, "a line of text")
    }
    return text
  }

  private mutating func pushTuple(
    _ count: Int, _ instruction: PickleInstruction
  ) throws(ParseError) {
    var elements: [PickledValue] = []
    for _ in 0..<count { elements.append(try pop(instruction)) }
    try push(.tuple, instruction, elements: elements.reversed())
  }

  private mutating func pushNumber(_ instruction: PickleInstruction) throws(ParseError) {
    switch (instruction.opcode, instruction.argument) {
    case (_, .integer(let value)): try push(.integer(value), instruction)
    case (_, .double(let value)): try push(.double(value), instruction)
    // INT is also how protocol 0 writes truth values.
    case (.int, .bytes(let line)) where line.elementsEqual("00".utf8):
      try push(.bool(false), instruction)
    case (.int, .bytes(let line)) where line.elementsEqual("01".utf8):
      try push(.bool(true), instruction)
    case (.long1, .bytes(let bytes)), (.long4, .bytes(let bytes)):
      guard bytes.count <= 8 else { return try push(.longInteger(bytes), instruction) }
      let sign: UInt64 = bytes.last.map { $0 & 0x80 != 0 } == true ? .max : 0
      let bits = bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }
      try push(.integer(Int(truncatingIfNeeded: bits)), instruction)
    case (.float, _):
      guard let value = Double(try line(instruction)) else {
        throw malformed(instruction, "a decimal float")
      }
      try push(.double(value), instruction)
    default:
      // Longer ones are not computed: their conversion is what makes some pickles slow.
      var digits = try line(instruction)
      if instruction.opcode == .long, digits.last == "L" { digits.removeLast() }
      guard let value = Int(digits) else {
        throw malformed(instruction, "a decimal integer of 64 bits")
      }
      try push(.integer(value), instruction)
    }
  }

  private mutating func pushText(_ instruction: PickleInstruction) throws(ParseError) {
    if let text = instruction.text { return try push(.text(text), instruction) }
    // Python 2's byte strings, where they are no ASCII text.
    if case .bytes(let bytes) = instruction.argument,
      instruction.opcode == .binString || instruction.opcode == .shortBinString
    {
      return try push(.bytes(bytes), instruction)
    }
    throw malformed(instruction, "a text as Python spells it")
  }

  private func memoIndex(_ instruction: PickleInstruction) throws(ParseError) -> Int {
    if case .integer(let index) = instruction.argument { return index }
    guard let index = Int(try line(instruction)), index >= 0 else {
      throw malformed(instruction, "a memo index in digits")
    }
    return index
  }

  private mutating func recall(_ instruction: PickleInstruction) throws(ParseError) {
    guard let value = memo[try memoIndex(instruction)] else {
      throw malformed(instruction, "a memo that was put")
    }
    try push(value, instruction)
  }

  private mutating func remember(
    _ index: Int, _ instruction: PickleInstruction
  ) throws(ParseError) {
    try count(instruction)
    memo[index] = try top(instruction)
  }
}

// Objects that change, imports and calls.
extension PickleEvaluator {
  /// APPEND, APPENDS and ADDITEMS.
  private mutating func append(
    _ elements: [PickledValue], _ instruction: PickleInstruction
  ) throws(ParseError) {
    guard case .object(let place) = try top(instruction) else {
      throw malformed(instruction, "a list or set on the stack")
    }
    switch objects[place].kind {
    case .list, .set, .call: objects[place].elements += elements
    default: throw malformed(instruction, "a list or set on the stack")
    }
  }

  /// SETITEM and SETITEMS.
  private mutating func setItems(
    _ items: [PickledObject.Item], _ instruction: PickleInstruction
  ) throws(ParseError) {
    guard case .object(let place) = try top(instruction) else {
      throw malformed(instruction, "a dict on the stack")
    }
    switch objects[place].kind {
    case .dict, .call: objects[place].items += items
    default: throw malformed(instruction, "a dict on the stack")
    }
  }

  private mutating func build(_ instruction: PickleInstruction) throws(ParseError) {
    let state = try pop(instruction)
    guard case .object(let place) = try top(instruction),
      case .call = objects[place].kind
    else { throw malformed(instruction, "an instance to set the state of") }
    objects[place].states.append(state)
  }

  private mutating func pushImport(_ instruction: PickleInstruction) throws(ParseError) {
    switch (instruction.opcode, instruction.argument) {
    case (.stackGlobal, _):
      let name = try popText(instruction)
      let module = try popText(instruction)
      try push(.global(PickledGlobal(module: module, name: name)), instruction)
    case (let opcode, .pair(let module, let name)):
      guard let module = module.utf8, let name = name.utf8 else {
        throw malformed(instruction, "a module and a name in UTF-8")
      }
      let global = PickledObject.Kind.global(PickledGlobal(module: module, name: name))
      guard opcode == .inst else { return try push(global, instruction) }
      let arguments = try popToMark(instruction)
      try push(global, instruction)
      let function = try pop(instruction)
      try push(.tuple, instruction, elements: arguments)
      try push(.call(function: function, arguments: pop(instruction)), instruction)
    case (_, .integer(let code)): try push(.registered(code), instruction)
    default: throw malformed(instruction, "a module and a name")
    }
  }

  /// REDUCE, NEWOBJ, NEWOBJ_EX and OBJ.
  private mutating func pushCall(_ instruction: PickleInstruction) throws(ParseError) {
    switch instruction.opcode {
    case .obj:
      let values = try popToMark(instruction)
      guard let function = values.first else { throw malformed(instruction, "a class") }
      try push(.tuple, instruction, elements: Array(values.dropFirst()))
      try push(.call(function: function, arguments: pop(instruction)), instruction)
    case .newObjEx:
      // What copyreg.__newobj_ex__(class, arguments, keywords) would give.
      let keywords = try pop(instruction)
      let arguments = try popTuple(instruction)
      let function = try pop(instruction)
      let name = PickledGlobal(module: "copyreg", name: "__newobj_ex__")
      try push(.tuple, instruction, elements: [function, arguments, keywords])
      let all = try pop(instruction)
      try push(.global(name), instruction)
      try push(.call(function: pop(instruction), arguments: all), instruction)
    default:
      let arguments = try popTuple(instruction)
      try push(.call(function: pop(instruction), arguments: arguments), instruction)
    }
  }
}
