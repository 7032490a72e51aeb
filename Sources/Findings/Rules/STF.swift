// Findings of the scan in safetensors files.
extension Rule {
  /// The header does not describe the buffer.
  public static let safetensorsLie = Rule(
    "STF001", .high, cwe: 130,
    title: "a safetensors header does not describe its buffer",
    why:
      "overlaps, gaps, wrong sizes and names that stand twice make readers see different tensors "
      + "or read past the buffer",
    fix: "fetch the file again, or write it again with the safetensors library")

  static let safetensorsRules: [Rule] = [safetensorsLie]
}
