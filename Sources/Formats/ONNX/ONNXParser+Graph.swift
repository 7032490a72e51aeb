import Bytes

extension ONNXParser {
  /// `GraphProto`; the model's own graph has depth 0.
  mutating func graph(_ message: ByteSlice, depth: Int = 0) throws(ParseError) -> ONNXGraph {
    try demandDepth(depth, of: "graphs", at: message.offset)
    try charge(ONNXGraph.self, at: message.offset)
    var name = ""
    var nodes: [ONNXNode] = []
    var initializers: [ONNXTensor] = []
    var sparseInitializers: [ONNXSparseTensor] = []
    var inputs: [ONNXValueInfo] = []
    var outputs: [ONNXValueInfo] = []
    var valueInfo: [ONNXValueInfo] = []
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1:
        do {
          nodes.append(try node(field.bytes("a node"), depth: depth))
        } catch {
          throw error.inside("node \(nodes.count)")
        }
      case 2: name = try text(field, "the graph's name")
      case 5:
        do {
          initializers.append(try tensor(field.bytes("an initializer")))
        } catch {
          throw error.inside("initializer \(initializers.count)")
        }
      case 10, 14, 16: _ = try field.bytes("documentation, quantisation or metadata")
      case 11: inputs.append(try self.valueInfo(field.bytes("an input")))
      case 12: outputs.append(try self.valueInfo(field.bytes("an output")))
      case 13: valueInfo.append(try self.valueInfo(field.bytes("a value's type")))
      case 15: sparseInitializers.append(try sparseTensor(field.bytes("an initializer")))
      default: unknownFields += 1
      }
    }
    return ONNXGraph(
      name: name, nodes: nodes, initializers: initializers,
      sparseInitializers: sparseInitializers, inputs: inputs, outputs: outputs,
      valueInfo: valueInfo)
  }

  /// `NodeProto` of a graph of the depth.
  mutating func node(_ message: ByteSlice, depth: Int) throws(ParseError) -> ONNXNode {
    try chargeNode(at: message.offset)
    var name = ""
    var operatorType = ""
    var domain = ""
    var overload = ""
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String: ONNXAttribute] = [:]
    var fields = ProtobufReader(message)
    while let field = try fields.next() {
      switch field.number {
      case 1: inputs.append(try text(field, "an input's name"))
      case 2: outputs.append(try text(field, "an output's name"))
      case 3: name = try text(field, "a node's name")
      case 4: operatorType = try text(field, "an operator")
      case 5:
        let attribute = try self.attribute(field.bytes("an attribute"), depth: depth)
        guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
          throw field.repeated("an attribute '\(safeText(attribute.name))'")
        }
      case 6, 9, 10: _ = try field.bytes("documentation, metadata or devices")
      case 7: domain = try self.domain(field)
      case 8: overload = try text(field, "an overload's name")
      default: unknownFields += 1
      }
    }
    return ONNXNode(
      name: name, operatorType: operatorType, domain: domain, overload: overload, inputs: inputs,
      outputs: outputs, attributes: attributes, offset: message.offset)
  }
}
