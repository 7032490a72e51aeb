import Bytes
import Findings
import Formats
import KnownNames

/// Reports every import of a pickle, and every use of one, that no saved model needs.
///
/// Default deny: a name is either known, and then used as its entry says, or it is a finding.
struct PickleJudge: PickleObserver {
  /// What surrounds the pickle.
  enum Context {
    /// A file of its own: persistent references have no meaning.
    case plain
    /// torch's archive: the bytes of every storage by its key; nil when they follow the pickle.
    case torch(storages: [String: Int]?)
    /// torch's tar archive: the keys of its tensors and storages.
    case torchTar(keys: Set<Int>)
    /// A TorchScript archive: also names of the classes in its code.
    case torchScript(storages: [String: Int]?)
  }

  /// An imported name and what it may be used for: nil for one that is not known, which was
  /// reported when it was imported.
  struct Import {
    let name: PickledGlobal
    let use: PickleUse?
  }

  /// A storage of torch's that the pickle refers to.
  struct Storage {
    let key: String
    let elements: Int
    let bytes: Int
  }

  /// Findings of one rule; more say nothing new. Counted by rule, so that many harmless ones
  /// cannot crowd out a worse one.
  private static let findingLimit = 200
  /// Literals that are unpacked to look into them: a bomb could be in each.
  private static let packedLimit = 64
  /// Longer texts are no keys and hold none in the data of a model.
  private static let secretBytes = 16 << 10
  /// Arguments of a call, and axes of a tensor.
  static let argumentLimit = 64

  let place: Place
  var context: Context
  let limits: Limits
  private(set) var findings: [Finding] = []
  private var reported: Set<String> = []
  private var counts: [String: Int] = [:]
  /// Whether anything was imported, by whatever instruction.
  var hasImports = false
  /// Whether a literal holds a program.
  private(set) var hidesProgram = false
  /// Whether anything imported was called, instantiated or changed.
  var hasCalls = false
  /// What was imported. The mark of an import, and of what one makes, is its number from 1.
  var imports: [Import] = []
  /// The storages in the order of the first reference to each.
  var storages: [Storage] = []
  /// What references say of storages. The mark of a reference is its number from 1.
  var references: [Storage] = []
  /// The number of each storage among the references, by its key.
  var referenceNumbers: [String: Int] = [:]
  /// Results of getattr that stand for an import: their places, and its mark.
  var attributes: [Int: Int] = [:]
  private var planted: [Int: PlantedKeys] = [:]
  /// Items of each dictionary whose keys were looked at as names of tensors.
  private var named: [Int: Int] = [:]

  /// How many literals are around this pickle; nil when its own are not looked into.
  private let wrappings: Int?
  private var packedCount = 0

  init(place: Place, context: Context, limits: Limits, wrappings: Int? = 0) {
    self.wrappings = wrappings
    self.place = place
    self.context = context
    self.limits = limits
  }

  /// Reports a finding once.
  mutating func report(_ rule: Rule, at offset: Int, _ message: String) {
    add(rule.at(place.at(offset), message))
  }

  mutating func report(
    _ rule: Rule, _ event: PickleEvent, _ message: String, evidence: [String] = [],
    references: [String] = []
  ) {
    add(
      rule.at(
        place.at(event.offset, instruction: event.number), message, evidence: evidence,
        references: references))
  }

  /// Adds a finding unless it is known, or there are many of its rule.
  mutating func add(_ finding: Finding) {
    let rule = finding.rule.id
    guard counts[rule, default: 0] < Self.findingLimit,
      reported.insert(rule + finding.message).inserted
    else { return }
    counts[rule, default: 0] += 1
    findings.append(finding)
  }

  mutating func add(_ findings: [Finding]) {
    for finding in findings { add(finding) }
  }

  mutating func literal(_ bytes: ByteSlice, _ event: PickleEvent) {
    guard let wrappings else { return }
    if bytes.count <= Self.secretBytes {
      for match in SecretScan.matches(in: bytes.array) {
        report(match.rule, event, "\(match.what) in a text")
      }
    }
    if HiddenProgram.mayBePacked(bytes) { packedCount += 1 }
    guard
      let program = HiddenProgram(
        in: bytes, at: place, limits: limits, unpacks: packedCount <= Self.packedLimit,
        depth: wrappings)
    else { return }
    hidesProgram = true
    report(.hiddenProgram, event, "a literal is \(program.words)")
    add(program.findings)
  }

  mutating func noted(_ oddity: PickleOddity, _ event: PickleEvent) {
    switch oddity {
    case .computedImport:
      hasImports = true
      report(.computedImport, event, "imports a name that it computes")
    case .extensionCode(let code):
      hasImports = true
      report(.computedImport, event, "imports extension \(code) of Python's registry")
    case .outsideBuffer:
      report(.strayReference, event, "asks its reader for a buffer that is not in the file")
    case .lyingFrame:
      report(.malformedPickle, event, "a frame is not as long as it says")
    case .memoGap(let index): report(.pickleBomb, event, "memo index \(index)")
    case .longNumber(let digits):
      report(.pickleBomb, event, "a decimal number of \(digits) digits")
    case .tooDeep:
      report(.pickleBomb, event, "values nested more than \(limits.pickleDepth) deep")
    case .tooMany:
      report(.pickleBomb, event, "references that multiply to over 2^32 objects")
    }
  }
}

// Imports.
extension PickleJudge {
  mutating func imported(
    _ name: PickledGlobal, _ event: PickleEvent, _ graph: PickledObjects, protocol version: Int
  ) -> Int {
    hasImports = true
    let resolved = name.resolved(protocol: version)
    let use = KnownNames.use(of: resolved.module, resolved.name) ?? scriptUse(of: name)
    imports.append(Import(name: resolved, use: use))
    if use == nil { reportUnknown(resolved, written: name, event) }
    return imports.count
  }

  /// TorchScript's own reader finds these in the archive and nowhere else.
  private func scriptUse(of name: PickledGlobal) -> PickleUse? {
    if case .torchTar = context { return Self.tarUse(of: name) }
    guard case .torchScript = context else { return nil }
    let isClass = name.module == "__torch__" || name.module.hasPrefix("__torch__.")
    let isHelper = name.module == "torch.jit._pickle" && Self.scriptHelpers.contains(name.name)
    guard isClass || isHelper else { return nil }
    return PickleUse(isClass ? [.new, .ref, .state] : [.call, .ref])
  }

  /// Types of tensors and storages, which torch 0.1 notes of each.
  private static func tarUse(of name: PickledGlobal) -> PickleUse? {
    guard name.module == "torch" || name.module == "torch.cuda" else { return nil }
    let isTensor = [
      "DoubleTensor", "FloatTensor", "HalfTensor", "LongTensor", "IntTensor", "ShortTensor",
      "CharTensor", "ByteTensor",
    ].contains(name.name)
    return isTensor || TorchStorageClass.itemSize(of: name) != nil ? PickleUse([.ref]) : nil
  }

  /// Functions of torch/jit/_pickle.py.
  private static let scriptHelpers: Set<String> = [
    "build_intlist", "build_tensorlist", "build_doublelist", "build_boollist",
    "build_tensor_from_id", "restore_type_tag",
  ]

  private mutating func reportUnknown(
    _ name: PickledGlobal, written: PickledGlobal, _ event: PickleEvent
  ) {
    let known = KnownNames.gadget(name.description) ?? KnownNames.gadget(written.description)
    let opcode = event.instruction.opcode.name
    let evidence = ["\(opcode) \(written.module) \(written.name)"]
    if let known {
      report(
        known.rule, event, "imports \(name), which \(known.words)", evidence: evidence,
        references: known.advisories)
    }
    if name.name.utf8.contains(UInt8(ascii: ".")) {
      report(
        .computedImport, event, "walks through attributes to \(name)", evidence: evidence)
    } else if known == nil {
      report(.unknownImport, event, "imports \(name), which is not allowed", evidence: evidence)
    }
  }

  /// A function may not be an argument, an element or a result.
  mutating func passed(_ place: Int, _ event: PickleEvent, _ graph: PickledObjects) {
    let name = imports[graph[place].mark - 1]
    guard let actions = name.use?.actions else { return }
    if actions.isDisjoint(with: [.ref, .new]), !isForwarded(name) {
      report(.misusedImport, event, "passes the function \(name.name) on")
    }
  }

  /// torch's rebuilding functions stand among the arguments of the one that calls them.
  func isForwarded(_ name: Import) -> Bool {
    name.name.module == "torch._utils"
  }

  /// The mark of the import that a value is or, after a listed getattr, stands for; nil for
  /// another value.
  func importMark(_ value: PickledValue, _ graph: PickledObjects) -> Int? {
    guard case .object(let place) = value else { return nil }
    switch graph[place].kind {
    case .global: return graph[place].mark
    // The old form of torch refers to classes with their source: their mark is negative.
    case .persistent: return graph[place].mark < 0 ? -graph[place].mark : nil
    default: return attributes[place]
    }
  }

  /// The import that a value is, nil for another value.
  func imported(_ value: PickledValue, _ graph: PickledObjects) -> Import? {
    importMark(value, graph).map { imports[$0 - 1] }
  }
}

// State and items.
extension PickleJudge {
  mutating func built(
    _ target: PickledValue, _ state: PickledValue, _ event: PickleEvent, _ graph: PickledObjects,
    _ reader: inout PickleReader
  ) throws(ParseError) {
    hasCalls = true
    if let key = plantedKey(in: state, graph) {
      report(.misusedImport, event, "plants the attribute '\(safeText(key))'")
    }
    guard case .object(let place) = target else { return }
    let object = graph[place]
    switch object.kind {
    case .call where object.mark > 0:
      let owner = imports[object.mark - 1]
      if owner.name.description == "functools.partial" {
        judgePartialState(state, of: place, event, graph)
      }
      if let use = owner.use, !use.actions.contains(.state) {
        report(.misusedImport, event, "sets the state of \(owner.name)")
      }
      try takeArray(of: owner, at: place, state, event, graph, &reader)
    case .global:
      report(.misusedImport, event, "changes \(imports[object.mark - 1].name) itself")
    default: break
    }
  }

  mutating func filled(_ place: Int, _ event: PickleEvent, _ graph: PickledObjects) {
    let object = graph[place]
    judgeNames(among: object.items, of: place, event, graph)
    switch object.kind {
    case .call:
      hasCalls = true
      guard object.mark > 0, let use = imports[object.mark - 1].use,
        !use.actions.contains(.items)
      else { return }
      report(
        .misusedImport, event, "gives items to an instance of \(imports[object.mark - 1].name)")
    case .global:
      hasCalls = true
      report(.misusedImport, event, "changes \(imports[object.mark - 1].name) itself")
    default: break
    }
  }

  /// Keys of tensors and arrays, which become names of files where each is written for itself.
  private mutating func judgeNames(
    among items: [PickledObject.Item], of place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) {
    for item in items.dropFirst(named[place] ?? 0) {
      guard case .text(let name) = item.key, isTensor(item.value, graph),
        let finding = TensorName.finding(
          name, at: self.place.at(event.offset, instruction: event.number))
      else { continue }
      add(finding)
    }
    if !items.isEmpty { named[place] = items.count }
  }

  /// Whether a value is what torch or NumPy rebuild.
  private func isTensor(_ value: PickledValue, _ graph: PickledObjects) -> Bool {
    guard case .object(let place) = value, case .call = graph[place].kind, graph[place].mark > 0
    else { return false }
    let maker = imports[graph[place].mark - 1].name
    return maker.module.hasPrefix("torch") || maker.name == "_reconstruct"
  }

  /// Keys of a dictionary that were looked at, and what was found among them.
  private struct PlantedKeys {
    var count = 0
    var key: String?
  }

  /// A name with two underscores among the attributes that a state sets: Python calls some of
  /// them.
  private mutating func plantedKey(in state: PickledValue, _ graph: PickledObjects) -> String? {
    guard case .object(let place) = state else { return nil }
    // A pair of dictionaries: attributes, and slots.
    if case .tuple = graph[place].kind, graph[place].elements.count == 2 {
      for part in graph[place].elements {
        if case .object(let part) = part, let key = plantedKey(amongKeysOf: part, graph) {
          return key
        }
      }
      return nil
    }
    return plantedKey(amongKeysOf: place, graph)
  }

  /// Judges a pickle that stands inside this one: its objects have places of their own.
  mutating func judgeInner(_ reader: inout PickleReader) throws(ParseError) {
    let outer = (planted, attributes, named)
    (planted, attributes, named) = ([:], [:], [:])
    defer { (planted, attributes, named) = outer }
    var machine = PickleMachine(limits: limits)
    _ = try machine.run(&reader, &self)
  }

  /// Looks at each key once, however often the dictionary is a state.
  private mutating func plantedKey(amongKeysOf place: Int, _ graph: PickledObjects) -> String? {
    let items = graph[place].items
    guard !items.isEmpty else { return nil }
    var known = planted[place] ?? PlantedKeys()
    if known.key == nil {
      for item in items[known.count...] {
        guard case .text(let key) = item.key, key.hasPrefix("__") else { continue }
        known.key = key
        break
      }
      known.count = items.count
    }
    planted[place] = known
    return known.key
  }
}
