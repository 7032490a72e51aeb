import Bytes
import Engine
import Evaluation
import Foundation
import Models

/// Prints the digest of everything that a network computes for an array of inputs: outputs, logits,
/// every value on the way and the gradients. `scripts/compare-bits` compares what many ways to
/// compute it print.
///
///     bits MODEL INPUTS [--threads N] [--batch ROWS] [--reverse] [--gradients-only]
///
/// The rows are run in batches of the given size, the last first with `--reverse`, and put back in
/// their order.
@main struct Bits {
  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    func number(_ name: String) -> Int? {
      guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
        return nil
      }
      defer { arguments.removeSubrange(place...place + 1) }
      return Int(arguments[place + 1])
    }
    let threads = number("--threads") ?? 1
    let batch = number("--batch")
    let isReversed = arguments.contains("--reverse")
    arguments.removeAll { $0 == "--reverse" }
    guard arguments.count == 2 else {
      FileHandle.standardError.write(
        Data("usage: bits MODEL INPUTS [--threads N] [--batch ROWS] [--reverse]\n".utf8))
      exit(2)
    }
    let graph = try Model(parsing: ByteSlice(path: arguments[0]), limits: Limits()).graph
    let variant = ProcessInfo.processInfo.environment["PROOFMARK_ISA"].map { name in
      do {
        return try KernelVariant(named: name)
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(3)
      }
    }
    let network = try Network(graph, variant: variant ?? .best)
    let inputs = try InputScale.identity.inputs(
      from: readArray(ByteSlice(path: arguments[1])), sampleShape: graph.inputShape)
    let rows = inputs.shape[0]
    let size = max(1, batch ?? rows)
    var starts = Array(stride(from: 0, to: rows, by: size))
    if isReversed { starts.reverse() }
    let pieces = try starts.map { start in
      let part = start..<min(start + size, rows)
      return (
        start,
        try digested(
          network, inputs.rows(part), labels: part.map { $0 % graph.outputShape[0] },
          threads: threads)
      )
    }.sorted { $0.0 < $1.0 }.map(\.1)
    for place in pieces[0].indices {
      let whole = try Tensor(stacking: pieces.map { $0[place].1 })
      print("\(pieces[0][place].0): \(whole.digest.prefixed)")
    }
  }

  private static func digested(
    _ network: Network, _ inputs: Tensor, labels: [Int], threads: Int
  ) throws -> [(String, Tensor)] {
    let loss = try network.lossGradient(inputs, labels: labels, threads: threads)
    var results = [
      ("outputs", try network.forward(inputs, threads: threads)),
      ("logits", try network.logits(inputs, threads: threads)),
      ("logits of the loss", loss.logits), ("gradients", loss.gradient),
    ]
    let values = try network.intermediates([AnyTensor(inputs)], threads: threads)
    for (place, (name, value)) in values.enumerated() {
      results.append(("\(place) \(name)", try value.single(name)))
    }
    return results
  }
}
