/// What a pickle would put on its stack, as far as it can be told without running it.
enum PickleValue: Equatable {
  case none
  case integer(Int)
  /// A float, a truth value or an integer whose value does not matter.
  case scalar
  /// Bytes, or a text too long to be a name.
  case bytes
  /// Anything with an identity: two values with one index are one object.
  case object(Int)
}

/// An object that a pickle would make.
struct PickleObject {
  enum Kind {
    case text(String)
    case imported(PickleImport)
    /// The result of a call: the class it is an instance of, where that is known.
    case instance(of: PickleImport?)
    case tuple
    case list
    case dict
    case set
    /// A tensor's storage in torch's archive, with the number of its elements.
    case storage(elements: Int)
    case unknown
  }

  let kind: Kind
  /// Elements, or keys and values in turn.
  var elements: [PickleValue] = []
  /// Objects from here to the innermost.
  var depth = 1
  /// Objects that a walk over all references would meet.
  var weight = 1
  /// A key with two underscores among those of a dictionary.
  var plantedKey: String?
}

/// A name that a pickle imported, and what it may be used for.
struct PickleImport {
  let name: PickleName
  /// Empty for a name that is not allowed; that was reported when it was imported.
  let use: PickleUse
}
