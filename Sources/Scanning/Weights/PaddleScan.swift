import Bytes
import Findings
import Formats

// Paddle's framework.proto: a program has blocks (1), a block operators (4), an operator its type
// (3). Parameters: version 4, levels 8 with their data, version 4, length of a description 4 with
// type (1) and sizes (2), elements; one after the other.

/// Judges PaddlePaddle's programs and parameters.
struct PaddleScan: ContentScanner {
  /// Operators that run Python or call other programs.
  private static let code: Set<String> = [
    "py_func", "py_layer", "pylayer", "run_program", "listen_and_serv", "send", "recv",
    "create_py_reader", "create_custom_reader", "custom_op", "engine",
  ]
  /// Operators that read and write files.
  private static let files: Set<String> = [
    "load", "load_combine", "save", "save_combine", "read_file", "print",
    "sparse_tensor_load", "checkpoint_notify",
  ]
  /// Bytes of an element by the type's number.
  private static let sizes: [Int: Int] = [
    0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2, 23: 8, 24: 16, 32: 1, 33: 1,
  ]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      guard file.bytes.first != 0 else {
        try scanParameters(file, &context)
        return .whole
      }
      var blocks = ProtobufReader(file.bytes)
      while let block = try blocks.next(1) {
        var operators = ProtobufReader(try block.bytes("a block"))
        while let field = try operators.next(4) {
          try judge(field, file, &context)
        }
      }
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
    return .partly(
      Rule.boundedOnly.at(
        file.place, "a Paddle program: custom operators look like those of the framework"))
  }

  private static func judge(
    _ field: ProtobufField, _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var fields = ProtobufReader(try field.bytes("an operator"))
    guard let type = try fields.next(3) else { return }
    let name = String(decoding: try type.bytes("a type").prefix(256), as: UTF8.self)
    let place = file.place.detail(name).at(field.offset)
    if code.contains(name) {
      context.report(
        Rule.modelPlugin.at(place, "the operator '\(name)' runs code", evidence: [name]))
    } else if files.contains(name) {
      context.report(
        Rule.modelPath.at(place, "the operator '\(name)' uses files", evidence: [name]))
    }
  }

  private static func scanParameters(
    _ file: ScannedFile, _ context: inout ScanContext
  ) throws(ParseError) {
    var reader = ByteReader(file.bytes)
    var index = 0
    while !reader.isAtEnd {
      guard try reader.readSize(width: 4, "a version") == 0 else {
        throw reader.malformed(expected: "version 0", found: "another")
      }
      for _ in 0..<min(64, try reader.readSize(width: 8, "levels")) {
        try reader.skip(try reader.readSize(width: 8, "a level's size"), "a level")
      }
      guard try reader.readSize(width: 4, "a version") == 0 else {
        throw reader.malformed(expected: "version 0", found: "another")
      }
      let length = try reader.readSize(width: 4, "a description's length")
      let start = reader.offset
      let size = try size(of: reader.read(length, "a description"))
      guard let size else {
        throw ParseError(
          .unsupported, at: start, expected: "a type of known size", found: "another")
      }
      TensorContent.judge(
        try reader.read(size, "elements"), named: "tensor \(index)", at: file.place, &context)
      index += 1
    }
  }

  private static func size(of description: ByteSlice) throws(ParseError) -> Int? {
    var size: Int?
    var count = 1
    var fields = ProtobufReader(description)
    while let field = try fields.next() {
      switch (field.number, field.value) {
      case (1, .varint(let type)): size = sizes[Int(truncatingIfNeeded: type)]
      case (2, .varint(let axis)):
        count = try checkedProduct(count, Int(truncatingIfNeeded: axis), at: field.offset)
      case (2, .bytes(let packed)):
        var axes = ByteReader(packed)
        while !axes.isAtEnd {
          let axis = Int(truncatingIfNeeded: try axes.readVarint("a size"))
          count = try checkedProduct(count, axis, at: field.offset)
        }
      default: break
      }
    }
    guard let size, count >= 0 else { return nil }
    return try checkedProduct(count, size, at: description.offset)
  }
}
