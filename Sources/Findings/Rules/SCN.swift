// Findings of the scan that belong to no one format.
extension Rule {
  /// A kind of file that the scan does not know.
  public static let unknownKind = Rule(
    "SCN001", .high, .obstacle, cwe: 693,
    title: "a file is of a kind that the scan does not know",
    why: "what cannot be looked into cannot be called clean",
    fix: "leave the file out of the release, or store it in a format that the scan knows")
  /// A known kind that cannot be read to its end.
  public static let unreadable = Rule(
    "SCN002", .high, .obstacle, cwe: 693,
    title: "a file cannot be read as what it is",
    why: "a damaged file, a format feature out of reach or a limit leaves a part unseen",
    fix: "fetch or write the file again; raise the limit in the policy where one was reached")
  /// The extension says something else than the bytes.
  public static let misnamed = Rule(
    "SCN003", .medium, cwe: 646,
    title: "a file is not what its extension says",
    why: "programs and people choose how to open a file by its name",
    fix: "give the file the extension of its content")
  /// A pickle under another name.
  public static let disguisedPickle = Rule(
    "SCN004", .high, cwe: 434,
    title: "a pickle goes by the name of another format",
    why: "a loader that tries formats in turn unpickles it, and scanners pass over it",
    fix: "do not load the file; find out where it comes from")
  /// Machine code.
  public static let executable = Rule(
    "SCN005", .high, cwe: 506,
    title: "a release holds an executable",
    why: "a model needs no machine code of its own",
    fix: "ship code as a package with its own provenance, not inside the model's release")
  /// A script by its first line.
  public static let script = Rule(
    "SCN006", .medium, cwe: 506,
    title: "a release holds a script",
    why: "a model needs no script to be run; whoever starts it runs what its maker chose",
    fix: "ship scripts with the source code, not inside the model's release")
  /// Bytes that the format's readers pass over.
  public static let strayBytes = Rule(
    "SCN007", .high, cwe: 434,
    title: "a file holds bytes that its format does not account for",
    why: "what one reader passes over is a second file to another",
    fix: "write the file again with the library of its format")
  /// One file is two formats.
  public static let polyglot = Rule(
    "SCN008", .high, cwe: 434,
    title: "one file is two formats",
    why: "each loader takes another content from it, and a check of one says nothing of the other",
    fix: "write the file again with the library of its format")
  /// A file of another format follows the end.
  public static let trailingFile = Rule(
    "SCN009", .high, cwe: 434,
    title: "a file of another format follows the end",
    why: "readers of the first format pass over it, and others read nothing else",
    fix: "write the file again with the library of its format")
  /// A text is longer than the limit and was looked at in part.
  public static let longText = Rule(
    "SCN010", .high, .obstacle, cwe: 693,
    title: "a text is longer than the limit and was looked at in part",
    why: "what was not looked at cannot be called clean",
    fix: "split the file, or leave it out of the release")

  static let scanRules: [Rule] = [
    unknownKind, unreadable, misnamed, disguisedPickle, executable, script, strayBytes, polyglot,
    trailingFile, longText,
  ]
}
