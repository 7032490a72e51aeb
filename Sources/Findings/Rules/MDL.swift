// Findings of the scan in the other model formats.
extension Rule {
  /// A model names a plugin, custom layer or shared library.
  public static let modelPlugin = Rule(
    "MDL001", .high, cwe: 829,
    title: "a model names a plugin, custom layer or shared library",
    why: "loading it loads code that is not in the model",
    fix: "convert the model with built-in layers")
  /// A model's header does not describe its data.
  public static let modelLie = Rule(
    "MDL002", .high, cwe: 130,
    title: "a model's header does not describe its data",
    why: "readers differ on what it holds, or read past it",
    fix: "convert or fetch the model again")
  /// A model takes data from a path outside.
  public static let modelPath = Rule(
    "MDL003", .high, cwe: 73,
    title: "a model takes data from a path outside",
    why: "loading it reads files of the host into the model",
    fix: "convert the model with its data inside or beside it")
  /// A file holds serialised objects of Java, R, Lua or .NET.
  public static let serialisedObjects = Rule(
    "MDL004", .high, cwe: 502,
    title: "a file holds serialised objects of Java, R, Lua or .NET",
    why: "their readers build whatever the file asks for, which runs code",
    fix: "store the model in a format of plain data")
  /// A model's format is known but not judged.
  public static let boundedOnly = Rule(
    "MDL005", .high, .obstacle, cwe: 693,
    title: "a model's format is known but not judged",
    why: "what cannot be looked into cannot be called clean",
    fix: "convert the model to a format that the scan judges")
  /// An XML file has a document type or entities.
  public static let xmlEntities = Rule(
    "MDL006", .high, cwe: 611,
    title: "an XML file has a document type or entities",
    why: "readers fetch files or addresses for them, or expand them until memory is full",
    fix: "write the file without a document type")
  /// A msgpack file has types or nesting that no checkpoint has.
  public static let msgpackTypes = Rule(
    "MDL007", .high, cwe: 502,
    title: "a msgpack file has types or nesting that no checkpoint has",
    why: "readers hand unknown types to code of their own, and deep nesting ends their stack",
    fix: "save the checkpoint again")
  /// A name in a model is built to stall a reader.
  public static let stallingName = Rule(
    "MDL008", .medium, cwe: 1333,
    title: "a name in a model is built to stall a reader",
    why: "a pattern that is matched against it takes time without end",
    fix: "convert the model again")
  /// Texts of a model hold code or paths.
  public static let modelText = Rule(
    "MDL009", .high, cwe: 1336,
    title: "texts of a model hold code",
    why: "no description of a model needs any; programs that show or use it may run it",
    fix: "clear the metadata and save again")

  /// Texts of a model lead to other files.
  public static let modelTextPath = Rule(
    "MDL010", .low, cwe: 22,
    title: "texts of a model hold paths",
    why: "they tell how the maker's machine is laid out, and programs may follow them",
    fix: "clear the metadata and save again")

  /// A tensor's name leads out of a folder or is not what it looks like.
  public static let tensorName = Rule(
    "MDL011", .medium, cwe: 22,
    title: "a tensor's name leads out of a folder or is not what it looks like",
    why:
      "programs that write one file for each tensor write where the name leads, and lists show "
      + "another name than the one that is looked up",
    fix: "rename the tensor and save again")

  static let modelRules: [Rule] = [
    modelPlugin, modelLie, modelPath, serialisedObjects, boundedOnly, xmlEntities, msgpackTypes,
    stallingName, modelText, modelTextPath, tensorName,
  ]
}
