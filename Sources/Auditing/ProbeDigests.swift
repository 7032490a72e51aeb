public import Bytes
import Robustness

/// The digests of everything that a probe computes: what two builds, machines, kernels or thread
/// counts must agree on.
public enum ProbeDigests {
  /// Logits, gradient and attacked inputs of the subject's evaluation set, by name.
  public static func compute(
    _ subject: Subject, _ settings: AuditSettings
  ) -> Provision<[(name: String, digest: Digest)]> {
    switch RobustnessCheck.probe(subject, settings) {
    case .absent(let reason): .absent(reason)
    case .refused(let finding): .refused(finding)
    case .ready(let outcome): .ready(outcome.digests)
    }
  }
}
