import Bytes
import Findings

/// `setup.cfg` of setuptools: `[options]` with `install_requires`, `setup_requires` and
/// `[options.extras_require]`, each a list of one requirement a line.
enum SetupConfigurationReader: DependencyReader {
  static let kind = "setup.cfg"
  static let names = ["setup.cfg"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let lines = content.lines(file) else { return }
    var section = ""
    var key = ""
    for (number, text) in lines {
      let line = trimmingSpace(text)
      let place = file.place.detail("line \(number)")
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        (section, key) = (String(line[line.index(after: line.startIndex)..<end]), "")
      } else if text.utf8.first.map(isSpace) == true {
        read(line, section, key, file, at: place, into: &content)
      } else if let mark = line.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        key = trimmingSpace(line[..<mark]).lowercased()
        let value = trimmingSpace(line[line.index(after: mark)...])
        if !value.isEmpty { read(value, section, key, file, at: place, into: &content) }
      } else if section.hasPrefix("options") {
        content.report(.malformedDependencyFile, place, "neither a key nor a part of its value")
      }
    }
  }

  /// One line of a key's value.
  private static func read(
    _ value: Substring, _ section: String, _ key: String, _ file: DependencyFile,
    at place: Place, into content: inout DependencyContent
  ) {
    let scope: DeclaredPackage.Scope
    switch (section, key) {
    case ("options", "install_requires"), ("options", "requires"): scope = .required
    case ("options", "setup_requires"): scope = .build
    case ("options", "tests_require"), ("options.extras_require", _): scope = .optional
    case ("options", "dependency_links"):
      content.report(
        .additionalSource, place, "'dependency_links' adds a place of files",
        evidence: [String(value)])
      return
    default: return
    }
    guard value.hasPrefix("file:") else {
      // A list may also stand in one line, parted by semicolons, which then begin no marker.
      content.declare(requirement: String(value), scope, at: place)
      return
    }
    for path in value.dropFirst(5).split(separator: ",") {
      guard let included = file.neighbour(String(trimmingSpace(path))) else {
        content.report(
          .foreignInclude, place, "the release has no file '\(trimmingSpace(path))'",
          evidence: [String(value)])
        continue
      }
      RequirementsInReader.read(included, into: &content)
    }
  }
}
