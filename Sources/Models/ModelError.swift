public import Bytes
public import Engine

/// Why a model's file does not become a graph.
public enum ModelError: Error, Equatable, Sendable {
  /// The file cannot be read.
  case file(ParseError)
  /// A layer cannot be built or is not known; the offset is that of its node in the file, for
  /// formats whose layers are places of the file.
  case layer(EngineError, offset: Int? = nil)
  /// The stored weights are not those that the architecture wants.
  case weights(WeightMappingError)

  /// The place in the file, where the reader stopped.
  public var offset: Int? {
    switch self {
    case .file(let error): error.offset
    case .layer(_, let offset): offset
    case .weights: nil
    }
  }

  /// The layer at fault, as the file names it (untrusted text).
  public var layer: String? {
    switch self {
    case .file, .weights: nil
    case .layer(let error, _): error.layer
    }
  }

  /// Whether a limit stopped the building.
  public var isLimit: Bool {
    switch self {
    case .file(let error): error.kind == .limit
    case .layer(let error, _): error.kind == .limit
    case .weights: false
    }
  }

  /// Whether the model may be right and only this program cannot run it as a graph.
  public var isUnsupported: Bool {
    switch self {
    case .file(let error): error.kind == .unsupported
    case .layer(let error, _): error.kind == .unsupported
    case .weights: false
    }
  }
}

extension ModelError: CustomStringConvertible {
  /// One line, with the offset in the file.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .layer(let error, let offset):
      offset.map { "at byte \($0): \(error)" } ?? "\(error)"
    case .weights(let error): "weights: \(error)"
    }
  }

  /// The description without offset and layer, for where they are shown beside it.
  public var reason: String {
    switch self {
    case .file(let error): error.reason
    case .layer(let error, _): error.reason
    case .weights: description
    }
  }
}
