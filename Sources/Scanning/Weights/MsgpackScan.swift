import Bytes
import Findings
import Formats

/// Judges msgpack, as Flax writes it: maps, texts, numbers, and arrays as extensions.
struct MsgpackScan: ContentScanner {
  private static let depthLimit = 128
  private static let itemLimit = 20_000_000

  /// An array or map that is being read.
  private struct Frame {
    var left: Int
    let isMap: Bool
    /// Keys so far, of maps that are no longer than such of checkpoints.
    var keys: Set<[UInt8]> = []
    /// The last key.
    var key: [UInt8] = []
  }

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    var reader = MsgpackReader(file.bytes)
    do throws(ParseError) {
      try read(&reader, file.place, &context)
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
    let rest = reader.rest()
    if !rest.isEmpty {
      context.report(
        Rule.strayBytes.at(
          file.place.at(rest.offset), "\(rest.count) bytes after the last item",
          evidence: [safeText(bytes: rest.prefix(60))]))
    }
    return .whole
  }

  private static func read(
    _ reader: inout MsgpackReader, _ place: Place, _ context: inout ScanContext
  ) throws(ParseError) {
    var stack: [Frame] = []
    var items = 0
    repeat {
      items += 1
      let offset = reader.offset
      guard items <= itemLimit else {
        throw ParseError(
          .limit, at: offset, expected: "at most \(itemLimit) items", found: "more")
      }
      let item = try reader.next()
      let isKey = stack.last.map { $0.isMap && $0.left % 2 == 0 } ?? false
      if isKey {
        noteKey(item, at: offset, &stack[stack.count - 1], place, &context)
      } else {
        judge(item, at: offset, key: stack.last?.key ?? [], place, &context)
      }
      if let last = stack.indices.last { stack[last].left -= 1 }
      switch item {
      case .array(let count): stack.append(Frame(left: count, isMap: false))
      case .map(let count): stack.append(Frame(left: 2 * count, isMap: true))
      default: break
      }
      guard stack.count <= depthLimit else {
        context.report(
          Rule.msgpackTypes.at(place.at(offset), "values nested more than \(depthLimit) deep"))
        throw ParseError(
          .limit, at: offset, expected: "at most \(depthLimit) levels", found: "more")
      }
      while let last = stack.last, last.left == 0 { stack.removeLast() }
    } while !stack.isEmpty
  }

  private static func noteKey(
    _ item: MsgpackReader.Item, at offset: Int, _ frame: inout Frame, _ place: Place,
    _ context: inout ScanContext
  ) {
    switch item {
    case .text(let text), .bytes(let text):
      frame.key = text.prefix(1 << 16).array
      guard frame.keys.count < 100_000, !frame.keys.insert(frame.key).inserted else { return }
      context.report(
        Rule.modelLie.at(place.at(offset), "the key '\(safeText(bytes: frame.key))' stands twice"))
    case .array, .map, .extended:
      context.report(Rule.msgpackTypes.at(place.at(offset), "a key that is no text or number"))
    default: frame.key = []
    }
  }

  private static func judge(
    _ item: MsgpackReader.Item, at offset: Int, key: [UInt8], _ place: Place,
    _ context: inout ScanContext
  ) {
    switch item {
    case .extended(1, let content), .extended(3, let content):
      judgeArray(content, at: offset, place, &context)
    case .extended(2, _): break
    case .extended(-1, let content) where [4, 8, 12].contains(content.count): break
    case .extended(let type, let content):
      context.report(
        Rule.msgpackTypes.at(place.at(offset), "\(content.count) bytes of the type \(type)"))
      context.open(content, named: "extension at \(offset)", at: place)
    case .bytes(let content), .text(let content):
      // msgpack-numpy unpickles arrays of this kind.
      let isObject = key == Array("kind".utf8) && content.elementsEqual([0x4f])
      let isType = key == Array("type".utf8) && content.suffix(1).elementsEqual([0x4f])
      if isObject || isType && content.count <= 2 {
        context.report(Rule.msgpackTypes.at(place.at(offset), "an array of Python's objects"))
      }
      if case .bytes = item {
        TensorContent.judge(content, named: "bytes at \(offset)", at: place, &context)
      } else if content.count >= 20 {
        MetadataText(content).report(
          named: key.isEmpty ? "text" : String(decoding: key, as: UTF8.self), at: place, &context)
      }
    default: break
    }
  }

  /// Bytes of an element by NumPy's name of the type, as Flax writes it.
  private static let sizes: [String: Int] = [
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8,
    "uint64": 8, "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "complex64": 8,
    "complex128": 16, "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e4m3": 1,
    "float8_e4m3b11fnuz": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1, "float8_e3m4": 1,
    "float8_e8m0fnu": 1, "int4": 1, "uint4": 1, "V2": 2, "|V2": 2,
  ]

  /// Flax: an array of the shape, the type's name and the elements, itself in msgpack.
  private static func judgeArray(
    _ content: ByteSlice, at offset: Int, _ place: Place, _ context: inout ScanContext
  ) {
    var reader = MsgpackReader(content)
    do throws(ParseError) {
      guard case .array(3) = try reader.next(), case .array(let rank) = try reader.next() else {
        throw ParseError(at: offset, expected: "a shape, a type and elements", found: "other items")
      }
      var count = 1
      for _ in 0..<rank {
        guard case .integer(let size) = try reader.next(), size >= 0 else {
          throw ParseError(at: offset, expected: "sizes of axes", found: "another item")
        }
        count = try checkedProduct(count, size, at: offset)
      }
      let name: String
      switch try reader.next() {
      case .text(let text), .bytes(let text): name = String(decoding: text, as: UTF8.self)
      default: throw ParseError(at: offset, expected: "a type's name", found: "another item")
      }
      guard let size = sizes[name] else {
        context.report(
          Rule.msgpackTypes.at(
            place.at(offset), "an array of the type '\(safeText(name))'", evidence: [name]))
        return
      }
      guard case .bytes(let elements) = try reader.next(), reader.isAtEnd else {
        throw ParseError(at: offset, expected: "the elements", found: "another item")
      }
      guard try checkedProduct(count, size, at: offset) == elements.count else {
        throw ParseError(
          at: offset, expected: "\(count) elements of \(name)", found: "\(elements.count) bytes")
      }
      TensorContent.judge(elements, named: "array at \(offset)", at: place, &context)
    } catch {
      context.report(Rule.modelLie.at(place, error))
    }
  }
}
