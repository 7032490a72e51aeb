import Bytes
import Engine
import Models
import TestSupport
import Testing

/// Networks of the operators of `com.microsoft`, against what onnxruntime 1.32.0 computes without
/// optimisations (Fixtures/models/contributed/make.py).
@Suite struct ContributedOperatorTests {
  /// A network's input and its recorded output.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let x: AnyTensor
    let y: AnyTensor
    /// The step of a quantised output.
    let step: Double?

    init(_ name: String, _ json: JSON) throws {
      testDescription = name
      func numbers(_ member: String) throws -> [Double] {
        try #require(json[member]?.array).compactMap(\.double)
      }
      func tensor(_ values: String, _ shape: String) throws -> AnyTensor {
        AnyTensor(try numbers(shape).map { Int($0) }, floats: try numbers(values).map { Float($0) })
      }
      let x = try tensor("x", "shape")
      self.x = name == "embedding" ? x.converted(to: .int32) : x
      y = try tensor("y", "outputShape")
      step = json["step"]?.double
    }

    func program() throws -> ONNXProgram {
      try ONNXProgram(
        parsing: Fixture.bytes("models/contributed/\(testDescription).onnx"), limits: Limits())
    }
  }

  static let cases: [Case] = {
    do {
      let json = try JSON(parsing: Fixture.bytes("models/contributed/contributed.json"))
      return try #require(json.object).map { try Case($0.name, $0.value) }
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test(arguments: cases)
  func `outputs are those of onnxruntime`(_ network: Case) throws {
    let y = try #require(try network.program().evaluate(["x": network.x])[0])
    #expect(y.shape == network.y.shape)
    let largest = max(1, network.y.doubles.map(\.magnitude).max() ?? 1)
    let distances = zip(y.doubles, network.y.doubles).map { abs($0 - $1) }
    guard let step = network.step else {
      #expect(distances.allSatisfy { $0 <= 2e-6 * largest })
      return
    }
    // What lies at a tie may be rounded to either side.
    #expect(distances.allSatisfy { $0 <= 1.01 * step })
    #expect(distances.count { $0 > 0.01 * step } <= 1)
  }

  @Test(arguments: cases)
  func `a graph gives the bits of the nodes one by one`(_ network: Case) throws {
    let program = try network.program()
    let graph = try program.graph(rowShape: nil)
    let row = graph.inputShape
    let rows = network.x.count / row.reduce(1, *)
    let y = try Network(graph).run([network.x.reshaped([rows] + row)])[0]
    let whole = try #require(try program.evaluate(["x": network.x])[0])
    #expect(y.floats == whole.floats)
  }

  @Test func `the forms of other models are refused by name`() throws {
    for (attributes, says) in [
      ([ONNXAttributeBuilder.text("activation", "Swirl")], "activation"),
      ([.text("activation", "Relu"), .integer("group", 2)], "group"),
    ] {
      var model = ONNXBuilder(opset: 17)
      model.opsets.append((ContributedOperatorTests.domain, 1))
      model.graph.input("x", [1, 1, 3, 3])
      model.graph.initializer(.floats("w", [1, 1, 2, 2], [1, 2, 3, 4]))
      model.graph.node(
        "FusedConv", ["x", "w"], ["y"], attributes, domain: ContributedOperatorTests.domain)
      model.graph.output("y", [])
      let program = try ONNXProgram(parsing: ByteSlice(model.bytes), limits: Limits())
      #expect {
        try program.graph(rowShape: nil)
      } throws: {
        "\($0)".contains("at byte") && "\($0)".contains(says)
      }
    }
  }

  private static let domain = "com.microsoft"
}
