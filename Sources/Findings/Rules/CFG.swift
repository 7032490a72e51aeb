// Findings of the scan in configurations that loaders act on.
extension Rule {
  /// A configuration makes the loader run Python of the repository.
  public static let repositoryCode = Rule(
    "CFG001", .high, cwe: 829,
    title: "a configuration makes the loader run Python of the repository",
    why: "loading the model imports and runs files that its maker chose",
    fix: "use a model of a class that the library has")
  /// A configuration asks to trust remote code.
  public static let trustedRemoteCode = Rule(
    "CFG002", .high, cwe: 829, references: ["CVE-2026-4372", "CVE-2026-5241"],
    title: "a configuration asks to trust remote code",
    why: "the guard that asks the user is answered by the file itself",
    fix: "remove the key")
  /// A YAML tag makes Python objects.
  public static let yamlObject = Rule(
    "CFG003", .critical, cwe: 502,
    title: "a YAML tag makes Python objects",
    why: "loading the file calls what the tag names",
    fix: "write the file with plain values; read YAML with safe_load")
  /// A configuration names what to call or make.
  public static let instantiation = Rule(
    "CFG004", .high, cwe: 470, references: ["CVE-2025-23304"],
    title: "a configuration names what to call or make",
    why: "the loader imports the name and calls it with the file's arguments",
    fix: "name only classes that the loader's own library has, or review the name and waive it")
  /// Aliases, nesting or merges multiply beyond the limits.
  public static let configurationBomb = Rule(
    "CFG005", .high, cwe: 776,
    title: "aliases, nesting or merges multiply beyond the limits",
    why: "reading the file takes the machine's memory",
    fix: "write the file without aliases")
  /// A configuration points to files or addresses outside the release.
  public static let configurationPath = Rule(
    "CFG006", .medium, cwe: 918,
    title: "a configuration points to files or addresses outside the release",
    why: "what is there is not what was checked, and may change",
    fix: "ship the file inside the release and name it relatively")

  /// A configuration has its loader read the host's own files or an address.
  public static let configurationReach = Rule(
    "CFG007", .high, cwe: 73,
    title: "a configuration has its loader read the host's own files or an address",
    why: "loading the model opens what its maker chose: files of the system, or a server of theirs",
    fix: "ship the file inside the release and name it relatively")

  /// A configuration starts a container with rights over its host.
  public static let hostRights = Rule(
    "CFG008", .high, cwe: 250,
    title: "a configuration starts a container with rights over its host",
    why: "what runs in the container can change the machine that it runs on",
    fix: "start it without privileges, and mount folders of the release only")

  static let configurationRules: [Rule] = [
    repositoryCode, trustedRemoteCode, yamlObject, instantiation, configurationBomb,
    configurationPath, configurationReach, hostRights,
  ]
}
