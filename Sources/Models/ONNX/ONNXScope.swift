import Engine
import Formats

/// The names that a graph's nodes can use: its own values, then those of the graphs around it.
final class ONNXScope {
  /// A constant of the file.
  enum Stored {
    case tensor(ONNXTensor)
    case sparse(ONNXSparseTensor)
  }

  private var values: [String: ONNXValue]
  /// Constants that nobody asked for yet.
  private var stored: [String: Stored] = [:]
  /// Names of a function's inputs that its caller left out.
  var absent: Set<String> = []
  /// The attributes of the function around the nodes; nil outside functions.
  let attributes: [String: ONNXAttribute]?
  private let outer: ONNXScope?

  init(
    _ values: [String: ONNXValue], attributes: [String: ONNXAttribute]? = nil,
    outer: ONNXScope? = nil
  ) {
    self.values = values
    self.attributes = attributes ?? outer?.attributes
    self.outer = outer
  }

  /// Adds a graph's constants, those that are not given as inputs.
  func add(_ graph: ONNXGraph) {
    for tensor in graph.initializers where !has(tensor.name) {
      stored[tensor.name] = .tensor(tensor)
    }
    for sparse in graph.sparseInitializers where !has(sparse.values.name) {
      stored[sparse.values.name] = .sparse(sparse)
    }
  }

  /// Gives a name its value; false where the scope has one for it.
  func define(_ name: String, _ value: ONNXValue) -> Bool {
    guard !has(name) else { return false }
    values[name] = value
    return true
  }

  private func has(_ name: String) -> Bool { values[name] != nil || stored[name] != nil }

  /// Whether the name has a value, here or around.
  func knows(_ name: String) -> Bool {
    var scope: ONNXScope? = self
    while let current = scope {
      if current.has(name) || current.absent.contains(name) { return true }
      scope = current.outer
    }
    return false
  }

  /// The value of a name, here or around; nil where there is none. A constant is read once.
  func value(
    of name: String, read: (Stored) throws(EngineError) -> ONNXValue
  ) throws(EngineError) -> ONNXValue? {
    var scope: ONNXScope? = self
    while let current = scope {
      if let value = current.values[name] { return value }
      if let constant = current.stored[name] {
        let value = try read(constant)
        current.values[name] = value
        return value
      }
      if current.absent.contains(name) { return ONNXValue.none }
      scope = current.outer
    }
    return nil
  }
}
