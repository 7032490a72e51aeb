public import Bytes

/// The documents of a YAML stream as values of JSON, and what JSON has not: tags.
///
/// Names that stand twice are kept, both; merge keys are members named `<<`. Aliases are written
/// out, as long as the whole stays bounded.
public struct YAMLStream: Sendable {
  /// A tag beyond those of plain values, and the text that it stands at.
  public struct Tag: Sendable {
    /// The tag with its handle resolved.
    public let name: String
    /// The text, nil for a sequence or mapping.
    public let text: String?
    /// Where it stands in the file.
    public let offset: Int
  }

  /// The documents that are whole, in order.
  public private(set) var documents: [JSON] = []
  /// All tags that make more than text, numbers, lists and mappings, also of broken documents.
  public private(set) var tags: [Tag] = []
  /// Why the stream could not be read to its end, if it could not.
  public private(set) var error: ParseError?
  /// Whether aliases, or nesting, ended the reading.
  public private(set) var isMultiplied = false

  /// Reads as many documents as there are.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) {
    var builder = Builder(weightLimit: 100_000 + 4 * min(bytes.count, limits.yamlEvents))
    do throws(ParseError) {
      try YAMLEvent.each(in: bytes, limit: limits.yamlEvents) { (event) throws(ParseError) in
        try builder.add(event)
      }
    } catch {
      self.error = error
    }
    documents = builder.documents
    tags = builder.tags
    isMultiplied = builder.isMultiplied
  }
}

/// Puts values together; no call is deeper than the file's events are.
private struct Builder {
  private struct Node {
    let value: JSON
    let weight: Int
  }

  private struct Open {
    let isMapping: Bool
    let anchor: String?
    var key: JSON?
    var elements: [JSON] = []
    var members: [JSON.Member] = []
    var weight = 1
  }

  private static let depth = 256

  var documents: [JSON] = []
  var tags: [YAMLStream.Tag] = []
  var isMultiplied = false
  private let weightLimit: Int
  private var anchors: [String: Node] = [:]
  private var open: [Open] = []

  init(weightLimit: Int) { self.weightLimit = weightLimit }

  mutating func add(_ event: YAMLEvent) throws(ParseError) {
    switch event.kind {
    case .documentStart, .documentEnd:
      anchors = [:]
      open = []
    case .scalar(let text, let isPlain):
      note(event, text: text)
      let value: JSON = isPlain && event.tag == nil ? Self.resolve(text) : .string(text)
      try put(Node(value: value, weight: 1), anchor: event.anchor, at: event.offset)
    case .sequenceStart, .mappingStart:
      note(event, text: nil)
      guard open.count < Self.depth else {
        isMultiplied = true
        throw ParseError(
          .limit, at: event.offset, expected: "at most \(Self.depth) levels", found: "more")
      }
      if case .mappingStart = event.kind {
        open.append(Open(isMapping: true, anchor: event.anchor))
      } else {
        open.append(Open(isMapping: false, anchor: event.anchor))
      }
    case .end:
      guard let closed = open.popLast() else { return }
      let value: JSON = closed.isMapping ? .object(closed.members) : .array(closed.elements)
      try put(Node(value: value, weight: closed.weight), anchor: closed.anchor, at: event.offset)
    case .alias(let name):
      // A name that stands inside what it names is a circle; its value is left out.
      try put(anchors[name] ?? Node(value: .null, weight: 1), anchor: nil, at: event.offset)
    }
  }

  private mutating func put(
    _ node: Node, anchor: String?, at offset: Int
  ) throws(ParseError) {
    if let anchor { anchors[anchor] = node }
    guard let last = open.indices.last else {
      documents.append(node.value)
      return
    }
    let (weight, overflow) = open[last].weight.addingReportingOverflow(node.weight)
    guard !overflow, weight <= weightLimit else {
      isMultiplied = true
      throw ParseError(
        .limit, at: offset, expected: "at most \(weightLimit) values with aliases written out",
        found: "more")
    }
    open[last].weight = weight
    guard open[last].isMapping else {
      open[last].elements.append(node.value)
      return
    }
    guard let key = open[last].key else {
      open[last].key = node.value
      return
    }
    open[last].key = nil
    switch key {
    case .string(let name): open[last].members.append(JSON.Member(name, node.value))
    case .number(let name): open[last].members.append(JSON.Member(name, node.value))
    case .bool(let value): open[last].members.append(JSON.Member("\(value)", node.value))
    case .null: open[last].members.append(JSON.Member("null", node.value))
    case .array, .object:
      open[last].members.append(JSON.Member("?", .array([key, node.value])))
    }
  }

  private mutating func note(_ event: YAMLEvent, text: String?) {
    guard let tag = event.tag, !Self.isPlain(tag) else { return }
    tags.append(YAMLStream.Tag(name: tag, text: text, offset: event.offset))
  }

  private static func isPlain(_ tag: String) -> Bool {
    let prefix = "tag:yaml.org,2002:"
    return tag == "!"
      || tag.hasPrefix(prefix) && plainTags.contains(String(tag.dropFirst(prefix.count)))
  }

  /// YAML's own, and those of Python that PyYAML makes plain values of.
  private static let plainTags: Set<String> = [
    "null", "bool", "int", "float", "str", "seq", "map", "set", "omap", "pairs", "timestamp",
    "merge", "value", "python/none", "python/bool", "python/str", "python/unicode", "python/int",
    "python/long", "python/float", "python/complex", "python/list", "python/tuple", "python/dict",
  ]

  /// The values that a plain scalar may stand for (YAML 1.1 and 1.2); all others are text.
  private static func resolve(_ text: String) -> JSON {
    // No word below is longer.
    switch text.utf8.count <= 5 ? text : "-" {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
    default:
      let isNumber =
        text.utf8.count < 40 && text.utf8.allSatisfy { (0x2b...0x39).contains($0) || $0 == 0x65 }
        && Double(text) != nil
      return isNumber ? .number(text) : .string(text)
    }
  }
}
