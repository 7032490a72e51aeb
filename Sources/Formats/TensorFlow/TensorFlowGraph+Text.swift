public import Bytes

extension TensorFlowGraph {
  /// Reads the text form: every text that is the value of a field `op`, and of `name`.
  ///
  /// Blocks are not told apart: a name is taken for a function that the file may define.
  public init(text bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var graph = TensorFlowGraph()
    try ProtobufText.read(bytes) { (field, text, offset) throws(ParseError) in
      graph.note(field, text, at: offset)
      guard graph.nodes.count <= 10 * limits.graphNodes else {
        throw ParseError(.limit, at: offset, expected: "fewer nodes", found: "more")
      }
    }
    self = graph
  }

  private mutating func note(_ field: String, _ text: ByteSlice, at offset: Int) {
    switch field {
    case "op":
      nodes.append(
        Node(
          name: "", operation: String(decoding: text, as: UTF8.self), function: nil, texts: [],
          functions: [], offset: offset))
    case "name": functions.insert(String(decoding: text.prefix(4_096), as: UTF8.self))
    case "filename": assets.append(String(decoding: text, as: UTF8.self))
    case "metadata": kerasMetadata.append(text)
    default: break
    }
  }
}
