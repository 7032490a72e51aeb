// Findings of the scan in Keras models and HDF5 files.
extension Rule {
  /// A layer that carries code.
  public static let kerasCode = Rule(
    "KER001", .critical, cwe: 94,
    title: "a Keras model carries code",
    why: "a Lambda layer is marshalled Python: it runs when the model is loaded or called",
    fix: "replace the Lambda layer by built-in layers and save again")
  /// A reference to something outside Keras's own building blocks.
  public static let kerasForeignCode = Rule(
    "KER002", .critical, cwe: 470,
    title: "a Keras configuration names code outside Keras's building blocks",
    why:
      "Keras imports the module and calls the name when the model is loaded (CVE-2025-1550), and "
      + "some of its own functions download or unlock code",
    fix: "save the model with built-in layers, initializers and losses only")
  /// A class that Keras does not have.
  public static let kerasUnknownClass = Rule(
    "KER003", .medium, cwe: 184,
    title: "a Keras configuration names a class that Keras does not have",
    why: "the model needs code that is not in the release, so nobody can say what it computes",
    fix: "replace the custom class by built-in ones, or review it and waive the finding")
  /// Something in the model that leads to another file.
  public static let modelReadsFile = Rule(
    "KER004", .high, cwe: 73,
    title: "a model takes data from another file",
    why:
      "whoever loads the model reads files of the host into it, where they can be read out again "
      + "(CVE-2026-1669)",
    fix: "copy the data into the model and save it again")
  /// A link by path instead of by object.
  public static let hdf5SoftLink = Rule(
    "KER005", .high, cwe: 59,
    title: "an HDF5 file has links by path",
    why:
      "Keras never writes them; where they lead, perhaps through another file, is decided when the "
      + "model is loaded",
    fix: "replace the link by the object and save again")
  /// A data set that is far larger than what is stored of it.
  public static let hdf5Bomb = Rule(
    "KER006", .high, cwe: 409,
    title: "an HDF5 data set claims far more than the file stores",
    why: "loading the model reserves the claimed memory (CVE-2026-0897)",
    fix: "write the weights again without compression")

  static let kerasRules: [Rule] = [
    kerasCode, kerasForeignCode, kerasUnknownClass, modelReadsFile, hdf5SoftLink, hdf5Bomb,
  ]
}
