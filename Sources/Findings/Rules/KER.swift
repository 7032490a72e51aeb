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
    "KER003", .high, cwe: 184,
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
  /// A Keras configuration switches safety off.
  public static let kerasUnsafeSwitch = Rule(
    "KER007", .critical, cwe: 693,
    title: "a Keras configuration switches safety off",
    why: "the guard against code in models is off for whatever is loaded next",
    fix: "save the model again without the switch")
  /// A Keras configuration downloads or unpacks files.
  public static let kerasDownload = Rule(
    "KER008", .critical, cwe: 918,
    title: "a Keras configuration downloads or unpacks files",
    why: "loading the model fetches what its maker chose and writes it to the disk",
    fix: "save the model with built-in layers only")
  /// A Keras configuration names custom objects or another reader's switches.
  public static let kerasCustomObjects = Rule(
    "KER009", .high, cwe: 470,
    title: "a Keras configuration names custom objects or another reader's switches",
    why: "what the names stand for is decided when the model is loaded",
    fix: "save the model with built-in layers, initializers and losses only")
  /// An HDF5 file needs a filter that is loaded as a library.
  public static let hdf5PluginFilter = Rule(
    "KER010", .high, cwe: 829,
    title: "an HDF5 file needs a filter that is loaded as a library",
    why: "HDF5 searches its plugin folders for a library by the filter's number and runs it",
    fix: "write the file again with gzip or without compression")
  /// Bytes that no object of an HDF5 file owns hold another file.
  public static let hdf5HiddenContent = Rule(
    "KER011", .high, cwe: 506,
    title: "bytes that no object of an HDF5 file owns hold another file",
    why: "what HDF5's readers pass over is a program or model to others",
    fix: "write the file again with h5repack")
  /// Links of an HDF5 file go in a circle.
  public static let hdf5LinkCycle = Rule(
    "KER012", .medium, cwe: 835,
    title: "links of an HDF5 file go in a circle",
    why: "a reader that follows them never ends",
    fix: "write the file again without links")

  static let kerasRules: [Rule] = [
    kerasCode, kerasForeignCode, kerasUnknownClass, modelReadsFile, hdf5SoftLink, hdf5Bomb,
    kerasUnsafeSwitch, kerasDownload, kerasCustomObjects, hdf5PluginFilter, hdf5HiddenContent,
    hdf5LinkCycle,
  ]
}
