import Bytes

/// The text for HTML and XML, as content or as a quoted attribute.
///
/// Unsafe scalars are written out first, among them all that XML 1.0 forbids. Works on scalars, not
/// on characters: a quote with a combining mark is one character and still ends an attribute.
func markupText(_ text: String) -> String {
  var out = ""
  for scalar in safeText(text).unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case "'": out += "&#39;"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

/// The text for CommonMark and GitHub's dialect, inside a line.
///
/// What could begin markup, a table cell or a link is escaped, and an empty comment keeps `@name`
/// and `#1` from being references.
func markdownText(_ text: String) -> String {
  let scalars = Array(safeText(text).unicodeScalars)
  var out = ""
  for (index, scalar) in scalars.enumerated() {
    switch scalar {
    case "@", "#": out += "\(scalar)<!-- -->"
    case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "&", "~", "$": out += "\\\(scalar)"
    // Bare addresses (`x://`, `www.`) and emoji (`:name:`) need their mark next to a letter.
    case ":" where index + 1 < scalars.count && scalars[index + 1] != " ": out += "\\:"
    case "." where index > 0 && (scalars[index - 1] == "w" || scalars[index - 1] == "W"):
      out += "\\."
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}
