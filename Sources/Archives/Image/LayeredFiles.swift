/// The names in one layer of an image.
public struct LayerNames: Sendable {
  /// Everything with a name, sorted by bytes and each once.
  let names: [String]
  /// The links among them.
  let links: [String: MemberLink]
  /// Whiteouts that hold bytes.
  let filled: Set<String>

  /// The names of a layer that was opened.
  public init(_ layer: Inventory) {
    let all =
      layer.members.map(\.path.text) + layer.suspects.map(\.name) + layer.links.map(\.name)
    names = Set(all).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    links = Dictionary(layer.links.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let files =
      layer.members.map { ($0.path.text, $0.size) }
      + layer.suspects.map { ($0.name, $0.bytes.count) }
    filled = Set(files.filter { $0.1 > 0 && Whiteout($0.0) != nil }.map(\.0))
  }

  /// How many there are.
  public var count: Int { names.count }

  /// The place of the first name that is not before the text.
  func lowerBound(_ text: String) -> Int {
    names.firstIndex(notBefore: text) { $0 }
  }

  /// The place of the name.
  func index(of name: String) -> Int? {
    let index = lowerBound(name)
    guard index < names.count, names[index].utf8.elementsEqual(name.utf8) else { return nil }
    return index
  }
}

/// A file of a layer that removes files of the layers below it (OCI image-spec, layer.md).
enum Whiteout {
  /// One file or folder, by its path.
  case file(String)
  /// All of a folder; the path ends in a slash or is empty.
  case folder(String)
  /// What the file system aufs kept for itself.
  case bookkeeping
  /// None that the specification knows; the text says why.
  case malformed(String)

  /// Reads a name; nil when it is no whiteout.
  init?(_ path: String) {
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.index(after: $0) }
    let folder = path[..<(start ?? path.startIndex)]
    let name = path[(start ?? path.startIndex)...]
    guard name.hasPrefix(".wh.") else { return nil }
    switch name {
    case ".wh.": self = .malformed("a whiteout without a name")
    case ".wh..", ".wh...": self = .malformed("a whiteout of a folder by '.' or '..'")
    case ".wh..wh..opq": self = .folder(String(folder))
    case ".wh..wh.aufs", ".wh..wh.orph", ".wh..wh.plnk": self = .bookkeeping
    default:
      guard !name.hasPrefix(".wh..wh.") else {
        self = .malformed("a whiteout of a whiteout")
        return
      }
      self = .file(String(folder + name.dropFirst(4)))
    }
  }
}

/// The layers of an image, one on top of the other: which file of which layer a later one removes
/// or replaces, and what tools do not agree on.
public struct LayeredFiles {
  /// Something in a layer that tools understand in different ways.
  public struct Trick: Sendable, Hashable {
    /// The layer, from 0.
    public let layer: Int
    /// The name in the layer; untrusted.
    public let name: String
    /// What is wrong with it.
    public let reason: String
  }

  /// What was met, in the order of the layers.
  public private(set) var tricks: [Trick] = []
  /// Whether every layer was looked at: no more steps are made than `stepLimit`.
  public var isComplete: Bool { steps <= LayeredFiles.stepLimit }

  private static let stepLimit = 20_000_000
  private let layers: [LayerNames]
  /// For each name of each layer the layer that takes it away; 0 for none, as the first cannot.
  private var removals: [[Int32]]
  /// The layer of the file that a container sees.
  private var visible: [String: Int] = [:]
  private var steps = 0

  /// Puts the layers together, the lowest first.
  public init(_ layers: [LayerNames]) {
    self.layers = layers
    removals = layers.map { [Int32](repeating: 0, count: $0.names.count) }
    for number in layers.indices where isComplete {
      applyWhiteouts(of: number)
      addFiles(of: number)
    }
  }

  /// Whether the name is that of a file which removes others.
  public static func isWhiteout(_ name: String) -> Bool { Whiteout(name) != nil }

  /// The layer, from 0, that removes or replaces a file of an earlier layer; nil when none does.
  public func removal(of name: String, in layer: Int) -> Int? {
    guard layers.indices.contains(layer), let index = layers[layer].index(of: name),
      removals[layer][index] > 0
    else { return nil }
    return Int(removals[layer][index])
  }

  private mutating func note(_ name: String, in layer: Int, _ reason: String) {
    guard tricks.count < 1_000 else { return }
    tricks.append(Trick(layer: layer, name: name, reason: reason))
  }

  private mutating func applyWhiteouts(of number: Int) {
    let layer = layers[number]
    for name in layer.names where isComplete {
      steps += 1
      guard let whiteout = Whiteout(name) else { continue }
      judge(whiteout, name, in: number)
      switch whiteout {
      case .file(let path):
        remove(path, by: number)
        removeFolder(path + "/", by: number)
      case .folder(let path): removeFolder(path, by: number)
      case .bookkeeping, .malformed: break
      }
    }
  }

  private mutating func judge(_ whiteout: Whiteout, _ name: String, in number: Int) {
    let layer = layers[number]
    if layer.filled.contains(name) { note(name, in: number, "a whiteout that holds bytes") }
    if let link = layer.links[name], !link.isHard {
      note(name, in: number, "a whiteout that is a link")
    }
    switch whiteout {
    case .bookkeeping: return
    case .malformed(let reason): note(name, in: number, reason)
    case .file, .folder:
      if number == 0 {
        note(name, in: number, "a whiteout in the first layer, below which there is nothing")
      }
    }
    if case .folder("") = whiteout { note(name, in: number, "a whiteout of the whole image") }
    if case .file(let path) = whiteout, layer.index(of: path) != nil {
      note(name, in: number, "a whiteout of a file that stands in the same layer")
    }
    var folder = name[...]
    while let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
      folder = folder[..<slash]
      steps += 1
      let path = String(folder)
      if let below = visible[path], below < number, layers[below].links[path] != nil {
        note(name, in: number, "a whiteout below '\(path)', which is a link in layer \(below + 1)")
      }
    }
  }

  /// Takes the file of the name away from the layers below.
  private mutating func remove(_ name: String, by number: Int) {
    guard let below = visible.removeValue(forKey: name), below < number,
      let index = layers[below].index(of: name)
    else { return }
    removals[below][index] = Int32(truncatingIfNeeded: number)
  }

  /// Takes everything whose name begins with the text away from the layers below.
  private mutating func removeFolder(_ start: String, by number: Int) {
    for below in 0..<number where isComplete {
      var index = layers[below].lowerBound(start)
      steps += 16
      while index < layers[below].names.count, isComplete,
        layers[below].names[index].utf8.starts(with: start.utf8)
      {
        steps += 1
        let name = layers[below].names[index]
        if removals[below][index] == 0 {
          removals[below][index] = Int32(truncatingIfNeeded: number)
        }
        if visible[name] == below { visible[name] = nil }
        index += 1
      }
    }
  }

  private mutating func addFiles(of number: Int) {
    let layer = layers[number]
    for name in layer.names where Whiteout(name) == nil {
      steps += 1
      if let link = layer.links[name], link.isHard { judge(link, in: number) }
    }
    for name in layer.names where Whiteout(name) == nil {
      remove(name, by: number)
      visible[name] = number
    }
  }

  /// A hard link names a file of its own layer, or one that a container sees below it.
  private mutating func judge(_ link: MemberLink, in number: Int) {
    guard let target = link.resolved, !target.hasPrefix("dev/"),
      layers[number].index(of: target) == nil, visible[target] == nil
    else { return }
    let wasThere = layers[..<number].contains { $0.index(of: target) != nil }
    steps += number
    note(
      link.name, in: number,
      wasThere
        ? "a hard link to '\(target)', which is deleted"
        : "a hard link to '\(target)', which is in no layer")
  }
}
