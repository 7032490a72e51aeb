import Bytes

/// Reads what a pickle describes as tensors, state dicts and modules. Everything else is refused
/// where it stands among them, and passed over elsewhere in a checkpoint.
struct TorchInterpreter {
  /// Items, tensors, modules and attributes that are looked at: what stands in many places is
  /// read at each of them.
  private static let stepLimit = 2_000_000
  /// The keys under which checkpoints hold their model.
  private static let modelKeys = ["state_dict", "model_state_dict", "model"]

  let objects: PickledObjects
  var storages: TorchStorages
  /// Bytes that all tensors together may still take in row-major order. Views may repeat
  /// elements, so this is more than the file has.
  var bytesLeft: Int
  private var stepsLeft = Self.stepLimit
  let limits: Limits

  /// The size of the file bounds what its tensors may take.
  init(objects: PickledObjects, storages: TorchStorages, fileSize: Int, limits: Limits) {
    self.objects = objects
    self.storages = storages
    self.limits = limits
    bytesLeft = limits.unpackedBytes(of: fileSize)
  }

  /// What was saved, the key of the checkpoint it stands under, and its tensors.
  mutating func content(
    of root: PickledValue
  ) throws(ParseError) -> (String?, TorchFile.Content, [NamedTorchTensor]) {
    let items = try namedItems(root)
    var candidates: [NamedValue] = []
    for item in items ?? [] {
      let isCandidate = try isModule(item.value) ? true : isStateDict(item.value)
      if isCandidate { candidates.append(item) }
    }
    let preferred = candidates.filter { Self.modelKeys.contains($0.name) }
    if preferred.isEmpty, let part = try read(root) { return (nil, part.content, part.tensors) }
    guard items != nil else {
      throw ParseError(
        .unsupported, at: objects.object(root)?.offset ?? 0,
        expected: "a tensor, a state dict, a checkpoint or a module",
        found: objects.summary(of: root))
    }
    let claims = preferred.isEmpty ? candidates : preferred
    guard let chosen = claims.first, claims.count == 1 else {
      let names = claims.prefix(4).map { "'\(safeText($0.name))'" }.joined(separator: ", ")
      throw ParseError(
        .unsupported, at: objects.object(root)?.offset ?? 0, expected: "one state dict or module",
        found: claims.isEmpty ? "a dict without one" : "\(claims.count): \(names)")
    }
    do throws(ParseError) {
      guard let part = try read(chosen.value) else {
        preconditionFailure("a candidate is a module or a state dict")
      }
      return (chosen.name, part.content, part.tensors)
    } catch {
      throw error.inside("'\(safeText(chosen.name))'")
    }
  }

  /// The tensor, module or state dict; nil for another value.
  private mutating func read(
    _ value: PickledValue
  ) throws(ParseError) -> (content: TorchFile.Content, tensors: [NamedTorchTensor])? {
    if isTensor(value) {
      return (.tensor, [NamedTorchTensor(name: "", tensor: try tensor(value))])
    }
    if try isModule(value) {
      let module = try module(value, depth: 1)
      return (.module(module), try stateDict(of: module, at: objects.object(value)?.offset ?? 0))
    }
    guard try isStateDict(value), let items = try namedItems(value) else { return nil }
    return (.stateDict, try tensors(items))
  }

  /// Takes steps from what one file may cost.
  mutating func spend(_ steps: Int, at place: Int) throws(ParseError) {
    stepsLeft -= steps
    guard stepsLeft >= 0 else {
      throw ParseError(
        .limit, at: place, expected: "at most \(Self.stepLimit) items, tensors and modules",
        found: "more")
    }
  }
}

// Dictionaries.
extension TorchInterpreter {
  struct NamedValue {
    let name: String
    let value: PickledValue
  }

  /// The items of a dict or an OrderedDict whose keys are texts; nil for another value, and where
  /// a key is none.
  ///
  /// - Throws: `ParseError` for a key that comes twice.
  mutating func namedItems(_ value: PickledValue) throws(ParseError) -> [NamedValue]? {
    guard let object = objects.object(value), let items = items(of: object) else { return nil }
    try spend(1 + items.count, at: object.offset)
    var known: Set<String> = []
    var named: [NamedValue] = []
    for item in items {
      guard case .text(let name) = item.key else { return nil }
      guard known.insert(name).inserted else {
        throw ParseError(
          at: object.offset, expected: "a new key", found: "'\(safeText(name))' again")
      }
      named.append(NamedValue(name: name, value: item.value))
    }
    return named
  }

  func items(of object: PickledObject) -> [PickledObject.Item]? {
    switch object.kind {
    case .dict: return object.items
    case .call(let function, let arguments):
      guard objects.global(function) == PickledGlobal(module: "collections", name: "OrderedDict"),
        let arguments = objects.tuple(arguments), arguments.count <= 1, object.keywords == nil
      else { return nil }
      // Python 2 gives the items as a list of lists.
      var items: [PickledObject.Item] = []
      for pair in arguments.first.flatMap({ objects.object($0)?.elements }) ?? [] {
        guard let pair = objects.object(pair)?.elements, pair.count == 2 else { return nil }
        items.append(PickledObject.Item(key: pair[0], value: pair[1]))
      }
      return items + object.items
    default: return nil
    }
  }

  /// A dict with a tensor among its values; then all must be.
  private mutating func isStateDict(_ value: PickledValue) throws(ParseError) -> Bool {
    try namedItems(value)?.contains { isTensor($0.value) } ?? false
  }

  mutating func tensors(_ items: [NamedValue]) throws(ParseError) -> [NamedTorchTensor] {
    var tensors: [NamedTorchTensor] = []
    for item in items {
      do throws(ParseError) {
        tensors.append(NamedTorchTensor(name: item.name, tensor: try tensor(item.value)))
      } catch {
        throw error.inside("'\(safeText(item.name))'")
      }
    }
    return tensors
  }
}
