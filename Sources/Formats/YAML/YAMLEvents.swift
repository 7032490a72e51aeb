import Bytes
import CYAML

/// What the parser of libyaml tells of a stream, which is also the parser of PyYAML: both see the
/// same documents, tags and aliases.
struct YAMLEvent {
  enum Kind {
    case documentStart
    case documentEnd
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case mappingStart
    /// The end of a sequence or mapping.
    case end
    case alias(String)
  }

  let kind: Kind
  /// The tag with its handle resolved, `tag:yaml.org,2002:str` for `!!str`; nil without one.
  let tag: String?
  let anchor: String?
  /// Where it stands in the file.
  let offset: Int
}

extension YAMLEvent {
  /// Calls `body` with each event in order.
  ///
  /// - Throws: `ParseError` for bytes that libyaml refuses, beyond `limit` events, and what `body`
  ///   throws.
  static func each(
    in bytes: ByteSlice, limit: Int, _ body: (YAMLEvent) throws(ParseError) -> Void
  ) throws(ParseError) {
    try boundDirectives(of: bytes)
    try bytes.withUnsafeBytes { (memory) throws(ParseError) in
      guard let start = memory.bindMemory(to: UInt8.self).baseAddress else { return }
      var parser = yaml_parser_t()
      guard yaml_parser_initialize(&parser) == 1 else {
        throw ParseError(.limit, at: bytes.offset, expected: "memory for YAML", found: "none")
      }
      defer { yaml_parser_delete(&parser) }
      yaml_parser_set_input_string(&parser, start, memory.count)
      var count = 0
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else {
          throw ParseError(
            at: bytes.offset + Int(parser.problem_mark.index), expected: "YAML",
            found: parser.problem.map { String(cString: $0) } ?? "other bytes")
        }
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { return }
        count += 1
        guard count <= limit else {
          throw ParseError(
            .limit, at: bytes.offset + Int(event.start_mark.index),
            expected: "at most \(limit) events of YAML", found: "more")
        }
        if let event = YAMLEvent(event, at: bytes.offset) { try body(event) }
      }
    }
  }

  /// libyaml compares each `%TAG` with all before it.
  private static func boundDirectives(of bytes: ByteSlice) throws(ParseError) {
    let isUTF16 = bytes.starts(with: [0xfe, 0xff]) || bytes.starts(with: [0xff, 0xfe])
    let mark = Array((isUTF16 ? "%\0T\0A\0G" : "%TAG").utf8)
    var rest = bytes
    for _ in 0..<directiveLimit {
      guard let place = rest.firstPlace(of: mark) else { return }
      rest = rest.suffix(rest.count - place - mark.count)
    }
    throw ParseError(
      .limit, at: rest.offset, expected: "at most \(directiveLimit) directives of YAML",
      found: "more")
  }

  private static let directiveLimit = 1_000

  /// A copy of the event; nil for the start of a stream.
  private init?(_ event: yaml_event_t, at base: Int) {
    offset = base + Int(event.start_mark.index)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: (kind, tag, anchor) = (.documentStart, nil, nil)
    case YAML_DOCUMENT_END_EVENT: (kind, tag, anchor) = (.documentEnd, nil, nil)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: (kind, tag, anchor) = (.end, nil, nil)
    case YAML_ALIAS_EVENT:
      (kind, tag, anchor) = (.alias(Self.text(event.data.alias.anchor) ?? ""), nil, nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      (kind, tag, anchor) = (.sequenceStart, Self.text(start.tag), Self.text(start.anchor))
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      (kind, tag, anchor) = (.mappingStart, Self.text(start.tag), Self.text(start.anchor))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      kind = .scalar(value, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      (tag, anchor) = (Self.text(scalar.tag), Self.text(scalar.anchor))
    default: return nil
    }
  }

  private static func text(_ memory: UnsafeMutablePointer<UInt8>?) -> String? {
    memory.map { String(cString: $0) }
  }
}
