import Bytes
import Formats

/// A walk over every message of an ONNX file, in whatever order and nesting, that goes on where a
/// strict reader stops: what is hidden behind a damaged field is seen all the same.
struct ONNXWalk {
  /// An operator that nodes call, or a function that the file defines.
  struct Name: Hashable {
    /// Empty for the standard's own, also when it is written `ai.onnx`.
    var domain: String
    let name: String
    var overload = ""

    init(_ domain: String, _ name: String, overload: String = "") {
      self.domain = domain == "ai.onnx" ? "" : domain
      self.name = name
      self.overload = overload
    }
  }

  /// A tensor whose elements are said to be in another file.
  struct External {
    let tensor: String
    let offset: Int
    let pairs: [(key: String, value: String)]
    /// Bytes by shape and type; nil when they cannot be told.
    let size: Int?
  }

  /// A field that no version of the format has.
  struct UnknownField {
    let message: ONNXMessage
    let number: Int
    let offset: Int
    /// Its bytes; empty for a number.
    let content: ByteSlice
  }

  /// A text for people, or a value of the metadata.
  struct Text {
    let bytes: ByteSlice
    let name: String
    /// Whether the model itself has it, and not one of its nodes or tensors.
    let isModel: Bool
  }

  /// Where each operator is called first.
  private(set) var calls: [Name: Int] = [:]
  /// The functions and what their bodies call.
  private(set) var functions: [(name: Name, offset: Int, calls: Set<Name>)] = []
  private(set) var externals: [External] = []
  /// The raw bytes of tensors that have a name.
  private(set) var raw: [(name: String, bytes: ByteSlice)] = []
  /// Names of tensors that lead somewhere or deceive, and where each stands.
  private(set) var oddNames: [(name: String, offset: Int)] = []
  private(set) var domains: [String: Int] = [:]
  private(set) var texts: [Text] = []
  private(set) var unknownFields: [UnknownField] = []
  private(set) var repeated: [(message: ONNXMessage, number: Int, offset: Int)] = []
  /// Why the walk could not see everything.
  private(set) var obstacle: ParseError?

  private static let fieldLimit = 10_000_000
  private var fields = 0
  private var stack: [(bytes: ByteSlice, message: ONNXMessage, depth: Int, function: Int?)]

  /// Walks the whole file.
  init(_ bytes: ByteSlice, limits: Limits) {
    stack = [(bytes, .model, 0, nil)]
    while let next = stack.popLast() {
      do throws(ParseError) {
        guard next.depth <= 4 * limits.graphDepth else {
          throw ParseError(
            .limit, at: next.bytes.offset,
            expected: "at most \(limits.graphDepth) graphs in graphs",
            found: "more")
        }
        try read(next.bytes, next.message, depth: next.depth, function: next.function)
      } catch {
        obstacle = obstacle ?? error
        if error.kind == .limit { return }
      }
    }
  }

  private mutating func read(
    _ bytes: ByteSlice, _ message: ONNXMessage, depth: Int, function: Int?
  ) throws(ParseError) {
    var values: [Int: ByteSlice] = [:]
    var numbers: [Int: Int] = [:]
    var shape: [Int] = []
    var pairs: [ByteSlice] = []
    var singles: Set<Int> = []
    var inner = function
    if message == .function {
      inner = functions.count
      functions.append((Name("", ""), bytes.offset, []))
    }
    defer {
      finish(
        message, at: bytes.offset, values, numbers, shape: shape, pairs: pairs, function: inner)
    }
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      fields += 1
      guard fields <= Self.fieldLimit else {
        throw ParseError(
          .limit, at: field.offset, expected: "at most \(Self.fieldLimit) fields", found: "more")
      }
      guard let kind = message.field(field.number) else {
        if unknownFields.count < 100 {
          var content = ByteSlice.empty
          if case .bytes(let part) = field.value { content = part }
          unknownFields.append(
            UnknownField(
              message: message, number: field.number, offset: field.offset, content: content))
        }
        continue
      }
      switch (kind, field.value) {
      case (.single(let child), .bytes(let part)):
        if !singles.insert(field.number).inserted {
          repeated.append((message, field.number, field.offset))
        }
        stack.append((part, child, depth + 1, inner))
      case (.message(.pair), .bytes(let part)) where message == .tensor && field.number == 13:
        pairs.append(part)
      case (.message(let child), .bytes(let part)): stack.append((part, child, depth + 1, inner))
      case (.documentation, .bytes(let part)):
        add(Text(bytes: part, name: "doc_string", isModel: depth == 0))
      case (.value, .bytes(let part)): values[field.number] = part
      case (.value, .varint(let bits)):
        if message == .tensor, field.number == 1, shape.count < 64 {
          shape.append(Int(truncatingIfNeeded: bits))
        }
        numbers[field.number] = Int(truncatingIfNeeded: bits)
      default: break
      }
    }
    if message == .pair { addPair(values, isModel: depth == 1) }
  }

  /// Notes what a message said, as far as it could be read.
  private mutating func finish(
    _ message: ONNXMessage, at offset: Int, _ values: [Int: ByteSlice], _ numbers: [Int: Int],
    shape: [Int], pairs: [ByteSlice], function: Int?
  ) {
    func text(_ number: Int) -> String {
      values[number].map { String(decoding: $0.prefix(1 << 16), as: UTF8.self) } ?? ""
    }
    switch message {
    case .node:
      let name = Name(text(7), text(4), overload: text(8))
      if let function {
        functions[function].calls.insert(name)
      }
      let plain = Name(name.domain, name.name)
      if calls.count < 10_000, calls[plain] == nil { calls[plain] = offset }
    case .function:
      if let function { functions[function].name = Name(text(10), text(1), overload: text(13)) }
    case .operatorSet: domains[Name(text(1), "").domain] = offset
    case .tensor:
      if oddNames.count < 100, values[8] != nil, TensorName.fault(text(8), isGraph: true) != nil {
        oddNames.append((text(8), offset))
      }
      if numbers[14] == 1 || !pairs.isEmpty {
        externals.append(
          External(
            tensor: text(8), offset: offset, pairs: pairs.compactMap(Self.pair),
            size: Self.size(shape, type: numbers[2], packed: values[1])))
      } else if let bytes = values[9], bytes.count >= 8 {
        raw.append((text(8), bytes))
      }
    default: break
    }
  }

  private mutating func addPair(_ values: [Int: ByteSlice], isModel: Bool) {
    guard let value = values[2] else { return }
    let key = values[1].map { String(decoding: $0.prefix(256), as: UTF8.self) } ?? ""
    add(Text(bytes: value, name: key, isModel: isModel))
  }

  private mutating func add(_ text: Text) {
    if text.isModel || texts.count < 10_000, !text.bytes.isEmpty { texts.append(text) }
  }

  private static func pair(_ message: ByteSlice) -> (key: String, value: String)? {
    var key = ""
    var value = ""
    var reader = ProtobufReader(message)
    do throws(ParseError) {
      while let field = try reader.next() {
        let text = String(decoding: try field.bytes("a text").prefix(1 << 16), as: UTF8.self)
        if field.number == 1 { key = text } else if field.number == 2 { value = text }
      }
    } catch {
      return nil
    }
    return (key, value)
  }

  /// The bytes that the elements take.
  private static func size(_ shape: [Int], type: Int?, packed: ByteSlice?) -> Int? {
    guard let bits = type.flatMap(ONNXElementType.init(rawValue:))?.bits else { return nil }
    do throws(ParseError) {
      var shape = shape
      if let packed {
        var reader = ByteReader(packed)
        while !reader.isAtEnd, shape.count < 64 {
          shape.append(Int(truncatingIfNeeded: try reader.readVarint("a size")))
        }
      }
      var size = bits
      for axis in shape {
        guard axis >= 0 else { return nil }
        size = try checkedProduct(size, axis, at: 0)
      }
      return size / 8 + (size % 8 == 0 ? 0 : 1)
    } catch {
      return nil
    }
  }
}
