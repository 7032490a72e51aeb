import Archives
import Auditing
import Bytes
import Engine
import Findings
import Models
import Releases

// For programs: the same as the text and nothing shortened.
extension Inspection {
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
      ("members", .array(subject.inventory.members.map(member))),
      ("images", subject.inventory.image.map { .array($0.images.map(image)) }),
      ("findings", .array(subject.inventory.findings.map(finding))),
      ("network", network),
      (
        "weights",
        loneWeights.map { lone in
          .record([
            ("place", .string(lone.place.chain)), ("format", .string(lone.format.rawValue)),
            ("tensors", .array(lone.weights.map(weight))),
          ])
        }
      ),
    ])
  }

  private func member(_ member: Member) -> JSON {
    .record([
      ("path", .string(member.path.text)), ("kind", .string(kindName(of: member.bytes))),
      ("size", .integer(member.size)), ("mode", .string(member.mode.rawValue)),
      ("sha256", .string(member.digest.hexadecimal)),
    ])
  }

  private func image(_ image: ContainerImage) -> JSON {
    .record([
      ("names", .array(image.names.map { .string($0) })), ("platform", .string(image.platform)),
      ("configuration", image.configuration.map { .string($0) }),
      (
        "layers",
        .array(
          image.layers.map { layer in
            .record([
              ("path", layer.path.map { .string($0) }),
              ("mediaType", layer.mediaType.map { .string($0) }),
              ("diffID", layer.diffID.map { .string($0.prefixed) }),
            ])
          })
      ),
    ])
  }

  private func finding(_ finding: Finding) -> JSON {
    .record([
      ("rule", .string(finding.rule.id)), ("place", .string(finding.place.chain)),
      ("message", .string(finding.message)),
      (
        "evidence",
        finding.evidence.isEmpty ? nil : .array(finding.evidence.map { .string($0) })
      ),
    ])
  }

  private var network: JSON {
    switch subject.network {
    case .absent: .null
    case .refused(let reason): .record([("refused", finding(reason))])
    case .ready(let model): network(model)
    }
  }

  private func network(_ model: RunnableModel) -> JSON {
    let graph = model.model.graph
    let memory = model.network.memory
    return .record([
      ("place", .string(model.place.chain)), ("format", .string(model.model.format.rawValue)),
      ("writer", model.model.writer.map { .string($0) }),
      ("input", shape(graph.inputShape)), ("output", shape(graph.outputShape)),
      (
        "inputs",
        .array(
          zip(graph.inputs, graph.inputValues).map { input, value in
            .record([
              ("name", .string(input.name)), ("type", .string(input.type.element.rawValue)),
              ("shape", shape(graph.rowShape(of: value))),
            ])
          })
      ),
      (
        "outputs",
        .array(
          graph.outputs.map { value in
            .record([
              ("value", reference(value, in: graph)),
              ("type", .string(graph.type(of: value).element.rawValue)),
              ("shape", shape(graph.rowShape(of: value))),
            ])
          })
      ),
      ("parameters", .integer(graph.parameterCount)),
      ("multiplyAccumulates", .integer(graph.multiplyAccumulates)),
      (
        "memory",
        .record([
          ("perInput", .integer(memory.perInputBytes)),
          ("perThread", .integer(memory.workspaceBytes)),
          ("packedWeights", .integer(memory.weightBytes)),
        ])
      ),
      ("layers", .array(layers(graph))),
      ("mapping", model.model.mapping.map(mapping)),
      ("weights", .array(model.model.weights.map(weight))),
    ])
  }

  /// The number of a layer, counted from 1, or the name of an input.
  private func reference(_ value: Graph.Value, in graph: Graph) -> JSON {
    if let node = graph.nodeIndex(of: value) { return .integer(node + 1) }
    return .string(graph.inputs[graph.inputValues.firstIndex(of: value) ?? 0].name)
  }

  private func layers(_ graph: Graph) -> [JSON] {
    zip(graph.nodes, graph.receptiveFields).enumerated().map { index, layer in
      let (node, field) = layer
      return .record([
        ("number", .integer(index + 1)), ("name", .string(node.name)),
        ("operator", .string(node.operation.name)),
        ("inputs", .array(node.inputs.map { reference($0, in: graph) })),
        ("type", .string(node.type.element.rawValue)), ("shape", shape(node.shape)),
        ("parameters", .integer(node.operation.parameterCount)),
        ("multiplyAccumulates", .integer(node.multiplyAccumulates)),
        (
          "receptiveField",
          field.map {
            .record([
              ("size", shape([$0.size.height, $0.size.width])),
              ("stride", shape([$0.stride.height, $0.stride.width])),
            ])
          }
        ),
      ])
    }
  }

  private func weight(_ weight: Model.Weight) -> JSON {
    .record([
      ("name", .string(weight.name)), ("type", .string(weight.elementType)),
      ("shape", shape(weight.shape)), ("nonFinite", .integer(weight.nonFiniteCount)),
      ("offset", weight.range.map { .integer($0.lowerBound) }),
      ("bytes", weight.range.map { .integer($0.count) }),
      ("file", weight.externalFile.map { .string($0) }),
    ])
  }

  private func mapping(_ mapping: WeightMapping) -> JSON {
    .record([
      ("strategy", .string(mapping.strategy.words)),
      ("caution", mapping.caution.map { .string($0) }),
      (
        "matches",
        .array(
          mapping.matches.map {
            .record([
              ("wanted", .string($0.wanted)), ("stored", .string($0.stored)),
              ("rearranged", .bool($0.isRearranged)),
            ])
          })
      ),
      ("notNeeded", .array(mapping.passedOver.map { .string($0) })),
      (
        "interchangeable",
        .array(mapping.interchangeable.map { .array($0.map { .string($0) }) })
      ),
    ])
  }

  private func shape(_ shape: [Int]) -> JSON { .array(shape.map { .integer($0) }) }
}
