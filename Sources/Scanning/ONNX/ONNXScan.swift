import Bytes
import Findings
import Formats

/// Judges ONNX models: what they take from other files, which code they need, and whether all
/// readers see the same in them.
struct ONNXScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let walk = ONNXWalk(file.bytes, limits: context.limits)
    reportOperators(of: walk, file, &context)
    reportTexts(of: walk, file, &context)
    reportFields(of: walk, file, &context)
    for odd in walk.oddNames {
      let place = file.place.at(odd.offset)
      if let finding = TensorName.finding(odd.name, at: place, isGraph: true) {
        context.report(finding)
      }
    }
    for tensor in walk.raw {
      TensorContent.judge(tensor.bytes, named: tensor.name, at: file.place, &context)
    }
    let missing = ONNXExternalScan(walk.externals, of: file).report(&context)
    if let cycle = cycle(of: walk) {
      context.report(
        Rule.onnxRecursion.at(
          file.place.at(cycle.offset), "function '\(cycle.name)' calls itself",
          evidence: [cycle.name]))
    }
    do throws(ParseError) {
      let model = try ONNXModel(parsing: file.bytes, limits: context.limits)
      reportCircles(in: model, file, &context)
    } catch {
      let isTensor = error.path.contains {
        $0.hasPrefix("initializer") || $0.hasPrefix("attribute")
      }
      guard error.kind == .malformed, isTensor else {
        return .partly(Rule.unreadable.at(file.place, error))
      }
      context.report(Rule.onnxTensorLie.at(file.place, error))
      return .whole
    }
    if let obstacle = walk.obstacle { return .partly(Rule.unreadable.at(file.place, obstacle)) }
    if let missing { return .partly(missing) }
    return .whole
  }

  private static func reportOperators(
    of walk: ONNXWalk, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    let defined = Set(walk.functions.map { ONNXWalk.Name($0.name.domain, $0.name.name) })
    for (name, offset) in walk.calls.sorted(by: { $0.value < $1.value }) {
      guard !defined.contains(name), !ONNXOperatorNames.contains(name.domain, name.name) else {
        continue
      }
      let domain = name.domain.isEmpty ? "the standard" : "domain '\(name.domain)'"
      context.report(
        Rule.onnxForeignDomain.at(
          file.place.detail(name.name).at(offset),
          "'\(name.name)' of \(domain) is no operator that runtimes have",
          evidence: ["\(name.domain)::\(name.name)"]))
    }
    for function in walk.functions
    where ONNXOperatorNames.standard.keys.contains(function.name.domain) {
      context.report(
        Rule.onnxForeignDomain.at(
          file.place.detail(function.name.name).at(function.offset),
          "a function takes the name of the standard's operator '\(function.name.name)'"))
    }
    let used = Set(walk.calls.keys.map(\.domain) + defined.map(\.domain))
    for (domain, offset) in walk.domains.sorted(by: { $0.value < $1.value })
    where !used.contains(domain) && !ONNXOperatorNames.isCommon(domain) {
      context.report(
        Rule.onnxForeignDomain.at(
          file.place.at(offset), "the model asks for the operators of '\(domain)'",
          evidence: [domain]))
    }
  }

  private static func reportTexts(
    of walk: ONNXWalk, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    for text in walk.texts {
      let metadata = MetadataText(text.bytes)
      // Exporters note their stack traces at each node: those are source text.
      let isTrace = text.name.contains("stack_trace") || text.name.hasPrefix("pkg.")
      if !isTrace {
        metadata.reportSign(
          named: text.name, at: file.place, code: .onnxMetadata, path: .onnxMetadataPath, &context)
      }
      if text.isModel { metadata.open(named: text.name, at: file.place, &context) }
    }
  }

  private static func reportFields(
    of walk: ONNXWalk, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    for field in walk.unknownFields {
      context.report(
        Rule.onnxUnknownField.at(
          file.place.at(field.offset), "field \(field.number) of a \(field.message)",
          evidence: ["\(field.message).\(field.number)"]))
      reportContent(of: field, file, &context)
    }
    for field in walk.repeated {
      context.report(
        Rule.onnxUnknownField.at(
          file.place.at(field.offset),
          "field \(field.number) of a \(field.message) stands twice: some readers merge the two",
          evidence: ["\(field.message).\(field.number)"]))
    }
  }

  /// Bytes that ONNX's readers pass over and that are code or a file to others.
  private static func reportContent(
    of field: ONNXWalk.UnknownField, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    let bytes = field.content.asFile()
    let sign = MetadataText(bytes).sign(limits: context.limits)
    let claims = FileFormat.claims(of: bytes)
    let name = FileName("field")
    let trial = PickleScan.trial(
      bytes, named: name, at: file.place, told: claims, limits: context.limits)
    let format = ([trial].compactMap { $0 } + claims).map(\.format).first {
      $0.family != .text && $0 != .empty
    }
    let what: String
    if let format {
      what = format.article
    } else if case .code(let sign) = sign {
      what = "code: '\(sign)'"
    } else if bytes.count > 4_096 {
      what = "\(bytes.count) bytes"
    } else {
      return
    }
    context.report(
      Rule.strayBytes.at(
        file.place.at(field.content.offset), "a field that no version of ONNX has holds \(what)"))
    context.open(bytes, named: "field \(field.number)", at: file.place)
  }

  /// A function that calls itself, perhaps by way of others.
  private static func cycle(of walk: ONNXWalk) -> (name: String, offset: Int)? {
    var indices: [ONNXWalk.Name: Int] = [:]
    for (index, function) in walk.functions.enumerated() { indices[function.name] = index }
    let edges = walk.functions.map { $0.calls.compactMap { indices[$0] }.sorted() }
    guard let index = Circle.member(of: edges) else { return nil }
    return (walk.functions[index].name.name, walk.functions[index].offset)
  }

  private static func reportCircles(
    in model: ONNXModel, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    let bodies =
      [model.graph.nodes] + model.trainingGraphs.map(\.nodes) + model.functions.map(\.nodes)
    for nodes in bodies {
      var makers: [String: Int] = [:]
      for (index, node) in nodes.enumerated() {
        for output in node.outputs where !output.isEmpty { makers[output] = index }
      }
      let edges = nodes.map { node in node.inputs.compactMap { makers[$0] } }
      guard let index = Circle.member(of: edges) else { continue }
      context.report(
        Rule.onnxRecursion.at(
          file.place.at(nodes[index].offset),
          "node '\(nodes[index].name)' waits for a value that comes of its own",
          evidence: [nodes[index].operatorType]))
    }
  }
}
