public import Bytes
public import Findings
@_spi(_Unicode) import Swift

/// The path of a member below the release's root: one that every system stores as it is and
/// nothing can follow outwards.
///
/// A value exists only for a path that keeps every rule: relative, parts divided by `/`, no empty,
/// `.` or `..` part, no backslash, drive or Windows device name, no part that ends in a dot or
/// space, none that a shell or tool takes for an instruction, valid UTF-8 in composed form (NFC)
/// without control, format or unassigned characters, at most the limit's bytes.
public struct MemberPath: Hashable, Sendable {
  /// The path, such as `model/weights.h5`.
  public let text: String

  /// The rule of member paths that a name breaks.
  public struct Fault: Error, Equatable, Sendable {
    /// The rule for findings.
    public let rule: Rule
    /// What is wrong, in lower case.
    public let reason: String
  }

  /// Checks the bytes of a name.
  ///
  /// - Throws: `Fault` with the first rule that the name breaks; one that leads out comes first.
  public init(_ name: [UInt8], longest: Int = Limits().pathBytes) throws(Fault) {
    try MemberPath.demandInside(name)
    guard name.count <= longest else {
      throw Fault(rule: .unportableName, reason: "a name longer than \(longest) bytes")
    }
    guard !name.contains(0) else {
      throw Fault(rule: .deceptiveName, reason: "a NUL byte in the name")
    }
    guard let text = String(validating: name, as: UTF8.self) else {
      throw Fault(rule: .deceptiveName, reason: "a name that is not valid UTF-8")
    }
    let isPrintable = name.allSatisfy { (0x20..<0x7f).contains($0) }
    if !isPrintable, let scalar = text.unicodeScalars.first(where: isUnsafe) {
      let code = String(scalar.value, radix: 16, uppercase: true)
      throw Fault(rule: .deceptiveName, reason: "the invisible character U+\(code) in the name")
    }
    for part in name.split(separator: MemberPath.slash, omittingEmptySubsequences: false) {
      try MemberPath.demandPortable(part)
    }
    // ASCII is in every normalization form.
    guard isPrintable || MemberPath.isComposed(text) else {
      throw Fault(rule: .unportableName, reason: "a name that is not in composed form (NFC)")
    }
    self.text = text
  }

  /// Checks the text.
  ///
  /// - Throws: `Fault` as for bytes.
  public init(_ text: String, longest: Int = Limits().pathBytes) throws(Fault) {
    try self.init(Array(text.utf8), longest: longest)
  }

  /// The path of a file that the user named, which is its own container; `file` when its name
  /// cannot be a member's.
  init(file name: [UInt8]) {
    do throws(Fault) {
      self = try MemberPath(name)
    } catch {
      self = MemberPath(trusted: "file")
    }
  }

  private init(trusted text: String) {
    self.text = text
  }

  /// Whether a part of the path would delete another name in the layer of a container image.
  var isWhiteout: Bool {
    text.utf8.split(separator: MemberPath.slash).contains { $0.starts(with: ".wh.".utf8) }
  }

  /// The path as it is in the folder at the root; nil when it lies elsewhere.
  func below(_ folder: String) -> MemberPath? {
    guard text.utf8.starts(with: "\(folder)/".utf8) else { return nil }
    return MemberPath(trusted: String(Substring(text.utf8.dropFirst(folder.utf8.count + 1))))
  }

  /// The names of the folders from the root down, and last the member's own.
  public var parts: [String] {
    text.utf8.split(separator: MemberPath.slash).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Refuses what leads out of the folder on any system: both kinds of slash count.
  private static func demandInside(_ name: [UInt8]) throws(Fault) {
    func outside(_ reason: String) -> Fault { Fault(rule: .pathTraversal, reason: reason) }
    guard let first = name.first else {
      throw Fault(rule: .unportableName, reason: "an empty name")
    }
    guard first != slash, first != backslash else { throw outside("an absolute name") }
    guard !(name.count > 1 && name[1] == UInt8(ascii: ":") && isLetter(first)) else {
      throw outside("a drive letter in the name")
    }
    for part in name.split(whereSeparator: { $0 == slash || $0 == backslash })
    where part.elementsEqual([dot, dot]) {
      throw outside("'..' in the name")
    }
  }

  /// Refuses a part that some system changes or cannot store.
  private static func demandPortable(_ part: ArraySlice<UInt8>) throws(Fault) {
    func unportable(_ reason: String) -> Fault { Fault(rule: .unportableName, reason: reason) }
    guard let first = part.first, let last = part.last else {
      throw unportable("an empty part in the name")
    }
    guard !(part.count == 1 && first == dot) else { throw unportable("'.' as a part of the name") }
    guard last != dot, last != space else {
      throw unportable("a part of the name that ends in a dot or space")
    }
    guard !part.contains(where: { $0 == backslash || $0 == UInt8(ascii: ":") }) else {
      throw unportable("a backslash or colon in the name")
    }
    // U+2044, U+2215, U+2216, U+29F8, U+FF0F and U+FF3C are drawn as slashes.
    if part.contains(where: { $0 >= 0x80 }),
      String(decoding: part, as: UTF8.self).unicodeScalars.contains(where: slashes.contains)
    {
      throw Fault(rule: .deceptiveName, reason: "a character that looks like a slash in the name")
    }
    if let reason = CommandName.reason(part) { throw Fault(rule: .commandName, reason: reason) }
    // A mark would be drawn over the slash before it.
    if first >= 0x80,
      let scalar = String(decoding: part.prefix(4), as: UTF8.self).unicodeScalars.first,
      scalar.properties.isGraphemeExtend
    {
      throw Fault(rule: .deceptiveName, reason: "a part of the name that begins with a mark")
    }
    let stem = part.prefix { $0 != dot }
    let device = stem.dropLast(stem.reversed().prefix { $0 == space }.count)
    guard !(3...7).contains(device.count) || !deviceNames.contains(collisionKey(of: device)) else {
      throw unportable("the name of a Windows device")
    }
  }

  /// Whether a link's target leads out of the root, followed from a folder that many below it.
  static func leaves(_ target: [UInt8], folderDepth: Int) -> Bool {
    guard let first = target.first, first != slash, first != backslash,
      !(target.count > 1 && target[1] == UInt8(ascii: ":"))
    else { return true }
    var depth = folderDepth
    for part in target.split(whereSeparator: { $0 == slash || $0 == backslash })
    where !part.elementsEqual([dot]) {
      depth += part.elementsEqual([dot, dot]) ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  private static let slashes: Set<Unicode.Scalar> = [
    "\u{2044}", "\u{2215}", "\u{2216}", "\u{29f8}", "\u{ff0f}", "\u{ff3c}",
  ]
  private static let slash = UInt8(ascii: "/")
  private static let backslash = UInt8(ascii: "\\")
  private static let dot = UInt8(ascii: ".")
  private static let space = UInt8(ascii: " ")

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  /// Names that Windows opens as devices in every folder, with any extension; they have three to
  /// seven bytes.
  private static let deviceNames: Set<[UInt8]> = {
    var names = ["con", "prn", "aux", "nul", "conin$", "conout$"]
    for digit in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "\u{b9}", "\u{b2}", "\u{b3}"] {
      names += ["com" + digit, "lpt" + digit]
    }
    return Set(names.map { Array($0.utf8) })
  }()

  /// Whether the text is in Normalization Form C (Unicode Standard Annex 15).
  ///
  /// The standard library normalises every text that it compares; the form itself is behind its
  /// `_Unicode` interface.
  private static func isComposed(_ text: String) -> Bool {
    text.unicodeScalars.elementsEqual(text._nfc)
  }

  /// The same bytes for two names that a file system which ignores case or composition stores as
  /// one: valid UTF-8 in lower case and composed form.
  ///
  /// Lower, upper and lower case again joins all that full case folding (Unicode 3.13, D144)
  /// joins, over all code points, the capital sharp s among them.
  public static func collisionKey(of name: some Sequence<UInt8>) -> [UInt8] {
    let bytes = Array(name)
    if bytes.allSatisfy({ $0 < 0x80 }) {
      return bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }
    let folded = String(decoding: bytes, as: UTF8.self).lowercased().uppercased().lowercased()
    return Array(String(String.UnicodeScalarView(folded._nfc)).utf8)
  }
}

extension MemberPath: Comparable {
  /// By UTF-8 bytes.
  public static func < (a: MemberPath, b: MemberPath) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}

extension MemberPath: CustomStringConvertible {
  /// The path.
  public var description: String { text }
}
