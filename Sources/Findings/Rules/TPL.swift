// Findings of the scan in chat and prompt templates.
extension Rule {
  /// A template reaches into the interpreter.
  public static let templateEscape = Rule(
    "TPL001", .critical, cwe: 1336, references: ["CVE-2026-5760"],
    title: "a template reaches into the interpreter",
    why: "attributes and dunder names lead from any value to functions that run commands",
    fix: "remove the template, or take that of the model's publisher")
  /// A template imports, includes or loops without bound.
  public static let templateLoad = Rule(
    "TPL002", .high, cwe: 835,
    title: "a template imports, includes or loops without bound",
    why: "it reads other files, or stops whoever renders it",
    fix: "remove the template, or take that of the model's publisher")
  /// A template cannot be read.
  public static let templateUnread = Rule(
    "TPL003", .high, .obstacle, cwe: 693,
    title: "a template cannot be read",
    why: "what was not read cannot be called harmless",
    fix: "mend the template's syntax, or take that of the model's publisher")

  static let templateRules: [Rule] = [
    templateEscape, templateLoad, templateUnread,
  ]
}
