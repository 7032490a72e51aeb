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
  /// A safetensors header is too long or padded with other than spaces.
  public static let safetensorsHeader = Rule(
    "STF002", .high, cwe: 770,
    title: "a safetensors header is too long or padded with other than spaces",
    why: "a reader reserves the claimed memory, and the padding hides a second file",
    fix: "write the file again with the library of its format")
  /// An index and its shards disagree or lead outside.
  public static let shardsDisagree = Rule(
    "STF003", .high, cwe: 353,
    title: "an index and its shards disagree or lead outside",
    why: "each loader takes another file for the tensor",
    fix: "write shards and index again with the library of their format")
  /// A tensor's bytes are a file of another format.
  public static let tensorIsFile = Rule(
    "STF004", .high, cwe: 434,
    title: "a tensor's bytes are a file of another format",
    why: "it is numbers to one loader and a program or archive to another",
    fix: "save the tensor again from the model; look at the bytes before")

  static let safetensorsRules: [Rule] = [
    safetensorsLie, safetensorsHeader, shardsDisagree, tensorIsFile,
  ]
}
