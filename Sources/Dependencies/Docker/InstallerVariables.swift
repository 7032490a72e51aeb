/// Variables that pip and uv read as options: whoever sets one in a build sets the option for all
/// that is installed after it.
///
/// pip: https://pip.pypa.io/en/stable/topics/configuration/#environment-variables, uv:
/// https://docs.astral.sh/uv/reference/environment/.
enum InstallerVariables {
  private static let options = [
    "PIP_INDEX_URL": "--index-url", "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links", "PIP_TRUSTED_HOST": "--trusted-host",
    "UV_INDEX_URL": "--index-url", "UV_DEFAULT_INDEX": "--index-url",
    "UV_INDEX": "--extra-index-url", "UV_EXTRA_INDEX_URL": "--extra-index-url",
    "UV_FIND_LINKS": "--find-links", "UV_INSECURE_HOST": "--trusted-host",
  ]

  /// The option that the variable sets; nil for any other variable.
  static func option(of name: String) -> String? { options[name] }

  /// The option that a key of pip's configuration sets, such as `global.index-url`.
  static func option(ofSetting key: String) -> String? {
    let name = "--" + (key.split(separator: ".").last ?? "").replacing("_", with: "-")
    return options.values.contains(name) ? name : nil
  }

  /// The lines of a requirements file that say what the option and its values do; several values
  /// are divided by spaces, uv's by commas, too.
  static func lines(_ option: String, _ value: String) -> [String] {
    // uv names an index `NAME=ADDRESS`.
    value.split { $0.isWhitespace || $0 == "," }.map { word in
      let address = word.firstIndex(of: "=").map { word[word.index(after: $0)...] }
      let isNamed = address?.contains("://") == true && !word.hasPrefix("http")
      return "\(option) \(isNamed ? address ?? word : word)"
    }
  }
}
