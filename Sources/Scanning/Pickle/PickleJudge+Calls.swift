import Bytes
import Findings
import Formats
import KnownNames

// Calls and instances.
extension PickleJudge {
  mutating func made(
    _ place: Int, _ how: PickleCreation, _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int {
    hasCalls = true
    guard case .call(let function, let arguments) = graph[place].kind else { return 0 }
    let verb = how == .call ? "calls" : "instantiates"
    guard let mark = importMark(function, graph) else {
      report(.computedImport, event, "\(verb) something that is no import")
      return 0
    }
    let made = imports[mark - 1]
    guard let use = made.use else { return mark }
    if made.name.description == "functools.partial" {
      return judgePartial(how, graph.tuple(arguments) ?? [], at: place, mark, event, graph)
    }
    if made.name.description == "builtins.getattr" {
      return judgeAttribute(graph.tuple(arguments) ?? [], at: place, mark, event, graph)
    }
    // OBJ and INST call a class like REDUCE does when there are arguments.
    let demanded: PickleUse.Actions = how == .call ? .call : [.new, .state, .items]
    if use.actions.isDisjoint(with: demanded) {
      report(.misusedImport, event, "\(verb) \(made.name)")
    }
    guard how == .call else { return mark }
    return judgeCall(of: made, use, mark, graph.tuple(arguments) ?? [], event, graph)
  }

  /// The mark of what a known function gives.
  private mutating func judgeCall(
    of made: Import, _ use: PickleUse, _ mark: Int, _ arguments: [PickledValue],
    _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int {
    judgeArguments(of: made, use, arguments, event, graph)
    guard use.actions.contains(.makes) else { return mark }
    guard let first = importMark(arguments.first ?? .none, graph) else {
      report(.computedImport, event, "\(made.name) instantiates no named class")
      return 0
    }
    let owner = imports[first - 1]
    if let use = owner.use, use.actions.isDisjoint(with: [.new, .state, .ref]) {
      report(.misusedImport, event, "\(made.name) instantiates \(owner.name)")
    }
    return first
  }

  /// getattr walks to an attribute: an import like any other when both names are literal.
  private mutating func judgeAttribute(
    _ arguments: [PickledValue], at place: Int, _ mark: Int, _ event: PickleEvent,
    _ graph: PickledObjects
  ) -> Int {
    if arguments.count == 2, let owner = imported(arguments[0], graph),
      case .text(let attribute) = arguments[1]
    {
      let name = PickledGlobal(
        module: owner.name.module, name: owner.name.name + "." + attribute)
      if let use = KnownNames.use(of: name.module, name.name) {
        imports.append(Import(name: name, use: use))
        attributes[place] = imports.count
        return imports.count
      }
    }
    report(
      .dangerousImport, event, "calls builtins.getattr, which gives any attribute of anything",
      evidence: [event.instruction.opcode.name])
    return 0
  }

  /// Functions that pandas and scikit-learn prepare with `functools.partial`.
  private static let prepared: Set<String> = [
    "pandas.core.internals.blocks.new_block", "sklearn.utils.validation.check_array",
  ]

  /// A partial stands for the function that it prepares. pickle gives it the function alone, and
  /// the other arguments with its state.
  private mutating func judgePartial(
    _ how: PickleCreation, _ arguments: [PickledValue], at place: Int, _ mark: Int,
    _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int {
    if how == .call, arguments.count == 1, let target = importMark(arguments[0], graph),
      Self.prepared.contains(imports[target - 1].name.description)
    {
      attributes[place] = target
      return mark
    }
    report(
      .dangerousImport, event, "calls functools.partial, which prepares a call of anything",
      evidence: [event.instruction.opcode.name])
    return 0
  }

  /// The state of a partial: its function once more, arguments by place and by name, attributes.
  mutating func judgePartialState(
    _ state: PickledValue, of place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) {
    guard let target = attributes[place], let parts = graph.tuple(state), parts.count == 4,
      let function = imported(parts[0], graph),
      function.name.description == imports[target - 1].name.description,
      graph.tuple(parts[1])?.isEmpty == true, ArgumentKind(of: parts[3], graph).isAllowed(as: "d")
    else {
      return report(.misusedImport, event, "gives functools.partial another function")
    }
  }

  /// What an allowed function may be called with.
  private mutating func judgeArguments(
    of function: Import, _ use: PickleUse, _ arguments: [PickledValue], _ event: PickleEvent,
    _ graph: PickledObjects
  ) {
    if use.actions.contains(.rebuilds) {
      guard let first = imported(arguments.first ?? .none, graph),
        isForwarded(first) || first.use == nil
      else {
        return report(
          .misusedImport, event, "\(function.name) calls what is no rebuilding function of torch")
      }
    }
    switch function.name.description {
    case "_codecs.encode":
      guard arguments.count == 2, case .text(let encoding) = arguments[1],
        ["latin1", "latin-1"].contains(encoding)
      else {
        return report(.misusedImport, event, "_codecs.encode encodes otherwise than to Latin-1")
      }
    case "builtins.bytearray": return judgeByteArray(arguments, event, graph)
    case "numpy.core.multiarray._reconstruct", "numpy.ma.core._mareconstruct":
      // Protocol 0 and 1 know no EMPTY_TUPLE: the shape is (0,), the data comes with the state.
      let shape = arguments.dropFirst(function.name.name == "_reconstruct" ? 1 : 2).first
      guard let shape, graph.tuple(shape) == [.integer(0)] else {
        return report(
          .misusedImport, event, "\(function.name) reserves an array before its state is known")
      }
    case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
      "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_qtensor":
      judgeTensor(arguments, event, graph)
    default: break
    }
    if let pattern = use.arguments { judge(arguments, of: function, by: pattern, event, graph) }
  }

  /// Compares the arguments with those that real saves have.
  private mutating func judge(
    _ arguments: [PickledValue], of function: Import, by pattern: [PickleUse.Argument],
    _ event: PickleEvent, _ graph: PickledObjects
  ) {
    let fewest = pattern.prefix { !$0.isOptional }.count
    guard (fewest...pattern.count).contains(arguments.count) else {
      return report(
        .unusualArguments, event,
        "calls \(function.name) with \(arguments.count) arguments",
        evidence: ["saves have \(fewest) to \(pattern.count)"])
    }
    for (index, (argument, expected)) in zip(arguments, pattern).enumerated() {
      let found = ArgumentKind(of: argument, graph)
      guard !expected.kinds.contains(where: { found.isAllowed(as: $0) }) else { continue }
      report(
        .unusualArguments, event,
        "calls \(function.name) with \(graph.summary(of: argument)) as argument \(index + 1)",
        evidence: ["saves have \(expected.kinds.map(ArgumentKind.words).joined(separator: " or "))"]
      )
    }
  }

  /// `bytearray()`, of bytes, or of a text in Latin-1 as protocol 2 writes it.
  private mutating func judgeByteArray(
    _ arguments: [PickledValue], _ event: PickleEvent, _ graph: PickledObjects
  ) {
    switch (arguments.first, arguments.count) {
    case (nil, _): return
    // A number would be a size to reserve.
    case (.integer, _), (.double, _), (.bool, _):
      report(.pickleBomb, event, "reserves a byte array by its size")
    case (.text, 2):
      if arguments[1] == .text("latin-1") || arguments[1] == .text("latin1") { return }
      report(.misusedImport, event, "builtins.bytearray encodes otherwise than to Latin-1")
    case (.object(let place), 1):
      switch graph[place].kind {
      case .longInteger, .decimal:
        report(.pickleBomb, event, "reserves a byte array by its size")
      case .bytes, .byteArray, .list, .tuple, .call: return
      default: report(.misusedImport, event, "builtins.bytearray of what is no bytes")
      }
    case (.object(let place), 2):
      if case .rawText = graph[place].kind,
        arguments[1] == .text("latin-1") || arguments[1] == .text("latin1")
      {
        return
      }
      report(.misusedImport, event, "builtins.bytearray encodes otherwise than to Latin-1")
    default: report(.misusedImport, event, "builtins.bytearray of what is no bytes")
    }
  }
}

// torch's storages and tensors.
extension PickleJudge {
  /// Storage, offset, sizes and strides: the last element must lie inside the storage.
  private mutating func judgeTensor(
    _ arguments: [PickledValue], _ event: PickleEvent, _ graph: PickledObjects
  ) {
    guard arguments.count >= 4, let reference = graph.object(arguments[0]),
      let sizes = graph.object(arguments[2])?.elements,
      let strides = graph.object(arguments[3])?.elements,
      case .persistent = reference.kind, reference.mark > 0,
      case .integer(let offset) = arguments[1],
      sizes.count == strides.count, sizes.count <= Self.argumentLimit
    else {
      report(.strayReference, event, "a tensor without storage, sizes or strides")
      return
    }
    let elements = references[reference.mark - 1].elements
    var last = offset
    var isEmpty = false
    for (size, stride) in zip(sizes, strides) {
      guard case .integer(let size) = size, case .integer(let stride) = stride, size >= 0,
        stride >= 0
      else {
        report(.strayReference, event, "a tensor of odd sizes or strides")
        return
      }
      if size == 0 { isEmpty = true }
      let (reach, isTooLarge) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(reach)
      last = isTooLarge || overflow ? Int.max : sum
    }
    guard offset >= 0, isEmpty || last < elements else {
      report(
        .strayReference, event, "a tensor reaches element \(last) of a storage of \(elements)")
      return
    }
  }

  mutating func referred(
    to identification: PickledValue, _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int {
    let known: [String: Int]?
    switch context {
    case .torch(let storages): known = storages
    case .torchScript(let storages): known = storages
    case .torchTar(let keys): return referredInTar(to: identification, keys, event, graph)
    case .plain:
      report(
        .strayReference, event, "asks its reader for an object that is not in the file")
      return 0
    }
    if let mark = classMark(graph.tuple(identification) ?? [], graph) { return -mark }
    // ('storage', class, key, location, number of elements), older files with a view as sixth.
    guard let parts = graph.tuple(identification), (5...6).contains(parts.count),
      parts[0] == .text("storage"), let type = imported(parts[1], graph),
      let itemSize = TorchStorageClass.itemSize(of: type.name), case .text(let key) = parts[2],
      case .text = parts[3], case .integer(let elements) = parts[4], elements >= 0
    else {
      report(.strayReference, event, "a persistent reference that is no storage")
      return 0
    }
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: itemSize)
    if let known, overflow || known[key] != bytes {
      let found = known[key].map { "\($0) bytes" } ?? "no such member"
      report(
        .strayReference, event,
        "storage '\(safeText(key))' should have \(overflow ? "too many" : "\(bytes)") bytes",
        evidence: ["found: \(found)"])
    }
    return mark(
      of: Storage(key: key, elements: elements, bytes: overflow ? Int.max : bytes), event)
  }

  /// The key of a tensor or storage in digits, or (class, file, source).
  private mutating func referredInTar(
    to identification: PickledValue, _ keys: Set<Int>, _ event: PickleEvent,
    _ graph: PickledObjects
  ) -> Int {
    if case .text(let digits) = identification, let key = Int(digits), keys.contains(key) {
      return 0
    }
    if let parts = graph.tuple(identification), parts.count == 3,
      let mark = importMark(parts[0], graph)
    {
      return -mark
    }
    report(.strayReference, event, "a persistent reference to nothing in the archive")
    return 0
  }

  /// The class in ('module', class, file, source); the source is never run.
  private func classMark(_ parts: [PickledValue], _ graph: PickledObjects) -> Int? {
    guard parts.count == 4, parts[0] == .text("module") else { return nil }
    return importMark(parts[1], graph)
  }

  /// The mark of a reference. Two references to one storage must agree on its size.
  private mutating func mark(of storage: Storage, _ event: PickleEvent) -> Int {
    if let known = referenceNumbers[storage.key] {
      if references[known - 1].bytes != storage.bytes {
        report(
          .strayReference, event,
          "storage '\(safeText(storage.key))' is referred to in two sizes")
      }
      if references[known - 1].elements == storage.elements { return known }
    } else {
      storages.append(storage)
      referenceNumbers[storage.key] = references.count + 1
    }
    references.append(storage)
    return references.count
  }
}
