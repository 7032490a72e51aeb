import Bytes

// Modules (torch/nn/modules/module.py).
extension TorchInterpreter {
  /// The class of an instance. The old form wraps classes: `('module', class, file, source)`.
  private func className(_ function: PickledValue) -> PickledGlobal? {
    if let name = objects.global(function) { return name }
    guard case .persistent(let value) = objects.object(function)?.kind,
      let parts = objects.tuple(value), parts.count == 4, parts[0] == .text("module")
    else { return nil }
    return objects.global(parts[1])
  }

  /// The class and attributes of an instance that has what every module has.
  private mutating func instance(
    _ value: PickledValue
  ) throws(ParseError) -> (className: PickledGlobal, attributes: [NamedValue])? {
    guard let object = objects.object(value), case .call(let function, _) = object.kind,
      let name = className(function), let state = object.states.first, object.states.count == 1,
      object.keywords == nil,
      let attributes = try namedItems(state),
      attributes.contains(where: { $0.name == "_parameters" }),
      attributes.contains(where: { $0.name == "_modules" })
    else { return nil }
    return (name, attributes)
  }

  mutating func isModule(_ value: PickledValue) throws(ParseError) -> Bool {
    try instance(value) != nil
  }

  mutating func module(
    _ value: PickledValue, depth: Int
  ) throws(ParseError) -> TorchModule {
    let place = objects.object(value)?.offset ?? 0
    guard let (name, state) = try instance(value) else {
      throw ParseError(at: place, expected: "a module", found: objects.summary(of: value))
    }
    guard depth <= limits.pickleDepth else {
      throw ParseError(
        .limit, at: place, expected: "modules at most \(limits.pickleDepth) deep", found: "more")
    }
    guard name.module.utf8.count + name.name.utf8.count < limits.pathBytes else {
      throw ParseError(
        .limit, at: place, expected: "a class of at most \(limits.pathBytes) bytes", found: "more")
    }
    try spend(4, at: place)
    var attributes: [TorchAttribute.Named] = []
    var parts: [String: [NamedValue]] = [:]
    var transient: Set<String> = []
    var hasHooks = false
    for attribute in state {
      switch attribute.name {
      case "_parameters", "_buffers", "_modules":
        guard let items = try namedItems(attribute.value) else {
          throw ParseError(
            at: place, expected: "a dict as \(attribute.name)",
            found: objects.summary(of: attribute.value))
        }
        // A part that is None is absent.
        parts[attribute.name] = items.filter { $0.value != .none }
      case "_non_persistent_buffers_set":
        transient = try texts(ofSet: attribute.value, at: place)
      case "_forward_hooks", "_forward_pre_hooks":
        let hooks = objects.object(attribute.value).flatMap { items(of: $0) }
        // What is no dict is not known to be empty.
        hasHooks = hasHooks || hooks?.isEmpty != true
      default:
        guard !attribute.name.hasPrefix("_") else { continue }
        attributes.append(
          TorchAttribute.Named(
            name: attribute.name, value: try self.attribute(attribute.value, depth: 1, at: place)))
      }
    }
    var children: [TorchModule.Child] = []
    for child in parts["_modules"] ?? [] {
      do throws(ParseError) {
        children.append(
          TorchModule.Child(name: child.name, module: try module(child.value, depth: depth + 1)))
      } catch {
        throw error.inside("'\(safeText(child.name))'")
      }
    }
    return TorchModule(
      className: name.description, attributes: attributes,
      parameters: try tensors(parts["_parameters"] ?? []),
      buffers: try tensors(parts["_buffers"] ?? []), transientBuffers: transient,
      hasHooks: hasHooks, children: children)
  }

  /// What torch's `state_dict()` gives: a module's parameters and buffers, then its children's.
  func stateDict(
    of module: TorchModule, at place: Int
  ) throws(ParseError) -> [NamedTorchTensor] {
    var list: [NamedTorchTensor] = []
    var known: Set<String> = []
    var nameBytes = 0
    func add(_ module: TorchModule, prefix: String) throws(ParseError) {
      let kept = module.buffers.filter { !module.transientBuffers.contains($0.name) }
      for part in module.parameters + kept {
        let name = prefix + part.name
        nameBytes += name.utf8.count
        guard nameBytes <= limits.headerBytes else {
          throw ParseError(.limit, at: place, expected: "names of bounded length", found: "more")
        }
        guard known.insert(name).inserted else {
          throw ParseError(at: place, expected: "a new name", found: "'\(safeText(name))' again")
        }
        list.append(NamedTorchTensor(name: name, tensor: part.tensor))
      }
      for child in module.children {
        let path = prefix + child.name + "."
        guard path.utf8.count <= limits.pathBytes else {
          throw ParseError(
            .limit, at: place, expected: "names of at most \(limits.pathBytes) bytes",
            found: "more")
        }
        try add(child.module, prefix: path)
      }
    }
    try add(module, prefix: "")
    return list
  }

  /// The texts of a set, also of one that is made from a list.
  private mutating func texts(
    ofSet value: PickledValue, at place: Int
  ) throws(ParseError) -> Set<String> {
    var elements = objects.object(value)?.elements ?? []
    if let call = call(value), call.arguments.count == 1, call.function.name == "set" {
      elements = objects.object(call.arguments[0])?.elements ?? []
    }
    try spend(elements.count, at: place)
    return Set(
      elements.compactMap { (element) -> String? in
        guard case .text(let text) = element else { return nil }
        return text
      })
  }

  private mutating func attribute(
    _ value: PickledValue, depth: Int, at place: Int
  ) throws(ParseError) -> TorchAttribute {
    try spend(1, at: place)
    switch value {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .double(let value): return .double(value)
    case .text(let value): return .text(value)
    case .object: break
    }
    guard let object = objects.object(sizes(value)), depth <= 4 else {
      return .other(objects.summary(of: value))
    }
    switch object.kind {
    case .tuple, .list:
      return .list(
        try object.elements.map { (element) throws(ParseError) in
          try attribute(element, depth: depth + 1, at: place)
        })
    default: return .other(objects.summary(of: value))
    }
  }
}
