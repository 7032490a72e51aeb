import Archives
public import Bytes

// Reading proofmark.toml: every key is known, every path lies in the release.
extension Manifest {
  /// The longest manifest that is read.
  public static let byteLimit = 1 << 20

  /// Reads a manifest (`manifest-version = "1"`).
  ///
  /// - Throws: `ConfigurationError` that names the key at fault; an unknown key is an error, and
  ///   the nearest known one is named.
  public init(parsing bytes: ByteSlice) throws(ConfigurationError) {
    guard bytes.count <= Manifest.byteLimit else {
      throw ConfigurationError(key: "", "longer than \(Manifest.byteLimit) bytes")
    }
    var document = try TOML.parse(bytes)
    let form = try document.require("manifest-version", document.string("manifest-version"))
    guard form == "1" else {
      throw ConfigurationError(
        key: "manifest-version", "expected \"1\", found \"\(safeText(form))\"")
    }
    model = try Model(document.require("model", document.table("model")))
    input = try document.table("input").map { (table) throws(ConfigurationError) in
      try Input(table)
    }
    labels = try Manifest.labels(document.table("output"))
    goldens = try Manifest.goldens(document.tables("golden"))
    evaluation = try document.table("evaluation").map { (table) throws(ConfigurationError) in
      try Evaluation(table)
    }
    var training = try document.table("training") ?? TOMLReader([:], key: "training")
    trainingData = try training.tables("data").map { (table) throws(ConfigurationError) in
      try TrainingData(table)
    }
    seed = try training.integer("seed")
    try training.finish()
    dependencyFiles = try Manifest.dependencyFiles(document.table("dependencies"))
    try document.finish()
  }

  private static func labels(_ table: TOMLReader?) throws(ConfigurationError) -> String? {
    guard var table else { return nil }
    let labels = try table.releasePath("labels")
    try table.finish()
    return labels
  }

  private static func goldens(_ tables: [TOMLReader]) throws(ConfigurationError) -> [Golden] {
    var goldens: [Golden] = []
    for table in tables {
      let golden = try Golden(table)
      guard !goldens.contains(where: { $0.name == golden.name }) else {
        throw ConfigurationError(key: table.path("name"), "'\(golden.name)' stands twice")
      }
      goldens.append(golden)
    }
    return goldens
  }

  private static func dependencyFiles(
    _ table: TOMLReader?
  ) throws(ConfigurationError) -> [String] {
    guard var table else { return [] }
    let place = table.path("files")
    let paths = try table.require("files", table.strings("files"))
    let files = try paths.map { (path) throws(ConfigurationError) in
      try checkedPath(path, key: place)
    }
    guard Set(files).count == files.count else {
      throw ConfigurationError(key: place, "a file stands twice")
    }
    try table.finish()
    return files
  }
}

extension Manifest.Model {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    name = try table.require("name", table.name("name"))
    version = try table.require("version", table.name("version", alsoPlus: true))
    parent = try table.name("parent", alsoPlus: true)
    license = try table.line("license")
    file = try table.require("file", table.releasePath("file"))
    architecture = try table.releasePath("architecture")
    framework = try table.line("framework")
    try table.finish()
  }
}

extension Manifest.Input {
  private static let rankLimit = Limits().tensorRank

  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    name = try table.line("name")
    shape = try table.require("shape", table.integers("shape"))
    guard (1...Manifest.Input.rankLimit).contains(shape.count), shape.allSatisfy({ $0 >= 1 }) else {
      throw ConfigurationError(
        key: table.path("shape"),
        "expected 1 to \(Manifest.Input.rankLimit) sizes of at least 1, without the batch")
    }
    let bounds = try table.require("range", table.doubles("range"))
    guard bounds.count == 2, bounds.allSatisfy(\.isFinite), bounds[0] < bounds[1] else {
      throw ConfigurationError(key: table.path("range"), "expected two numbers, the lower first")
    }
    range = bounds[0]...bounds[1]
    scale = try Manifest.Scale(
      table.require("scale", table.value("scale")), key: table.path("scale"))
    try table.finish()
  }
}

extension Manifest.Scale {
  fileprivate init(_ value: TOML, key: String) throws(ConfigurationError) {
    switch value {
    case .string(let text):
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let numerator = Manifest.Scale.wholeNumber(parts[0]),
        let denominator = Manifest.Scale.wholeNumber(parts[1])
      else {
        throw ConfigurationError(
          key: key, "expected a fraction such as \"1/255\", found \"\(safeText(text))\"")
      }
      self = .fraction(numerator: numerator, denominator: denominator)
    case .table(let members):
      var table = TOMLReader(members, key: key)
      let mean = try table.require("mean", table.doubles("mean"))
      let deviation = try table.require("std", table.doubles("std"))
      guard !mean.isEmpty, mean.count == deviation.count, mean.allSatisfy(\.isFinite),
        deviation.allSatisfy({ $0.isFinite && $0 > 0 })
      else {
        throw ConfigurationError(
          key: key, "expected as many means as deviations, one for each channel, all above 0")
      }
      self = .standardised(mean: mean, deviation: deviation)
      try table.finish()
    default:
      throw ConfigurationError(key: key, "expected a fraction or { mean = [...], std = [...] }")
    }
  }

  /// A number between 1 and 2^53, which binary64 holds exactly.
  private static func wholeNumber(_ text: Substring) -> Int? {
    guard let value = Int(text), String(value) == text, (1...(1 << 53)).contains(value) else {
      return nil
    }
    return value
  }
}

extension Manifest.Golden {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    name = try table.require("name", table.name("name"))
    input = try table.require("input", table.releasePath("input"))
    output = try table.require("output", table.releasePath("output"))
    try table.finish()
  }
}

extension Manifest.Evaluation {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    inputs = try table.require("inputs", table.releasePath("inputs"))
    labels = try table.require("labels", table.releasePath("labels"))
    var metrics =
      try table.table("metrics") ?? TOMLReader([:], key: table.path("metrics"))
    let place = metrics.path("accuracy")
    accuracy = try metrics.string("accuracy").map { (text) throws(ConfigurationError) in
      guard let claim = Claim(text) else {
        throw ConfigurationError(
          key: place, "expected a decimal between 0 and 1 such as \"0.9760\"")
      }
      return claim
    }
    try metrics.finish()
    try table.finish()
  }
}

extension Manifest.TrainingData {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    name = try table.require("name", table.name("name"))
    let text = try table.require("sha256", table.string("sha256"))
    guard let digest = Digest(hexadecimal: text) else {
      throw ConfigurationError(
        key: table.path("sha256"), "expected 64 lower-case hexadecimal digits")
    }
    self.digest = digest
    try table.finish()
  }
}

/// The path if it can name a member of a release.
private func checkedPath(_ path: String, key: String) throws(ConfigurationError) -> String {
  do {
    return try MemberPath(path).text
  } catch {
    throw ConfigurationError(key: key, "'\(safeText(path))': \(error.reason)")
  }
}

extension TOMLReader {
  /// A path of the release.
  fileprivate mutating func releasePath(_ name: String) throws(ConfigurationError) -> String? {
    guard let text = try string(name) else { return nil }
    return try checkedPath(text, key: path(name))
  }

  /// A name or version: letters, digits and a few marks, so that it reads the same everywhere.
  fileprivate mutating func name(
    _ name: String, alsoPlus: Bool = false
  ) throws(ConfigurationError) -> String? {
    guard let text = try string(name) else { return nil }
    guard isReleaseName(text, alsoPlus: alsoPlus) else {
      throw ConfigurationError(
        key: path(name),
        "expected 1 to 128 letters, digits, '.', '_' or '-', found '\(safeText(text))'")
    }
    return text
  }

  /// A line of text for people.
  fileprivate mutating func line(_ name: String) throws(ConfigurationError) -> String? {
    guard let text = try string(name) else { return nil }
    guard text.utf8.count <= 256, !text.unicodeScalars.contains(where: isUnsafe) else {
      throw ConfigurationError(
        key: path(name), "expected at most 256 bytes without control characters")
    }
    return text
  }
}
