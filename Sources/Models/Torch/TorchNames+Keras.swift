import Bytes
import Formats

extension TorchNames {
  /// A module: the tensors whose names agree up to the last dot, in the order of the file.
  private struct Module {
    let name: String
    var tensors: [(name: String, tensor: StoredTensor)] = []
  }

  /// Finds the weights of Keras layers among those of torch modules, in Keras's order of axes.
  ///
  /// Layers and modules are paired by name where all names agree, dots and slashes counting as
  /// `_` and without a common `module.` or `model.`; otherwise in the order of the file. An order
  /// proves nothing for layers of equal shapes: those are listed as interchangeable, and a
  /// recorded output must tell whether they are right.
  ///
  /// - Throws: `WeightMappingError` when a weight is left over on either side, or a shape differs.
  public func match(
    _ layers: [KerasWantedLayer]
  ) throws(WeightMappingError) -> WeightMapping {
    var wanted: [KerasModule] = []
    for layer in layers {
      guard let modules = layer.modules else {
        let names = layer.weights.map(\.name).joined(separator: ", ")
        throw WeightMappingError(mismatched: ["layer \(layer.name) with weights \(names)"])
      }
      wanted += modules
    }
    let modules = self.modules
    if let paired = Self.pairedByName(wanted, modules) {
      return try match(wanted, paired, strategy: .layerNames)
    }
    guard wanted.count == modules.count else {
      throw WeightMappingError(
        missing: wanted.dropFirst(modules.count).map { "layer \($0.layer)" },
        unused: modules.dropFirst(wanted.count).map { "module \($0.name)" },
        mismatched: ["\(wanted.count) layers against \(modules.count) modules"])
    }
    return try match(wanted, modules, strategy: .layerOrder)
  }

  /// The layers with the shapes of the weights that they would be matched with; as they are where
  /// they cannot be paired.
  func shaped(_ layers: [KerasWantedLayer]) -> [KerasWantedLayer] {
    let wanted = layers.flatMap { $0.modules ?? [] }
    let modules = self.modules
    guard layers.allSatisfy({ $0.modules != nil }),
      let paired = Self.pairedByName(wanted, modules)
        ?? (wanted.count == modules.count ? modules : nil)
    else { return layers }
    var rest = Array(zip(wanted, paired))[...]
    return layers.map { layer in
      var shapes: [String: [Int]] = [:]
      for (module, stored) in rest.prefix(layer.modules?.count ?? 0) {
        for part in module.parts {
          let tensor = stored.tensors.first { $0.name == part.torchName }?.tensor
          shapes[part.wanted.name] = tensor.map {
            part.kerasShape(of: $0.shape, multiplier: layer.multiplier)
          }
        }
      }
      rest = rest.dropFirst(layer.modules?.count ?? 0)
      return KerasWantedLayer(
        name: layer.name,
        weights: layer.weights.map {
          WantedWeight(name: $0.name, shape: shapes[$0.name] ?? $0.shape)
        }, flattened: layer.flattened, multiplier: layer.multiplier)
    }
  }

  private var modules: [Module] {
    var modules: [Module] = []
    var places: [String: Int] = [:]
    for stored in stored {
      let dot = stored.name.lastIndex(of: ".")
      let module = dot.map { String(stored.name[..<$0]) } ?? ""
      let part = dot.map { String(stored.name[stored.name.index(after: $0)...]) } ?? stored.name
      let place = places[module] ?? modules.count
      if place == modules.count {
        places[module] = place
        modules.append(Module(name: module))
      }
      modules[place].tensors.append((part, stored.tensor))
    }
    return modules
  }

  /// The modules in the order of the layers, nil unless all names agree.
  private static func pairedByName(_ wanted: [KerasModule], _ modules: [Module]) -> [Module]? {
    func plain(_ name: String) -> String {
      String(name.map { $0 == "." || $0 == "/" ? "_" : $0 })
    }
    for prefix in ["", "module.", "model.", "module.model."] {
      guard modules.allSatisfy({ $0.name.hasPrefix(prefix) }) else { continue }
      let byName = Dictionary(grouping: modules) { plain(String($0.name.dropFirst(prefix.count))) }
      let paired = wanted.compactMap { byName[plain($0.layer)] }.filter { $0.count == 1 }
        .flatMap { $0 }
      if paired.count == wanted.count, Set(paired.map(\.name)).count == modules.count,
        modules.count == wanted.count
      {
        return paired
      }
    }
    return nil
  }

  private func match(
    _ wanted: [KerasModule], _ modules: [Module], strategy: WeightMapping.Strategy
  ) throws(WeightMappingError) -> WeightMapping {
    var faults = WeightMappingError()
    var matches: [WeightMapping.Match] = []
    for (layer, module) in zip(wanted, modules) {
      for part in layer.parts {
        let name = "\(layer.layer)/\(part.wanted.name)"
        let stored = Self.path(module.name, part.torchName)
        guard let tensor = module.tensors.first(where: { $0.name == part.torchName })?.tensor
        else {
          faults.missing.append("\(name) (\(stored))")
          continue
        }
        let weight = WantedWeight(name: name, shape: part.wanted.shape)
        guard tensor.shape == part.torchShape else {
          faults.mismatched.append(Self.mismatch(weight, stored, tensor.shape))
          continue
        }
        do throws(ParseError) {
          matches.append(
            WeightMapping.Match(
              wanted: name, stored: stored, tensor: try part.rearranged(tensor, layer.flattened),
              isRearranged: part.form != .asStored))
        } catch {
          faults.mismatched.append("\(name) against \(stored): \(error.reason)")
        }
      }
      let known = layer.parts.map(\.torchName)
      faults.unused += module.tensors.filter { !known.contains($0.name) }.map {
        Self.path(module.name, $0.name) + " (layer \(layer.layer))"
      }
    }
    guard faults.isEmpty else { throw faults }
    return WeightMapping(
      strategy: strategy, matches: matches, passedOver: counters,
      interchangeable: strategy == .layerOrder ? Self.interchangeable(wanted) : [])
  }

  private static func path(_ module: String, _ part: String) -> String {
    module.isEmpty ? part : "\(module).\(part)"
  }

  /// The layers that want the same parts of the same shapes, by the first of each group.
  private static func interchangeable(_ wanted: [KerasModule]) -> [[String]] {
    var groups: [(key: [String], layers: [String])] = []
    var places: [[String]: Int] = [:]
    for module in wanted {
      let key = module.parts.map { "\($0.torchName) \($0.torchShape ?? [])" }
      if let place = places[key] {
        groups[place].layers.append(module.layer)
      } else {
        places[key] = groups.count
        groups.append((key, [module.layer]))
      }
    }
    return groups.map(\.layers).filter { $0.count > 1 }
  }
}

extension KerasModule.Part {
  /// The tensor, of torch's shape, in Keras's order of axes; `flattened` are height, width and
  /// channels of what a Flatten before a Dense takes.
  func rearranged(_ tensor: StoredTensor, _ flattened: [Int]?) throws(ParseError) -> StoredTensor {
    switch form {
    case .asStored: return tensor
    case .depthwiseKernel:
      let shape = wanted.shape
      return try tensor.reshaped([shape[2], shape[3], shape[0], shape[1]]).permuted([2, 3, 0, 1])
    case .kernel:
      let axes = Array(tensor.shape.indices.dropFirst(2)) + [1, 0]
      guard let flattened, flattened.count == 3, tensor.shape.count == 2 else {
        return try tensor.permuted(axes)
      }
      // Columns of (channels, height, width) become rows of (height, width, channels).
      return try tensor.reshaped([tensor.shape[0], flattened[2], flattened[0], flattened[1]])
        .permuted([2, 3, 1, 0]).reshaped(wanted.shape)
    }
  }
}
