import Archives
import Bytes
import Findings
import Formats

/// Judges the code of a TorchScript archive: Python's syntax, of which torch takes operators of its
/// own, the classes of the archive, and operators of libraries.
struct TorchScriptScan {
  /// Namespaces of operators that every torch has.
  private static let namespaces: Set<String> = [
    "aten", "prim", "prims", "prepacked", "quantized", "quantized_decomposed", "sparse", "mkldnn",
    "_quantized", "inductor",
  ]
  /// Operators that read or write files.
  private static let fileOperators: Set<String> = ["from_file", "save", "load", "_load", "_save"]
  /// Names of Python's own that no operator of torch bears: they stand here for another reader.
  private static let pythonNames: Set<String> = [
    "__import__", "eval", "exec", "compile", "open", "os", "sys", "subprocess", "socket",
    "importlib", "builtins", "getattr", "setattr", "globals", "__builtins__", "ctypes", "pickle",
  ]

  private let file: ScannedFile
  private let folder: String
  private let members: [Member]

  init(file: ScannedFile, folder: String, members: [Member]) {
    self.file = file
    self.folder = folder
    self.members = members
  }

  func run(_ context: inout ScanContext) -> Coverage {
    for member in members where member.path.text.hasPrefix(folder + "code/") {
      let place = file.place.member(member.path.text)
      guard member.path.text.hasSuffix(".py") else { continue }
      guard member.bytes.count <= context.limits.headerBytes, member.bytes.utf8 != nil else {
        return .partly(Rule.torchScriptUnread.at(place, "code that is no text of bounded length"))
      }
      context.cover(member.path.text, in: file.place)
      judge(member.bytes, at: place, &context)
    }
    return .whole
  }

  private func judge(_ code: ByteSlice, at place: Place, _ context: inout ScanContext) {
    var names = TorchScriptNames(code)
    while let name = names.next() {
      guard let fault = fault(in: name), !Self.isMember(name, of: code) else { continue }
      let path = name.parts.joined(separator: ".")
      context.report(
        Rule.torchScriptCode.at(place.at(name.offset), "'\(safeText(path))' \(fault)"))
    }
  }

  /// Whether torch wrote it: `getattr(self, "0")` is a member whose name is no identifier, such as
  /// those of a Sequential.
  private static func isMember(_ name: TorchScriptNames.Name, of code: ByteSlice) -> Bool {
    guard name.parts == ["getattr"] else { return false }
    let line = code.suffix(code.count - name.offset).prefix(1024).array.prefix { $0 != 0x0a }
    let parts = line.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
    // Texts stand between every other quote; several for one member of another.
    let texts = stride(from: 1, to: parts.count - 1, by: 2).map { parts[$0] }
    return !texts.isEmpty && parts.count % 2 == 1 && texts.allSatisfy { !isIdentifier($0) }
  }

  private static func isIdentifier(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    return !isDigit(first) && text.allSatisfy { TorchScriptNames.isLetter($0) || isDigit($0) }
  }

  /// What is wrong with a dotted name, nil for what torch's own code has.
  private func fault(in name: TorchScriptNames.Name) -> String? {
    let parts = name.parts
    if name.isImported {
      return parts.first == "__torch__" ? nil : "is imported, which TorchScript cannot do"
    }
    if parts.count == 1 || !name.isCalled {
      guard let first = parts.first, name.isCalled || parts.count > 1 else { return nil }
      return Self.pythonNames.contains(first) ? "belongs to Python, not to torch" : nil
    }
    let isTorch = parts[0] == "torch"
    let isOperator = parts[0] == "ops" || isTorch && parts[1] == "ops"
    if isOperator, let namespace = parts.dropFirst(isTorch ? 2 : 1).first,
      !Self.namespaces.contains(namespace)
    {
      return "needs a library of operators"
    }
    if parts.contains("classes"), isTorch || parts[0] == "__torch__" {
      return "needs a library of classes"
    }
    if isTorch || isOperator || parts[0] == "aten", let last = parts.last,
      Self.fileOperators.contains(last)
    {
      return "reads or writes files"
    }
    if parts.contains("PythonOp") { return "calls Python" }
    return Self.pythonNames.contains(parts[0]) ? "belongs to Python, not to torch" : nil
  }
}

/// The dotted names of code in Python's syntax, outside texts. Comments count: a reader of type
/// comments evaluates them.
struct TorchScriptNames {
  struct Name {
    let parts: [String]
    let offset: Int
    /// Whether a parenthesis follows.
    let isCalled: Bool
    /// Whether it stands after `import` or `from` at the start of a line.
    let isImported: Bool
  }

  private let code: ByteSlice
  private var position = 0
  private var lineStart = true
  private var afterImport = false

  init(_ code: ByteSlice) {
    self.code = code
  }

  /// The next name, nil at the end.
  mutating func next() -> Name? {
    while position < code.count {
      let byte = code[position]
      switch byte {
      case 0x0a:
        lineStart = true
        afterImport = false
        position += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""): skipText(byte)
      case _ where Self.isLetter(byte):
        let name = readName()
        if lineStart, name.parts == ["import"] || name.parts == ["from"] {
          afterImport = true
          lineStart = false
          continue
        }
        lineStart = false
        return name
      case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
      case 0x30...0x39:
        // Digits and the letters in them are no name.
        while position < code.count, Self.isLetter(code[position]) || isDigit(code[position]) {
          position += 1
        }
      default:
        lineStart = false
        position += 1
      }
    }
    return nil
  }

  private mutating func readName() -> Name {
    let start = position
    var parts: [String] = []
    repeat {
      if !parts.isEmpty { position += 1 }
      let first = position
      while position < code.count, Self.isLetter(code[position]) || isDigit(code[position]) {
        position += 1
      }
      parts.append(String(decoding: code.prefix(position).suffix(position - first), as: UTF8.self))
    } while position + 1 < code.count && code[position] == UInt8(ascii: ".")
      && Self.isLetter(code[position + 1])
    var after = position
    while after < code.count, code[after] == 0x20 || code[after] == 0x09 { after += 1 }
    let isCalled = after < code.count && code[after] == UInt8(ascii: "(")
    return Name(
      parts: parts, offset: start, isCalled: isCalled, isImported: afterImport)
  }

  private mutating func skipText(_ quote: UInt8) {
    position += 1
    while position < code.count, code[position] != quote, code[position] != 0x0a {
      position += code[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position += 1
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f || byte >= 0x80
  }
}
