import ArgumentParser
import Engine
import Judging

/// `proofmark selftest`: whether this build computes what the numerics contract says, on this CPU.
struct SelftestCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Check that every kernel of this CPU computes what the contract says.",
    discussion: """
      Compares each kernel variant with the plain form of proofmark-numerics/1, bit by bit, and \
      tells when something had switched subnormals off or changed the rounding. Exit 4 when a \
      variant is wrong.

      EXAMPLES
        proofmark selftest
      """)

  func execute() throws -> Judging.ExitCode {
    var code = Judging.ExitCode.pass
    for variant in KernelVariant.available {
      let failures = try SelfTest.failures(of: variant)
      try Terminal.output("\(variant.rawValue): \(failures.isEmpty ? "equal" : "DIFFERS")\n")
      for failure in failures { Terminal.note("  " + failure) }
      if !failures.isEmpty { code = .bug }
    }
    let repaired = ArithmeticMode.repairedThreads
    if repaired > 0 {
      Terminal.note(
        "warning: \(repaired) threads began with subnormals off or another rounding; put right")
    }
    return code
  }
}
