/// Whether the text is an environment marker as PEP 508 defines it: comparisons of variables with
/// quoted texts, joined by `and`, `or` and parentheses. pip refuses a file with any other.
///
/// What the marker says does not count: a requirement is pinned and hashed wherever it applies.
func isEnvironmentMarker(_ text: String) -> Bool {
  var parser = MarkerParser(text)
  return parser.parse()
}

private struct MarkerParser {
  private var rest: ArraySlice<UInt8>
  private var depthLeft = 32

  private static let variables = [
    "python_version", "python_full_version", "os_name", "sys_platform", "platform_release",
    "platform_system", "platform_version", "platform_machine", "platform_python_implementation",
    "implementation_name", "implementation_version", "extras", "extra", "dependency_groups",
    // Spellings from before PEP 508, which pip still reads.
    "os.name", "sys.platform", "platform.version", "platform.machine",
    "platform.python_implementation", "python_implementation",
  ]
  // Longest first.
  private static let comparisons = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"]

  init(_ text: String) { rest = Array(text.utf8)[...] }

  mutating func parse() -> Bool { alternatives() && rest.isEmpty }

  private mutating func skipSpace() { rest = rest.drop(while: isSpace) }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  /// Takes the word if it stands alone.
  private mutating func takeWord(_ word: String) -> Bool {
    guard rest.starts(with: word.utf8) else { return false }
    let after = rest.dropFirst(word.utf8.count)
    if let next = after.first, isWordByte(next) { return false }
    rest = after
    return true
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
      || (0x30...0x39).contains(byte) || byte == 0x5f
  }

  /// `term ((and | or) term)*`: which of the two binds closer is of no account here.
  private mutating func alternatives() -> Bool {
    repeat {
      guard term() else { return false }
      skipSpace()
    } while takeWord("and") || takeWord("or")
    return true
  }

  private mutating func term() -> Bool {
    skipSpace()
    guard take("(") else { return operand() && comparison() && operand() }
    guard depthLeft > 0 else { return false }
    depthLeft -= 1
    defer { depthLeft += 1 }
    return alternatives() && take(")")
  }

  private mutating func comparison() -> Bool {
    skipSpace()
    if MarkerParser.comparisons.contains(where: { take($0) }) || takeWord("in") { return true }
    guard takeWord("not") else { return false }
    skipSpace()
    return takeWord("in")
  }

  private mutating func operand() -> Bool {
    skipSpace()
    guard let quote = rest.first, quote == 0x22 || quote == 0x27 else {
      return MarkerParser.variables.contains { takeWord($0) }
    }
    rest = rest.dropFirst()
    guard let end = rest.firstIndex(of: quote) else { return false }
    rest = rest[(end + 1)...]
    return true
  }
}
