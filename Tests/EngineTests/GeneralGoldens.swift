import Engine
import Testing

/// Numbers that both sides of a comparison with torch can compute: multiples of 1/64.
func pattern(_ shape: [Int], _ seed: Int) -> AnyTensor {
  AnyTensor(
    shape, floats: (0..<shape.reduce(1, *)).map { Float(($0 * 37 + seed * 11) % 129 - 64) / 64 })
}

/// An operator with what torch gave in binary64: its output and, with dy of pattern 9, gradients.
struct GeneralGolden: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let operation: any GeneralOperator
  let inputs: [AnyTensor]
  let output: [Double]
  let gradients: [[Double]]

  init(
    _ name: String, _ operation: any GeneralOperator, _ inputs: [AnyTensor], output: [Double],
    gradients: [[Double]] = []
  ) {
    testDescription = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
    self.gradients = gradients
  }

  /// Compares to single precision.
  func check(location: SourceLocation = #_sourceLocation) throws {
    let y = try operation.evaluate(inputs)
    #expect(y.type == (try operation.outputType(of: inputs.map(\.type))), sourceLocation: location)
    expectNear(y, output, location)
    let parts = try operation.gradients(pattern(y.shape, 9), inputs: inputs, output: y)
    for (part, expected) in zip(parts, gradients) {
      expectNear(try #require(part), expected, location)
    }
  }

  private func expectNear(_ found: AnyTensor, _ expected: [Double], _ location: SourceLocation) {
    #expect(found.count == expected.count, sourceLocation: location)
    for (ours, theirs) in zip(found.doubles, expected) {
      #expect(abs(ours - theirs) <= 2e-6 * max(1, abs(theirs)), sourceLocation: location)
    }
  }
}

/// Compares an operator's gradients of its inputs of floats with central differences in binary32.
func expectSlopes(
  of operation: any GeneralOperator, _ inputs: [AnyTensor],
  location: SourceLocation = #_sourceLocation
) throws {
  let output = try operation.evaluate(inputs)
  let weights = pattern(output.shape, 5)
  let gradients = try operation.gradients(weights, inputs: inputs, output: output)
  let step: Float = 0x1p-6
  func loss(_ number: Int, _ place: Int, _ step: Float) throws -> Double {
    var moved = inputs
    var values = inputs[number].floats
    values[place] += step
    moved[number] = AnyTensor(inputs[number].shape, floats: values)
    return zip(try operation.evaluate(moved).doubles, weights.doubles).reduce(0) {
      $0 + $1.0 * $1.1
    }
  }
  for (number, gradient) in gradients.enumerated() {
    guard let gradient else { continue }
    #expect(gradient.shape == inputs[number].shape, sourceLocation: location)
    for (place, found) in gradient.doubles.enumerated() {
      let slope = try (loss(number, place, step) - loss(number, place, -step)) / Double(2 * step)
      #expect(
        abs(found - slope) <= 2e-3 * max(1, abs(slope)),
        "\(operation.name), input \(number), element \(place)", sourceLocation: location)
    }
  }
}
