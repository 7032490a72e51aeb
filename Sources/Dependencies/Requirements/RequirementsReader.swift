import Bytes
import Findings

/// pip's requirements: no source opened, and every line pinned and hashed.
enum RequirementsReader: DependencyReader {
  static let kind = "requirements"
  static let names = ["*requirements*.txt", "requirements/*.txt"]
  static let locks: Set = ["pyproject", "setup.cfg", "setup.py", "requirements.in"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    content = RequirementsFile(file, isConstraints: false).content
  }
}

/// pip's constraints: no source opened, nothing but versions said. They apply only where something
/// else demands the package.
enum ConstraintsReader: DependencyReader {
  static let kind = "constraints"
  static let names = ["*constraints*.txt"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    content = RequirementsFile(file, isConstraints: true).content
  }
}

/// What pip-compile makes a requirements file from.
enum RequirementsInReader: DependencyReader {
  static let kind = "requirements.in"
  static let names = ["*requirements*.in", "requirements/*.in"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    for finding in RequirementsFile(file, isConstraints: true).content.findings {
      content.report(finding.rule, finding.place, finding.message, evidence: finding.evidence)
    }
    guard let text = RequirementsFile.text(file.bytes) else { return }
    let lines = LogicalLine.split(text, limit: RequirementsFile.lineCountLimit)
    for line in lines where !line.text.hasPrefix("-") {
      let demand = line.text.split(separator: " ").prefix { !$0.hasPrefix("-") }
      let requirement = demand.joined(separator: " ")
      // What is malformed or direct has its finding.
      if Requirement.conditions(of: requirement) != nil {
        switch Requirement(requirement) {
        case .open, .pinned:
          content.declare(
            requirement: requirement, .required, at: file.place.detail("line \(line.number)"))
        case .direct, .malformed: continue
        }
      }
    }
  }
}
