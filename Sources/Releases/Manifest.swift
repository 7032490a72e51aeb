public import Bytes

/// `proofmark.toml`: what the makers of a release say about it.
///
/// Written by people and found inside the release, so nothing in it is trusted: a wrong claim is
/// a finding, a misspelt key an error.
public struct Manifest: Sendable, Equatable {
  /// The model and its file.
  public struct Model: Sendable, Equatable {
    /// The name: ASCII letters, digits, `.`, `_` and `-`.
    public let name: String
    /// The version: the same characters and `+`.
    public let version: String
    /// The version that this one replaces.
    public let parent: String?
    /// The licence, as SPDX names it.
    public let license: String?
    /// The path of the model.
    public let file: String
    /// The path of the graph, where the model's file holds weights only.
    public let architecture: String?
    /// What made the model.
    public let framework: String?
  }

  /// What goes into the network.
  public struct Input: Sendable, Equatable {
    /// The input's name, nil when the model has one input.
    public let name: String?
    /// The shape without the batch axis, in the model's own layout.
    public let shape: [Int]
    /// What the network expects; also the range that an attack is clipped to.
    public let range: ClosedRange<Double>
    /// From stored integers to network input.
    public let scale: Scale
  }

  /// From stored integers to network input.
  public enum Scale: Sendable, Equatable {
    /// `value * numerator / denominator`.
    case fraction(numerator: Int, denominator: Int)
    /// `(value - mean) / deviation` for each channel.
    case standardised(mean: [Double], deviation: [Double])
  }

  /// A recorded input and the output that the training framework computed for it.
  public struct Golden: Sendable, Equatable {
    /// The name, unique in the manifest.
    public let name: String
    /// The path of the inputs.
    public let input: String
    /// The path of the outputs.
    public let output: String
  }

  /// The images and labels that the claims are measured on.
  public struct Evaluation: Sendable, Equatable {
    /// The path of the inputs.
    public let inputs: String
    /// The path of the labels.
    public let labels: String
    /// The share of correct answers that the makers claim.
    public let accuracy: Claim?
  }

  /// Data that the model was trained on; named, not contained.
  public struct TrainingData: Sendable, Equatable {
    /// The name.
    public let name: String
    /// SHA-256 of the data set.
    public let digest: Digest
  }

  /// The model.
  public let model: Model
  /// What goes into it, nil when the manifest does not say.
  public let input: Input?
  /// The path of the class names.
  public let labels: String?
  /// The goldens, in file order.
  public let goldens: [Golden]
  /// The evaluation set.
  public let evaluation: Evaluation?
  /// What the model was trained on.
  public let trainingData: [TrainingData]
  /// The seed that the training began with.
  public let seed: Int?
  /// The paths of the dependency files.
  public let dependencyFiles: [String]
}

/// A share that the makers claim, as they wrote it.
public struct Claim: Sendable, Equatable {
  /// The decimal as written, such as `0.9530`.
  public let text: String
  private let numerator: Int
  private let denominator: Int

  /// A decimal between 0 and 1 with 1 to 9 digits after the point; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "0" || parts[0] == "1", (1...9).contains(parts[1].count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let numerator = Int(parts[0] + parts[1])
    else { return nil }
    var denominator = 1
    for _ in parts[1] { denominator *= 10 }
    guard numerator <= denominator else { return nil }
    self.text = text
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Whether the share rounds to the claim at the claim's number of digits. A tie rounds to both
  /// sides.
  public func holds(correct: Int, of n: Int) -> Bool {
    guard n > 0 else { return false }
    let difference =
      Int128(correct) * Int128(denominator) - Int128(numerator) * Int128(n)
    return 2 * difference.magnitude <= UInt128(n)
  }
}
