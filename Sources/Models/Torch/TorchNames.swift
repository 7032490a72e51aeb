import Bytes
public import Formats

/// The names under which a state dict, from torch or safetensors, stores weights, and what an
/// architecture in another file calls them.
public struct TorchNames: Sendable {
  /// A stored tensor.
  public struct Stored: Sendable {
    /// The name in the file.
    public let name: String
    /// The tensor.
    public let tensor: StoredTensor

    /// Creates a stored tensor.
    public init(name: String, tensor: StoredTensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// What may be a weight, in the order of the file.
  let stored: [Stored]
  /// Counters of batch norms, which no inference needs.
  let counters: [String]

  /// The tensors in the order of the file.
  ///
  /// - Precondition: no name comes twice; the readers see to that.
  public init(_ tensors: [Stored]) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a name twice")
    func isCounter(_ stored: Stored) -> Bool {
      stored.name.split(separator: ".").last == "num_batches_tracked"
        && stored.tensor.elementType == .int64 && stored.tensor.shape.isEmpty
    }
    stored = tensors.filter { !isCounter($0) }
    counters = tensors.filter(isCounter).map(\.name)
  }

  /// Finds each wanted weight by its name: the same, or the same after one prefix that ends in a
  /// dot (`module.`, `model.`) and that all names of one side have.
  ///
  /// - Throws: `WeightMappingError` when a name is left over on either side, or a shape differs.
  public func match(_ wanted: [WantedWeight]) throws(WeightMappingError) -> WeightMapping {
    let wantedNames = Set(wanted.map(\.name))
    precondition(wantedNames.count == wanted.count, "a wanted name twice")
    let names = Set(stored.map(\.name))
    guard names != wantedNames else {
      return try match(wanted, strategy: .names) { $0 }
    }
    if let prefix = Self.prefix(before: wantedNames, in: names) {
      return try match(wanted, strategy: .storedPrefix(prefix)) { prefix + $0 }
    }
    if let prefix = Self.prefix(before: names, in: wantedNames) {
      return try match(wanted, strategy: .wantedPrefix(prefix)) {
        String($0.dropFirst(prefix.count))
      }
    }
    let aliases = aliases(of: wantedNames)
    if names.subtracting(aliases) == wantedNames {
      return try match(wanted, strategy: .names, aliases: aliases) { $0 }
    }
    throw WeightMappingError(
      missing: wanted.map(\.name).filter { !names.contains($0) },
      unused: stored.map(\.name).filter { !wantedNames.contains($0) })
  }

  /// The prefix, ending in a dot, that makes every name of `short` one of `long`, and none is left
  /// over.
  private static func prefix(before short: Set<String>, in long: Set<String>) -> String? {
    guard short.count == long.count, let example = short.min() else { return nil }
    let candidates = long.sorted().filter { $0.hasSuffix("." + example) }
    return candidates.lazy.map { String($0.dropLast(example.count)) }
      .first { prefix in short.allSatisfy { long.contains(prefix + $0) } }
  }

  private func match(
    _ wanted: [WantedWeight], strategy: WeightMapping.Strategy, aliases: Set<String> = [],
    storedName: (String) -> String
  ) throws(WeightMappingError) -> WeightMapping {
    let byName = Dictionary(uniqueKeysWithValues: stored.map { ($0.name, $0.tensor) })
    var error = WeightMappingError()
    var matches: [WeightMapping.Match] = []
    for weight in wanted {
      let name = storedName(weight.name)
      guard let tensor = byName[name] else {
        error.missing.append(weight.name)
        continue
      }
      guard tensor.shape == weight.shape else {
        error.mismatched.append(Self.mismatch(weight, name, tensor.shape))
        continue
      }
      matches.append(
        WeightMapping.Match(
          wanted: weight.name, stored: name, tensor: tensor, isRearranged: false))
    }
    guard error.isEmpty else { throw error }
    return WeightMapping(
      strategy: strategy, matches: matches,
      passedOver: counters + stored.map(\.name).filter(aliases.contains), interchangeable: [])
  }

  /// Names that nothing wants of tensors that are wanted by another name: a module that is reached
  /// by two paths has its weights stored once and listed twice.
  private func aliases(of wanted: Set<String>) -> Set<String> {
    let used = Dictionary(
      grouping: stored.filter { wanted.contains($0.name) }, by: \.tensor.bytes.offset)
    let others = stored.filter { !wanted.contains($0.name) }
    return Set(
      others.filter { other in
        used[other.tensor.bytes.offset, default: []].contains {
          $0.tensor.shape == other.tensor.shape
            && $0.tensor.elementType == other.tensor.elementType
            && $0.tensor.bytes.isSamePlace(as: other.tensor.bytes)
        }
      }.map(\.name))
  }

  /// Both names with their shapes.
  static func mismatch(_ wanted: WantedWeight, _ stored: String, _ shape: [Int]) -> String {
    "\(wanted.name) \(wanted.shape) against \(stored) \(shape)"
  }
}
