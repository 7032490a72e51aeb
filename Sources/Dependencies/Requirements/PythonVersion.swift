/// Whether the text is a version as PEP 440 defines it, appendix B: `[N!]N(.N)*` with optional
/// pre-, post- and development release and a local label, case and separators as it allows them.
func isPythonVersion(_ text: String) -> Bool {
  var scanner = VersionScanner(text)
  return scanner.scan()
}

private struct VersionScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) { rest = Array(text.lowercased().utf8)[...] }

  mutating func scan() -> Bool {
    _ = take("v")
    guard digits() else { return false }
    if take("!") {
      guard digits() else { return false }
    }
    while followedByDigits(".") { _ = take(".") && digits() }
    label(["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"])
    // A post release may be written as a bare number after a hyphen.
    if followedByDigits("-") {
      _ = take("-") && digits()
    } else {
      label(["post", "rev", "r"])
    }
    label(["dev"])
    guard take("+") else { return rest.isEmpty }
    return local()
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private mutating func digits() -> Bool {
    let count = rest.prefix { (0x30...0x39).contains($0) }.count
    rest = rest.dropFirst(count)
    return count > 0
  }

  private func followedByDigits(_ separator: String) -> Bool {
    rest.starts(with: separator.utf8)
      && rest.dropFirst(separator.utf8.count).first.map { (0x30...0x39).contains($0) } ?? false
  }

  private mutating func separator() { _ = take("-") || take("_") || take(".") }

  /// `[-_.]? word [-_.]? N?`, or nothing.
  private mutating func label(_ words: [String]) {
    var ahead = self
    ahead.separator()
    guard words.contains(where: { ahead.take($0) }) else { return }
    self = ahead
    ahead.separator()
    if ahead.digits() { self = ahead }
  }

  /// `[a-z0-9]+([-_.][a-z0-9]+)*` up to the end.
  private mutating func local() -> Bool {
    repeat {
      let count = rest.prefix { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) }.count
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    } while take("-") || take("_") || take(".")
    return rest.isEmpty
  }
}
