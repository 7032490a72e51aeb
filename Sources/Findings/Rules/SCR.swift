// Findings of the scan in scripts, programs and documents.
extension Rule {
  /// Python runs commands, opens connections or decodes code when it is loaded.
  public static let pythonAtLoad = Rule(
    "SCR001", .high, cwe: 506,
    title: "Python runs commands, opens connections or decodes code when it is loaded",
    why: "whoever imports the file runs it",
    fix: "do not import the file; find out where it comes from")
  /// Python lies beside a model.
  public static let pythonBeside = Rule(
    "SCR002", .medium, cwe: 829,
    title: "Python lies beside a model",
    why: "a loader that imports it runs it; what it imports and calls is listed, not judged",
    fix: "ship source code as a package with its own provenance")
  /// A handler, hook or start-up file runs with the model.
  public static let startupHook = Rule(
    "SCR003", .high, cwe: 829,
    title: "a handler, hook or start-up file runs with the model",
    why: "the server, installer or interpreter runs it without being asked",
    fix: "ship it as a package with its own provenance, and review it there")
  /// A shell script downloads, decodes or installs what it runs.
  public static let shellPayload = Rule(
    "SCR004", .high, cwe: 506,
    title: "a shell script downloads, decodes or installs what it runs",
    why: "what it runs is not in the release and may change at any time",
    fix: "do not run it; ship scripts with the source code")
  /// A file holds compiled or marshalled Python.
  public static let compiledPython = Rule(
    "SCR005", .high, cwe: 506,
    title: "a file holds compiled or marshalled Python",
    why: "it is a program whose source nobody can read here",
    fix: "ship the source, and let Python compile it")
  /// A document has macros or active content.
  public static let activeDocument = Rule(
    "SCR006", .high, cwe: 506,
    title: "a document has macros or active content",
    why: "opening it runs them",
    fix: "store the document as plain text")
  /// Source text is not what it looks like.
  public static let obscuredSource = Rule(
    "SCR007", .high, cwe: 1007,
    title: "source text is not what it looks like",
    why:
      "bidirectional characters, unusual encodings and obfuscation show a reviewer another "
      + "program than the one that runs",
    fix: "write the source in plain UTF-8 without control characters")

  /// Python beside a model runs programs or made code in its functions.
  public static let pythonRunsPrograms = Rule(
    "SCR008", .high, cwe: 78,
    title: "Python beside a model runs programs or code made at run time in its functions",
    why: "whoever imports it and calls the function runs what its maker chose",
    fix: "ship source code as a package with its own provenance")

  /// A text holds a command that gives a shell away.
  public static let shellInText = Rule(
    "SCR009", .medium, cwe: 506,
    title: "a text holds a command that gives a shell away",
    why: "whoever copies it, or a tool that runs the text's blocks, opens the machine to another",
    fix: "remove the command; find out who wrote it")

  static let scriptRules: [Rule] = [
    pythonAtLoad, pythonBeside, startupHook, shellPayload, compiledPython, activeDocument,
    obscuredSource, pythonRunsPrograms, shellInText,
  ]
}
