import Bytes

/// A general operator, row by row, by its own statement.
struct GeneralRule: DeviationRule {
  let operation: any GeneralOperator

  func deviations(
    _ inputs: [InexactRows], output: InexactRows, rows: Int, threads: Int
  ) throws(EngineError) -> Tensor? {
    var parts: [[Double]] = []
    for row in 0..<rows {
      var taken: [InexactTensor] = []
      for input in inputs { taken.append(try input.row(row)) }
      let result = try output.row(row).tensor
      let isInteger = taken.allSatisfy(\.isExact) && !result.element.isFloat
      switch isInteger ? .exact : try operation.deviations(taken, output: result) {
      case .exact: return nil
      case .known(let deviations): parts.append(deviations)
      case .unknown:
        throw EngineError(
          .unsupported, "any-order bound", expected: "operators with a bound",
          found: "operator \(operation.name)")
      }
    }
    return try Tensor(
      shape: output.values.shape, values: parts.flatMap { $0.map { Float(deviation: $0) } })
  }
}

extension GeneralOperator {
  /// No bound is known.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations { .unknown }
}

extension Constant {
  /// None.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations { .exact }
}
