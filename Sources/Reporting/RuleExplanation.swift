import Bytes
public import Findings

/// What `explain` says about rules, all from the one table of rules.
public enum RuleExplanation {
  /// One rule for a person at a terminal.
  public static func text(for rule: Rule) -> String {
    let weakness = rule.cwe.map { ", CWE-\($0)" } ?? ""
    var out = "\(rule.id): \(rule.title)\n"
    out += "\(rule.severity.rawValue), \(rule.kind.rawValue)\(weakness)\n\n"
    out += TextLayout.wrap(rule.why, first: "why   ", indent: 6)
    out += TextLayout.wrap(rule.fix, first: "fix   ", indent: 6)
    out += TextLayout.wrap(rule.kind.meaning, first: "then  ", indent: 6)
    if !rule.references.isEmpty {
      out += TextLayout.wrap(rule.references.joined(separator: ", "), first: "see   ", indent: 6)
    }
    return out
  }

  /// Every rule, a line each.
  public static func list() -> String {
    Rule.all.map {
      TextLayout.left($0.id, 8) + TextLayout.left($0.severity.rawValue, 10) + $0.title + "\n"
    }.joined()
  }

  /// Every rule as a JSON array of objects.
  public static func json() -> String {
    JSON.array(
      Rule.all.map { rule in
        .record([
          ("id", .string(rule.id)), ("severity", .string(rule.severity.rawValue)),
          ("kind", .string(rule.kind.rawValue)), ("cwe", rule.cwe.map { .integer($0) }),
          ("title", .string(rule.title)), ("why", .string(rule.why)), ("fix", .string(rule.fix)),
          (
            "references",
            rule.references.isEmpty ? nil : .array(rule.references.map { .string($0) })
          ),
        ])
      }
    ).text()
  }

  /// The page docs/rules.md, byte for byte.
  public static func page() -> String {
    var out = """
      # Rules

      Every finding names one of these rules; `proofmark explain ID` prints one. This page is made
      from the table in `Sources/Findings/Rules/` and a test compares them.

      A rule is of one of three kinds. A **violation** fails its check when it is at least as bad as
      the policy's `fail-from`. An **obstacle** leaves its check incomplete. An **absence** fails a
      check that the policy requires, and is shown elsewhere.

      """
    var family = ""
    for rule in Rule.all {
      let letters = String(rule.id.prefix(3))
      if letters != family {
        family = letters
        out += "\n## \(letters): \(familyTitle(letters))\n"
      }
      let weakness = rule.cwe.map {
        ", [CWE-\($0)](https://cwe.mitre.org/data/definitions/\($0).html)"
      }
      out += "\n### \(rule.id)\n\n"
      out += "**\(markdownText(rule.title))** "
      out += "(\(rule.severity.rawValue), \(rule.kind.rawValue)\(weakness ?? ""))\n\n"
      out += "Why: \(markdownText(rule.why)).\n\nFix: \(markdownText(rule.fix)).\n"
      if !rule.references.isEmpty { out += "\nSee: \(rule.references.joined(separator: ", ")).\n" }
    }
    return out
  }

  private static func familyTitle(_ letters: String) -> String {
    switch letters {
    case "ARC": "archives"
    case "IMG": "container images"
    case "SIG": "signatures"
    case "LCK": "the lock"
    case "DEP": "dependencies"
    case "PKL": "pickles"
    case "KER": "Keras and HDF5"
    case "TFS": "TensorFlow"
    case "TFL": "TFLite"
    case "ONX": "ONNX"
    case "STF": "safetensors"
    case "GGF": "GGUF and GGML"
    case "NPY": "arrays"
    case "MDL": "other model formats"
    case "TPL": "templates"
    case "CFG": "configurations"
    case "SCR": "scripts, programs and documents"
    case "SEC": "secrets"
    case "PRI": "personal data"
    case "SCN": "the scan"
    case "REP": "reproduction"
    case "ROB": "robustness"
    case "POL": "the policy"
    default: "other"
    }
  }
}

extension Rule.Kind {
  /// What a finding of the kind does to an audit.
  fileprivate var meaning: String {
    switch self {
    case .violation: "fails its check when it is at least as bad as the policy's fail-from"
    case .obstacle: "leaves its check incomplete (exit 3), unless something fails"
    case .absence: "fails a check that the policy requires; elsewhere it is shown"
    }
  }
}
