public import Bytes
public import Engine
public import Evaluation
public import Findings

/// Attacks every input of an evaluation set with FGSM at several sizes.
///
/// The gradient is that of the cross-entropy of the true label by the input, taken at the input
/// of a final softmax. All inputs count, also those that are wrong without an attack.
public struct RobustnessProbe: Sendable {
  /// The sizes of the attack, in units of the input.
  public let epsilons: [Double]
  /// The inputs that the network expects.
  public let range: ClosedRange<Float>

  /// The loss whose gradient is taken, as reports name it.
  public static let loss = "cross-entropy"

  /// Creates a probe.
  public init(epsilons: [Double], range: ClosedRange<Float>) {
    self.epsilons = epsilons
    self.range = range
  }

  /// Runs the attack.
  ///
  /// - Throws: `EngineError` when a layer has no gradient or the data does not fit.
  public func run(
    on network: Network, with data: EvaluationSet, threads: Int
  ) throws(EngineError) -> ProbeOutcome {
    let clean = try network.lossGradient(data.inputs, labels: data.labels, threads: threads)
    var steps: [ProbeOutcome.Step] = []
    for eps in epsilons {
      let attacked = try FGSM(eps: eps, range: range).perturb(data.inputs, along: clean.gradient)
      let outputs = try network.logits(attacked, threads: threads)
      steps.append(
        ProbeOutcome.Step(
          eps: eps, inputs: attacked, predictions: outputs.argMaxOfRows,
          correct: data.correctCount(outputs)))
    }
    return ProbeOutcome(
      census: GradientCensus(of: clean.gradient), logits: clean.logits, gradient: clean.gradient,
      cleanPredictions: clean.logits.argMaxOfRows, cleanCorrect: data.correctCount(clean.logits),
      steps: steps)
  }
}

/// What a probe measured.
public struct ProbeOutcome: Sendable {
  /// The attack at one size.
  public struct Step: Sendable {
    /// The size of the attack.
    public let eps: Double
    /// The attacked inputs.
    public let inputs: Tensor
    /// The class decided for each, nil where the outputs hold NaN.
    public let predictions: [Int?]
    /// How many are decided as labelled.
    public let correct: Int
  }

  /// Whether the gradients can be used.
  public let census: GradientCensus
  /// The logits without an attack, [N, classes].
  public let logits: Tensor
  /// The gradient by the inputs, of their shape.
  public let gradient: Tensor
  /// The class decided for each input without an attack.
  public let cleanPredictions: [Int?]
  /// How many inputs are decided as labelled without an attack.
  public let cleanCorrect: Int
  /// One for each size, in the order asked for.
  public let steps: [Step]

  /// Accuracy without and under attack with intervals, and the share of unusable gradients.
  public var measurements: [Measurement] {
    var list = [Measurement(Measurement.Name.accuracy, correct: cleanCorrect, of: census.n)]
    list += steps.map { step in
      Measurement(
        Measurement.Name.accuracy, correct: step.correct, of: census.n,
        attack: Measurement.Attack(
          name: FGSM.name, norm: FGSM.norm, eps: step.eps, loss: RobustnessProbe.loss))
    }
    var unusable = Measurement(
      Measurement.Name.unusableGradients,
      census.n == 0 ? 1 : Double(census.unusable) / Double(census.n), unit: "fraction",
      n: census.n)
    unusable.correct = census.unusable
    return list + [unusable]
  }

  /// Digests of the logits, the gradient and each step's inputs, by name: what two builds must agree on.
  public var digests: [(name: String, digest: Digest)] {
    [("logits", logits.digest), ("gradient", gradient.digest)]
      + steps.map { ("\(FGSM.name) eps \(shortestDecimal($0.eps))", $0.inputs.digest) }
  }
}
