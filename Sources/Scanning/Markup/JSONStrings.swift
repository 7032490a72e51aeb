import Bytes
import Findings

/// The strings of a JSON document, whatever its structure: readers differ on names that stand
/// twice and on numbers, but not on where a string ends.
enum JSONStrings {
  /// Judges every string as a template and, where escapes hide it from the text, for secrets.
  static func judge(_ bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    let memory = bytes.array
    var index = 0
    var last: Range<Int>?
    var key = ""
    while index < memory.count {
      let byte = memory[index]
      if byte == UInt8(ascii: ":"), let range = last {
        key = String(decoding: memory[range].prefix(128), as: UTF8.self)
        last = nil
      } else if byte == 0x22 {
        let start = index + 1
        index = start
        var isMarked = false
        var isEscaped = false
        while index < memory.count, memory[index] != 0x22 {
          if memory[index] == 0x5c {
            isEscaped = isEscaped || index + 1 < memory.count && memory[index + 1] == 0x75
            index += 1
          } else if memory[index] == 0x7b {
            isMarked = true
          }
          index += 1
        }
        let range = start..<min(index, memory.count)
        last = range
        if range.count >= 8, isMarked || isEscaped || range.count < 512 {
          judge(
            memory[range], key: key, isMarked: isMarked, isEscaped: isEscaped,
            at: place.at(start), &context)
        }
      }
      index += 1
    }
  }

  private static func judge(
    _ raw: ArraySlice<UInt8>, key: String, isMarked: Bool, isEscaped: Bool, at place: Place,
    _ context: inout ScanContext
  ) {
    if isMarked || isEscaped {
      let text = ByteSlice(unescaped(raw))
      if isEscaped { SecretScan.report(in: text, at: place, &context) }
      let isTemplate = key.lowercased().contains("template") && !key.contains("{")
      let inner = key.isEmpty ? place : place.detail(key)
      if let obstacle = TemplateScan.judge(
        text, at: inner, isTemplate: isTemplate, &context
      ).obstacle {
        context.report(obstacle)
      }
    } else {
      PersonalData.report(String(decoding: raw, as: UTF8.self), at: place, &context)
    }
  }

  private static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    var units: [UInt16] = []
    var index = raw.startIndex
    var result: [UInt8] = []
    func flush() {
      result += Array(String(decoding: units, as: UTF16.self).utf8)
      units = []
    }
    while index < raw.endIndex {
      let byte = raw[index]
      index += 1
      guard byte == 0x5c, index < raw.endIndex else {
        if !units.isEmpty { flush() }
        result.append(byte)
        continue
      }
      let escape = raw[index]
      index += 1
      if escape == UInt8(ascii: "u"), index + 4 <= raw.endIndex {
        let digits = String(decoding: raw[index..<index + 4], as: UTF8.self)
        units.append(UInt16(digits, radix: 16) ?? 0xfffd)
        index += 4
        continue
      }
      if !units.isEmpty { flush() }
      switch escape {
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "b"), UInt8(ascii: "f"): result.append(0x20)
      default: result.append(escape)
      }
    }
    if !units.isEmpty { flush() }
    return result
  }
}
