import Bytes

/// An integer as protocol 0 spells it in a line (`PyLong_FromString`): spaces around, a sign,
/// underscores between digits, and what INT and LONG add to that.
enum DecimalLine {
  /// An integer of 18 digits or fewer.
  case value(Int)
  /// A number that is not computed, of so many digits.
  case opaque(digits: Int)

  /// Digits that Python converts unless its user raises `int_max_str_digits`.
  static let pythonLimit = 4300

  /// The instruction that the line belongs to.
  enum Use {
    /// INT, in any base.
    case int
    /// LONG, in any base; it may end with an `L`.
    case long
    /// GET and PUT, in base 10.
    case memo
  }

  /// Nil for what is no integer.
  init?(_ line: ByteSlice, for use: Use) {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    var rest = line[...]
    while let byte = rest.first, isSpace(byte) { rest = rest.dropFirst() }
    while let byte = rest.last, isSpace(byte) { rest = rest.dropLast() }
    if use == .long, rest.last == UInt8(ascii: "L") { rest = rest.dropLast() }
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard let first = rest.first, isDigit(first), let last = rest.last, last != 0x5f else {
      return nil
    }
    // Other bases: 0x10, 0o7, 0b1, and 010, which only C takes for octal.
    if use != .memo, rest.count > 1, first == UInt8(ascii: "0") {
      self = .opaque(digits: rest.count)
      return
    }
    var value = 0
    var digits = 0
    var isAfterUnderscore = false
    for byte in rest {
      if byte == 0x5f {
        guard !isAfterUnderscore else { return nil }
        isAfterUnderscore = true
        continue
      }
      guard isDigit(byte) else { return nil }
      isAfterUnderscore = false
      digits += 1
      if digits <= 18 { value = value * 10 + Int(byte - 0x30) }
    }
    self = digits <= 18 ? .value(isNegative ? -value : value) : .opaque(digits: digits)
  }
}

extension ByteSlice {
  /// Whether the bytes are UTF-8 but for encoded halves of surrogate pairs, which Python takes.
  var hasSurrogates: Bool {
    var replaced = array
    var found = false
    var index = 0
    while index + 2 < replaced.count {
      if replaced[index] == 0xed, replaced[index + 1] >= 0xa0, replaced[index + 1] <= 0xbf,
        replaced[index + 2] & 0xc0 == 0x80
      {
        replaced.replaceSubrange(index..<index + 3, with: [0x3f, 0x3f, 0x3f])
        found = true
      }
      index += 1
    }
    return found && String(validating: replaced, as: UTF8.self) != nil
  }
}
