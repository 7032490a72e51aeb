import Bytes
import Findings
import Formats

/// Judges TensorFlow's SavedModels, graphs and Keras's metadata beside them.
struct SavedModelScan: ContentScanner {
  /// Texts in constants below this size hold no graph.
  private static let graphBytes = 16

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      let graph: TensorFlowGraph
      if file.claim.format == .savedModelText {
        graph = try TensorFlowGraph(text: file.bytes, limits: context.limits)
      } else if let message = TensorFlowGraph.message(of: file.bytes) {
        graph = try TensorFlowGraph(parsing: file.bytes, as: message, limits: context.limits)
      } else {
        throw ParseError(at: 0, expected: "a message of TensorFlow", found: "other fields")
      }
      judge(graph, at: file.place, &context)
      explainFingerprint(beside: file, &context)
      return .whole
    } catch {
      let rule: Rule = error.kind == .limit ? .graphLimit : .unreadable
      return .partly(rule.at(file.place, error))
    }
  }

  private static func judge(
    _ graph: TensorFlowGraph, at place: Place, _ context: inout ScanContext
  ) {
    for node in graph.nodes {
      judge(node.operation, of: node, graph, at: place, &context)
      for name in node.functions where !graph.functions.contains(name) && !name.isEmpty {
        judge(name, of: node, graph, at: place, &context)
      }
      judgeTexts(of: node, at: place, &context)
    }
    for asset in graph.assets where leadsOutside(asset) {
      context.report(
        Rule.savedModelLayout.at(place, "an asset lies outside", evidence: [safeText(asset)]))
    }
    for metadata in graph.kerasMetadata { judge(metadata, at: place, &context) }
  }

  private static func judge(
    _ operation: String, of node: TensorFlowGraph.Node, _ graph: TensorFlowGraph, at place: Place,
    _ context: inout ScanContext
  ) {
    let inside = place.at(node.offset).detail(
      [node.function, node.name].compactMap { $0 }.joined(separator: "/"))
    let evidence = ["op \(operation)"]
    switch TensorFlowOperations.effect(of: operation) {
    case .plain: break
    case .code:
      context.report(Rule.tensorFlowCode.at(inside, "calls \(operation)", evidence: evidence))
    case .files:
      context.report(Rule.tensorFlowFiles.at(inside, "uses \(operation)", evidence: evidence))
    case .saver:
      guard operation != "InitializeTableFromTextFile",
        operation != "InitializeTableFromTextFileV2", !isSaver(node)
      else { return }
      context.report(
        Rule.tensorFlowFiles.at(
          inside, "uses \(operation) outside of a saver", evidence: evidence))
    case .graph:
      context.report(Rule.graphInTensor.at(inside, "runs a graph that is data", evidence: evidence))
    case .unknown:
      guard !graph.functions.contains(operation) else { return }
      context.report(
        Rule.tensorFlowCustomOperation.at(
          inside, "\(safeText(operation)) is no operation of TensorFlow", evidence: evidence))
    }
  }

  /// Whether the node is where TensorFlow puts what saves and restores variables.
  private static func isSaver(_ node: TensorFlowGraph.Node) -> Bool {
    if let function = node.function {
      return ["__inference__traced_save", "__inference__traced_restore"].contains {
        function.hasPrefix($0)
      }
    }
    return node.name.isEmpty || node.name.hasPrefix("save")
      || node.name.hasPrefix("checkpoint_initializer")
  }

  /// Constants: serialised graphs, and paths out of the model's folder.
  private static func judgeTexts(
    of node: TensorFlowGraph.Node, at place: Place, _ context: inout ScanContext
  ) {
    for text in node.texts {
      if text.count >= graphBytes, let message = TensorFlowGraph.message(of: text) {
        let inside = place.at(text.offset).detail(node.name)
        context.report(Rule.graphInTensor.at(inside, "holds a serialised graph"))
        let format: FileFormat =
          message == .graph || message == .metaGraph ? .graphDef : .savedModel
        context.open(
          text, named: node.name.isEmpty ? "graph" : node.name, at: place, as: .format(format))
      } else if node.operation == "Const", text.count > 1, text.count <= 4_096,
        leadsOutside(String(decoding: text, as: UTF8.self)), node.function.map(isTraced) ?? true
      {
        context.report(
          Rule.savedModelLayout.at(
            place.at(text.offset).detail(node.name), "a constant is a path outside",
            evidence: [safeText(bytes: text.prefix(120))]))
      }
    }
  }

  private static func isTraced(_ function: String) -> Bool {
    function.hasPrefix("__inference__traced_")
  }

  /// Whether a path is absolute, climbs, or names a scheme that TensorFlow opens.
  private static func leadsOutside(_ path: String) -> Bool {
    let path = separatingMarks(path)
    guard !path.contains(where: \.isWhitespace) else { return false }
    return path.hasPrefix("/") && path.utf8.count > 1 && path.dropFirst().contains("/")
      || path.split(separator: "/").contains("..") || path.contains("\\..")
      || ["gs://", "s3://", "http://", "https://", "file://", "hdfs://", "ram://"].contains {
        path.hasPrefix($0)
      }
  }

  private static func judge(
    _ metadata: ByteSlice, at place: Place, _ context: inout ScanContext
  ) {
    guard metadata.first == UInt8(ascii: "{") else { return }
    let inside = place.at(metadata.offset).detail("keras metadata")
    do throws(ParseError) {
      let found = KerasConfigScan.findings(in: try JSON(parsing: metadata), at: inside)
      for finding in found where finding.rule == .kerasCode || finding.rule == .kerasForeignCode {
        context.report(
          Rule.savedModelKerasCode.at(finding.place, finding.message, evidence: finding.evidence))
      }
      context.report(found)
    } catch {
      context.report(Rule.unreadable.at(inside, error))
    }
  }

  /// TensorFlow writes five checksums and a name beside the model; numbers alone, and small.
  private static func explainFingerprint(beside file: ScannedFile, _ context: inout ScanContext) {
    let name = "fingerprint.pb"
    guard let bytes = file.siblings.bytes(name), bytes.count <= 512 else { return }
    var fields = ProtobufReader(bytes)
    do throws(ParseError) {
      while let field = try fields.next() {
        guard (1...7).contains(field.number) else { return }
      }
    } catch {
      return
    }
    context.explain(file.siblings.path(name), 0..<bytes.count, by: file.place)
  }
}
