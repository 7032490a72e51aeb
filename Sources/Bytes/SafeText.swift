/// The text with every scalar escaped that could move a cursor, hide or reorder what follows:
/// control characters, bidirectional controls, line and paragraph separators, invisible format
/// characters and what is not valid in UTF-8 output.
///
/// All text that comes from a release passes through here on its way to a person.
public func safeText(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if isUnsafe(scalar) {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The bytes as text, each byte that is not part of valid UTF-8 written `\xNN`, the rest as
/// `safeText` writes it.
public func safeText(bytes: some Sequence<UInt8>) -> String {
  let array = Array(bytes)
  if let text = String(validating: array, as: UTF8.self) { return safeText(text) }
  var result = ""
  for byte in array {
    if (0x20..<0x7f).contains(byte) {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      result += "\\x" + hexadecimal([byte])
    }
  }
  return result
}

/// The text with a replacement character in the place of every scalar that combines with a sign, a
/// space or a control character of ASCII.
///
/// Shells, loaders and file systems know nothing of characters: to them a quote, a slash or a colon
/// stays one, whatever mark follows it. Swift's comparisons do not see it any more.
public func separatingMarks(_ text: String) -> String {
  guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
  var result = ""
  for character in text {
    let scalars = character.unicodeScalars
    let isHiding = scalars.count > 1 && scalars.contains { isSign($0) } && character != "\r\n"
    guard isHiding else {
      result.append(character)
      continue
    }
    for scalar in scalars { result.unicodeScalars.append(scalar.isASCII ? scalar : "\u{fffd}") }
  }
  return result
}

/// Neither a letter nor a digit, and ASCII.
private func isSign(_ scalar: Unicode.Scalar) -> Bool {
  scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar)
}

/// Whether a scalar is refused in names and escaped in output.
public func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
  return switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
  // Bidirectional controls, zero-width joiners, tags, byte order mark.
  case .format: true
  default: false
  }
}
