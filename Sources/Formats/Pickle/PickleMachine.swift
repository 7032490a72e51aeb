public import Bytes

/// Follows pickles of protocols 0 to 5 on values that stand for what they would make. Nothing is
/// imported, looked up or called: a call is a value that holds the name and the arguments.
///
/// It takes what Python's machine in C takes (Modules/_pickle.c) and refuses what that refuses;
/// whether what it makes is good is for its observer to say.
public struct PickleMachine: Sendable {
  /// Values that are pushed or remembered in all pickles together; each takes 24 bytes.
  private static let valueLimit = 4_000_000
  /// Objects of all pickles together; each takes about 100 bytes.
  private static let objectLimit = 2_000_000
  /// Objects that a walk over all references from one would meet.
  private static let weightLimit = 1 << 32
  /// Longer texts stay a range of the file: no module, key or name is so long.
  private static let textBytes = 4096
  /// Shorter literals hold no pickle or code worth a look.
  private static let literalBytes = 16

  /// The objects of all pickles so far.
  public private(set) var objects = PickledObjects()
  /// The instructions of all pickles so far.
  public private(set) var instructionCount = 0
  private let limits: Limits
  private var valueCount = 0

  private var event = PickleEvent(
    instruction: PickleInstruction(offset: 0, opcode: .stop, argument: .none), number: 0)
  private var stack: [PickledValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickledValue] = [:]
  private var protocolVersion = 0
  private var frameEnd: Int?

  /// A machine that has seen no pickle.
  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Follows one pickle up to its STOP. All pickles of one machine count against its limits
  /// together.
  ///
  /// - Throws: `ParseError` when the pickle contradicts the machine, ends before its STOP or
  ///   passes a limit, and what the observer throws.
  public mutating func run(
    _ reader: inout PickleReader, _ observer: inout some PickleObserver
  ) throws(ParseError) -> PickledValue {
    stack = []
    marks = []
    memo = [:]
    protocolVersion = 0
    frameEnd = nil
    var number = 0
    while let instruction = try reader.next() {
      event = PickleEvent(instruction: instruction, number: number)
      number += 1
      instructionCount += 1
      guard instructionCount <= limits.pickleOpcodes else {
        throw tooMany("\(limits.pickleOpcodes) opcodes")
      }
      try followFrame(&reader, &observer)
      if instruction.opcode == .stop {
        let result = try pop()
        try pass(result, &observer)
        return result
      }
      try follow(instruction, &reader, &observer)
    }
    throw ParseError(at: reader.offset, expected: "STOP", found: "the end of the bytes")
  }

  private func tooMany(_ what: String) -> ParseError {
    ParseError(.limit, at: event.offset, expected: "at most \(what)", found: "more")
  }

  private func malformed(_ expected: String) -> ParseError {
    ParseError(at: event.offset, expected: expected, found: event.instruction.opcode.name)
  }

  /// Instructions lie inside frames or outside, never across the end of one: readers that fetch
  /// frame by frame stop there, others go on.
  private mutating func followFrame(
    _ reader: inout PickleReader, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let start = event.offset
    if let end = frameEnd {
      if start < end, reader.offset > end || event.instruction.opcode == .frame {
        frameEnd = nil
        try observer.noted(.lyingFrame, event)
      } else if start >= end {
        frameEnd = nil
      }
    }
    guard event.instruction.opcode == .frame, case .integer(let length) = event.instruction.argument
    else { return }
    guard length <= reader.rest.count else { return try observer.noted(.lyingFrame, event) }
    frameEnd = reader.offset + length
  }
}

// The stack.
extension PickleMachine {
  private mutating func count() throws(ParseError) {
    valueCount += 1
    guard valueCount <= Self.valueLimit else { throw tooMany("\(Self.valueLimit) values") }
  }

  private mutating func push(_ value: PickledValue) throws(ParseError) {
    try count()
    stack.append(value)
  }

  /// Pushes a new object and returns its place.
  @discardableResult
  private mutating func push(
    _ kind: PickledObject.Kind, mark: Int = 0
  ) throws(ParseError) -> Int {
    let place = try make(kind, mark: mark)
    try push(.object(place))
    return place
  }

  private mutating func make(
    _ kind: PickledObject.Kind, mark: Int = 0
  ) throws(ParseError) -> Int {
    guard objects.count < Self.objectLimit else { throw tooMany("\(Self.objectLimit) objects") }
    return objects.add(PickledObject(kind: kind, offset: event.offset, mark: mark))
  }

  private mutating func pop() throws(ParseError) -> PickledValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed("a value on the stack")
    }
    return value
  }

  private func top() throws(ParseError) -> PickledValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed("a value on the stack")
    }
    return value
  }

  private mutating func popToMark() throws(ParseError) -> [PickledValue] {
    guard let mark = marks.popLast() else { throw malformed("a mark") }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  private mutating func popTuple() throws(ParseError) -> PickledValue {
    let value = try pop()
    guard objects.tuple(value) != nil else { throw malformed("a tuple of arguments") }
    return value
  }

  private mutating func pass(
    _ value: PickledValue, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    guard case .object(let place) = value, case .global = objects[place].kind else { return }
    try observer.passed(place, event, objects)
  }

  /// Keeps depth and weight of a container that takes a value up to date. A reference to the
  /// object itself, or to one that is still being filled, counts as it stands.
  private mutating func weigh(
    _ value: PickledValue, in place: Int, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    guard case .object(let inner) = value else { return }
    if case .global = objects[inner].kind { try observer.passed(inner, event, objects) }
    let depth = max(objects[place].depth, objects[inner].depth + 1)
    let weight = min(objects[place].weight + objects[inner].weight, Self.weightLimit)
    if depth > limits.pickleDepth, objects[place].depth <= limits.pickleDepth {
      try observer.noted(.tooDeep, event)
    }
    if weight == Self.weightLimit, objects[place].weight < Self.weightLimit {
      try observer.noted(.tooMany, event)
    }
    objects[place].depth = depth
    objects[place].weight = weight
  }

  /// Pushes a container of the values.
  private mutating func push(
    _ kind: PickledObject.Kind, of values: [PickledValue], _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let place = try push(kind)
    for value in values { try weigh(value, in: place, &observer) }
    objects[place].elements = values
  }
}

// The instructions.
extension PickleMachine {
  private mutating func follow(
    _ instruction: PickleInstruction, _ reader: inout PickleReader,
    _ observer: inout some PickleObserver
  ) throws(ParseError) {
    switch instruction.opcode {
    case .proto:
      guard case .integer(let version) = instruction.argument, version <= 5 else {
        throw malformed("protocol 0 to 5")
      }
      protocolVersion = version
    case .frame, .stop: break
    case .mark:
      try count()
      marks.append(stack.count)
    case .pop:
      // POP on a mark takes the mark, as Python does.
      if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: try push(top())
    case .none: try push(PickledValue.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .float, .binFloat, .int, .long, .binInt, .binInt1, .binInt2, .long1, .long4:
      try pushNumber(instruction, &observer)
    case .string, .unicode, .binString, .shortBinString, .binUnicode, .shortBinUnicode,
      .binUnicode8:
      try pushText(instruction, &observer)
    case .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
      guard case .bytes(let bytes) = instruction.argument else { break }
      if bytes.count >= Self.literalBytes { observer.literal(bytes, event) }
      try push(instruction.opcode == .byteArray8 ? .byteArray(bytes) : .bytes(bytes))
    case .emptyTuple: try push(.tuple)
    case .tuple1: try pushTuple(1, &observer)
    case .tuple2: try pushTuple(2, &observer)
    case .tuple3: try pushTuple(3, &observer)
    case .tuple: try push(.tuple, of: popToMark(), &observer)
    case .emptyList: try push(.list)
    case .list: try push(.list, of: popToMark(), &observer)
    case .emptyDict: try push(.dict)
    case .dict:
      let items = try popToMark()
      try push(.dict)
      try fill(items, isItems: true, &observer)
    case .emptySet: try push(.set)
    case .frozenSet: try push(.set, of: popToMark(), &observer)
    case .append: try fill([pop()], isItems: false, &observer)
    case .appends, .addItems: try fill(popToMark(), isItems: false, &observer)
    case .setItem:
      let value = try pop()
      try fill([pop(), value], isItems: true, &observer)
    case .setItems: try fill(popToMark(), isItems: true, &observer)
    case .get, .binGet, .longBinGet: try recall(instruction)
    case .put, .binPut, .longBinPut:
      let index = try memoIndex(instruction)
      // Python's memo is an array: a large index reserves memory for all below it.
      if index > 1 << 20, index > 16 * instructionCount {
        try observer.noted(.memoGap(index), event)
      }
      try remember(index)
    case .memoize: try remember(memo.count)
    case .global, .inst, .stackGlobal, .ext1, .ext2, .ext4:
      try pushImport(instruction, &observer)
    case .reduce, .newObj, .newObjEx, .obj: try pushCall(instruction, &observer)
    case .build: try build(&reader, &observer)
    case .persID: try refer(to: .text(line(instruction)), &observer)
    case .binPersID: try refer(to: pop(), &observer)
    case .nextBuffer:
      try observer.noted(.outsideBuffer, event)
      try push(.unknown)
    case .readonlyBuffer:
      _ = try top()
      try observer.noted(.outsideBuffer, event)
    }
  }

  private func line(_ instruction: PickleInstruction) throws(ParseError) -> String {
    guard case .bytes(let bytes) = instruction.argument, let text = bytes.utf8 else {
      throw malformed("a line of text")
    }
    return text
  }

  private mutating func pushTuple(
    _ count: Int, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    var elements: [PickledValue] = []
    for _ in 0..<count { elements.append(try pop()) }
    try push(.tuple, of: elements.reversed(), &observer)
  }

  private mutating func pushNumber(
    _ instruction: PickleInstruction, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    switch (instruction.opcode, instruction.argument) {
    case (_, .integer(let value)): try push(.integer(value))
    case (_, .double(let value)): try push(.double(value))
    // INT is also how protocol 0 writes truth values.
    case (.int, .bytes(let line)) where line.elementsEqual("00".utf8): try push(.bool(false))
    case (.int, .bytes(let line)) where line.elementsEqual("01".utf8): try push(.bool(true))
    case (.long1, .bytes(let bytes)), (.long4, .bytes(let bytes)):
      guard bytes.count <= 8 else { return _ = try push(.longInteger(bytes)) }
      let sign: UInt64 = bytes.last.map { $0 & 0x80 != 0 } == true ? .max : 0
      let bits = bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }
      try push(.integer(Int(truncatingIfNeeded: bits)))
    case (.float, _):
      guard let value = Double(try line(instruction)) else { throw malformed("a decimal float") }
      try push(.double(value))
    case (let opcode, .bytes(let line)):
      switch DecimalLine(line, for: opcode == .long ? .long : .int) {
      case .value(let value): try push(.integer(value))
      case .opaque(let digits):
        // The conversion is what makes some pickles slow, and Python refuses it by default.
        if digits > DecimalLine.pythonLimit {
          try observer.noted(.longNumber(digits: digits), event)
        }
        try push(.decimal(line))
      case nil: throw malformed("an integer as Python spells it")
      }
    default: throw malformed("a number")
    }
  }

  private mutating func pushText(
    _ instruction: PickleInstruction, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    guard case .bytes(let bytes) = instruction.argument else { throw malformed("a text") }
    if bytes.count >= Self.literalBytes { observer.literal(bytes, event) }
    if bytes.count > Self.textBytes { return _ = try push(.rawText(bytes)) }
    if let text = instruction.text { return try push(.text(text)) }
    switch instruction.opcode {
    // Python 2's byte strings, where they are no ASCII text.
    case .binString, .shortBinString: try push(.bytes(bytes))
    // Halves of surrogate pairs are text for Python, and no name.
    case .unicode: try push(.rawText(bytes))
    case .binUnicode, .shortBinUnicode, .binUnicode8:
      guard bytes.hasSurrogates else { throw malformed("a text in UTF-8") }
      try push(.rawText(bytes))
    default: throw malformed("a text as Python spells it")
    }
  }

  private func memoIndex(_ instruction: PickleInstruction) throws(ParseError) -> Int {
    if case .integer(let index) = instruction.argument { return index }
    guard case .bytes(let line) = instruction.argument,
      case .value(let index) = DecimalLine(line, for: .memo), index >= 0
    else { throw malformed("a memo index in digits") }
    return index
  }

  private mutating func recall(_ instruction: PickleInstruction) throws(ParseError) {
    guard let value = memo[try memoIndex(instruction)] else {
      throw malformed("a memo that was put")
    }
    try push(value)
  }

  private mutating func remember(_ index: Int) throws(ParseError) {
    try count()
    memo[index] = try top()
  }
}

// Objects that change, imports and calls.
extension PickleMachine {
  /// Elements or, in turn, keys and values for the object on top.
  private mutating func fill(
    _ values: [PickledValue], isItems: Bool, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let target = try top()
    guard !isItems || values.count.isMultiple(of: 2) else { throw malformed("keys and values") }
    // Python does not look at what takes nothing.
    guard !values.isEmpty else { return }
    guard case .object(let place) = target, objects[place].kind.canBeFilled else {
      throw malformed(isItems ? "a dict on the stack" : "a list or set on the stack")
    }
    for value in values { try weigh(value, in: place, &observer) }
    if isItems {
      objects[place].items += stride(from: 0, to: values.count, by: 2).map {
        PickledObject.Item(key: values[$0], value: values[$0 + 1])
      }
    } else {
      objects[place].elements += values
    }
    try observer.filled(place, event, objects)
  }

  private mutating func build(
    _ reader: inout PickleReader, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let state = try pop()
    let target = try top()
    switch objects.object(target)?.kind {
    case .call, .global, .persistent, .registered, .unknown: break
    // A state of None sets nothing, on whatever it is.
    default: guard state == .none else { throw malformed("an instance to set the state of") }
    }
    if case .object(let place) = target {
      try weigh(state, in: place, &observer)
      objects[place].states.append(state)
    }
    try observer.built(target, state, event, objects, &reader)
  }

  private mutating func refer(
    to identification: PickledValue, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let mark = try observer.referred(to: identification, event, objects)
    try push(.persistent(identification), mark: mark)
  }

  private mutating func makeImport(
    _ module: String, _ name: String, _ observer: inout some PickleObserver
  ) throws(ParseError) -> PickledValue {
    let name = PickledGlobal(module: module, name: name)
    let mark = try observer.imported(name, event, objects, protocol: protocolVersion)
    return .object(try make(.global(name), mark: mark))
  }

  private mutating func pushImport(
    _ instruction: PickleInstruction, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    switch (instruction.opcode, instruction.argument) {
    case (.stackGlobal, _):
      let name = try pop()
      let module = try pop()
      guard case .text(let name) = name, case .text(let module) = module else {
        try observer.noted(.computedImport, event)
        return _ = try push(.unknown)
      }
      try push(makeImport(module, name, &observer))
    case (let opcode, .pair(let module, let name)):
      guard let module = module.utf8, let name = name.utf8 else {
        throw malformed("a module and a name in UTF-8")
      }
      let arguments = opcode == .inst ? try popToMark() : []
      let function = try makeImport(module, name, &observer)
      guard opcode == .inst else { return try push(function) }
      try push(.tuple, of: arguments, &observer)
      try pushResult(of: function, pop(), .instantiate, &observer)
    case (_, .integer(let code)):
      guard code > 0 else { throw malformed("a code of the registry, 1 or more") }
      try observer.noted(.extensionCode(code), event)
      try push(.registered(code))
    default: throw malformed("a module and a name")
    }
  }

  /// REDUCE, NEWOBJ, NEWOBJ_EX and OBJ.
  private mutating func pushCall(
    _ instruction: PickleInstruction, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    switch instruction.opcode {
    case .obj:
      let values = try popToMark()
      guard let function = values.first else { throw malformed("a class") }
      try push(.tuple, of: Array(values.dropFirst()), &observer)
      try pushResult(of: function, pop(), .instantiate, &observer)
    case .newObjEx:
      let keywords = try pop()
      let arguments = try popTuple()
      let function = try pop()
      try pushResult(of: function, arguments, keywords: keywords, .new, &observer)
    default:
      let arguments = try popTuple()
      let how: PickleCreation = instruction.opcode == .reduce ? .call : .new
      try pushResult(of: pop(), arguments, how, &observer)
    }
  }

  private mutating func pushResult(
    of function: PickledValue, _ arguments: PickledValue, keywords: PickledValue? = nil,
    _ how: PickleCreation, _ observer: inout some PickleObserver
  ) throws(ParseError) {
    let place = try make(.call(function: function, arguments: arguments))
    objects[place].keywords = keywords
    for value in [arguments, keywords ?? .none] { try weigh(value, in: place, &observer) }
    objects[place].mark = try observer.made(place, how, event, objects)
    try push(.object(place))
  }
}
