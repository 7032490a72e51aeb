import Bytes
import Dependencies

/// A pinned package as a line of its ecosystem's table.
struct PackageRecord: LockRecord {
  /// The name; followed by a space and the version where the name is pinned to several.
  let key: String
  let version: String
  /// Sorted by bytes.
  let hashes: [String]

  private init(key: String, version: String, hashes: [String]) {
    self.key = key
    self.version = version
    self.hashes = hashes
  }

  var fields: [(name: String, value: LockValue)] {
    [("version", .text(version))] + (hashes.isEmpty ? [] : [("hashes", .texts(hashes))])
  }

  init(key: String, from fields: inout LockFields) throws(ParseError) {
    let version = try fields.text("version")
    let hashes = fields.isEmpty ? [] : try fields.texts("hashes")
    for hash in hashes where !PackageRecord.isHash(hash) {
      throw fields.malformed(
        expected: "sha256:, sha384: or sha512: and that many digits",
        found: "'\(safeText(String(hash.prefix(80))))'")
    }
    self.init(key: key, version: version, hashes: hashes)
  }

  /// The algorithms that may pin a package, with the hexadecimal digits of their digests.
  private static let digitCounts = [("sha256:", 64), ("sha384:", 96), ("sha512:", 128)]

  private static func isHash(_ text: String) -> Bool {
    digitCounts.contains { prefix, count in
      guard text.hasPrefix(prefix) else { return false }
      return bytes(lowerCaseHexadecimal: text.dropFirst(prefix.count))?.count == count / 2
    }
  }

  /// The package that the line pins.
  func package(of ecosystem: Ecosystem) -> Package {
    let suffix = " \(version)"
    let name = key.hasSuffix(suffix) ? String(key.dropLast(suffix.count)) : key
    return Package(ecosystem, name: name, version: version, hashes: hashes)
  }

  /// The lines of an ecosystem's table, sorted by key.
  static func records(of packages: [Package], in ecosystem: Ecosystem) -> [PackageRecord] {
    let pinned = packages.filter { $0.ecosystem == ecosystem }
    let counts = Dictionary(pinned.map { ($0.name, 1) }, uniquingKeysWith: +)
    return sortedByKey(
      pinned.map { package in
        PackageRecord(
          key: counts[package.name] == 1 ? package.name : "\(package.name) \(package.version)",
          version: package.version, hashes: package.hashes)
      })
  }

  /// The packages in the order of the lock, their hashes sorted.
  static func sorted(_ packages: [Package]) -> [Package] {
    let sorted = packages.map { package in
      Package(
        package.ecosystem, name: package.name, version: package.version,
        hashes: package.hashes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }
    return Ecosystem.allCases.flatMap { ecosystem in
      records(of: sorted, in: ecosystem).map { $0.package(of: ecosystem) }
    }
  }
}
