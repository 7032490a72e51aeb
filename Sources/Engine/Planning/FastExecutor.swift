import CKernels
import Synchronization

/// Runs a graph's programs on the kernels of one variant.
struct FastExecutor: Executor {
  private let kernels: KernelTable
  private let graph: Graph
  private let forward: LoadedProgram
  private let weights: [Int: TensorStorage]
  private let gradient = GradientCache()

  init(_ graph: Graph, kernels: KernelTable) throws(EngineError) {
    self.graph = graph
    self.kernels = kernels
    let (program, weights) = try Plan.forward(graph)
    forward = LoadedProgram(program)
    self.weights = weights
  }

  func run(_ inputs: Tensor, target: Target, into results: TensorStorage, threads: Int) {
    forward.run(
      Transfer(
        inputs: inputs.storage.start, labels: [], results: results.start, gradient: nil),
      count: inputs.shape[0], target: target, kernels: kernels, threads: threads)
  }

  func runGradient(
    _ inputs: Tensor, labels: [Int], logits: TensorStorage, gradient: TensorStorage, threads: Int
  ) throws(EngineError) {
    let program = try self.gradient.program { () throws(EngineError) in
      LoadedProgram(try Plan.gradient(graph, weights: weights))
    }
    program.run(
      Transfer(
        inputs: inputs.storage.start, labels: labels, results: logits.start,
        gradient: gradient.start),
      count: inputs.shape[0], target: .logits, kernels: kernels, threads: threads)
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
  private let program: Program
  private let pool: WorkspacePool

  init(_ program: Program) {
    self.program = program
    pool = WorkspacePool(bytes: program.workspaceBytes)
  }

  /// Runs `count` images: blocks on threads, or where there is one block threads inside its steps.
  func run(
    _ transfer: Transfer, count: Int, target: Target, kernels: KernelTable, threads: Int
  ) {
    let share = (count + max(1, threads) - 1) / max(1, threads)
    let block = max(1, min(program.block, share))
    let blocks = (count + block - 1) / block
    Workers.share(pieces: blocks, threads: threads) { number in
      let start = number * block
      pool.lend { workspace in
        var run = Run(
          kernels: kernels.value, memory: workspace.start, placements: program.placements,
          blockStart: start, threads: blocks == 1 ? threads : 1, transfer: transfer)
        pass(min(block, count - start), of: &run, target: target)
      }
    }
  }

  /// Takes a block of images through the stages.
  private func pass(_ images: Int, of run: inout Run, target: Target) {
    for stage in program.stages where stage.target == nil || stage.target == target {
      let group = stage.takesBlock ? images : program.group
      for first in stride(from: 0, to: images, by: group) {
        run.first = first
        run.images = min(group, images - first)
        for step in program.steps[stage.steps] { step.run(run) }
      }
    }
  }
}
