import Archives
import Bytes
import Findings
import Formats

/// Looks into data for a program: a pickle that imports, code that Python marshalled, either of
/// them in base64, hexadecimal digits or zlib, or the beginning of an executable or a script.
struct HiddenProgram {
  /// Larger literals are looked at from their start.
  private static let lookBytes = 4 << 20
  /// Wrapping in wrapping.
  private static let depth = 3

  /// What the data is, for people.
  let words: String
  /// What the pickle in it breaks by itself.
  let findings: [Finding]

  /// Nil where nothing is hidden. Places are those of the file, as far as the data is a part of it.
  /// Data in base64, digits and zlib is unpacked where `unpacks` says so: it can be many times as long.
  init?(
    in bytes: ByteSlice, at place: Place, limits: Limits, unpacks: Bool = true, depth: Int = 0
  ) {
    let bytes = bytes.prefix(Self.lookBytes)
    guard depth < Self.depth, bytes.count >= 16 else { return nil }
    if let (words, found) = Self.pickle(bytes, at: place, limits: limits, depth: depth) {
      self.init(words: words, findings: found)
    } else if Self.isCode(bytes) {
      self.init(words: "code that Python has compiled", findings: [])
    } else if let words = StorageContent.program(bytes), words != StorageContent.zip {
      self.init(words: words, findings: [])
    } else if unpacks, let inner = Self.unwrapped(bytes),
      let found = HiddenProgram(in: inner.bytes, at: place, limits: limits, depth: depth + 1)
    {
      // Offsets count in the unpacked bytes: none is given.
      self.init(
        words: "\(inner.wrapper) of \(found.words)",
        findings: found.findings.map {
          $0.rule.at(place, $0.message, evidence: $0.evidence, references: $0.references)
        })
    } else {
      return nil
    }
  }

  private init(words: String, findings: [Finding]) {
    self.words = words
    self.findings = findings
  }

  /// What a pickle at the start of the bytes breaks; nil when there is none that imports or holds
  /// one that does.
  private static func pickle(
    _ bytes: ByteSlice, at place: Place, limits: Limits, depth: Int
  ) -> (words: String, findings: [Finding])? {
    let isMarked = bytes[0] == 0x80 && bytes[1] <= 5
    // An import is two lines, or the opcode STACK_GLOBAL: most data has neither.
    guard isMarked || bytes.contains(0x0a) || bytes.contains(0x93) else { return nil }
    var judge = PickleJudge(place: place, context: .plain, limits: limits, wrappings: depth + 1)
    var machine = PickleMachine(limits: limits)
    var reader = PickleReader(bytes)
    do throws(ParseError) {
      _ = try machine.run(&reader, &judge)
      guard judge.hasImports || judge.hidesProgram else { return nil }
    } catch {
      guard judge.hasImports, judge.hasCalls || isMarked else { return nil }
    }
    let words = judge.hasImports ? "a pickle that imports" : "a pickle that holds a program"
    return (words, judge.findings)
  }

  /// A code object as `marshal` writes it: its type, three to five counts, flags, then the
  /// instructions as a string (Python/marshal.c).
  private static func isCode(_ bytes: ByteSlice) -> Bool {
    guard bytes[0] == 0xe3 || bytes[0] == 0x63 else { return false }
    return (4...6).contains { words in
      let end = 1 + 4 * words
      guard bytes.count > end + 5, bytes[end] == 0x73 || bytes[end] == 0xf3 else { return false }
      let counts = (0..<words).allSatisfy { bytes[3 + 4 * $0] <= 1 && bytes[4 + 4 * $0] <= 0x20 }
      let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[end + 1 + $1]) }
      return counts && length > 0 && length <= bytes.count - end - 5
    }
  }

  /// Whether the bytes begin as zlib, or as base64 or digits that are worth a look.
  static func mayBePacked(_ bytes: ByteSlice) -> Bool {
    bytes.count >= 16
      && (bytes[0] == 0x78 && (Int(bytes[0]) << 8 + Int(bytes[1])).isMultiple(of: 31)
        || (base64Starts + digitStarts).contains { bytes.starts(with: $0.utf8) })
  }

  /// What begins like a pickle, code, zlib or gzip in base64.
  private static let base64Starts = [
    "gA", "Y2", "Y3", "Y0", "Y1", "4w", "eJ", "eN", "eA", "eF", "KG", "H4",
  ]

  /// The same in hexadecimal digits.
  private static let digitStarts = [
    "8000", "8001", "8002", "8003", "8004", "8005", "63", "e3", "E3", "78", "28", "1f8b", "1F8B",
  ]

  private static func unwrapped(_ bytes: ByteSlice) -> (wrapper: String, bytes: ByteSlice)? {
    // Deflate of zlib with its usual windows.
    if bytes[0] == 0x78, (Int(bytes[0]) << 8 + Int(bytes[1])).isMultiple(of: 31) {
      do throws(ParseError) {
        return ("zlib data", try Deflate.inflate(bytes, .zlib, limit: lookBytes))
      } catch {
        return nil
      }
    }
    if digitStarts.contains(where: { bytes.starts(with: $0.utf8) }), let text = bytes.utf8,
      let digits = Bytes.bytes(lowerCaseHexadecimal: text.lowercased())
    {
      return ("hexadecimal digits", ByteSlice(digits))
    }
    guard base64Starts.contains(where: { bytes.starts(with: $0.utf8) }), let text = bytes.utf8
    else { return nil }
    let body = text.filter { !$0.isWhitespace }
    let padded = body + String(repeating: "=", count: (4 - body.utf8.count % 4) % 4)
    return Base64.decode(padded).map { ("base64", ByteSlice($0)) }
  }
}

/// What the first bytes of a tensor's storage may be besides numbers.
enum StorageContent {
  /// Bytes that are tried: numbers end a pickle after a few instructions.
  private static let trialBytes = 64 << 10

  /// What is wrong with a storage that is a program to another reader.
  static func findings(in bytes: ByteSlice, at place: Place, limits: Limits) -> [Finding] {
    let start = bytes.prefix(trialBytes)
    if let program = HiddenProgram(in: start, at: place, limits: limits) {
      return [Rule.storageIsProgram.at(place, "a storage holds \(program.words)")]
        + program.findings
    }
    guard let words = program(start) else { return [] }
    return [Rule.storageIsProgram.at(place, "a storage begins as \(words)")]
  }

  /// Data as well as a program: only a storage that begins so is odd.
  static let zip = "a zip archive"

  /// Longer than the signatures, so that numbers do not meet them by chance.
  static func program(_ bytes: ByteSlice) -> String? {
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]), bytes.count >= 16, (1...2).contains(bytes[4]),
      (1...2).contains(bytes[5]), bytes[6] == 1
    {
      return "an ELF executable"
    }
    if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]), bytes.count >= 30, bytes[4] < 64, bytes[5] == 0
    {
      return zip
    }
    if bytes.starts(with: "#!".utf8), let end = bytes.prefix(256).firstIndex(of: 0x0a), end > 3,
      bytes.prefix(end).allSatisfy({ (0x20..<0x7f).contains($0) })
    {
      return "a script"
    }
    return nil
  }
}
