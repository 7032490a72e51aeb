import Bytes
import Engine
import Formats
import Models
import TestSupport
import Testing

/// Networks that others trained and published, against what their own frameworks compute.
@Suite struct TrainedNetworkTests {
  /// Music transcription (TensorFlow to ONNX: spectrogram by convolutions), the direction of a line
  /// of text (PaddlePaddle to ONNX: MobileNetV3 with squeeze and excitation), emotions of faces
  /// (Keras 2.0.5: mini-Xception).
  static let networks: [(file: String, outputs: Int)] = [
    ("basic_pitch.onnx", 3), ("text_direction.onnx", 1), ("emotion.h5", 1),
  ]

  @Test(arguments: networks)
  func `outputs are those of the network's own framework`(
    _ network: (file: String, outputs: Int)
  ) throws {
    let stem = try #require(network.file.split(separator: ".").first)
    let x = try array("\(stem).x")
    let model = try Model(
      parsing: Fixture.bytes("models/trained/\(network.file)"), limits: Limits(),
      rowShape: Array(x.shape.dropFirst()))
    let results = try Network(model.graph).run([
      AnyTensor(Tensor(shape: x.shape, values: x.floats()))
    ])
    #expect(results.count == network.outputs)
    for (index, result) in results.enumerated() {
      let recorded = try array("\(stem).y\(index)")
      // Long outputs are recorded by their first rows.
      let rows = try firstRows(of: result, like: recorded.shape)
      #expect(rows.count == recorded.count)
      for (ours, theirs) in zip(rows, try recorded.floats()) {
        #expect(abs(ours - theirs) <= 2e-5)
      }
    }
  }

  @Test func `a batch gives each row's bits`() throws {
    let x = try array("text_direction.x")
    let model = try Model(
      parsing: Fixture.bytes("models/trained/text_direction.onnx"), limits: Limits(),
      rowShape: Array(x.shape.dropFirst()))
    let network = try Network(model.graph)
    let both = try Tensor(shape: x.shape, values: x.floats())
    let together = try network.forward(both, threads: 2)
    for row in 0..<2 {
      #expect(try network.forward(both.rows(row..<row + 1)) == together.rows(row..<row + 1))
    }
  }

  @Test func `an open size is asked for by name`() throws {
    #expect {
      try Model(parsing: Fixture.bytes("models/trained/text_direction.onnx"), limits: Limits())
    } throws: { error in
      "\(error)".contains("input x") && "\(error)".contains("axis 2")
    }
  }

  private func array(_ name: String) throws -> StoredTensor {
    try NumPyArray(parsing: Fixture.bytes("models/trained/\(name).npy")).tensor()
  }

  /// The elements of an output up to the recorded size of its second axis.
  private func firstRows(of output: AnyTensor, like shape: [Int]) throws -> [Float] {
    guard output.shape.count == 3 else { return output.floats }
    #expect(output.shape[0] == 1 && output.shape[2] == shape[2])
    return Array(output.floats.prefix(shape[1] * shape[2]))
  }
}
