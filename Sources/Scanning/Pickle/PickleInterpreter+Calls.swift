import Bytes
import Findings
import Formats

extension PickleInterpreter {
  mutating func followCall(_ instruction: PickleInstruction) throws(ParseError) {
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
  mutating func construct(
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
