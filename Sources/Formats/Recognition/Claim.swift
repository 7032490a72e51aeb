public import Bytes

/// A format whose loader would take a file's bytes, and why.
public struct Claim: Sendable, Hashable {
  /// What the claim rests on, weakest first.
  public enum Strength: Int, Sendable, Comparable {
    /// A loader got somewhere with the bytes.
    case trial
    /// The file's name: programs open files of this name without looking.
    case name
    /// The end of the file, where readers of zip archives begin.
    case tail
    /// The file was read far enough to tell.
    case structure
    /// A signature at its place.
    case signature

    /// By weight: a trial is the least.
    public static func < (a: Strength, b: Strength) -> Bool { a.rawValue < b.rawValue }
  }

  /// The format.
  public let format: FileFormat
  /// What the claim rests on.
  public let strength: Strength
  /// Where the format begins in the file.
  public let offset: Int

  /// Makes a claim.
  public init(_ format: FileFormat, _ strength: Strength, at offset: Int = 0) {
    self.format = format
    self.strength = strength
    self.offset = offset
  }
}

extension FileFormat {
  /// Every format whose loader would take the bytes, strongest first; none when nothing is known.
  ///
  /// Formats of one strength stand in the order of the areas. Models that are archives are told
  /// by their members (`ArchivedModel`), and pickles without a signature by a trial.
  public static func claims(of bytes: ByteSlice) -> [Claim] {
    guard !bytes.isEmpty else { return [Claim(.empty, .structure)] }
    var claims: [Claim] = []
    addArchives(of: bytes, to: &claims)
    addPython(of: bytes, to: &claims)
    addKeras(of: bytes, to: &claims)
    addPrograms(of: bytes, to: &claims)
    addModels(of: bytes, to: &claims)
    addGraphs(of: bytes, to: &claims)
    addTensorFlow(of: bytes, to: &claims)
    addTexts(of: bytes, to: &claims)
    guard claims.count > 1 else { return claims }
    return claims.enumerated().sorted {
      ($0.element.strength, $1.offset) > ($1.element.strength, $0.offset)
    }.map(\.element)
  }

  /// The format with the strongest claim; nil when nothing is known.
  public init?(of bytes: ByteSlice) {
    guard let first = FileFormat.claims(of: bytes).first else { return nil }
    self = first.format
  }
}

extension [Signature<FileFormat>] {
  /// Claims every format whose signature the bytes carry.
  func add(of bytes: ByteSlice, to claims: inout [Claim]) {
    for signature in self where signature.matches(bytes) {
      claims.append(Claim(signature.kind, .signature))
    }
  }
}
