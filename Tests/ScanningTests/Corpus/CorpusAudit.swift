import Auditing
import Engine
import Findings
import Judging
import StockPolicies
import TestSupport

/// The audit of one file by unpacking and scanning, under the stock policy `ci-gate`.
enum CorpusAudit {
  static func report(on bytes: [UInt8], named name: String) throws -> AuditReport {
    let folder = try ScratchFolder()
    try folder.write(bytes, to: name)
    var policy = try Policy(stock: .ciGate)
    for check in [CheckName.unpack, .scan] { policy[check].demand = .required }
    let settings = try AuditSettings(
      policy: policy, checks: [.unpack, .scan], trust: nil, at: nil,
      compute: Compute(threads: 1, variant: .plain))
    return try Audit(settings).run(folder.file(name))
  }
}
