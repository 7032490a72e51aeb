import Bytes

// Text, and formats that are text.
extension FileFormat {
  private static let binaryFormats: [FileFormat] = [
    .ggml, .tensorRT, .catBoost, .xgboost, .execuTorch, .squashfs, .lha, .arj,
    .rknn,
  ]

  static func addTexts(of bytes: ByteSlice, to claims: inout [Claim]) {
    guard isText(bytes) else {
      if claims.isEmpty, isEncodedText(bytes) { claims.append(Claim(.text, .structure)) }
      return
    }
    // Words that are also the signatures of formats that no text is.
    claims.removeAll { binaryFormats.contains($0.format) }
    let start = bytes.prefix(4_096)
    // Readers pass over a byte order mark.
    let mark = start.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let first =
      start.indices.first {
        $0 >= mark && ![0x20, 0x09, 0x0a, 0x0d, 0x0c].contains(start[$0])
      } ?? 0
    let content = start.suffix(start.count - first)
    switch content.first {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      claims.append(Claim(.json, .structure))
      addJSONModels(of: bytes, to: &claims)
      if isNotebook(content) { claims.append(Claim(.notebook, .structure)) }
      claims.append(Claim(.text, .structure))
      return
    case UInt8(ascii: "<"): addMarkup(content, to: &claims)
    case UInt8(ascii: "-"):
      if content.starts(with: "-----BEGIN ".utf8) { claims.append(Claim(.pem, .structure)) }
      if content.starts(with: "---\n".utf8) || content.starts(with: "--- ".utf8) {
        claims.append(Claim(.yaml, .structure))
      }
    case UInt8(ascii: "%"):
      if content.starts(with: "%YAML".utf8) { claims.append(Claim(.yaml, .structure)) }
    case UInt8(ascii: "t"):
      if content.starts(with: "tree\nversion=".utf8) {
        claims.append(Claim(.lightGBM, .structure))
      }
    default: break
    }
    if isGraphText(bytes) { claims.append(Claim(.savedModelText, .structure)) }
    addYAML(bytes, to: &claims)
    claims.append(Claim(.text, .structure))
  }

  private static func addMarkup(_ content: ByteSlice, to claims: inout [Claim]) {
    let text = String(decoding: content.prefix(1_024), as: UTF8.self)
    for (sign, format) in [
      ("<svg", FileFormat.svg), ("<PMML", .pmml), ("<net ", .openVINO), ("<?xml", .xml),
      ("<!DOCTYPE", .xml), ("<!ENTITY", .xml),
    ] where text.contains(sign) {
      claims.append(Claim(format, .structure))
      return
    }
  }

  /// Whether all bytes are UTF-8 without control characters but tab, line and page feeds.
  ///
  /// The text is validated where it lies: a copy of it could be as large as the file.
  private static func isText(_ bytes: ByteSlice) -> Bool {
    bytes.withUnsafeBytes { memory in
      var index = 0
      var released = 0
      while index < memory.count {
        if index - released >= 8 << 20 {
          bytes.releasePages(released..<index)
          released = index
        }
        let byte = memory[index]
        index += 1
        if byte < 0x80 {
          let isBlank = byte == 0x09 || byte == 0x0a || byte == 0x0c || byte == 0x0d
          guard byte >= 0x20 && byte != 0x7f || isBlank else { return false }
          continue
        }
        // The least and greatest second byte by the first (Unicode, table 3-7).
        let (length, low, high): (Int, UInt8, UInt8) =
          switch byte {
          case 0xc2...0xdf: (1, 0x80, 0xbf)
          case 0xe0: (2, 0xa0, 0xbf)
          case 0xed: (2, 0x80, 0x9f)
          case 0xe1...0xef: (2, 0x80, 0xbf)
          case 0xf0: (3, 0x90, 0xbf)
          case 0xf1...0xf3: (3, 0x80, 0xbf)
          case 0xf4: (3, 0x80, 0x8f)
          default: (0, 0, 0)
          }
        guard length > 0, index + length <= memory.count, memory[index] >= low,
          memory[index] <= high
        else { return false }
        for _ in 1..<length {
          index += 1
          guard memory[index] & 0xc0 == 0x80 else { return false }
        }
        index += 1
      }
      return true
    }
  }

  /// A JSON document whose first members are those of a notebook.
  private static func isNotebook(_ content: ByteSlice) -> Bool {
    let start = String(decoding: content.prefix(1_024), as: UTF8.self)
    return start.contains("\"cell_type\"") && start.contains("\"cells\"")
      || start.contains("\"nbformat\"")
  }

  /// Text of another encoding: UTF-16 or UTF-32 by its mark or its zero bytes, or one byte a
  /// character with few that are not ASCII.
  private static func isEncodedText(_ bytes: ByteSlice) -> Bool {
    if TextEncoding(wide: bytes) != nil { return true }
    let others = bytes.prefix(1 << 20).count { $0 >= 0x80 }
    let hasControls = bytes.contains {
      $0 < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].contains($0) || $0 == 0x7f
    }
    return !hasControls && bytes.count >= 16 && others * 4 < min(bytes.count, 1 << 20)
  }
}
