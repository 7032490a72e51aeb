// Findings of the scan in ONNX models.
extension Rule {
  /// An ONNX model takes tensors from outside its folder.
  public static let onnxOutside = Rule(
    "ONX001", .high, cwe: 22,
    references: [
      "CVE-2022-25882", "CVE-2024-27318", "CVE-2026-27489", "CVE-2026-34446",
      "CVE-2026-34447",
    ],
    title: "an ONNX model takes tensors from outside its folder",
    why: "loading it reads files of the host into the model, where they can be read out again",
    fix: "save the model with its tensors inside or beside it")
  /// An ONNX model has operators of a foreign domain.
  public static let onnxForeignDomain = Rule(
    "ONX002", .high, cwe: 829,
    title: "an ONNX model has operators of a foreign domain",
    why: "they need a library that is not in the model, so nobody can say what they do",
    fix: "export the model with the standard's operators")
  /// An ONNX model's external data is not where or what it says.
  public static let onnxExternalDataLie = Rule(
    "ONX003", .high, cwe: 130, references: ["CVE-2026-34445"],
    title: "an ONNX model's external data is not where or what it says",
    why:
      "readers take other bytes than were meant, and unknown keys set attributes in some of them",
    fix: "save the model again with the onnx library")
  /// Shape, type and bytes of an ONNX tensor disagree.
  public static let onnxTensorLie = Rule(
    "ONX004", .high, cwe: 130,
    title: "shape, type and bytes of an ONNX tensor disagree",
    why: "readers differ on what it holds, or read past it",
    fix: "export the model again")
  /// Functions or graphs of an ONNX model go in a circle.
  public static let onnxRecursion = Rule(
    "ONX005", .high, cwe: 674,
    title: "functions or graphs of an ONNX model go in a circle",
    why: "a reader that follows them never ends",
    fix: "export the model again")
  /// Texts of an ONNX model hold code, paths or templates.
  public static let onnxMetadata = Rule(
    "ONX006", .high, cwe: 1336,
    title: "texts of an ONNX model hold code",
    why: "no description of a model needs any; programs that show or use it may run it",
    fix: "clear the metadata and save again")
  /// An ONNX model has fields that no version of the format has.
  public static let onnxUnknownField = Rule(
    "ONX007", .medium, cwe: 436,
    title: "an ONNX model has fields that no version of the format has",
    why: "what one reader passes over is content to another",
    fix: "export the model again")

  /// Metadata of an ONNX model lead to other files.
  public static let onnxMetadataPath = Rule(
    "ONX008", .low, cwe: 22,
    title: "texts of an ONNX model hold paths",
    why: "they tell how the maker's machine is laid out, and programs may follow them",
    fix: "clear the metadata and save again")

  static let onnxRules: [Rule] = [
    onnxOutside, onnxForeignDomain, onnxExternalDataLie, onnxTensorLie, onnxRecursion, onnxMetadata,
    onnxUnknownField, onnxMetadataPath,
  ]
}
