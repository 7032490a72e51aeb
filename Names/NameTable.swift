/// Lines of fields with tabs between them, sorted by the bytes of their first fields: looked up
/// where they lie, so that nothing is built when the program starts.
struct NameTable: Sendable {
  private let text: StaticString

  init(_ text: StaticString) {
    self.text = text
  }

  /// The fields after the key of the line that begins with it, nil when there is none. `keys` is
  /// the number of fields in the key, which has tabs between them.
  func fields(of key: String, keys: Int) -> [String]? {
    let wanted = Array(key.utf8)
    return text.withUTF8Buffer { bytes in
      var range = 0..<bytes.count
      while !range.isEmpty {
        var start = range.lowerBound + range.count / 2
        while start > range.lowerBound, bytes[start - 1] != 0x0a { start -= 1 }
        let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
        var keyEnd = start
        var tabs = 0
        while keyEnd < end {
          if bytes[keyEnd] == 0x09 { tabs += 1 }
          if tabs == keys { break }
          keyEnd += 1
        }
        let found = bytes[start..<keyEnd]
        if found.elementsEqual(wanted) {
          let rest = bytes[min(keyEnd + 1, end)..<end]
          return String(decoding: rest, as: UTF8.self)
            .split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        range =
          found.lexicographicallyPrecedes(wanted)
          ? min(end + 1, range.upperBound)..<range.upperBound : range.lowerBound..<start
      }
      return nil
    }
  }

  /// Every line.
  var lines: [Substring] {
    text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }.split(separator: "\n")
  }
}
