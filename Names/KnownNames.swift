/// What is known of the names that pickles import. The tables are in the files beside this one.
public enum KnownNames {
  /// How pickles of real saves use a name, nil for one that none of them names.
  public static func use(of module: String, _ name: String) -> PickleUse? {
    for table in uses {
      if let fields = table.fields(of: "\(module)\t\(name)", keys: 2) { return PickleUse(fields) }
    }
    return nil
  }

  /// The gadget that a path of module and name is or lies below, nil for none.
  public static func gadget(_ path: String) -> Gadget? {
    var path = Substring(path)
    while true {
      if let fields = gadgets.fields(of: String(path), keys: 1), let does = fields.first {
        return Gadget.Kind(rawValue: does).map {
          Gadget(
            kind: $0, path: String(path),
            advisories: fields.dropFirst().first?.split(separator: " ").map(String.init) ?? [])
        }
      }
      guard let dot = path.lastIndex(of: ".") else { return nil }
      path = path[..<dot]
    }
  }

  /// The module and name that Python 3 looks up for those that Python 2 wrote.
  public static func python3(_ module: String, _ name: String) -> (module: String, name: String) {
    if let fields = pythonTwo.fields(of: "\(module)\t\(name)", keys: 2), fields.count == 2 {
      return (fields[0], fields[1])
    }
    if let fields = pythonTwo.fields(of: "\(module)\t", keys: 2), let present = fields.first {
      return (present, name)
    }
    return (module, name)
  }

  /// Every name that is allowed, for tests and tools: module and name.
  public static var all: [(module: String, name: String)] {
    uses.flatMap { table in
      table.lines.compactMap { line in
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        return fields.count > 1 ? (String(fields[0]), String(fields[1])) : nil
      }
    }
  }

  /// Every path of the list of gadgets.
  public static var gadgetPaths: [String] {
    gadgets.lines.compactMap { $0.split(separator: "\t").first.map(String.init) }
  }

  private static let uses = [
    NameTable(plainNames), NameTable(numpyNames), NameTable(torchNames), NameTable(sklearnNames),
    NameTable(pandasNames), NameTable(joblibNames),
  ]
  private static let gadgets = NameTable(gadgetNames)
  private static let pythonTwo = NameTable(pythonTwoNames)
}

/// A name that runs code, loads more of it, or reaches files or the network.
public struct Gadget: Sendable {
  /// What a call of it gives its caller.
  public enum Kind: String, Sendable {
    /// It runs commands or code.
    case code
    /// It reads or writes files.
    case file
    /// It talks to the network.
    case net
    /// It loads another pickle or code object.
    case pickle
  }

  /// What a call of it gives its caller.
  public let kind: Kind
  /// The path on the list.
  public let path: String
  /// Advisories on scanners that missed it.
  public let advisories: [String]
}

/// What pickles do with an allowed name, and with what arguments.
public struct PickleUse: Sendable {
  /// What a pickle may do with a name.
  public struct Actions: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int
    /// A set of the bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Called with REDUCE.
    public static let call = Actions(rawValue: 1)
    /// Instantiated with NEWOBJ, OBJ or INST.
    public static let new = Actions(rawValue: 2)
    /// Stands as a value: a data type, a class that something else instantiates.
    public static let ref = Actions(rawValue: 4)
    /// Its instances take state with BUILD.
    public static let state = Actions(rawValue: 8)
    /// Its instances take items with APPEND and SETITEM.
    public static let items = Actions(rawValue: 16)
    /// Instantiates the class that is its first argument.
    public static let makes = Actions(rawValue: 32)
    /// Calls the function that is its first argument.
    public static let rebuilds = Actions(rawValue: 64)

    init(_ words: String) {
      let known: [String: Actions] = [
        "call": .call, "new": .new, "ref": .ref, "state": .state, "items": .items,
        "makes": .makes, "rebuilds": .rebuilds,
      ]
      self = words.split(separator: " ").reduce(into: []) {
        $0.formUnion(known[String($1)] ?? [])
      }
    }
  }

  /// An argument that a call may have.
  public struct Argument: Sendable {
    /// Letters of `ArgumentKind`.
    public let kinds: [Character]
    /// Whether the argument may be missing.
    public let isOptional: Bool
  }

  /// What pickles do with it.
  public let actions: Actions
  /// The arguments of its calls; nil where no call was seen.
  public let arguments: [Argument]?

  /// A use with any arguments.
  public init(_ actions: Actions) {
    self.actions = actions
    arguments = nil
  }

  /// Fields of a line: actions and, after a tab, the pattern of a call.
  init(_ fields: [String]) {
    actions = Actions(fields.first ?? "")
    arguments = fields.dropFirst().first.map { pattern in
      guard !pattern.isEmpty else { return [] }
      return pattern.split(separator: ",", omittingEmptySubsequences: false).map { part in
        Argument(kinds: part.filter { $0 != "*" }, isOptional: part.last == "*")
      }
    }
  }
}
