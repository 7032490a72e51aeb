extension TOML {
  /// A basic string of TOML 1.0 that means the text: quotes, backslashes and every scalar that
  /// could mislead a reader are escaped.
  public static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default:
        if isUnsafe(scalar) {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          let width = scalar.value > 0xffff ? 8 : 4
          out += width == 8 ? "\\U" : "\\u"
          out += String(repeating: "0", count: width - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }

  /// A list of basic strings on one line.
  public static func quoted(_ texts: [String]) -> String {
    "[" + texts.map { quoted($0) }.joined(separator: ", ") + "]"
  }
}
