import Bytes
import Engine
import TestSupport
import Testing

/// Compares a general operator's gradients with central differences of its binary64 form.
///
/// The loss is a sum of the outputs with random weights. Each differentiable input is moved element
/// by element by `step`; inputs of integers stay as they are.
func expectGradients(
  of operation: any GeneralOperator, _ inputs: [AnyTensor], inputs checked: [Int] = [0],
  step: Double = 1e-5, tolerance: Double = 2e-4, location: SourceLocation = #_sourceLocation
) throws {
  #expect(operation.isDifferentiable, sourceLocation: location)
  let output = try operation.evaluate(inputs)
  var random = RandomNumbers(seed: 3)
  let weights = random.floats(output.count)
  let found = try operation.gradients(
    AnyTensor(output.shape, floats: weights), inputs: inputs, output: output)
  let wide = inputs.map { $0.element == .float32 ? $0.converted(to: .float64) : $0 }
  func loss(_ number: Int, _ place: Int, _ step: Double) throws -> Double {
    var moved = wide
    var values = wide[number].doubles
    values[place] += step
    moved[number] = AnyTensor(wide[number].shape, doubles: values, element: .float64)
    return zip(try operation.evaluate(moved).doubles, weights).reduce(0) {
      $0 + $1.0 * Double($1.1)
    }
  }
  for number in checked {
    let gradient = try #require(found[number], sourceLocation: location)
    #expect(gradient.shape == inputs[number].shape, sourceLocation: location)
    for (place, part) in gradient.doubles.enumerated() {
      let slope = try (loss(number, place, step) - loss(number, place, -step)) / (2 * step)
      #expect(
        abs(part - slope) <= tolerance * max(1, abs(slope)),
        "\(operation.name), input \(number), element \(place)", sourceLocation: location)
    }
  }
}

/// Compares outputs, logits and gradients of every fast variant with the plain form's, bit by bit.
func expectPlainBits(
  of graph: Graph, _ inputs: Tensor, location: SourceLocation = #_sourceLocation
) throws {
  let plain = try Network(graph, variant: .plain)
  let outputs = try plain.forward(inputs)
  let labels = (0..<inputs.shape[0]).map { $0 % graph.outputShape[0] }
  let expected = try plain.lossGradient(inputs, labels: labels)
  for variant in VariantTests.fast {
    let fast = try Network(graph, variant: variant)
    #expect(try fast.forward(inputs, threads: 2) == outputs, sourceLocation: location)
    let found = try fast.lossGradient(inputs, labels: labels, threads: 2)
    #expect(found.logits == expected.logits, sourceLocation: location)
    #expect(found.gradient == expected.gradient, sourceLocation: location)
  }
}

extension AnyTensor {
  /// A vector of binary32 numbers.
  static func vector(_ values: Float...) -> AnyTensor {
    AnyTensor([values.count], floats: values)
  }

  /// A vector of 64-bit integers.
  static func whole(_ values: Int...) -> AnyTensor { AnyTensor(indices: values) }
}
