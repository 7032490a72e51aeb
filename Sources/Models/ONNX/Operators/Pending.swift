import Engine

enum PoolConversion {
  static func maxPool(_ context: ONNXContext, _ call: ONNXCall) throws(EngineError) -> [ONNXValue] {
    throw EngineError(.unsupported, "input", expected: "a map of two axes", found: "another")
  }
  static func averagePool(_ context: ONNXContext, _ call: ONNXCall) throws(EngineError)
    -> [ONNXValue]
  {
    throw EngineError(.unsupported, "input", expected: "a map of two axes", found: "another")
  }
  static func globalAveragePool(_ context: ONNXContext, _ call: ONNXCall) throws(EngineError)
    -> [ONNXValue]
  {
    throw EngineError(.unsupported, "input", expected: "a map of two axes", found: "another")
  }
  static func globalMaxPool(_ context: ONNXContext, _ call: ONNXCall) throws(EngineError)
    -> [ONNXValue]
  {
    throw EngineError(.unsupported, "input", expected: "a map of two axes", found: "another")
  }
}
