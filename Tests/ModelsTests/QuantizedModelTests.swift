import Bytes
import Engine
import Models
import TestSupport
import Testing

/// A network whose weights and activations are integers, against onnxruntime.
@Suite struct QuantizedModelTests {
  private func model() throws -> Model {
    try Model(parsing: Fixture.bytes("models/digits_cnn_int8.onnx"), limits: Limits())
  }

  /// Without its optimisations onnxruntime computes the pairs as the standard says. With them its
  /// integer kernels saturate sums of two products to 16 bits on CPUs without VNNI: on the machine
  /// that recorded both, 139 of the 160 logits then differ, by up to 18 steps.
  @Test func `logits are those of onnxruntime without optimisations`() throws {
    let digits = try GoldenLogitsTests.digits()
    let inputs = try Tensor(shape: [16, 1, 28, 28], values: digits.values)
    let logits = try Network(model().graph).forward(inputs)
    let recorded = try GoldenNumbers.rows(
      GoldenNumbers.json("digits_cnn_int8.json"), "logits_onnxruntime_unoptimized"
    ).flatMap(\.self)
    #expect(logits.count == recorded.count)
    let step = 0.1013778
    let distances = zip(logits.values, recorded).map { abs(Double($0) - $1) / step }
    #expect(distances.allSatisfy { $0 < 1.01 })
    // A product of scales may fall on the other side of a tie.
    #expect(distances.count { $0 > 0.01 } <= 2)
  }

  @Test func `weights become numbers when the graph is built, pairs one operator`() throws {
    let graph = try model().graph
    let needed = graph.nodes.map(\.operation.name)
    #expect(needed.count { $0 == "dequantize" } == 0)
    // Of six pairs two only round what has been rounded: behind the pool and behind its vector.
    #expect(needed.count { $0 == "quantization" } == 4)
    #expect(needed.count { $0 == "convolution" } == 1)
    #expect(needed.count { $0 == "dense" } == 2)
  }

  @Test func `every kernel variant and the plain form give one result`() throws {
    let graph = try model().graph
    var digits = try GoldenLogitsTests.digits()
    digits = try Tensor(shape: [16, 1, 28, 28], values: digits.values).rows(0..<2)
    let plain = try Network(graph, variant: .plain).lossGradient(digits, labels: [1, 2])
    for variant in KernelVariant.available where variant != .plain {
      let fast = try Network(graph, variant: variant).lossGradient(digits, labels: [1, 2])
      #expect(fast.logits == plain.logits)
      #expect(fast.gradient == plain.gradient)
    }
    #expect(plain.gradient.values.contains { $0 != 0 })
  }
}
