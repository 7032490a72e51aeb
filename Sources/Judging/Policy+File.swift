public import Bytes
import Findings
public import StockPolicies

// A policy file is TOML. Every key is optional but `policy-version` and `name`; what is absent is
// as in the policy that `extends` names, or else as in `Policy.init`. The stock policies explain
// each key.
extension Policy {
  /// Reads a policy file.
  ///
  /// - Throws: `ConfigurationError` with the dotted key; an unknown key names the nearest one.
  public init(parsing bytes: ByteSlice) throws(ConfigurationError) {
    var file = try TOML.parse(bytes)
    let version = try file.require("policy-version", try file.string("policy-version"))
    guard version == "1" else {
      throw ConfigurationError(
        key: "policy-version", "expected \"1\", found \"\(safeText(version))\"")
    }
    let digest = Digest(of: bytes)
    let name = try file.require("name", try file.string("name"))
    guard !name.isEmpty, !name.unicodeScalars.contains(where: isUnsafe) else {
      throw ConfigurationError(key: "name", "expected a name without control characters")
    }
    self.init(name: name, digest: digest)
    if let parent: StockPolicy = try file.choice("extends") {
      let inherited = try Policy(stock: parent)
      self = Policy(name: name, digest: digest, like: inherited)
    }
    try apply(&file)
    try file.finish()
    try checkConsistency()
  }

  /// A policy that is built into the program.
  ///
  /// - Throws: never for the texts in this repository, which the tests parse.
  public init(stock: StockPolicy) throws(ConfigurationError) {
    try self.init(parsing: ByteSlice(stock.text))
  }

  private init(name: String, digest: Digest, like other: Policy) {
    self.init(name: name, digest: digest)
    checks = other.checks
    limits = other.limits
    dependencies = other.dependencies
    signature = other.signature
    reproduce = other.reproduce
    robustness = other.robustness
  }

  private mutating func apply(_ file: inout TOMLReader) throws(ConfigurationError) {
    if let failFrom: Severity = try file.choice("fail-from") {
      for check in CheckName.allCases { self[check].failFrom = failFrom }
    }
    if let obstacles: ObstacleEffect = try file.choice("obstacles") {
      for check in CheckName.allCases {
        self[check].obstacles = obstacles
      }
    }
    for check in CheckName.allCases {
      guard var table = try file.table(check.rawValue) else { continue }
      try applyCommon(&table, to: check)
      switch check {
      case .unpack: try applyLimits(&table)
      case .signature: try applySignature(&table)
      case .reproduce: try applyReproduce(&table)
      case .robustness: try applyRobustness(&table)
      case .dependencies: try applyDependencies(&table)
      case .lock, .scan: break
      }
      try table.finish()
    }
  }

  private mutating func applyCommon(
    _ table: inout TOMLReader, to check: CheckName
  ) throws(ConfigurationError) {
    self[check].demand = try table.choice("demand") ?? self[check].demand
    self[check].failFrom = try table.choice("fail-from") ?? self[check].failFrom
    self[check].obstacles = try table.choice("obstacles") ?? self[check].obstacles
  }

  private mutating func applyLimits(_ table: inout TOMLReader) throws(ConfigurationError) {
    try table.assign("max-members", atLeast: 1, to: &limits.memberCount)
    try table.assign("max-member-bytes", atLeast: 1, to: &limits.memberBytes)
    try table.assign("max-total-bytes", atLeast: 1, to: &limits.totalBytes)
    try table.assign("max-ratio", atLeast: 1, to: &limits.ratio)
    try table.assign("max-depth", atLeast: 0, to: &limits.archiveDepth)
    try table.assign("max-path-bytes", atLeast: 1, to: &limits.pathBytes)
    try table.assign("max-header-bytes", atLeast: 1, to: &limits.headerBytes)
  }

  private mutating func applyDependencies(
    _ table: inout TOMLReader
  ) throws(ConfigurationError) {
    dependencies.allowSources = try table.strings("allow-sources") ?? dependencies.allowSources
    dependencies.allowLicences = try table.strings("allow-licences") ?? dependencies.allowLicences
    dependencies.osv = try table.choice("osv") ?? dependencies.osv
    try table.assign("osv-max-age-days", atLeast: 0, to: &dependencies.osvMaxAgeDays)
    dependencies.osvFailFrom = try table.choice("osv-fail-from") ?? dependencies.osvFailFrom
  }

  private mutating func applySignature(_ table: inout TOMLReader) throws(ConfigurationError) {
    signature.role = try table.string("role") ?? signature.role
    signature.state = try table.choice("state") ?? signature.state
    guard var minimums = try table.table("min-version") else { return }
    for model in minimums.keys {
      let text = try minimums.require(model, minimums.string(model))
      guard let version = ReleaseVersion(text) else {
        throw ConfigurationError(
          key: minimums.path(model),
          "expected a version such as 1.4.0 (Semantic Versioning), found \"\(safeText(text))\"")
      }
      signature.minimumVersions[model] = version
    }
  }

  private mutating func applyReproduce(_ table: inout TOMLReader) throws(ConfigurationError) {
    try table.assign("min-golden-rows", atLeast: 0, to: &reproduce.minGoldenRows)
    try table.assign("max-abs", within: 0...Double.greatestFiniteMagnitude, to: &reproduce.maxAbs)
    reproduce.anyOrderBound = try table.choice("any-order-bound") ?? reproduce.anyOrderBound
    reproduce.argmaxEqual = try table.bool("argmax-equal") ?? reproduce.argmaxEqual
    reproduce.engineDigests = try table.choice("engine-digests") ?? reproduce.engineDigests
    try table.assign("max-memory-bytes", atLeast: 1, to: &reproduce.maxMemoryBytes)
  }

  private mutating func applyRobustness(_ table: inout TOMLReader) throws(ConfigurationError) {
    if let eps = try table.doubles("eps") {
      let isAscending = zip(eps, eps.dropFirst()).allSatisfy { $0 < $1 }
      guard isAscending, eps.allSatisfy({ $0 > 0 && $0 <= 1 }), eps.count <= 100 else {
        throw ConfigurationError(
          key: table.path("eps"), "expected at most 100 ascending numbers above 0 and up to 1")
      }
      robustness.eps = eps
    }
    try table.assign("min-samples", atLeast: 1, to: &robustness.minSamples)
    try table.assign("max-unusable-gradients", within: 0...1, to: &robustness.maxUnusableGradients)
    let minimums = try table.tables("minimum")
    if !minimums.isEmpty { robustness.minimums = [] }
    for var minimum in minimums {
      let attack: Attack = try minimum.require("attack", try minimum.choice("attack"))
      let norm: Norm = try minimum.require("norm", try minimum.choice("norm"))
      let eps = try minimum.require("eps", try minimum.double("eps"))
      var bound = try minimum.require("lower-bound", try minimum.double("lower-bound"))
      try minimum.assign("lower-bound", within: 0...1, to: &bound)
      try minimum.finish()
      guard robustness.eps.contains(eps) else {
        throw ConfigurationError(
          key: minimum.path("eps"), "\(shortestDecimal(eps)) is not measured",
          help: "add it to robustness.eps")
      }
      robustness.minimums.append(
        Minimum(attack: attack.rawValue, norm: norm.rawValue, eps: eps, lowerBound: bound))
    }
  }

  /// What no single key can say.
  private func checkConsistency() throws(ConfigurationError) {
    for check in CheckName.allCases
    where self[check].demand == .required && self[check].obstacles == .note {
      throw ConfigurationError(
        key: "\(check.rawValue).obstacles",
        "a required check cannot pass unjudged: expected \"incomplete\", found \"note\"",
        help: "set \(check.rawValue).obstacles = \"incomplete\" or demand less than \"required\"")
    }
    for minimum in robustness.minimums where !robustness.eps.contains(minimum.eps) {
      throw ConfigurationError(
        key: "robustness.eps", "\(shortestDecimal(minimum.eps)) has a bound and is not measured",
        help: "add it to robustness.eps")
    }
  }

  /// The attacks that a bound can name.
  private enum Attack: String, CaseIterable {
    case fgsm
  }

  /// The norms that a bound can name.
  private enum Norm: String, CaseIterable {
    case linf
  }
}

extension TOMLReader {
  /// An optional string that names one of the cases.
  fileprivate mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String
  ) throws(ConfigurationError) -> Choice? {
    guard let text = try string(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue)
      let nearest = nearestName(to: text, among: names).map { "did you mean \"\($0)\"?" }
      throw ConfigurationError(
        key: path(name),
        "expected one of \(names.joined(separator: ", ")), found \"\(safeText(text))\"",
        help: nearest)
    }
    return choice
  }

  /// Sets the value when the key is there and its integer is large enough.
  fileprivate mutating func assign(
    _ name: String, atLeast least: Int, to value: inout Int
  ) throws(ConfigurationError) {
    guard let given = try integer(name) else { return }
    guard given >= least else {
      throw ConfigurationError(key: path(name), "expected at least \(least), found \(given)")
    }
    value = given
  }

  /// Sets the value when the key is there and its number lies in the range.
  fileprivate mutating func assign(
    _ name: String, within range: ClosedRange<Double>, to value: inout Double
  ) throws(ConfigurationError) {
    guard let given = try double(name) else { return }
    guard range.contains(given) else {
      throw ConfigurationError(
        key: path(name),
        "expected \(shortestDecimal(range.lowerBound)) to \(shortestDecimal(range.upperBound)), "
          + "found \(shortestDecimal(given))")
    }
    value = given
  }
}
