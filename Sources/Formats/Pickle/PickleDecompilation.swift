public import Bytes

/// What a pickle does, as lines of Python: imports, calls, states and items with the place and the
/// number of their instruction. Nothing is executed; all text is escaped.
///
/// ```
/// 0x0002  #1   import os.system
/// 0x0018  #4   x1 = os.system('id')
/// 0x0019  #5   return x1
/// ```
public struct PickleDecompilation: Sendable {
  /// Characters of one value; longer ones are cut.
  private static let valueLength = 120
  /// Lines of all pickles together; a file with more is cut.
  private static let lineLimit = 100_000

  /// The lines, the pickles one after the other.
  public private(set) var lines: [String] = []
  /// Whether all bytes were followed.
  public private(set) var isComplete = true

  /// Follows all pickles of the bytes.
  public init(_ bytes: ByteSlice, limits: Limits = Limits()) {
    var machine = PickleMachine(limits: limits)
    var reader = PickleReader(bytes)
    var number = 0
    repeat {
      number += 1
      if number > 1 { lines.append("pickle \(number) at \(Self.hexadecimal(reader.offset))") }
      var writer = PickleWriter(valueLength: Self.valueLength, lineLimit: Self.lineLimit)
      do throws(ParseError) {
        let start = reader.offset
        let value = try machine.run(&reader, &writer)
        lines += writer.lines
        let text = writer.text(value, machine.objects)
        lines.append("\(Self.hexadecimal(max(start, reader.offset - 1)))  return \(text)")
      } catch {
        lines += writer.lines
        lines.append("\(Self.hexadecimal(error.offset))  broken: \(safeText(error.reason))")
        isComplete = false
        if !reader.rest.isEmpty {
          lines.append("\(reader.rest.count) bytes were not followed")
        }
        return
      }
    } while !reader.rest.isEmpty && lines.count < Self.lineLimit
    if !reader.rest.isEmpty {
      isComplete = false
      lines.append("\(reader.rest.count) bytes were not followed")
    }
  }

  fileprivate static func hexadecimal(_ offset: Int) -> String {
    let digits = String(offset, radix: 16)
    return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// Writes a line for each event of a machine.
private struct PickleWriter: PickleObserver {
  /// Containers in containers that are written out.
  private static let depth = 4
  /// Elements of one container that are written out.
  private static let elements = 16
  /// Values in one value that are written out: what stands in many places is written at each.
  private static let nodes = 128

  private(set) var lines: [String] = []
  private var variables = 0
  private let valueLength: Int
  private let lineLimit: Int

  init(valueLength: Int, lineLimit: Int) {
    self.valueLength = valueLength
    self.lineLimit = lineLimit
  }

  private mutating func write(_ event: PickleEvent, _ text: String) throws(ParseError) {
    guard lines.count < lineLimit else {
      throw ParseError(
        .limit, at: event.offset, expected: "at most \(lineLimit) lines", found: "more")
    }
    let number = "#\(event.number)"
    let space = String(repeating: " ", count: max(0, 5 - number.count))
    lines.append(
      "\(PickleDecompilation.hexadecimal(event.offset))  \(number)\(space) \(text)")
  }

  mutating func imported(
    _ name: PickledGlobal, _ event: PickleEvent, _ graph: PickledObjects, protocol version: Int
  ) throws(ParseError) -> Int {
    try write(event, "import \(cut(safeText(name.description)))")
    return 0
  }

  mutating func made(
    _ place: Int, _ how: PickleCreation, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) -> Int {
    guard case .call(let function, let arguments) = graph[place].kind else { return 0 }
    variables += 1
    let name = text(function, graph)
    var nodes = Self.nodes
    var values = [list(graph.tuple(arguments) ?? [], graph, depth: 0, &nodes)]
    values.removeAll { $0.isEmpty }
    if let keywords = graph[place].keywords { values.append("**" + text(keywords, graph)) }
    let call =
      how == .new
      ? "\(name).__new__(\(([name] + values).joined(separator: ", ")))"
      : "\(name)(\(values.joined(separator: ", ")))"
    try write(event, "x\(variables) = \(cut(call, times: 4))")
    return variables
  }

  mutating func built(
    _ target: PickledValue, _ state: PickledValue, _ event: PickleEvent, _ graph: PickledObjects,
    _ reader: inout PickleReader
  ) throws(ParseError) {
    try write(event, "\(text(target, graph)).__setstate__(\(text(state, graph)))")
    guard case .call(let function, _) = graph.object(target)?.kind,
      graph.global(function).map(JoblibWrapper.isAnnounced) == true
    else { return }
    let wrapper = try JoblibWrapper(state, graph, at: event.offset)
    switch wrapper.content {
    case .elements:
      let elements = try wrapper.skip(&reader)
      try write(event, "# \(elements.count) bytes of elements follow")
    case .pickle:
      try write(event, "# a pickle of objects follows")
      var inner = PickleMachine()
      let value = try inner.run(&reader, &self)
      try write(event, "# the objects: \(text(value, inner.objects))")
    }
  }

  mutating func filled(
    _ place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) {
    let object = graph[place]
    // Lists and dicts are written where they are used.
    switch object.kind {
    case .list, .dict, .set: return
    default: break
    }
    let name = text(.object(place), graph)
    var nodes = Self.nodes
    switch event.instruction.opcode {
    case .setItem, .setItems:
      try write(event, "\(name).update(\(items(object, graph, depth: 0, &nodes)))")
    default:
      try write(event, "\(name).extend([\(list(object.elements, graph, depth: 0, &nodes))])")
    }
  }

  mutating func passed(_ place: Int, _ event: PickleEvent, _ graph: PickledObjects) {}

  mutating func referred(
    to identification: PickledValue, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) -> Int {
    variables += 1
    try write(event, "x\(variables) = persistent_load(\(text(identification, graph)))")
    return variables
  }

  mutating func literal(_ bytes: ByteSlice, _ event: PickleEvent) {}

  mutating func noted(_ oddity: PickleOddity, _ event: PickleEvent) throws(ParseError) {
    let words =
      switch oddity {
      case .computedImport: "import of a name that is computed"
      case .extensionCode(let code): "import of extension \(code)"
      case .outsideBuffer: "a buffer from outside the file"
      case .lyingFrame: "a frame that is not as long as it says"
      case .memoGap(let index): "memo index \(index)"
      case .longNumber(let digits): "a number of \(digits) digits"
      case .tooDeep: "values nested beyond the limit"
      case .tooMany: "references that multiply beyond the limit"
      }
    try write(event, "# \(words)")
  }

  /// A value as Python would write it, escaped and cut.
  func text(_ value: PickledValue, _ graph: PickledObjects) -> String {
    var nodes = Self.nodes
    return cut(text(value, graph, depth: 0, &nodes))
  }

  private func cut(_ text: String, times: Int = 1) -> String {
    text.count <= valueLength * times ? text : text.prefix(valueLength * times) + "..."
  }

  private func text(
    _ value: PickledValue, _ graph: PickledObjects, depth: Int, _ nodes: inout Int
  ) -> String {
    nodes -= 1
    guard nodes >= 0 else { return "..." }
    switch value {
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .integer(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .text(let text): return quoted(text.prefix(valueLength + 1))
    case .object: break
    }
    guard let object = graph.object(value) else { return "?" }
    switch object.kind {
    case .bytes(let bytes): return "b" + bytesText(bytes)
    case .byteArray(let bytes): return "bytearray(b\(bytesText(bytes)))"
    case .rawText(let bytes): return bytesText(bytes)
    case .decimal(let line): return safeText(bytes: line.prefix(valueLength))
    case .longInteger(let bytes): return "int.from_bytes(b\(bytesText(bytes)), 'little')"
    case .global(let name): return safeText(name.description)
    case .call, .persistent: return "x\(object.mark)"
    case .registered(let code): return "extension(\(code))"
    case .unknown: return "unknown"
    case .tuple, .list, .dict, .set: break
    }
    guard depth < Self.depth else { return "..." }
    switch object.kind {
    case .tuple:
      let inner = list(object.elements, graph, depth: depth + 1, &nodes)
      return object.elements.count == 1 ? "(\(inner),)" : "(\(inner))"
    case .list: return "[\(list(object.elements, graph, depth: depth + 1, &nodes))]"
    case .set: return "set([\(list(object.elements, graph, depth: depth + 1, &nodes))])"
    default: return items(object, graph, depth: depth + 1, &nodes)
    }
  }

  private func list(
    _ values: [PickledValue], _ graph: PickledObjects, depth: Int, _ nodes: inout Int
  ) -> String {
    var texts = values.prefix(Self.elements).map { text($0, graph, depth: depth, &nodes) }
    if values.count > Self.elements { texts.append("... \(values.count - Self.elements) more") }
    return texts.joined(separator: ", ")
  }

  private func items(
    _ object: PickledObject, _ graph: PickledObjects, depth: Int, _ nodes: inout Int
  ) -> String {
    var texts = object.items.prefix(Self.elements).map {
      "\(text($0.key, graph, depth: depth, &nodes)): \(text($0.value, graph, depth: depth, &nodes))"
    }
    let more = object.items.count - Self.elements
    if more > 0 { texts.append("... \(more) more") }
    return "{\(texts.joined(separator: ", "))}"
  }

  /// Escaped as Python would, so that no text can pass for code.
  private func quoted(_ text: some StringProtocol) -> String {
    var escaped = ""
    for character in text {
      if character == "\\" || character == "'" { escaped += "\\" }
      escaped.append(character)
    }
    return "'\(safeText(escaped))'"
  }

  private func bytesText(_ bytes: ByteSlice) -> String {
    var shown = ""
    for byte in bytes.prefix(32) {
      switch byte {
      case 0x27, 0x5c: shown += "\\\(Unicode.Scalar(byte))"
      case 0x20..<0x7f: shown += "\(Unicode.Scalar(byte))"
      default: shown += "\\x" + Bytes.hexadecimal([byte])
      }
    }
    return bytes.count > 32 ? "'\(shown)' ... \(bytes.count) bytes" : "'\(shown)'"
  }
}
