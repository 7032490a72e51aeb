import Bytes
import Engine
import Evaluation
import Findings
import Formats
import Models
import Robustness
import TestSupport
import Testing

/// FGSM over the 1,000 digits against the counts that torch in binary64 gives, which ART,
/// torchattacks and foolbox share.
@Suite struct FGSMTests {
  static let epsilons = [0.01, 0.05, 0.1, 0.15, 0.2, 0.3]

  static func outcome(_ file: String) throws -> ProbeOutcome {
    let network = try Network(Model(parsing: Fixture.bytes(file), limits: Limits()).graph)
    let data = try EvaluationSet(
      inputs: readArray(Fixture.bytes("digits/evaluation/images-idx3-ubyte")),
      labels: readArray(Fixture.bytes("digits/evaluation/labels-idx1-ubyte")),
      sampleShape: [28, 28, 1], scale: InputScale(1, over: 255), classCount: 10)
    return try RobustnessProbe(epsilons: epsilons, range: 0...1)
      .run(on: network, with: data, threads: 2)
  }

  @Test(arguments: [
    ("digits/model/handwritten_digit_model.h5", 953, [944, 895, 837, 752, 633, 197]),
    ("models/digits_cnn.h5", 970, [964, 903, 612, 290, 127, 35]),
    ("models/digits_resnet.h5", 970, [946, 443, 211, 152, 113, 101]),
  ])
  func `counts are those of the reference`(
    _ file: String, _ clean: Int, _ attacked: [Int]
  ) throws {
    let outcome = try Self.outcome(file)
    #expect(outcome.cleanCorrect == clean)
    for (step, expected) in zip(outcome.steps, attacked) {
      #expect(abs(step.correct - expected) <= 1, "eps \(step.eps)")
    }
    #expect(outcome.census.unusable == 0)
  }

  @Test func `masked gradients are counted, not believed`() throws {
    let outcome = try Self.outcome("models/digits_resnet_masked.h5")
    #expect(outcome.cleanCorrect == 970)
    // torch finds 918 images with a zero gradient in binary32, and so "robust" at every size.
    #expect(abs(outcome.census.zero - 918) <= 1)
    #expect(outcome.steps[2].correct > 900)
    let unusable = try #require(
      outcome.measurements.first { $0.name == Measurement.Name.unusableGradients })
    #expect(unusable.value > 0.9)
  }

  @Test func `attacked digits are torch's`() throws {
    let outcome = try Self.outcome("digits/model/handwritten_digit_model.h5")
    let stored = try NumPyArray(
      parsing: Fixture.bytes("goldens/digits_cnn_robust.fgsm_eps0.1_adv16.npy")
    ).tensor()
    let theirs = try stored.floats()
    let ours = try outcome.steps[2].inputs.rows(0..<16).values
    let differing = zip(ours, theirs).count { abs($0 - $1) > 1e-6 }
    #expect(differing == 0)
  }

  @Test func `a step stays within the range and ignores zero and NaN`() throws {
    let inputs = try Tensor(shape: [1, 5], values: [0, 0.5, 0.95, 0.5, 0.5])
    let gradient = try Tensor(shape: [1, 5], values: [-1, 2, 3, 0, .nan])
    let attacked = try FGSM(eps: 0.1, range: 0...1).perturb(inputs, along: gradient)
    #expect(attacked.values == [0, 0.6, 1, 0.5, 0.5])
  }
}
