public import Bytes

/// A value that a pickle describes: a plain one, or the place of an object in `PickledObjects`.
///
/// Two values with one place are one object, so shared and cyclic structures cost what they cost
/// in the file. A walk over them must count its own steps and depth.
public enum PickledValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  case double(Double)
  case text(String)
  /// Anything else, by its place.
  case object(Int)
}

/// A name that a pickle would import. Nothing here looks it up.
public struct PickledGlobal: Sendable, Hashable, CustomStringConvertible {
  /// The module, such as `torch._utils`.
  public let module: String
  /// The name in the module.
  public let name: String

  /// Module and name with a dot between them (untrusted text).
  public var description: String { "\(module).\(name)" }

  /// Creates the name.
  public init(module: String, name: String) {
    self.module = module
    self.name = name
  }

  /// The description for an error: safe, and no longer than a line.
  public var shortened: String { safeText("\(module.prefix(80)).\(name.prefix(80))") }
}

/// An object that a pickle describes.
public struct PickledObject: Sendable {
  /// What the object is.
  public enum Kind: Sendable {
    case bytes(ByteSlice)
    /// Bytes that may change.
    case byteArray(ByteSlice)
    /// A text as it is written: too long to be a name, or with halves of surrogate pairs.
    case rawText(ByteSlice)
    /// An integer in digits, as it is written: too long for 64 bits, or in another base.
    case decimal(ByteSlice)
    /// An integer of more than 64 bits: its two's complement, little-endian.
    case longInteger(ByteSlice)
    case tuple
    case list
    case dict
    case set
    case global(PickledGlobal)
    /// What a call would give; `arguments` is a tuple. Also an instance that would be made
    /// without its initializer (NEWOBJ).
    case call(function: PickledValue, arguments: PickledValue)
    /// An object outside the pickle, by the identification that its reader would be asked for.
    case persistent(PickledValue)
    /// A name from the reader's extension registry.
    case registered(Int)
    /// What a computed import or a buffer of the reader's would be.
    case unknown

    /// Whether Python's machine may give it elements or items.
    var canBeFilled: Bool {
      switch self {
      case .bytes, .rawText, .decimal, .longInteger, .tuple: false
      case .byteArray, .list, .dict, .set, .global, .call, .persistent, .registered, .unknown: true
      }
    }
  }

  /// A key and its value.
  public struct Item: Sendable {
    /// The key.
    public let key: PickledValue
    /// The value.
    public let value: PickledValue
  }

  /// What the object is.
  public let kind: Kind
  /// The place of the instruction that makes it.
  public let offset: Int
  /// Elements of a tuple, list or set, and what is appended to a call's result.
  public internal(set) var elements: [PickledValue] = []
  /// Items of a dict, and those set on a call's result, in the order of the file. A key may come
  /// twice; in Python the later one counts.
  public internal(set) var items: [Item] = []
  /// The states that BUILD gives to a call's result, in order.
  public internal(set) var states: [PickledValue] = []
  /// The named arguments that NEWOBJ_EX gives to a class.
  public internal(set) var keywords: PickledValue?
  /// What the machine's observer remembers of the object.
  public internal(set) var mark: Int
  /// Objects from here to the innermost.
  var depth = 1
  /// Objects that a walk over all references would meet.
  var weight = 1

  init(kind: Kind, offset: Int, mark: Int) {
    self.kind = kind
    self.offset = offset
    self.mark = mark
  }
}

/// All objects of one or more pickles. A value's place is only good in the objects it came with.
public struct PickledObjects: Sendable, Sequence {
  private var objects: [PickledObject] = []

  init() {}

  /// How many there are.
  public var count: Int { objects.count }

  /// The objects in the order in which the pickles make them.
  public func makeIterator() -> some IteratorProtocol<PickledObject> {
    objects.makeIterator()
  }

  mutating func add(_ object: PickledObject) -> Int {
    objects.append(object)
    return objects.count - 1
  }

  /// The object at a place that this value's own pickle gave.
  public internal(set) subscript(place: Int) -> PickledObject {
    get { objects[place] }
    _modify { yield &objects[place] }
  }

  /// The object of a value, nil for a plain one.
  public func object(_ value: PickledValue) -> PickledObject? {
    guard case .object(let place) = value, objects.indices.contains(place) else { return nil }
    return objects[place]
  }

  /// The elements of a tuple, nil for other values.
  public func tuple(_ value: PickledValue) -> [PickledValue]? {
    guard let object = object(value), case .tuple = object.kind else { return nil }
    return object.elements
  }

  /// The name that a value imports, nil for other values.
  public func global(_ value: PickledValue) -> PickledGlobal? {
    guard case .global(let name) = object(value)?.kind else { return nil }
    return name
  }

  /// What a value is, for an error: never its content, but the names it would call or import.
  public func summary(of value: PickledValue) -> String {
    switch value {
    case .none: return "None"
    case .bool: return "a truth value"
    case .integer: return "an integer"
    case .double: return "a float"
    case .text: return "a text"
    case .object: break
    }
    switch object(value)?.kind {
    case .bytes: return "bytes"
    case .byteArray: return "a byte array"
    case .rawText: return "a text"
    case .longInteger, .decimal: return "an integer"
    case .tuple: return "a tuple"
    case .list: return "a list"
    case .dict: return "a dict"
    case .set: return "a set"
    case .global(let name): return name.shortened
    case .call(let function, _):
      guard let name = global(function) else { return "a call of a computed function" }
      return "a call of \(name.shortened)"
    case .persistent: return "an object outside the pickle"
    case .registered(let code): return "extension \(code)"
    case .unknown: return "something unknown"
    case nil: return "nothing"
    }
  }
}
