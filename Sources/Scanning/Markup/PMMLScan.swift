import Bytes
import Findings
import Formats

/// Judges models in PMML: data that a program evaluates, unless it names code or other files.
struct PMMLScan: ContentScanner {
  /// Elements that lead to data outside, by their attributes.
  private static let outside: Set<String> = ["TableLocator", "DataSource", "FilePath"]

  /// Texts that evaluators hand to an interpreter or class loader.
  private static let code = [
    "java.lang.", "javax.", "java:", "Runtime.getRuntime", "ProcessBuilder", "javascript",
    "groovy", "jndi:", "ldap://", "rmi://", "class:", "eval(", "exec(", "os.system", "#{", "${",
  ]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let coverage = XMLScan.scan(file, &context)
    if coverage.obstacle != nil { return coverage }
    let declarations = XMLDeclarations(file.bytes)
    guard declarations.danger == nil else { return .whole }
    var reader = XMLReader(declarations.text, limits: context.limits)
    do throws(ParseError) {
      while let event = try reader.next() {
        switch event {
        case .start(let name, let attributes, let offset):
          let place = file.place.detail(name).at(offset)
          let local = name.split(separator: ":").last.map(String.init) ?? name
          if outside.contains(local) {
            context.report(
              Rule.modelPath.at(place, "<\(name)> takes data from outside", evidence: [name]))
          }
          for attribute in attributes where !attribute.name.hasPrefix("xmlns") {
            judge(attribute.value, of: "\(name) \(attribute.name)", at: place, &context)
          }
        case .text(let text, let offset):
          judge(text, of: "text", at: file.place.at(offset), &context)
        case .end: break
        }
      }
    } catch {
      return .partly(Rule.unreadable.at(file.place, error))
    }
    return .whole
  }

  private static func judge(
    _ text: String, of name: String, at place: Place, _ context: inout ScanContext
  ) {
    for sign in code where text.contains(sign) {
      context.report(
        Rule.modelPlugin.at(
          place, "'\(name)' names code: '\(sign)'", evidence: [String(text.prefix(200))]))
    }
  }
}
