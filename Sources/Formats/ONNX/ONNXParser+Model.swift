import Bytes

extension ONNXParser {
  /// `ModelProto`.
  mutating func model(_ message: ByteSlice) throws(ParseError) -> ONNXModel {
    var irVersion: Int?
    var producer = ""
    var producerVersion = ""
    var graph: ONNXGraph?
    var opsets: [String: Int] = [:]
    var metadata: [ONNXModel.Metadata] = []
    var trainingGraphs: [ONNXGraph] = []
    var functions: [ONNXFunction] = []
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: irVersion = try field.integer("the IR version")
      case 2: producer = try text(field, "the producer's name")
      case 3: producerVersion = try text(field, "the producer's version")
      case 4, 6: _ = try field.bytes("the model's domain or documentation")
      case 5: _ = try field.integer("the model's version")
      case 7:
        guard graph == nil else { throw field.repeated("a graph") }
        do { graph = try self.graph(field.bytes("a graph")) } catch { throw error.inside("graph") }
      case 8: try opset(field, into: &opsets)
      case 14: metadata.append(try metadataEntry(field.bytes("metadata")))
      case 20: try training(field.bytes("training information"), into: &trainingGraphs)
      case 25:
        do {
          functions.append(try function(field.bytes("a function")))
        } catch {
          throw error.inside("function \(functions.count)")
        }
      case 26: _ = try field.bytes("a configuration of devices")
      default: unknownFields += 1
      }
    }
    guard let irVersion else {
      throw ParseError(at: message.offset, expected: "an IR version", found: "none")
    }
    guard let graph else {
      throw ParseError(at: message.offset, expected: "a graph", found: "none")
    }
    let writer = [producer, producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    return ONNXModel(
      irVersion: irVersion, opsets: opsets, producer: writer.isEmpty ? nil : writer,
      metadata: metadata, functions: functions, graph: graph, trainingGraphs: trainingGraphs,
      unknownFields: unknownFields)
  }

  /// `FunctionProto`.
  private mutating func function(_ message: ByteSlice) throws(ParseError) -> ONNXFunction {
    try charge(ONNXFunction.self, at: message.offset)
    var name = ""
    var domain = ""
    var overload = ""
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String] = []
    var defaults: [ONNXAttribute] = []
    var nodes: [ONNXNode] = []
    var opsets: [String: Int] = [:]
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: name = try text(field, "a function's name")
      case 4: inputs.append(try text(field, "an input's name"))
      case 5: outputs.append(try text(field, "an output's name"))
      case 6: attributes.append(try text(field, "an attribute's name"))
      case 7:
        do {
          nodes.append(try node(field.bytes("a node"), depth: 1))
        } catch {
          throw error.inside("node \(nodes.count)")
        }
      case 8, 12, 14: _ = try field.bytes("documentation, types or metadata")
      case 9: try opset(field, into: &opsets)
      case 10: domain = try self.domain(field)
      case 11: defaults.append(try attribute(field.bytes("an attribute"), depth: 1))
      case 13: overload = try text(field, "an overload's name")
      default: unknownFields += 1
      }
    }
    return ONNXFunction(
      name: name, domain: domain, overload: overload, inputs: inputs, outputs: outputs,
      attributes: attributes, attributeDefaults: defaults, nodes: nodes, opsets: opsets)
  }

  /// `OperatorSetIdProto`.
  private mutating func opset(
    _ field: ProtobufField, into opsets: inout [String: Int]
  ) throws(ParseError) {
    var domain = ""
    var version = 0
    var fields = ProtobufReader(try field.bytes("an operator set"))
    while let inner = try fields.next() {
      switch inner.number {
      case 1: domain = try self.domain(inner)
      case 2: version = try inner.integer("a version")
      default: unknownFields += 1
      }
    }
    try charge((key: String, value: Int).self, at: field.offset)
    let earlier = opsets.updateValue(version, forKey: domain)
    guard earlier == nil || earlier == version else {
      throw ParseError(
        at: field.offset, expected: "one version of the operators of '\(safeText(domain))'",
        found: "\(earlier ?? 0) and \(version)")
    }
  }

  /// `StringStringEntryProto` of the model.
  private mutating func metadataEntry(
    _ message: ByteSlice
  ) throws(ParseError) -> ONNXModel.Metadata {
    let entry = try pair(message)
    return ONNXModel.Metadata(key: entry.key, value: entry.value)
  }

  /// `StringStringEntryProto`.
  mutating func pair(_ message: ByteSlice) throws(ParseError) -> (key: String, value: String) {
    var key = ""
    var value = ""
    try charge((key: String, value: String).self, at: message.offset)
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: key = try text(field, "a key")
      case 2: value = try text(field, "a value")
      default: unknownFields += 1
      }
    }
    return (key, value)
  }

  /// `TrainingInfoProto`: two graphs, and names that bind them.
  private mutating func training(
    _ message: ByteSlice, into graphs: inout [ONNXGraph]
  ) throws(ParseError) {
    var read: Set<Int> = []
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1, 2:
        guard read.insert(field.number).inserted else { throw field.repeated("a graph") }
        do {
          graphs.append(try graph(field.bytes("a graph")))
        } catch {
          throw error.inside("training graph")
        }
      case 3, 4: _ = try field.bytes("a binding")
      default: unknownFields += 1
      }
    }
  }
}
