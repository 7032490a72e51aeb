// Findings of the scan in pickles.
extension Rule {
  /// A known gadget that runs code.
  public static let dangerousImport = Rule(
    "PKL001", .critical, cwe: 502,
    title: "a pickle imports what runs commands or code",
    why: "loading the file calls it: whoever made the file runs code as whoever opens it",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// A name that is not on the allow-list.
  public static let unknownImport = Rule(
    "PKL002", .high, cwe: 184,
    title: "a pickle imports a name that is not known to be harmless",
    why:
      "a pickle can call every function that Python can import; only names that real saves need "
      + "are allowed",
    fix: "save plain tensors and containers, or review the name and waive it in the policy")
  /// An import that cannot be read from the file.
  public static let computedImport = Rule(
    "PKL003", .critical, cwe: 470,
    title: "a pickle hides what it imports or calls",
    why:
      "names that are computed, walk through attributes or come from a registry have no use in a "
      + "saved model; they are how payloads pass scanners",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// An allowed name used in a way that no real save needs.
  public static let misusedImport = Rule(
    "PKL004", .critical, cwe: 915,
    title: "a pickle changes what it imports or uses it as no saved model does",
    why: "an allowed name with other arguments, state or role becomes a tool for running code",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// A pickle or code object inside a pickle.
  public static let nestedPickle = Rule(
    "PKL005", .critical, cwe: 502,
    title: "a pickle loads another pickle or code object",
    why: "the inner one is plain bytes to a scanner and code to the reader",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// A gadget that reads or writes files or talks to the network.
  public static let resourceImport = Rule(
    "PKL006", .high, cwe: 73,
    title: "a pickle imports what opens files or connections",
    why: "loading the file reads, writes or sends what its maker chose",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// The stream contradicts the format.
  public static let malformedPickle = Rule(
    "PKL007", .high, cwe: 20,
    title: "a pickle is malformed or cut off",
    why: "everything before the break still runs when the file is loaded",
    fix: "fetch the file again; if it stays broken, do not load it")
  /// Bytes that belong to no stream.
  public static let unaccountedBytes = Rule(
    "PKL008", .high, cwe: 434,
    title: "a pickle is followed by bytes that its reader ignores",
    why: "another reader, or another call of the same one, takes them for a payload",
    fix: "save the model again with one object a file")
  /// Much more than the file's size when it is loaded.
  public static let pickleBomb = Rule(
    "PKL009", .high, cwe: 770,
    title: "a pickle expands, nests or reserves beyond reason",
    why: "loading it takes the machine's memory or its stack",
    fix: "do not load the file")
  /// A reference to an object that the file does not hold.
  public static let strayReference = Rule(
    "PKL010", .high, cwe: 125,
    title: "a pickle refers to data that its archive does not hold",
    why: "readers take such references from elsewhere or read past the data",
    fix: "save the model again with torch.save")
  /// A pickle calls an allowed name with arguments that no save has.
  public static let unusualArguments = Rule(
    "PKL011", .high, cwe: 628,
    title: "a pickle calls an allowed name with arguments that no save has",
    why: "functions that are harmless with their usual arguments may not be with others",
    fix: "save the model again with its own library")
  /// A literal of a pickle is a pickle, marshalled or compressed code.
  public static let hiddenProgram = Rule(
    "PKL012", .high, cwe: 506,
    title: "a literal of a pickle is a pickle, marshalled or compressed code",
    why: "it is data to a scanner and a program to whoever unpacks it later",
    fix: "do not load the file; ask its maker for safetensors or a plain state_dict")
  /// Raw data inside a pickle is not what its wrapper says.
  public static let rawDataLie = Rule(
    "PKL013", .high, cwe: 130,
    title: "raw data inside a pickle is not what its wrapper says",
    why: "the reader skips as many bytes as the wrapper claims and goes on with whatever follows",
    fix: "write the file again with joblib.dump")
  /// A tensor's storage is itself a pickle or program.
  public static let storageIsProgram = Rule(
    "PKL014", .high, cwe: 434,
    title: "a tensor's storage is itself a pickle or program",
    why: "it is numbers to one loader and code to another",
    fix: "do not load the file; save the model again with torch.save")
  /// A TorchScript program reads files, runs programs or loads libraries.
  public static let torchScriptCode = Rule(
    "PKL015", .high, cwe: 94,
    title: "a TorchScript program reads files, runs programs or loads libraries",
    why: "it does so as whoever runs the model",
    fix: "export the model again without those calls, or read the code and waive the finding")
  /// A TorchScript program cannot be followed.
  public static let torchScriptUnread = Rule(
    "PKL016", .high, .obstacle, cwe: 693,
    title: "a TorchScript program cannot be followed",
    why: "code that was not read cannot be called harmless",
    fix: "export the model as ONNX or save its state_dict")

  static let pickleRules: [Rule] = [
    dangerousImport, unknownImport, computedImport, misusedImport, nestedPickle, resourceImport,
    malformedPickle, unaccountedBytes, pickleBomb, strayReference, unusualArguments, hiddenProgram,
    rawDataLie, storageIsProgram, torchScriptCode, torchScriptUnread,
  ]
}
