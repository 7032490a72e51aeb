// Findings of the scan for secrets.
extension Rule {
  /// A private key lies in the release.
  public static let privateKey = Rule(
    "SEC001", .high, cwe: 321,
    title: "a private key lies in the release",
    why: "everybody who has the release can sign or log in with it",
    fix: "revoke the key, and pack the release without it")
  /// A token of a cloud or service lies in the release.
  public static let serviceToken = Rule(
    "SEC002", .high, cwe: 798,
    title: "a token of a cloud or service lies in the release",
    why: "everybody who has the release can use it",
    fix: "revoke the token, and pack the release without it")
  /// A password or connection string lies in the release.
  public static let password = Rule(
    "SEC003", .high, cwe: 798,
    title: "a password or connection string lies in the release",
    why: "everybody who has the release can use it",
    fix: "change the password, and pack the release without it")
  /// A random text stands beside a secret's name.
  public static let likelySecret = Rule(
    "SEC004", .medium, cwe: 798,
    title: "a random text stands beside a secret's name",
    why: "it may be a key or password that everybody who has the release can use",
    fix: "if it is one, revoke it; pack the release without it")

  static let secretRules: [Rule] = [
    privateKey, serviceToken, password, likelySecret,
  ]
}
