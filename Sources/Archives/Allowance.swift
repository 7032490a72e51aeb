public import Bytes

/// What may still be unpacked from a subject: by its own archive and by all archives in it.
///
/// One value goes through the whole audit of a subject, so that a bomb cannot hide in many nested
/// archives of which each keeps the limits.
public struct Allowance: Sendable {
  /// The limits behind it.
  public let limits: Limits
  /// Who reads 7z archives; nil when nobody does.
  public let worker: WorkerCommand?
  /// Members that may still be met.
  public internal(set) var members: Int
  /// Unpacked bytes that may still come.
  public internal(set) var bytes: Int
  /// Whether something was larger than what was left: nothing more is unpacked.
  var isSpent = false
  /// Seconds that workers may still take together: five slow files stop the others.
  var workerSeconds: Double

  /// All that the limits allow for a subject of this size: `limits.ratio` unpacked bytes for each
  /// of its own, and never more than `limits.totalBytes`.
  public init(_ limits: Limits, subjectBytes: Int, worker: WorkerCommand? = nil) {
    self.limits = limits
    self.worker = worker
    members = limits.memberCount
    bytes = min(limits.totalBytes, Allowance.unpackedBytes(limits, packed: subjectBytes))
    workerSeconds = Double(5 * limits.workerSeconds(for: subjectBytes))
  }

  /// All that the limits allow for a folder, which is as large as it is.
  init(folder limits: Limits, worker: WorkerCommand?) {
    self.limits = limits
    self.worker = worker
    members = limits.memberCount
    bytes = limits.totalBytes
    workerSeconds = Double(5 * limits.workerSeconds(for: limits.totalBytes))
  }

  /// What is left for archives inside a subject of this size.
  func inside(subjectBytes: Int) -> Allowance {
    var rest = self
    rest.bytes = min(bytes, Allowance.unpackedBytes(limits, packed: subjectBytes))
    return rest
  }

  /// The most that this many packed bytes may become.
  static func unpackedBytes(_ limits: Limits, packed: Int) -> Int {
    let (product, overflow) = packed.multipliedReportingOverflow(by: limits.ratio)
    return overflow ? Int.max : max(product, limits.ratioFreeBytes)
  }
}
