import Bytes
import Engine
import Formats
import Foundation
import Models

/// How a test ended.
struct Verdict {
  let word: String
  let reason: String
  var ranOnKernels = false
}

/// One folder of the standard's test data.
struct ConformanceTest {
  let folder: String
  /// Whether the plain evaluation, slow on whole networks, is left out.
  let kernelsOnly: Bool

  func verdict() -> Verdict {
    do {
      return try run()
    } catch let error as ModelError {
      return Verdict(word: "refused", reason: "\(error)")
    } catch {
      return Verdict(word: "error", reason: "\(error)")
    }
  }

  private func run() throws -> Verdict {
    let bytes = try file("model.onnx")
    let folder = folder
    let program = try ONNXProgram(parsing: bytes, limits: Limits()) { (path) throws(ParseError) in
      do { return ByteSlice(try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))) } catch {
        throw ParseError(at: 0, expected: "a file", found: "none")
      }
    }
    var ranOnKernels = false
    let sets = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("test_data_set_") }.sorted()
    guard !sets.isEmpty else { return Verdict(word: "empty", reason: "no test data") }
    for set in sets {
      let given = try values(set, "input", types: program.inputTypes)
      let expected = try values(set, "output", types: program.outputTypes)
      let inputs = given.compactMap(\.tensor)
      let found: [ONNXArgument]
      if kernelsOnly {
        let model = try Model(
          parsing: bytes, limits: Limits(),
          rowShape: inputs.first.map { Array($0.shape.dropFirst()) })
        found = try Network(model.graph).run(inputs).map { .tensor($0) }
        ranOnKernels = true
      } else {
        found = try program.evaluate(
          arguments: Dictionary(
            zip(program.inputNames, given), uniquingKeysWith: { first, _ in first }))
      }
      for (index, pair) in zip(found, expected).enumerated() {
        if let difference = difference(pair.0, pair.1) {
          return Verdict(word: "differs", reason: "\(set) output \(index): \(difference)")
        }
      }
      guard !kernelsOnly, inputs.count == given.count,
        let compiled = try compile(bytes, inputs: inputs)
      else { continue }
      let results = try compiled.run(inputs)
      for (index, pair) in zip(results, found).enumerated() {
        guard let eager = pair.1.tensor, sameBits(pair.0, eager) else {
          return Verdict(
            word: "differs", reason: "\(set) output \(index): kernels differ from the plain form")
        }
      }
      ranOnKernels = true
    }
    return Verdict(word: "pass", reason: "", ranOnKernels: ranOnKernels)
  }

  /// The network for a batch, where the graph can be built before its inputs are known.
  private func compile(_ bytes: ByteSlice, inputs: [AnyTensor]) throws -> Network? {
    guard inputs.allSatisfy({ !$0.shape.isEmpty }) else { return nil }
    do {
      let model = try Model(
        parsing: bytes, limits: Limits(),
        rowShape: inputs.first.map { Array($0.shape.dropFirst()) })
      guard model.graph.inputs.count == inputs.count,
        zip(model.graph.inputValues, inputs).allSatisfy({
          model.graph.rowShape(of: $0) == Array($1.shape.dropFirst())
        }), Set(inputs.map { $0.shape.first }).count == 1
      else { return nil }
      return try Network(model.graph)
    } catch is ModelError {
      return nil
    }
  }

  private func file(_ name: String) throws -> ByteSlice {
    ByteSlice(try Data(contentsOf: URL(filePath: folder + "/" + name)))
  }

  private func values(
    _ set: String, _ kind: String, types: [ONNXType?]
  ) throws -> [ONNXArgument] {
    var values: [ONNXArgument] = []
    while FileManager.default.fileExists(
      atPath: "\(folder)/\(set)/\(kind)_\(values.count).pb")
    {
      let type = values.count < types.count ? types[values.count] : nil
      values.append(
        try ONNXArgument(
          recorded: file("\(set)/\(kind)_\(values.count).pb"), type: type))
    }
    return values
  }

  private func sameBits(_ a: AnyTensor, _ b: AnyTensor) -> Bool {
    a.count == b.count && a.reshaped([a.count]) == b.reshaped([b.count])
  }

  private func difference(_ ours: ONNXArgument, _ theirs: ONNXArgument) -> String? {
    switch (ours, theirs) {
    case (.tensor(let x), .tensor(let y)): return difference(x, y)
    case (.none, .none): return nil
    case (.sequence(let x), .sequence(let y)):
      guard x.count == y.count else { return "\(x.count) elements, not \(y.count)" }
      return zip(x, y).lazy.compactMap { difference($0, $1) }.first
    default: return "another kind of value"
    }
  }

  private func difference(_ ours: AnyTensor, _ theirs: AnyTensor) -> String? {
    guard ours.type == theirs.type else { return "\(ours.type) instead of \(theirs.type)" }
    for (index, (a, b)) in zip(ours.doubles, theirs.doubles).enumerated() {
      if a == b || (a.isNaN && b.isNaN) { continue }
      guard abs(a - b) <= 1e-7 + 1e-3 * abs(b) else { return "[\(index)] \(a), not \(b)" }
    }
    return nil
  }
}
