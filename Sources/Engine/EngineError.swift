/// Why a network cannot be built or run.
public struct EngineError: Error, Equatable, Sendable {
  /// What kind of obstacle the engine met.
  public enum Kind: Sendable, Equatable {
    /// A shape, attribute or constant contradicts the operator's definition.
    case malformed
    /// The definition allows it, this engine does not do it.
    case unsupported
    /// A limit of `EngineLimits` would be passed.
    case limit
    /// The caller gave inputs, labels or a name that do not fit.
    case argument
  }

  /// What kind of obstacle this is.
  public let kind: Kind
  /// The layer's name in the model, as the file gives it (untrusted text); nil outside a layer.
  public private(set) var layer: String?
  /// The attribute, constant or argument that is wrong.
  public let attribute: String
  /// What would be right.
  public let expected: String
  /// What stands there instead.
  public let found: String

  /// Creates an error about an attribute that contradicts the operator's definition.
  public init(_ attribute: String, expected: String, found: String) {
    self.init(.malformed, attribute, expected: expected, found: found)
  }

  /// Creates an error about an attribute.
  public init(_ kind: Kind, _ attribute: String, expected: String, found: String) {
    self.kind = kind
    self.attribute = attribute
    self.expected = expected
    self.found = found
  }

  /// The same error, naming the layer it arose in.
  public func inside(layer: String) -> EngineError {
    var named = self
    named.layer = named.layer ?? layer
    return named
  }
}

extension EngineError: CustomStringConvertible {
  /// One line: layer, attribute, what was expected and found.
  public var description: String {
    (layer.map { "layer \($0): " } ?? "") + reason
  }

  /// The same without the layer, for where that is shown beside it.
  public var reason: String {
    let verb = kind == .unsupported ? "supported" : "expected"
    return "\(attribute): \(verb) \(expected), found \(found)"
  }
}
