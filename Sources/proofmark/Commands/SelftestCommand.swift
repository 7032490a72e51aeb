import ArgumentParser
import Bytes
import Engine
import Judging

/// `proofmark selftest`: whether this build computes what the numerics contract says, on this CPU.
struct SelftestCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", _superCommandName: Tool.name,
    abstract: "Check that every kernel of this CPU computes what the contract says.",
    discussion: """
      Compares each kernel variant, bit by bit, with digests that were computed without Proofmark \
      and with the plain form of proofmark-numerics/1, and tells when something had switched \
      subnormals off or changed the rounding. Exit 4 when a variant is wrong.

      EXAMPLES
        proofmark selftest
        proofmark selftest -v
      """)

  @Flag(name: .shortAndLong, help: "List every item.")
  var verbose = false

  func execute() throws -> Judging.ExitCode {
    var code = Judging.ExitCode.pass
    for variant in KernelVariant.available {
      let items = try SelfTest.items(of: variant)
      let wrong = items.count { !$0.holds }
      try Terminal.output(
        "\(variant.rawValue): "
          + (wrong == 0 ? "\(items.count) items equal" : "\(wrong) of \(items.count) items DIFFER")
          + "\n")
      for item in items where verbose || !item.holds {
        try Terminal.output("  \(item.holds ? "equal  " : "DIFFERS") \(item.name)\n")
      }
      if wrong > 0 { code = .bug }
    }
    let repaired = ArithmeticMode.repairedThreads
    if repaired > 0 {
      Terminal.note(
        "warning: \(repaired) threads began with subnormals off or another rounding; put right")
    }
    return code
  }
}
