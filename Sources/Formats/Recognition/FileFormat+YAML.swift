import Bytes

extension FileFormat {
  /// Words of texts that only a reader of YAML acts on; whether the text is YAML, its parser says.
  private static let yamlSigns = [
    "python/", "ruby/", "!!javax", "!!com.", "!!org.", "!!java", "tag:yaml.org,2002:", "apply:",
    "!new:", "!name:", "!binary", "_target_:", "loader_module:", "class_name:", "auto_map:",
    "trust_remote_code:", "class_path:", "custom_pipelines:", ": &", "pip:\n",
  ].map { Array($0.utf8) }

  /// Whether a text may be YAML that its loader acts on, by its first 64 KiB.
  static func hasYAMLSign(_ bytes: ByteSlice) -> Bool {
    let text = bytes.prefix(65_536).array
    for place in text.indices {
      // Every sign begins with one of few letters, so most places cost one comparison.
      switch text[place] {
      case UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "a"),
        UInt8(ascii: "c"),
        UInt8(ascii: "l"), UInt8(ascii: "p"), UInt8(ascii: "r"), UInt8(ascii: "t"):
        let rest = text[place...]
        if yamlSigns.contains(where: { rest.starts(with: $0) }) { return true }
      default: continue
      }
    }
    return false
  }

  /// Claims YAML for texts of other names that carry its signs.
  static func addYAML(_ bytes: ByteSlice, to claims: inout [Claim]) {
    guard !claims.contains(where: { $0.format == .yaml }), hasYAMLSign(bytes) else { return }
    claims.append(Claim(.yaml, .trial))
  }
}
