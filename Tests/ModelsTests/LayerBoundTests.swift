import Bytes
import Engine
import Formats
import Models
import TestSupport
import Testing

/// The any-order bound of whole families of layers, and of networks that others trained, against
/// what Keras and ONNX Runtime recorded in binary32.
@Suite struct LayerBoundTests {
  /// The families of one input.
  static let families = ["lines", "volumes", "planes", "normalizations", "mixed"]

  @Test(arguments: families)
  func `what Keras computed for a layer lies within its bound`(_ family: String) throws {
    let model = try Model(
      parsing: Fixture.bytes("models/layers/\(family).keras"), limits: Limits())
    let x = try KerasLayerTests.array("\(family).x0").single("x")
    for (number, output) in model.graph.outputs.enumerated() {
      var graph = model.graph
      try graph.setOutput(output)
      let bound = try Network(graph).errorBounds(x)
      let ratio = Self.ratio(bound, try KerasLayerTests.array("\(family).y\(number)").floats)
      #expect(ratio < 0.25, "output \(number): \(ratio)")
      #expect(Self.isUseful(bound), "output \(number)")
    }
  }

  @Test(arguments: TrainedNetworkTests.networks)
  func `what was recorded of a trained network lies within its bound`(
    _ network: (file: String, outputs: Int)
  ) throws {
    let stem = try #require(network.file.split(separator: ".").first)
    func array(_ name: String) throws -> Tensor {
      let stored = try NumPyArray(parsing: Fixture.bytes("models/trained/\(stem).\(name).npy"))
        .tensor()
      return try Tensor(shape: stored.shape, values: stored.floats())
    }
    let x = try array("x")
    let model = try Model(
      parsing: Fixture.bytes("models/trained/\(network.file)"), limits: Limits(),
      rowShape: Array(x.shape.dropFirst()))
    guard network.file != "basic_pitch.onnx" else {
      // It takes the logarithm of silence, which any evaluation may find elsewhere.
      #expect {
        try Network(model.graph).errorBounds(x.rows(0..<1))
      } throws: { error in
        "\(error)".contains("normalized_log") && "\(error)".contains("operator equal")
      }
      return
    }
    let bound = try Network(model.graph).errorBounds(x.rows(0..<1))
    let ratio = Self.ratio(bound, try array("y0").values)
    #expect(ratio > 0 && ratio < 0.25, "\(ratio)")
    #expect(Self.isUseful(bound))
  }

  /// The largest part of the bound that recorded numbers use; the last ones may be left out.
  private static func ratio(_ bound: AnyOrderBound, _ recorded: [Float]) -> Double {
    zip(recorded, zip(bound.outputs.values, bound.outputErrors.values)).reduce(0) {
      let difference = abs(Double($1.0) - Double($1.1.0))
      return max($0, difference == 0 ? 0 : difference / Double($1.1.1))
    }
  }

  /// Whether every output has a bound, below a hundredth of the largest.
  private static func isUseful(_ bound: AnyOrderBound) -> Bool {
    let largest = bound.outputs.values.map(abs).max() ?? 0
    return bound.outputErrors.values.allSatisfy { $0 < 0.01 * largest }
  }
}
