// A PEM file (RFC 7468) of exactly one block:
//
//   -----BEGIN LABEL-----
//   base64 in lines
//   -----END LABEL-----
//
// Nothing stands before it, after it only line ends: which of two keys would be meant?

/// The one block of a PEM file. Held in locked memory, for it may be a secret key.
struct PEMBlock: ~Copyable {
  /// What the block says it is, such as `PUBLIC KEY`.
  let label: String
  /// The bytes.
  let content: SecretBytes

  /// The longest file that is read.
  static let byteLimit = 16 << 10
  private static let begin = Array("-----BEGIN ".utf8)
  private static let dashes = Array("-----".utf8)

  /// Whether the text begins as a PEM file does.
  static func isBegun(by text: borrowing SecretBytes) -> Bool {
    text.count > begin.count && text.publicBytes(0..<begin.count) == begin
  }

  /// Reads the text of the file `path`.
  init(_ text: borrowing SecretBytes, name path: String) throws(TrustError) {
    func malformed(_ message: String) -> TrustError {
      TrustError(.malformedKeyFile, path, "no PEM file of one block: \(message)")
    }
    guard PEMBlock.isBegun(by: text) else { throw malformed("expected -----BEGIN") }
    let firstLine = PEMBlock.line(from: 0, in: text)
    let head = text.publicBytes(firstLine)
    let label = head.dropFirst(PEMBlock.begin.count).dropLast(PEMBlock.dashes.count)
    guard head.count > PEMBlock.begin.count + PEMBlock.dashes.count,
      head.suffix(PEMBlock.dashes.count) == PEMBlock.dashes[...],
      label.allSatisfy({ (0x41...0x5a).contains($0) || $0 == 0x20 })
    else { throw malformed("expected a label in capital letters") }
    let name = String(decoding: label, as: UTF8.self)

    let end = Array("-----END \(name)-----".utf8)
    let start = PEMBlock.next(after: firstLine, in: text)
    var position = start
    while position < text.count, text[position] != UInt8(ascii: "-") {
      position = PEMBlock.next(after: PEMBlock.line(from: position, in: text), in: text)
    }
    let lastLine = PEMBlock.line(from: min(position, text.count), in: text)
    guard text.publicBytes(lastLine) == end else { throw malformed("expected its END line") }
    for index in PEMBlock.next(after: lastLine, in: text)..<text.count
    where text[index] != UInt8(ascii: "\n") && text[index] != UInt8(ascii: "\r") {
      throw malformed("bytes after its END line, perhaps a second key")
    }
    guard let content = try text.decodingBase64(start..<position, ignoring: "\r\n"),
      content.count > 0
    else { throw malformed("expected base64") }
    self.label = name
    self.content = content
  }

  /// The line at a place without its line end.
  private static func line(from start: Int, in text: borrowing SecretBytes) -> Range<Int> {
    var end = start
    while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
    if end > start, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  private static func next(after line: Range<Int>, in text: borrowing SecretBytes) -> Int {
    var next = line.upperBound
    if next < text.count, text[next] == UInt8(ascii: "\r") { next += 1 }
    return min(next + 1, text.count)
  }

  /// The text of a block with these bytes, lines of `columns` characters.
  static func text(
    _ label: String, _ content: borrowing SecretBytes, columns: Int = 64
  ) throws(TrustError) -> SecretBytes {
    let encoded = try content.base64Line(after: "")
    var writer = try SecretWriter(capacity: encoded.count * 2 + 2 * label.utf8.count + 64)
    writer.append(Array("-----BEGIN \(label)-----\n".utf8))
    for start in stride(from: 0, to: encoded.count - 1, by: columns) {
      writer.append(encoded, start..<min(start + columns, encoded.count - 1))
      writer.append([UInt8(ascii: "\n")])
    }
    writer.append(Array("-----END \(label)-----\n".utf8))
    return try writer.finish()
  }
}
