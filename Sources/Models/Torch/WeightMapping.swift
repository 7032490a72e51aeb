import Bytes
public import Formats

/// A weight that an architecture wants, with the name and shape that it gives it.
public struct WantedWeight: Sendable, Equatable {
  /// The name, unique in the architecture.
  public let name: String
  /// The axes, outermost first.
  public let shape: [Int]

  /// Creates a weight that is wanted.
  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// Which stored tensor became which weight of an architecture, for the report and the graph.
public struct WeightMapping: Sendable {
  /// What told the weights apart.
  public enum Strategy: Sendable, Equatable {
    /// Both sides have the same names.
    case names
    /// The stored names are the wanted ones after this prefix.
    case storedPrefix(String)
    /// The wanted names are the stored ones after this prefix.
    case wantedPrefix(String)
    /// Layers have the names of modules, with `_` for the dots.
    case layerNames
    /// The layers with weights are the modules in the order of the file.
    case layerOrder
  }

  /// One weight and where it comes from.
  public struct Match: Sendable, Equatable {
    /// The name in the architecture.
    public let wanted: String
    /// The name in the file.
    public let stored: String
    /// The weight in the wanted shape and order of axes.
    public let tensor: StoredTensor
    /// Whether the axes of the stored tensor were put in another order.
    public let isRearranged: Bool
  }

  /// What told the weights apart.
  public let strategy: Strategy
  /// Every wanted weight, in the order of the architecture.
  public let matches: [Match]
  /// Stored tensors that no inference needs: `num_batches_tracked` of batch norms, and second names
  /// of weights that several modules share.
  public let passedOver: [String]
  /// Layers whose weights have the same shapes, so that only the order tells them apart: another
  /// order would fit as well. Empty unless the strategy is `layerOrder`.
  public let interchangeable: [[String]]

  /// The weight of the name in the architecture, nil when it wants none of it.
  public subscript(wanted: String) -> StoredTensor? {
    matches.first { $0.wanted == wanted }?.tensor
  }
}

/// Why stored tensors are not the weights that an architecture wants. Nothing is guessed: what is
/// left over on either side is named.
public struct WeightMappingError: Error, Sendable, Equatable {
  /// Wanted weights that no stored tensor is.
  public internal(set) var missing: [String] = []
  /// Stored tensors that nothing wants.
  public internal(set) var unused: [String] = []
  /// Pairs that belong together and do not fit, each in words that name both.
  public internal(set) var mismatched: [String] = []

  var isEmpty: Bool { missing.isEmpty && unused.isEmpty && mismatched.isEmpty }
}

extension WeightMappingError: CustomStringConvertible {
  /// One line with the first few names of each kind (safe text).
  public var description: String {
    func list(_ names: [String], _ what: String) -> String? {
      guard !names.isEmpty else { return nil }
      let first = names.prefix(4).map(safeText).joined(separator: ", ")
      return "\(what): \(first)" + (names.count > 4 ? " and \(names.count - 4) more" : "")
    }
    return [
      list(mismatched, "of another shape"), list(missing, "wanted and not stored"),
      list(unused, "stored and not wanted"),
      missing.contains { $0.hasPrefix("onnx::") } && !unused.isEmpty
        ? "torch's exporter changed weights (batch norms folded, matrices turned): export the "
          + "architecture with do_constant_folding=False and training=TrainingMode.PRESERVE" : nil,
    ].compactMap { $0 }.joined(separator: "; ")
  }
}
