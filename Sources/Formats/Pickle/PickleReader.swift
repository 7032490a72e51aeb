public import Bytes

/// Reads the instructions of a pickle in order. Nothing is executed.
///
/// It does not end at STOP: what follows is for the caller to judge, since one file may hold
/// several pickles, and some readers go on where others stop.
public struct PickleReader: Sendable {
  private var reader: ByteReader

  /// Starts at the first byte.
  public init(_ bytes: ByteSlice) {
    reader = ByteReader(bytes)
  }

  /// The place of the next instruction.
  public var offset: Int { reader.offset }
  /// The bytes not yet read.
  public var rest: ByteSlice { reader.bytes.suffix(reader.remaining) }

  /// Passes over bytes that are no instructions, and gives them.
  public mutating func skip(_ count: Int) throws(ParseError) -> ByteSlice {
    try reader.read(count, "data between instructions")
  }

  /// The next instruction, nil at the end of the bytes.
  ///
  /// - Throws: `ParseError` for a byte that is no opcode, and when an argument leaves the bytes.
  public mutating func next() throws(ParseError) -> PickleInstruction? {
    guard let byte = reader.peek() else { return nil }
    let offset = reader.offset
    guard let opcode = PickleOpcode(rawValue: byte) else {
      throw ParseError(at: offset, expected: "an opcode", found: "0x" + hexadecimal([byte]))
    }
    try reader.skip(1)
    return PickleInstruction(
      offset: offset, opcode: opcode, argument: try readArgument(opcode.operand))
  }

  private mutating func readArgument(
    _ operand: PickleOpcode.Operand
  ) throws(ParseError) -> PickleInstruction.Argument {
    switch operand {
    case .none: return .none
    case .integer(4, true):
      return .integer(Int(try reader.readLittleEndian(Int32.self, "an integer")))
    case .integer(let width, _): return .integer(try reader.readSize(width: width, "an integer"))
    case .double:
      return .double(Double(bitPattern: try reader.readBigEndian(UInt64.self, "a float")))
    case .bytes(let width):
      let length = try reader.readSize(width: width, "a length")
      return .bytes(try reader.read(length, "a literal"))
    case .line: return .bytes(try readLine())
    case .twoLines: return .pair(try readLine(), try readLine())
    }
  }

  private mutating func readLine() throws(ParseError) -> ByteSlice {
    let rest = self.rest
    guard let end = rest.firstIndex(of: 0x0a) else {
      throw reader.malformed(expected: "the end of a line", found: "the end of the bytes")
    }
    let line = try reader.read(end, "a line")
    try reader.skip(1)
    return line
  }
}

extension PickleInstruction {
  /// The text that a literal instruction pushes; nil for other instructions, and for a text that
  /// is not spelled as Python demands.
  public var text: String? {
    guard case .bytes(let bytes) = argument else { return nil }
    switch opcode {
    case .binUnicode, .shortBinUnicode, .binUnicode8: return bytes.utf8
    case .unicode: return unescape(bytes, escapes: .unicode)
    // Python 2's byte strings: Python 3 reads them as ASCII text.
    case .binString, .shortBinString: return bytes.allSatisfy { $0 < 0x80 } ? bytes.utf8 : nil
    case .string:
      let line = bytes.trimmed
      guard line.count >= 2, let quote = line.first, quote == 0x27 || quote == 0x22,
        line.last == quote
      else { return nil }
      return unescape(line.prefix(line.count - 1).suffix(line.count - 2), escapes: .bytes)
    default: return nil
    }
  }
}

extension ByteSlice {
  /// Without spaces around it, which Python strips from a STRING line.
  fileprivate var trimmed: ByteSlice {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let end = lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
    let start = firstIndex { !isSpace($0) } ?? end
    return prefix(end).suffix(Swift.max(end - start, 0))
  }
}

private enum Escapes {
  /// `\uXXXX` and `\UXXXXXXXX` ("raw-unicode-escape"); other backslashes stand for themselves.
  case unicode
  /// Those of a Python byte string.
  case bytes
}

/// The text with its escapes resolved, nil when one is malformed.
private func unescape(_ bytes: ByteSlice, escapes: Escapes) -> String? {
  var text = String.UnicodeScalarView()
  var rest = bytes[...]
  func hexadecimalScalar(_ digits: some Collection<UInt8>, count: Int) -> Unicode.Scalar? {
    guard digits.count == count, digits.allSatisfy({ isHexadecimal($0) }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { return nil }
    return Unicode.Scalar(value)
  }
  while let byte = rest.popFirst() {
    // Both encodings read other bytes as Latin-1.
    guard byte == 0x5c else {
      text.append(Unicode.Scalar(byte))
      continue
    }
    let kind = rest.first
    var length = 0
    switch (escapes, kind) {
    case (.unicode, 0x75): length = 4
    case (.unicode, 0x55): length = 8
    case (.unicode, let letter):
      // Python passes over the pair: a second backslash begins no escape.
      text.append("\\")
      if let letter { text.append(Unicode.Scalar(letter)) }
      rest = rest.dropFirst()
    case (.bytes, 0x78): length = 2
    case (.bytes, let digit?) where (0x30...0x37).contains(digit):
      let digits = rest.prefix(3).prefix { (0x30...0x37).contains($0) }
      rest = rest.dropFirst(digits.count)
      let value = digits.reduce(UInt32(0)) { $0 * 8 + UInt32($1 - 0x30) } & 0xff
      text.append(Unicode.Scalar(UInt8(value)))
    case (.bytes, let letter?):
      rest = rest.dropFirst()
      let simple: [UInt8: UInt8] = [
        0x0a: 0, 0x5c: 0x5c, 0x27: 0x27, 0x22: 0x22, 0x61: 7, 0x62: 8, 0x66: 12, 0x6e: 10,
        0x72: 13, 0x74: 9, 0x76: 11,
      ]
      if let plain = simple[letter] {
        if letter != 0x0a { text.append(Unicode.Scalar(plain)) }
      } else {
        text.append("\\")
        text.append(Unicode.Scalar(letter))
      }
    case (.bytes, nil): return nil
    }
    if length > 0 {
      rest = rest.dropFirst()
      guard let scalar = hexadecimalScalar(rest.prefix(length), count: length) else { return nil }
      rest = rest.dropFirst(length)
      text.append(scalar)
    }
  }
  return String(text)
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
}
