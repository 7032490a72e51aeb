import Bytes
import Findings

extension DependencyContent {
  /// Judges the address of a registry, repository or file: whether the way there is authenticated,
  /// and whether it gives a password away.
  mutating func judge(address: String, at place: Place) {
    let lower = address.lowercased()
    let plain = [
      "http://", "git://", "ftp://", "git+http://", "git+git://", "svn://", "hg+http://",
    ]
    if plain.contains(where: lower.hasPrefix) {
      report(.insecureSource, place, "'\(address)' is not authenticated")
    }
    if let user = Address(firstIn: address[...])?.userInfo, user != "git",
      !user.has("$"), !user.has("%7B"), !user.isEmpty
    {
      report(.exposedCredentials, place, "credentials in an address", evidence: [address])
    }
  }
}

/// What comes from outside an index, in the words of a finding.
enum DirectSource: String {
  case url = "an address"
  case repository = "a repository"
  case path = "a local path"
}

extension DependencyContent {
  /// Reports a package that no index serves, and judges the address that it comes from.
  mutating func reportDirect(
    _ source: DirectSource, _ name: String, from address: String?, at place: Place
  ) {
    knownNames.insert(name)
    report(
      .directReference, place, "'\(name)' comes from \(source.rawValue)",
      evidence: [address].compactMap { $0 })
    if let address, source != .path { judge(address: address, at: place) }
  }
}

/// The host of an address in lower case, without a port; nil when there is none.
func host(of address: String) -> String? {
  guard let host = Address(firstIn: address[...])?.host else { return nil }
  return String(Substring(host.lowercased().utf8.prefix { $0 != UInt8(ascii: ":") }))
}
