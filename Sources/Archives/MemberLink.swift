/// A link in a container. It is never followed on disk: an image's layers alone give it a meaning.
public struct MemberLink: Sendable, Hashable {
  /// Its name in the container; untrusted.
  public let name: String
  /// What it names; untrusted.
  public let target: String
  /// Whether it is a further name of a file of the container, and no symbolic link.
  public let isHard: Bool

  /// The path in the container that it names, seen from the container's root; nil when it leads
  /// out of it.
  public var resolved: String? {
    var parts: [Substring] = []
    if !isHard, !target.hasPrefix("/") { parts = name.split(separator: "/").dropLast() }
    for part in target.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }
}
