// Findings of the scan for personal data.
extension Rule {
  /// Metadata name a home folder, user or host.
  public static let hostNames = Rule(
    "PRI001", .low, cwe: 359,
    title: "metadata name a home folder, user or host",
    why: "they tell who made the file, where, and how their machines are named",
    fix: "clear the metadata and save again")
  /// Metadata name an e-mail address.
  public static let mailAddress = Rule(
    "PRI002", .low, cwe: 359,
    title: "metadata name an e-mail address",
    why: "it is personal data, and a target for fraud",
    fix: "clear the metadata and save again unless the address is meant to be public")

  static let privacyRules: [Rule] = [
    hostNames, mailAddress,
  ]
}
