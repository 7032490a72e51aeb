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
      let inputs = try tensors(set, "input")
      let expected = try tensors(set, "output")
      var named: [String: AnyTensor] = [:]
      for (name, tensor) in zip(program.inputNames, inputs) { named[name] = tensor }
      let found: [AnyTensor?]
      if kernelsOnly {
        let model = try Model(
          parsing: bytes, limits: Limits(),
          rowShape: inputs.first.map { Array($0.shape.dropFirst()) })
        found = try Network(model.graph).run(inputs)
        ranOnKernels = true
      } else {
        found = try program.evaluate(named)
      }
      for (index, pair) in zip(found, expected).enumerated() {
        guard let ours = pair.0 else {
          return Verdict(word: "refused", reason: "output \(index) is no tensor")
        }
        if let difference = difference(ours, pair.1) {
          return Verdict(word: "differs", reason: "\(set) output \(index): \(difference)")
        }
      }
      guard !kernelsOnly, let compiled = try compile(bytes, inputs: inputs) else { continue }
      let results = try compiled.run(inputs)
      for (index, pair) in zip(results, found).enumerated() {
        guard let eager = pair.1, sameBits(pair.0, eager) else {
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

  private func tensors(_ set: String, _ kind: String) throws -> [AnyTensor] {
    var tensors: [AnyTensor] = []
    while FileManager.default.fileExists(
      atPath: "\(folder)/\(set)/\(kind)_\(tensors.count).pb")
    {
      let stored = try ONNXTensor(
        parsing: file("\(set)/\(kind)_\(tensors.count).pb"), limits: Limits())
      tensors.append(try AnyTensor(onnx: stored))
    }
    return tensors
  }

  private func sameBits(_ a: AnyTensor, _ b: AnyTensor) -> Bool {
    a.count == b.count && a.reshaped([a.count]) == b.reshaped([b.count])
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
