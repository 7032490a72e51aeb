import Archives
import Auditing
import Bytes
import Engine
import Findings
import Models
import Releases

// For people.
extension Inspection {
  var text: String {
    var lines = [
      "\(subject.inventory.container.rawValue)  \(subject.inventory.subjectDigest.prefixed)"
    ]
    if let manifest = subject.release.manifest.content {
      lines.append("model \(manifest.model.name) \(manifest.model.version)")
    }
    var members = TextTable(["path", "kind", "bytes", "sha256"], rightAligned: [2])
    for member in subject.inventory.members {
      members.add([
        member.path.text, kindName(of: member.bytes), groupedDecimal(member.size),
        String(member.digest.hexadecimal.prefix(16)),
      ])
    }
    lines += section("members", members)
    if let image = subject.inventory.image { lines += imageLines(image) }
    for finding in subject.inventory.findings {
      lines.append("  \(finding.rule.id)  \(finding.place): \(safeText(finding.message))")
    }
    switch subject.network {
    case .absent(let reason): lines += ["", "no network: \(reason)"]
    case .refused(let finding):
      lines += ["", "no network: \(finding.place): \(safeText(finding.message))"]
      lines += finding.evidence.map { "  \(safeText($0))" }
    case .ready(let model): lines += networkLines(model)
    }
    if let loneWeights {
      lines += section(
        "weights \(loneWeights.place) (\(loneWeights.format.rawValue))", table(loneWeights.weights))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ title: String, _ table: TextTable) -> [String] {
    table.isEmpty ? [] : ["", title] + table.lines
  }

  private func imageLines(_ layout: ImageLayout) -> [String] {
    var lines: [String] = []
    for image in layout.images {
      let names = image.names.isEmpty ? ["without a tag"] : image.names.map(safeText)
      var layers = TextTable(["layer", "member", "diff_id"], rightAligned: [0])
      for (number, layer) in image.layers.enumerated() {
        layers.add([
          "\(number + 1)", layer.path ?? "missing",
          layer.diffID.map { String($0.hexadecimal.prefix(16)) } ?? "",
        ])
      }
      let title = (["image"] + names + [safeText(image.platform)]).filter { !$0.isEmpty }
      lines += ["", title.joined(separator: " ")] + layers.lines
    }
    return lines
  }

  private func networkLines(_ model: RunnableModel) -> [String] {
    let graph = model.model.graph
    let writer = model.model.writer.map { ", \(safeText($0))" } ?? ""
    var lines = ["", "network \(model.place) (\(model.model.format.rawValue)\(writer))"]
    for (input, value) in zip(graph.inputs, graph.inputValues) {
      lines.append("  input   \(safeText(input.name))  \(typeText(value, in: graph))")
    }
    for output in graph.outputs {
      let name = graph.nodeIndex(of: output).map { "#\($0 + 1)" } ?? "input"
      lines.append("  output  \(name)  \(typeText(output, in: graph))")
    }
    lines.append(
      "  work    \(groupedDecimal(graph.parameterCount)) parameters, "
        + "\(groupedDecimal(graph.multiplyAccumulates)) multiply-accumulates for one input")
    let memory = model.network.memory
    lines.append(
      "  memory  \(groupedDecimal(memory.perInputBytes)) bytes for one input at a time, "
        + "\(groupedDecimal(memory.workspaceBytes)) for each thread, "
        + "\(groupedDecimal(memory.weightBytes)) of packed weights")
    lines += section("layers", table(graph))
    if let mapping = model.model.mapping { lines += mappingLines(mapping) }
    return lines + section("weights", table(model.model.weights))
  }

  private func typeText(_ value: Graph.Value, in graph: Graph) -> String {
    let shape = (["N"] + graph.rowShape(of: value).map(String.init)).joined(separator: " x ")
    return "\(graph.type(of: value).element.rawValue) \(shape)"
  }

  private func table(_ graph: Graph) -> TextTable {
    var table = TextTable(
      ["#", "layer", "operator", "from", "output", "parameters", "macs", "sees"],
      rightAligned: [0, 5, 6])
    for (index, (node, field)) in zip(graph.nodes, graph.receptiveFields).enumerated() {
      let sources = node.inputs.map { value in
        graph.nodeIndex(of: value).map { "#\($0 + 1)" }
          ?? graph.inputs[graph.inputValues.firstIndex(of: value) ?? 0].name
      }
      table.add([
        "\(index + 1)", node.name, node.operation.name, sources.joined(separator: " "),
        shapeText(node.shape), count(node.operation.parameterCount),
        count(node.multiplyAccumulates), field.map(fieldText) ?? "",
      ])
    }
    return table
  }

  private func count(_ number: Int) -> String { number == 0 ? "" : groupedDecimal(number) }

  /// Rows x columns of the input behind one pixel, and the step to the next pixel's.
  private func fieldText(_ field: ReceptiveField) -> String {
    let step =
      field.stride.height == field.stride.width
      ? "\(field.stride.height)" : "\(field.stride.height) x \(field.stride.width)"
    return "\(field.size.height) x \(field.size.width) step \(step)"
  }

  private func table(_ weights: [Model.Weight]) -> TextTable {
    var table = TextTable(
      ["weight", "type", "shape", "offset", "bytes", "remarks"], rightAligned: [3, 4])
    for weight in weights {
      var remarks: [String] = []
      if let file = weight.externalFile { remarks.append("in \(file)") }
      let nonFinite = weight.nonFiniteCount
      if nonFinite > 0 { remarks.append("\(groupedDecimal(nonFinite)) NaN or infinite") }
      table.add([
        weight.name, weight.elementType, shapeText(weight.shape),
        weight.range.map { groupedDecimal($0.lowerBound) } ?? "",
        weight.range.map { groupedDecimal($0.count) } ?? "", remarks.joined(separator: ", "),
      ])
    }
    return table
  }

  private func mappingLines(_ mapping: WeightMapping) -> [String] {
    var lines = ["", "mapping of weights: \(mapping.strategy.words)"]
    if let caution = mapping.caution { lines.append("  note: \(safeText(caution))") }
    if !mapping.passedOver.isEmpty {
      let names = mapping.passedOver.map(safeText).joined(separator: ", ")
      lines.append("  not needed: \(names)")
    }
    // Equal names need no list.
    guard mapping.strategy != .names else { return lines }
    var table = TextTable(["wanted", "stored", "axes"])
    for match in mapping.matches {
      table.add([match.wanted, match.stored, match.isRearranged ? "rearranged" : ""])
    }
    return lines + table.lines
  }

  private func shapeText(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " x ")
  }
}

extension WeightMapping.Strategy {
  /// What told the weights apart, in words (safe text).
  var words: String {
    switch self {
    case .names: "by equal names"
    case .storedPrefix(let prefix): "by names, the stored ones behind '\(safeText(prefix))'"
    case .wantedPrefix(let prefix): "by names, the wanted ones behind '\(safeText(prefix))'"
    case .layerNames: "by the names of layers and modules"
    case .layerOrder: "by the order of layers and modules"
    }
  }
}
