/// A module of a network that was saved whole: its class by name, and what its instance held.
///
/// The class's code is not in the file; what a module computes is known only for torch's own.
public struct TorchModule: Sendable {
  /// The class, such as `torch.nn.modules.conv.Conv2d` (untrusted text).
  public let className: String
  /// The instance's public attributes in the order of the file: `kernel_size`, `eps`, ...
  public let attributes: [TorchAttribute.Named]
  /// Its own parameters. One that is absent, such as the bias of a layer without, is not listed.
  public let parameters: [NamedTorchTensor]
  /// Its own buffers, such as the statistics of a batch norm.
  public let buffers: [NamedTorchTensor]
  /// The names of buffers that a state dict leaves out.
  public let transientBuffers: Set<String>
  /// Whether functions of the maker's run before or after its own: what it computes is then unknown.
  public let hasHooks: Bool
  /// The modules in it, in the order in which they were registered.
  public let children: [Child]

  /// A module and its name in the module around it.
  public struct Child: Sendable {
    /// The name, a number in a Sequential.
    public let name: String
    /// The module.
    public let module: TorchModule
  }

  /// The attribute of the name, nil when there is none.
  public func attribute(_ name: String) -> TorchAttribute? {
    attributes.first { $0.name == name }?.value
  }

  /// The module's own parameter or buffer of the name, nil when there is none.
  public func tensor(_ name: String) -> TorchTensor? {
    (parameters + buffers).first { $0.name == name }?.tensor
  }
}

/// The value of a module's attribute.
public enum TorchAttribute: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  case double(Double)
  case text(String)
  /// A tuple, a list or a torch.Size.
  case list([TorchAttribute])
  /// A value of another kind, in words.
  case other(String)

  /// An attribute and its name.
  public struct Named: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The value.
    public let value: TorchAttribute
  }

  /// The integers of a list, or the one integer; nil for other values.
  public var integers: [Int]? {
    switch self {
    case .integer(let value): return [value]
    case .list(let values):
      let integers = values.compactMap { (value) -> Int? in
        guard case .integer(let integer) = value else { return nil }
        return integer
      }
      return integers.count == values.count ? integers : nil
    default: return nil
    }
  }
}
