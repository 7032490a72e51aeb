import Archives
import Bytes
import Engine
import Formats
import Glibc
import Models
import TestSupport
import Testing

/// Damaged copies of real models on the whole way from the file to the outputs: each is run or
/// refused by a typed error, in bounded time and memory.
///
/// `PROOFMARK_MUTATIONS=2000` tries as many copies of each file.
@Suite struct MutatedModelTests {
  /// A file, and what it needs to become a network.
  struct Subject: CustomTestStringConvertible, Sendable {
    let file: String
    var architecture: String?
    var rowShape: [Int]?

    var testDescription: String { file }
  }

  static let subjects: [Subject] = [
    Subject(file: "layers/adaptive.h5"), Subject(file: "layers/keras1.h5"),
    Subject(file: "layers/adaptive.keras"), Subject(file: "layers/operations.keras"),
    Subject(file: "torch/sequence.onnx"), Subject(file: "torch/activations.onnx"),
    Subject(file: "torch/sequence.pth", rowShape: [3, 10]),
    Subject(file: "torch/module_legacy.pth", rowShape: [2]),
    Subject(file: "digits_resnet.pth", architecture: "digits_resnet.onnx"),
    Subject(file: "digits_resnet.safetensors", architecture: "digits_resnet.onnx"),
  ]

  /// Copies of each file.
  static let count = getenv("PROOFMARK_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 60

  @Test(arguments: subjects)
  func `a damaged file is run or refused`(_ subject: Subject) throws {
    let file = try Fixture.bytes("models/\(subject.file)")
    let architecture = try subject.architecture.map { try Fixture.bytes("models/\($0)") }
    #expect(try Self.outcome(of: file, architecture, subject.rowShape) == .run)
    var random = RandomNumbers(seed: 2026)
    var outcomes: Set<Outcome> = []
    for number in 0..<Self.count {
      let copy =
        ArchiveFormat(of: file) == .zip && number.isMultiple(of: 4) == false
        ? try Self.edited(members: file, with: &random) : random.damagedCopy(of: file.array)
      outcomes.insert(try Self.outcome(of: ByteSlice(copy), architecture, subject.rowShape))
    }
    #expect(outcomes.contains(.refused))
  }

  enum Outcome { case run, tooLarge, refused }

  /// What becomes of a file; throws what is no typed error of the reader.
  private static func outcome(
    of bytes: ByteSlice, _ architecture: ByteSlice?, _ rowShape: [Int]?
  ) throws -> Outcome {
    var limits = Limits()
    limits.memberBytes = 64 << 20
    do {
      let model = try Model(
        parsing: bytes, architecture: architecture, limits: limits, rowShape: rowShape)
      _ = model.weights.map(\.nonFiniteCount)
      guard model.graph.multiplyAccumulates <= 10_000_000 else { return .tooLarge }
      let network = try Network(model.graph)
      guard network.memory.perInputBytes <= 64 << 20 else { return .tooLarge }
      let zeros = zip(model.graph.inputs, model.graph.inputValues).map { input, value in
        let (shape, element) = ([2] + model.graph.rowShape(of: value), input.type.element)
        let count = shape.reduce(1, *)
        return element.isFloat
          ? AnyTensor(shape, doubles: .init(repeating: 0, count: count), element: element)
          : AnyTensor(shape, integers: .init(repeating: 0, count: count), element: element)
      }
      _ = try network.run(zeros)
      return .run
    } catch is ModelError {
      return .refused
    } catch is EngineError {
      return .refused
    }
  }

  /// A copy of a zip archive with one member edited and its checksum right, so that the damage
  /// reaches what reads the member.
  private static func edited(
    members file: ByteSlice, with random: inout RandomNumbers
  ) throws -> [UInt8] {
    let archive = try ZipArchive(parsing: file)
    let chosen = Int.random(in: 0..<archive.entries.count, using: &random)
    var builder = ZipBuilder()
    for (number, entry) in archive.entries.enumerated() {
      let content = try archive.content(of: entry).array
      builder.add(
        try #require(entry.name), number == chosen ? random.damagedCopy(of: content) : content,
        deflated: entry.method == .deflated)
    }
    return builder.bytes
  }
}
