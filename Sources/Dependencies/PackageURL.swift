import Bytes

// Package URLs: `pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS` (package-url specification, ECMA-427).
extension Package {
  /// The package's URL, its parts percent-encoded, such as `pkg:pypi/torch@2.1.0%2Bcu121`.
  ///
  /// A container image becomes an `oci` one with its whole name as `repository_url`.
  public var purl: String {
    let version = version.isEmpty ? "" : "@" + percentEncoded(version)
    switch ecosystem {
    case .pypi: return "pkg:pypi/" + percentEncoded(name) + version
    case .conda: return "pkg:conda/" + percentEncoded(name) + version
    case .maven:
      let parts = name.split(separator: ":", maxSplits: 1).map { percentEncoded($0) }
      return "pkg:maven/" + parts.joined(separator: "/") + version
    case .npm:
      let parts = name.split(separator: "/", maxSplits: 1).map { percentEncoded($0) }
      return "pkg:npm/" + parts.joined(separator: "/") + version
    case .swift:
      let parts = repositoryName(name).split(separator: "/").map { percentEncoded($0) }
      return "pkg:swift/" + parts.joined(separator: "/") + version
    case .image:
      let parts = name.split(separator: "/").map { percentEncoded($0) }
      let last = parts.last?.lowercased() ?? ""
      return "pkg:oci/\(last)\(version)?repository_url=" + parts.joined(separator: "/")
    }
  }

  /// The package that a URL names; its qualifiers and subpath tell of files and are passed over,
  /// but for an image's repository.
  ///
  /// - Throws: `PackageURLError` for a text that is no package URL, and for a type that no
  ///   ecosystem here has.
  public init(purl text: String) throws(PackageURLError) {
    let url = try PackageURL(text)
    let path = (url.namespace + [url.name]).joined(separator: "/")
    switch url.type {
    case "pypi": self.init(.pypi, name: normalisedPackageName(url.name), version: url.version)
    case "conda": self.init(.conda, name: url.name, version: url.version)
    case "maven":
      guard !url.namespace.isEmpty else {
        throw PackageURLError(text, "a Maven artifact has a group before its name")
      }
      let group = url.namespace.joined(separator: "/")
      self.init(.maven, name: "\(group):\(url.name)", version: url.version)
    case "npm": self.init(.npm, name: path, version: url.version)
    case "swift": self.init(.swift, name: path, version: url.version)
    case "oci": self.init(.image, name: url.repository ?? url.name, version: url.version)
    case "docker":
      let name = url.repository.map { "\($0)/\(path)" } ?? path
      self.init(.image, name: name, version: url.version)
    default: throw PackageURLError(text, "packages of type '\(url.type)' are not known")
    }
  }
}

extension Package {
  /// The name that stands for all its spellings: Python's by PEP 503, a repository's address
  /// without scheme and `.git`, in lower case.
  public var comparableName: String {
    switch ecosystem {
    case .pypi: normalisedPackageName(name)
    case .swift: repositoryName(name).lowercased()
    case .conda, .maven, .npm, .image: name
    }
  }
}

/// Why a text names no package.
public struct PackageURLError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// What is wrong with it.
  public let reason: String

  init(_ text: String, _ reason: String) {
    self.text = text
    self.reason = reason
  }

  /// One line: the text and what is wrong with it, escaped.
  public var description: String { "'\(safeText(text))': \(reason)" }
}

/// The parts of a package URL, decoded.
private struct PackageURL {
  let type: String
  let namespace: [String]
  let name: String
  let version: String
  let repository: String?

  init(_ text: String) throws(PackageURLError) {
    guard text.lowercased().hasPrefix("pkg:") else {
      throw PackageURLError(text, "a package URL begins with 'pkg:'")
    }
    var rest = text.dropFirst(4).drop { $0 == "/" }
    if let hash = rest.lastIndex(of: "#") { rest = rest[..<hash] }
    var query: Substring = ""
    if let mark = rest.lastIndex(of: "?") {
      query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    var version: Substring = ""
    // A namespace may hold an '@' that is not encoded.
    if let at = rest.lastIndex(of: "@"), !rest[at...].contains("/") {
      version = rest[rest.index(after: at)...]
      rest = rest[..<at]
    }
    let parts = rest.split(separator: "/")
    guard parts.count >= 2, let type = parts.first, let name = parts.last else {
      throw PackageURLError(text, "a package URL has a type and a name")
    }
    self.type = type.lowercased()
    var decoded: [String] = []
    for part in parts[1...] {
      guard let text = percentDecoded(part), !text.isEmpty else {
        throw PackageURLError(String(text), "'\(safeText(String(part)))' is not percent-encoded")
      }
      decoded.append(text)
    }
    namespace = decoded.dropLast()
    self.name = decoded.last ?? String(name)
    guard let plain = percentDecoded(version) else {
      throw PackageURLError(text, "the version is not percent-encoded")
    }
    self.version = plain
    let key = "repository_url="
    let wanted = query.split(separator: "&").first { $0.hasPrefix(key) }
    repository = wanted.flatMap { percentDecoded($0.dropFirst(key.utf8.count)) }
  }
}

/// The address of a repository as host and path: without scheme, user, port's default and `.git`,
/// the host in lower case.
func repositoryName(_ address: String) -> String {
  var rest = Substring(address)
  var isAddress = false
  if let scheme = rest.firstRange(of: "://") {
    rest = rest[scheme.upperBound...]
    isAddress = true
  }
  let host = rest.prefix { $0 != "/" }
  if let user = host.lastIndex(of: "@") {
    rest = rest[rest.index(after: user)...]
    // git@host:path, as ssh has it.
    if !isAddress, let colon = rest.firstIndex(of: ":") {
      rest = rest[..<colon] + "/" + rest[rest.index(after: colon)...]
    }
  }
  var parts = rest.split(separator: "/").map { String($0) }
  if let first = parts.first { parts[0] = first.lowercased() }
  if let last = parts.last, last.hasSuffix(".git") {
    parts[parts.count - 1] = String(last.dropLast(4))
  }
  return parts.joined(separator: "/")
}

/// The text with all but unreserved characters and colons as `%XX`.
private func percentEncoded(_ text: some StringProtocol) -> String {
  var result: [UInt8] = []
  for byte in text.utf8 {
    if isDigit(byte) || isLowerCaseLetter(byte | 0x20) || "-._~:".utf8.contains(byte) {
      result.append(byte)
    } else {
      result += "%".utf8
      result += hexadecimal([byte]).uppercased().utf8
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// The text without its percent-encoding; nil when it is not well encoded.
private func percentDecoded(_ text: some StringProtocol) -> String? {
  var result: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      result.append(byte)
      continue
    }
    let digits = rest.prefix(2)
    guard digits.count == 2,
      let code = bytes(
        lowerCaseHexadecimal: String(decoding: digits, as: UTF8.self).lowercased())
    else { return nil }
    result += code
    rest = rest.dropFirst(2)
  }
  return String(validating: result, as: UTF8.self)
}
