import Bytes
import Engine
import Formats
import Models
import TestSupport
import Testing

/// Logits and outputs against what torch (binary64) and Keras recorded for the same 16 digits.
@Suite struct GoldenLogitsTests {
  static let models = [
    ("digits/model/handwritten_digit_model.h5", "digits_cnn_robust"),
    ("models/digits_cnn.h5", "digits_cnn"),
    ("models/digits_cnn.keras", "digits_cnn"),
    ("models/digits_resnet.h5", "digits_resnet"),
    ("models/digits_resnet.keras", "digits_resnet"),
    ("models/digits_resnet_masked.h5", "digits_resnet_masked"),
  ]

  static func network(_ file: String) throws -> Network {
    try Network(Model(parsing: Fixture.bytes(file), limits: Limits()).graph)
  }

  static func digits() throws -> Tensor {
    let stored = try NumPyArray(parsing: Fixture.bytes("digits/goldens/x.npy")).tensor()
    return try Tensor(shape: stored.shape, values: stored.floats())
  }

  @Test(arguments: models)
  func `logits are torch's to five digits`(_ file: String, _ golden: String) throws {
    let logits = try Self.network(file).logits(Self.digits())
    let recorded = try GoldenNumbers.rows(
      GoldenNumbers.json("\(golden).outputs16.json"), "logits_f64")
    #expect(logits.shape == [16, 10])
    for (row, numbers) in recorded.enumerated() {
      let tolerance = 1e-5 * max(1, numbers.map(abs).max() ?? 0)
      for (column, number) in numbers.enumerated() {
        #expect(abs(Double(logits[row * 10 + column]) - number) <= tolerance)
      }
    }
  }

  @Test(arguments: models)
  func `probabilities are Keras' to five digits`(_ file: String, _ golden: String) throws {
    let network = try Self.network(file)
    #expect(network.outputIsSoftmax)
    let outputs = try network.forward(Self.digits())
    let recorded = try GoldenNumbers.rows(
      GoldenNumbers.json("\(golden).outputs16.json"), "probabilities_keras_f32"
    ).flatMap { $0 }
    #expect(outputs.count == recorded.count)
    for (ours, theirs) in zip(outputs.values, recorded) {
      #expect(abs(Double(ours) - theirs) <= 1e-5)
    }
  }

  @Test(arguments: ["digits_cnn", "digits_resnet"])
  func `h5 and keras give the same bits`(_ name: String) throws {
    let digits = try Self.digits()
    let (a, b) = (
      try Self.network("models/\(name).h5"), try Self.network("models/\(name).keras")
    )
    #expect(try a.logits(digits).digest == b.logits(digits).digest)
    let labels = [Int](repeating: 3, count: 16)
    #expect(
      try a.lossGradient(digits, labels: labels).gradient.digest
        == b.lossGradient(digits, labels: labels).gradient.digest)
  }

  @Test(arguments: models)
  func `gradients are torch's to five digits`(_ file: String, _ golden: String) throws {
    let recorded = try GoldenNumbers.json("\(golden).outputs16.json")
    let labels = recorded["labels"]?.array?.compactMap(\.integer) ?? []
    let ours = try Self.network(file).lossGradient(Self.digits(), labels: labels).gradient
    let stored = try NumPyArray(
      parsing: Fixture.bytes("goldens/\(golden).grad16_ce_f64.npy")
    ).tensor()
    let theirs = stored.bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    #expect(theirs.count == ours.count)
    let pixels = 784
    let logits = try GoldenNumbers.rows(recorded, "logits_f64")
    var zeroRows = 0
    for row in 0..<16 {
      let range = (row * pixels)..<((row + 1) * pixels)
      if golden == "digits_resnet_masked" {
        // e^-104 is no binary32 number any more: behind such a margin the softmax is one-hot and
        // the gradient exactly zero, whatever binary64 says.
        let rivals = logits[row].enumerated().filter { $0.offset != labels[row] }.map(\.element)
        let margin = logits[row][labels[row]] - (rivals.max() ?? 0)
        if margin > 105 { #expect(range.allSatisfy { ours[$0] == 0 }) }
        zeroRows += margin > 105 ? 1 : 0
        continue
      }
      let tolerance = 1e-5 * (theirs[range].map(abs).max() ?? 0)
      for index in range { #expect(abs(Double(ours[index]) - theirs[index]) <= tolerance) }
    }
    if golden == "digits_resnet_masked" { #expect(zeroRows > 10) }
  }

  @Test func `the worked example has the parameters that Keras counts`() throws {
    let model = try Model(parsing: Fixture.bytes("models/digits_cnn.h5"), limits: Limits())
    #expect(model.graph.parameterCount == 693_962)
    #expect(model.format == .kerasH5)
    #expect(model.weights.allSatisfy { $0.nonFiniteCount == 0 })
    #expect(
      try Model(parsing: Fixture.bytes("models/digits_cnn.keras"), limits: Limits()).format
        == .kerasArchive)
  }
}
