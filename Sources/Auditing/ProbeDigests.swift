public import Bytes
import Engine
import Evaluation
public import Findings
import Robustness

/// The digests of everything that a probe computes: what two builds, machines, kernels or thread
/// counts must agree on.
public enum ProbeDigests {
  /// Logits, gradient and attacked inputs of the subject's evaluation set, by name; or the
  /// finding that says why there are none.
  public static func compute(
    _ subject: Subject, _ settings: AuditSettings
  ) -> Result<[(name: String, digest: Digest)], ProbeObstacle> {
    switch RobustnessCheck.probe(subject, settings) {
    case .absent(let reason):
      return .failure(ProbeObstacle(finding: Rule.noAttackData.at(.subject, reason)))
    case .refused(let finding): return .failure(ProbeObstacle(finding: finding))
    case .ready(let outcome): return .success(outcome.digests)
    }
  }
}

/// Why a probe could not run.
public struct ProbeObstacle: Error, Sendable {
  /// The finding that a report would show.
  public let finding: Finding
}
