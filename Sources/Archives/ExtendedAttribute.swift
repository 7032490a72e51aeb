import Findings

/// What an extended attribute of a file changes: who may use it, or what runs it.
enum ExtendedAttribute: Equatable {
  /// Rights of root for a program.
  case capability
  /// Anything else that a lock does not record.
  case other(String)

  /// Reads the attribute's name, as in `listxattr(2)`; nil for one that programs write to every
  /// file and that gives nothing: labels of the system's policy, where a download came from.
  init?(named name: String) {
    if name == "security.capability" {
      self = .capability
      return
    }
    let isHarmless = Self.harmless.contains { name.hasPrefix($0) }
    guard !isHarmless else { return nil }
    self = .other(name)
  }

  /// Reads the key of a pax record as GNU tar, bsdtar and star write it; nil for another key.
  init?(paxKey key: String) {
    // Under any writer's prefix: rights of root are never passed over.
    if key.hasSuffix("security.capability") {
      self = .capability
      return
    }
    for prefix in ["SCHILY.xattr.", "LIBARCHIVE.xattr."] where key.hasPrefix(prefix) {
      self.init(named: String(key.dropFirst(prefix.count)))
      return
    }
    guard key.hasPrefix("SCHILY.acl.") else { return nil }
    self = .other(String(key.dropFirst("SCHILY.".count)))
  }

  private static let harmless = [
    "security.selinux", "security.ima", "security.evm", "com.apple.", "user.com.apple.",
    "user.xdg.", "user.mime_type",
  ]
}

extension InventoryBuilder {
  /// Reports what the attributes change of the member.
  mutating func note(_ attributes: [ExtendedAttribute], of name: [UInt8]) {
    var others: [String] = []
    for attribute in attributes {
      switch attribute {
      case .capability:
        note(.borrowedRights, of: name, "a capability: rights of root when it runs")
      case .other(let text): others.append(text)
      }
    }
    guard !others.isEmpty else { return }
    note(.extendedAttributes, of: name, "has " + others.sorted().joined(separator: ", "))
  }
}
