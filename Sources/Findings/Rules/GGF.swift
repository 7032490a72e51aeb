// Findings of the scan in GGUF and GGML files.
extension Rule {
  /// Counts, offsets or types of a GGUF file are not possible.
  public static let ggufBounds = Rule(
    "GGF001", .high, cwe: 190, references: ["CVE-2026-27940", "CVE-2026-33298"],
    title: "counts, offsets or types of a GGUF file are not possible",
    why: "readers multiply or trust them and write past their memory",
    fix: "convert the model again")
  /// A GGUF file has keys twice or texts that are not UTF-8.
  public static let ggufAmbiguous = Rule(
    "GGF002", .high, cwe: 436,
    title: "a GGUF file has keys twice or texts that are not UTF-8",
    why: "each reader takes another value",
    fix: "convert the model again")
  /// An executable has a model behind it.
  public static let modelExecutable = Rule(
    "GGF003", .high, cwe: 506,
    title: "an executable has a model behind it",
    why: "whoever starts the model starts a program",
    fix: "ship the model alone, and the program as a package with its own provenance")

  static let ggufRules: [Rule] = [
    ggufBounds, ggufAmbiguous, modelExecutable,
  ]
}
