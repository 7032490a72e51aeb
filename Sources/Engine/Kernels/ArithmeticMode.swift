import CKernels
import Synchronization

/// The arithmetic mode of the threads that compute.
public enum ArithmeticMode {
  private static let repairs = Atomic(0)

  /// How often a thread was found with flushed subnormals or another rounding, which a shared
  /// library had set, and was put right before it computed.
  public static var repairedThreads: Int { repairs.load(ordering: .relaxed) }

  /// Puts this thread's arithmetic right and counts when that was needed.
  static func repairThread() {
    if ck_repair_environment() { repairs.add(1, ordering: .relaxed) }
  }
}
