import Releases
import Archives
import Auditing
import Bytes
import Engine
import Findings
import Models

/// What `inspect` shows of a subject.
struct Inspection {
  private let subject: Subject

  init(_ subject: Subject) {
    self.subject = subject
  }

  /// Whether everything could be read.
  var isComplete: Bool {
    if case .refused = subject.network { return false }
    return subject.inventory.findings.isEmpty
  }

  /// For people.
  var text: String {
    var lines = [
      "\(subject.inventory.container.rawValue)  \(subject.inventory.subjectDigest.prefixed)"
    ]
    if let manifest = subject.release.manifest.content {
      lines.append("model \(manifest.model.name) \(manifest.model.version)")
    }
    lines += ["", "members"]
    lines += table(
      subject.inventory.members.map { member in
        [
          member.path.text, FileKind(of: member.bytes).rawValue, "\(member.size)",
          String(member.digest.hexadecimal.prefix(16)),
        ]
      }, rightAligned: [2])
    for finding in subject.inventory.findings {
      lines.append("  \(finding.rule.id)  \(finding.place): \(safeText(finding.message))")
    }
    lines += networkLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var networkLines: [String] {
    switch subject.network {
    case .absent(let reason): return ["", "no network: \(reason)"]
    case .refused(let finding):
      return ["", "no network: \(finding.place): \(safeText(finding.message))"]
    case .ready(let model):
      let graph = model.model.graph
      var lines = ["", "network \(model.place) (\(formName(model.model)))"]
      lines += [
        "  input \(shapeText(graph.inputShape))  output \(shapeText(graph.outputShape))  "
          + "\(graph.parameterCount) parameters  \(graph.multiplyAccumulates) multiply-accumulates"
      ]
      lines += ["", "layers"]
      lines += table(
        graph.nodes.map { node in
          [
            node.name, node.operation.name, shapeText(node.shape),
            "\(node.operation.parameterCount)", "\(node.multiplyAccumulates)",
          ]
        }, rightAligned: [3, 4])
      lines += ["", "weights"]
      lines += table(
        model.model.weights.map { weight in
          [
            weight.name, weight.elementType, shapeText(weight.shape),
            weight.nonFiniteCount == 0 ? "" : "\(weight.nonFiniteCount) NaN or infinite",
          ]
        }, rightAligned: [])
      return lines
    }
  }

  private func formName(_ model: Model) -> String {
    model.format.rawValue + (model.writer.map { ", \(safeText($0))" } ?? "")
  }

  private func shapeText(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }

  /// Rows of cells in columns as wide as their widest cell, escaped.
  private func table(_ rows: [[String]], rightAligned: [Int]) -> [String] {
    let rows = rows.map { $0.map { safeText($0) } }
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = " "
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += " " + (rightAligned.contains(column) ? padding + cell : cell + padding) + " "
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// For programs.
  var json: JSON {
    let manifest = subject.release.manifest.content
    return .record([
      ("schema", "proofmark-inspection/1"),
      ("container", .string(subject.inventory.container.rawValue)),
      ("sha256", .string(subject.inventory.subjectDigest.hexadecimal)),
      (
        "model",
        manifest.map {
          .record([("name", .string($0.model.name)), ("version", .string($0.model.version))])
        }
      ),
      ("members", .array(subject.inventory.members.map(memberJSON))),
      ("findings", .array(subject.inventory.findings.map(findingJSON))),
      ("network", networkJSON),
    ])
  }

  private func memberJSON(_ member: Member) -> JSON {
    .record([
      ("path", .string(member.path.text)), ("kind", .string(FileKind(of: member.bytes).rawValue)),
      ("size", .integer(member.size)), ("mode", .string(member.mode.rawValue)),
      ("sha256", .string(member.digest.hexadecimal)),
    ])
  }

  private func findingJSON(_ finding: Finding) -> JSON {
    .record([
      ("rule", .string(finding.rule.id)), ("place", .string(finding.place.chain)),
      ("message", .string(finding.message)),
    ])
  }

  private var networkJSON: JSON {
    switch subject.network {
    case .absent: return .null
    case .refused(let finding): return .record([("refused", findingJSON(finding))])
    case .ready(let model):
      let graph = model.model.graph
      return .record([
        ("place", .string(model.place.chain)), ("format", .string(model.model.format.rawValue)),
        ("writer", model.model.writer.map { .string($0) }),
        ("input", shapeJSON(graph.inputShape)), ("output", shapeJSON(graph.outputShape)),
        ("parameters", .integer(graph.parameterCount)),
        ("multiplyAccumulates", .integer(graph.multiplyAccumulates)),
        (
          "layers",
          .array(
            graph.nodes.map { node in
              .record([
                ("name", .string(node.name)), ("operator", .string(node.operation.name)),
                ("shape", shapeJSON(node.shape)),
                ("parameters", .integer(node.operation.parameterCount)),
                ("multiplyAccumulates", .integer(node.multiplyAccumulates)),
              ])
            })
        ),
        (
          "weights",
          .array(
            model.model.weights.map { weight in
              .record([
                ("name", .string(weight.name)), ("type", .string(weight.elementType)),
                ("shape", shapeJSON(weight.shape)),
                ("nonFinite", .integer(weight.nonFiniteCount)),
              ])
            })
        ),
      ])
    }
  }

  private func shapeJSON(_ shape: [Int]) -> JSON { .array(shape.map { .integer($0) }) }
}
