extension ByteSlice {
  /// Whether the text stands anywhere in the bytes.
  public func contains(_ text: String) -> Bool { firstPlace(of: Array(text.utf8)) != nil }

  /// Where the bytes stand first.
  public func firstPlace(of wanted: [UInt8]) -> Int? {
    guard let first = wanted.first else { return 0 }
    var rest = self
    while rest.count >= wanted.count, let place = rest.firstIndex(of: first) {
      rest = rest.suffix(rest.count - place)
      if rest.starts(with: wanted) { return count - rest.count }
      rest = rest.suffix(rest.count - 1)
    }
    return nil
  }
}
