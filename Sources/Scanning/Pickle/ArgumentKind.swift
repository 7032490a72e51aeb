import Formats

/// What an argument of a call is, in the letters of Names/*.swift.
struct ArgumentKind {
  /// Containers are looked into so deep.
  private static let depth = 4
  /// Elements of one container that are looked at.
  private static let elements = 64

  private let letter: Character

  init(of value: PickledValue, _ graph: PickledObjects) {
    letter = Self.letter(of: value, graph, depth: 0)
  }

  private static func letter(
    of value: PickledValue, _ graph: PickledObjects, depth: Int
  ) -> Character {
    switch value {
    case .integer: return "i"
    case .text: return "s"
    case .none, .bool, .double: return "d"
    case .object: break
    }
    guard let object = graph.object(value) else { return "d" }
    switch object.kind {
    case .longInteger, .decimal: return "i"
    case .rawText: return "s"
    case .bytes, .byteArray: return "d"
    case .global: return "C"
    case .call: return "X"
    case .persistent: return "S"
    case .registered, .unknown: return "?"
    case .tuple, .list, .dict, .set: break
    }
    if case .tuple = object.kind, object.elements.allSatisfy({ isInteger($0, graph) }) {
      return "T"
    }
    guard depth < Self.depth else { return "D" }
    let parts = object.elements.prefix(Self.elements)
    let items = object.items.prefix(Self.elements).flatMap { [$0.key, $0.value] }
    let holdsMore = (parts + items).contains {
      ["C", "X", "S", "D", "?"].contains(letter(of: $0, graph, depth: depth + 1))
    }
    return holdsMore ? "D" : "d"
  }

  private static func isInteger(_ value: PickledValue, _ graph: PickledObjects) -> Bool {
    if case .integer = value { return true }
    switch graph.object(value)?.kind {
    case .longInteger, .decimal: return true
    default: return false
    }
  }

  /// Whether saves that have the kind of this letter may have this one: data of any kind stands
  /// for every plain value, and a container for one without imports in it.
  func isAllowed(as expected: Character) -> Bool {
    switch expected {
    case "d": "disT".contains(letter)
    case "D": "disTDX".contains(letter)
    // A torch.Size is a tuple with a name.
    case "T": letter == "T" || letter == "X"
    default: letter == expected
    }
  }

  /// The kind of a letter for people.
  static func words(_ letter: Character) -> String {
    switch letter {
    case "i": "an integer"
    case "s": "a text"
    case "T": "a tuple of integers"
    case "C": "a class"
    case "X": "an object"
    case "S": "a storage"
    case "D": "a container"
    default: "plain data"
    }
  }
}
