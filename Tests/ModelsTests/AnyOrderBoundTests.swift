import Bytes
import Engine
import Models
import TestSupport
import Testing

/// The any-order bound against what torch, ONNX Runtime and Keras recorded in binary32.
@Suite struct AnyOrderBoundTests {
  static let models = GoldenLogitsTests.models.filter { $0.0.hasSuffix(".h5") }

  @Test(arguments: models)
  func `what other frameworks computed lies within the bound`(
    _ file: String, _ golden: String
  ) throws {
    let bound = try GoldenLogitsTests.network(file).errorBounds(GoldenLogitsTests.digits())
    let recorded = try GoldenNumbers.json("\(golden).outputs16.json")
    for (name, values, errors) in [
      ("logits_torch_f32", bound.logits, bound.logitErrors),
      ("logits_onnxruntime_f32", bound.logits, bound.logitErrors),
      ("probabilities_keras_f32", bound.outputs, bound.outputErrors),
    ] {
      let numbers = try GoldenNumbers.rows(recorded, name).flatMap { $0 }
      #expect(numbers.count == values.count)
      let ratio = Self.largestRatio(values, errors, numbers)
      #expect(ratio < 0.25, "\(name) uses \(ratio) of the bound")
      // Not absurd: frameworks use a thousandth of it at least.
      #expect(ratio > 0.001, "\(name) uses \(ratio) of the bound")
    }
  }

  /// Channels last and channels first are chains of other orders, and so other functions.
  @Test(arguments: ["digits_cnn"])
  func `the ONNX form lies within the bound of the Keras form`(_ name: String) throws {
    let bound = try GoldenLogitsTests.network("models/\(name).h5")
      .errorBounds(GoldenLogitsTests.digits())
    let network = try GoldenLogitsTests.network("models/\(name).onnx")
    let digits = try Tensor(
      shape: [16] + network.graph.inputShape, values: GoldenLogitsTests.digits().values)
    let theirs = try network.logits(digits)
    #expect(theirs.shape == bound.logits.shape)
    #expect(theirs != bound.logits)
    let ratio = Self.largestRatio(
      bound.logits, bound.logitErrors, theirs.values.map(Double.init))
    #expect(ratio > 0 && ratio < 1)
  }

  /// The bound of a layer grows with the root of its taps: among 5,408 inputs one weight must change
  /// by three hundredths to show.
  @Test(arguments: ["models/digits_cnn.h5", "models/digits_resnet.h5"])
  func `a network with one weight changed by a hundredth lies outside`(_ file: String) throws {
    let graph = try Model(parsing: Fixture.bytes(file), limits: Limits()).graph
    let digits = try GoldenLogitsTests.digits()
    let recorded = try Network(graph).logits(digits).values.map(Double.init)
    var seen = 0
    for index in graph.nodes.indices {
      let taps = graph.shape(of: graph.nodes[index].inputs[0]).reduce(1, *)
      let isWide = graph.nodes[index].operation.name == "dense" && taps > 1000
      guard
        let changed = try graph.changingLargestWeight(ofNode: index, by: isWide ? 1.03 : 1.01)
      else { continue }
      let bound = try Network(changed).errorBounds(digits)
      let ratio = Self.largestRatio(bound.logits, bound.logitErrors, recorded)
      #expect(ratio > 1, "\(graph.nodes[index].name): \(ratio) of the bound")
      seen += 1
    }
    #expect(seen >= 3)
  }

  private static func largestRatio(
    _ values: Tensor, _ errors: Tensor, _ numbers: [Double]
  ) -> Double {
    numbers.indices.reduce(0) { largest, index in
      max(largest, abs(Double(values[index]) - numbers[index]) / Double(errors[index]))
    }
  }
}

extension Graph {
  /// The same graph with the largest weight of a convolution or dense layer multiplied; nil where
  /// the node is neither.
  fileprivate func changingLargestWeight(ofNode index: Int, by factor: Float) throws -> Graph? {
    func changed(_ tensor: Tensor) throws -> Tensor {
      var values = tensor.values
      let largest = values.indices.max { abs(values[$0]) < abs(values[$1]) } ?? 0
      values[largest] *= factor
      return try Tensor(shape: tensor.shape, values: values)
    }
    let operation: Operator
    switch nodes[index].operation {
    case .convolution(let layer):
      operation = .convolution(
        try Convolution(
          kernel: ConvolutionKernel(
            changed(layer.kernel.tensor), order: .rowsColumnsInputsOutputs),
          bias: layer.bias, stride: layer.window.stride, dilation: layer.window.dilation,
          padding: layer.window.padding, groups: layer.groups))
    case .dense(let layer):
      operation = .dense(
        try Dense(
          kernel: DenseKernel(changed(layer.kernel.tensor), order: .inputsOutputs),
          bias: layer.bias))
    default: return nil
    }
    var graph = try Graph(inputs: inputs, layout: layout)
    for (number, node) in nodes.enumerated() {
      try graph.append(
        number == index ? operation : node.operation, named: node.name, to: node.inputs)
    }
    return graph
  }
}
