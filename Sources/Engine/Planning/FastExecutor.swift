import Bytes
import CKernels
import Synchronization

/// Runs a graph's programs on the kernels of one variant.
struct FastExecutor: Executor {
  private let kernels: KernelTable
  private let graph: Graph
  private let forward: LoadedProgram
  private let weights: [Int: TensorStorage]
  private let gradient = GradientCache()
  /// The shape of one row of each input.
  private let rowShapes: [[Int]]
  /// The types of one row of each output, and of the logits.
  private let outputTypes: [TensorType]
  private let logitTypes: [TensorType]

  init(_ graph: Graph, kernels: KernelTable) throws(EngineError) {
    self.graph = graph
    self.kernels = kernels
    let (program, weights) = try Plan.forward(graph)
    forward = LoadedProgram(program)
    rowShapes = graph.inputs.map(\.type.shape)
    func rowTypes(of target: Target) -> [TensorType] {
      graph.values(of: target).map {
        TensorType(graph.rowShape(of: $0), graph.type(of: $0).element)
      }
    }
    outputTypes = rowTypes(of: .outputs)
    logitTypes = rowTypes(of: .logits)
    self.weights = weights
  }

  var memory: MemoryPlan {
    MemoryPlan(
      perInputBytes: forward.program.imageBytes, workspaceBytes: forward.program.workspaceBytes,
      weightBytes: weights.values.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride })
  }

  func run(
    _ inputs: [AnyTensor], target: Target, threads: Int
  ) throws(EngineError) -> [AnyTensor] {
    let count = inputs[0].shape[0]
    let types = (target == .logits ? logitTypes : outputTypes).map {
      TensorType([count] + $0.shape, $0.element)
    }
    let storages = types.map { $0.element == .float32 ? TensorStorage(count: $0.count) : nil }
    let others = OtherResults(types.map { $0.element == .float32 ? 0 : count })
    try forward.run(
      Transfer(
        inputs: inputs, rowShapes: rowShapes, labels: [],
        results: storages.map { $0?.start }, others: others, gradient: nil),
      count: count, target: target, kernels: kernels, threads: threads)
    return zip(types, storages).enumerated().map { number, result in
      guard let storage = result.1 else {
        return AnyTensor(
          stacking: others.rows(of: number), shape: result.0.shape, element: result.0.element)
      }
      return AnyTensor(result.0, elements: .single(storage))
    }
  }

  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) throws(EngineError) {
    let program = try self.gradient.program { () throws(EngineError) in
      LoadedProgram(try Plan.gradient(graph, weights: weights))
    }
    try program.run(
      Transfer(
        inputs: [AnyTensor(inputs)], rowShapes: rowShapes, labels: labels,
        results: [logits.start], others: OtherResults([]), gradient: gradient.start),
      count: inputs.shape[0], target: .logits, kernels: kernels, threads: threads)
  }
}

/// The rows of the outputs that are not binary32, from whichever worker had them.
final class OtherResults: Sendable {
  private let tensors: Mutex<[[AnyTensor?]]>

  init(_ counts: [Int]) {
    tensors = Mutex(counts.map { .init(repeating: nil, count: $0) })
  }

  func store(_ tensor: AnyTensor, output: Int, row: Int) {
    tensors.withLock { $0[output][row] = tensor }
  }

  func rows(of output: Int) -> [AnyTensor] {
    tensors.withLock { $0[output].compactMap(\.self) }
  }
}

/// The gradient program, planned when it is first asked for: its weights are a second copy.
private final class GradientCache: Sendable {
  private let cached = Mutex<LoadedProgram?>(nil)

  func program(
    plan: () throws(EngineError) -> LoadedProgram
  ) throws(EngineError) -> LoadedProgram {
    try cached.withLock { (cached) throws(EngineError) -> LoadedProgram in
      if let program = cached { return program }
      let program = try plan()
      cached = program
      return program
    }
  }
}

/// A program with the memory it runs in.
private struct LoadedProgram: Sendable {
  let program: Program
  private let pool: WorkspacePool

  init(_ program: Program) {
    self.program = program
    pool = WorkspacePool(bytes: program.workspaceBytes)
  }

  /// Runs `count` images: blocks on threads, or where there is one block threads inside its steps.
  func run(
    _ transfer: Transfer, count: Int, target: Target, kernels: KernelTable, threads: Int
  ) throws(EngineError) {
    let errors = Mutex<[Int: EngineError]>([:])
    // Blocks of nearly equal size: a dense layer streams its weights once for each.
    let share = (count + max(1, threads) - 1) / max(1, threads)
    let most = max(1, min(program.block, share))
    let blocks = (count + most - 1) / most
    let block = (count + max(1, blocks) - 1) / max(1, blocks)
    Workers.share(pieces: blocks, threads: threads) { number in
      let start = number * block
      let images = min(block, count - start)
      let tensors = SlotTensors(slots: program.slots, images: images)
      let team = blocks == 1 && threads > 1 ? Team(threads: threads) : nil
      defer { team?.dismiss() }
      pool.lend { workspace in
        var run = Run(
          kernels: kernels.value, memory: workspace.start, placements: program.placements,
          blockStart: start, team: team, transfer: transfer,
          tensors: tensors)
        pass(images, of: &run, target: target)
      }
      for (image, error) in tensors.errors {
        errors.withLock { $0[start + image] = error }
      }
    }
    let found = errors.withLock { $0 }
    if let first = found.keys.min(), let error = found[first] { throw error }
  }

  /// Takes a block of images through the stages.
  private func pass(_ images: Int, of run: inout Run, target: Target) {
    for stage in program.stages where stage.target == nil || stage.target == target {
      let group = stage.takesBlock ? images : program.group
      for first in stride(from: 0, to: images, by: group) {
        run.first = first
        run.images = min(group, images - first)
        for step in stage.steps {
          program.steps[step].run(run)
          if program.slots > 0 {
            run.tensors.release(program.releases[step], images: first..<run.first + run.images)
          }
        }
      }
    }
  }
}
