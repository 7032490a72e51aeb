import Bytes

/// Versions of Python packages: PEP 440, "Version Identification and Dependency Specification".
public enum PEP440 {}

extension PEP440 {
  /// A version, normalised (appendix B): case, separators and spellings that PEP 440 holds for the
  /// same compare equal, and numbers are of any size.
  public struct Version: Sendable {
    /// Which pre-release comes first.
    enum PreRelease: Int, Comparable, Sendable {
      case alpha
      case beta
      case candidate

      static func < (a: PreRelease, b: PreRelease) -> Bool { a.rawValue < b.rawValue }

      /// The normal spelling.
      var letters: String {
        switch self {
        case .alpha: "a"
        case .beta: "b"
        case .candidate: "rc"
        }
      }
    }

    /// A part of the local label: numbers come after words.
    enum LocalPart: Hashable, Sendable {
      case word(String)
      case number(Numeral)
    }

    /// The version as it was written, without white space at its ends, in lower case.
    let spelling: [UInt8]
    let epoch: Numeral
    /// At least one number, trailing zeros as written.
    let release: [Numeral]
    let pre: (kind: PreRelease, number: Numeral)?
    let post: Numeral?
    let dev: Numeral?
    /// Empty without a local label.
    let local: [LocalPart]

    /// The version in the text; nil when PEP 440 knows none such.
    public init?(_ text: String) {
      self.init(spelling: lowerCaseBytes(trimming: text))
    }

    init?(spelling: [UInt8]) {
      var scanner = PEP440Scanner(spelling)
      guard let parts = scanner.scan(), scanner.isAtEnd else { return nil }
      self.init(parts, spelling: spelling)
    }

    init(_ parts: PEP440Scanner.Parts, spelling: [UInt8]) {
      self.spelling = spelling
      epoch = parts.epoch
      release = parts.release
      pre = parts.pre
      post = parts.post
      dev = parts.dev
      local = parts.local
    }

    /// Whether it is a pre-release or a development release.
    public var isPrerelease: Bool { pre != nil || dev != nil }
  }
}

extension PEP440.Version: Comparable {
  /// Whether both are the same version: `1.0` is `1.0.0` and `1.0-1` is `1.0.post1`.
  public static func == (a: Self, b: Self) -> Bool { a.compare(b) == .same }
  /// The order of PEP 440, local labels included.
  public static func < (a: Self, b: Self) -> Bool { a.compare(b) == .before }

  func compare(_ other: Self) -> VersionOrder {
    comparePublic(other) ?? PEP440.Version.compare(local, other.local)
  }

  /// The order without local labels; nil when they decide.
  func comparePublic(_ other: Self) -> VersionOrder? {
    compareBase(other) ?? VersionOrder.of(preRank, other.preRank)
      ?? VersionOrder.of(pre?.number ?? .zero, other.pre?.number ?? .zero)
      ?? VersionOrder.of(post == nil ? 0 : 1, other.post == nil ? 0 : 1)
      ?? VersionOrder.of(post ?? .zero, other.post ?? .zero)
      ?? VersionOrder.of(dev == nil ? 1 : 0, other.dev == nil ? 1 : 0)
      ?? VersionOrder.of(dev ?? .zero, other.dev ?? .zero)
  }

  /// The order of epochs and releases; nil when they are equal but for trailing zeros.
  func compareBase(_ other: Self) -> VersionOrder? {
    if let order = VersionOrder.of(epoch, other.epoch) { return order }
    for index in 0..<max(release.count, other.release.count) {
      let left = index < release.count ? release[index] : .zero
      let right = index < other.release.count ? other.release[index] : .zero
      if let order = VersionOrder.of(left, right) { return order }
    }
    return nil
  }

  /// `1.0.dev1` comes before `1.0a1`, and that before `1.0`.
  private var preRank: Int {
    if let pre { return pre.kind.rawValue }
    return post == nil && dev != nil ? -1 : 3
  }

  private static func compare(_ a: [LocalPart], _ b: [LocalPart]) -> VersionOrder {
    for (left, right) in zip(a, b) where left != right {
      switch (left, right) {
      case (.number(let left), .number(let right)): return left < right ? .before : .after
      case (.word(let left), .word(let right)):
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? .before : .after
      case (.word, .number): return .before
      case (.number, .word): return .after
      }
    }
    return VersionOrder.of(a.count, b.count) ?? .same
  }
}

extension PEP440.Version: CustomStringConvertible {
  /// The normal form, such as `1!2.0rc1.post2.dev3+ubuntu.1`.
  public var description: String { text(release) }

  /// The normal form without zeros at the end of the release: one text for each version.
  public var comparableText: String {
    text(release.prefix(1) + release.dropFirst().reversed().drop(while: \.isZero).reversed())
  }

  private func text(_ release: [Numeral]) -> String {
    var text = epoch.isZero ? "" : "\(epoch)!"
    text += release.map(\.description).joined(separator: ".")
    if let pre { text += "\(pre.kind.letters)\(pre.number)" }
    if let post { text += ".post\(post)" }
    if let dev { text += ".dev\(dev)" }
    guard !local.isEmpty else { return text }
    let label = local.map { part in
      switch part {
      case .word(let word): word
      case .number(let number): number.description
      }
    }
    return text + "+" + label.joined(separator: ".")
  }
}

/// Whether the text is a version as PEP 440 defines it, and nothing around it.
func isPythonVersion(_ text: String) -> Bool {
  let spelling = lowerCaseBytes(trimming: text)
  return text.utf8.count == spelling.count && PEP440.Version(spelling: spelling) != nil
}
