import Archives
import ArgumentParser
import Auditing
import Bytes
import Engine
import Findings
import Glibc
import Judging
import Reporting
import StockPolicies
import Trust
import Vulnerabilities

/// A report that goes to a file: `FORMAT=PATH`.
struct ReportOutput: ExpressibleByArgument {
  let format: ReportFormat
  let path: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty, let format = ReportFormatName(argument: parts[0])
    else { return nil }
    self.format = format.format
    path = parts[1]
  }
}

/// A report format by its name.
struct ReportFormatName: ExpressibleByArgument {
  let format: ReportFormat

  init(_ format: ReportFormat) { self.format = format }

  init?(argument: String) {
    guard let format = ReportFormat.named(argument) else { return nil }
    self.format = format
  }

  var defaultValueDescription: String { format.name }
  static var allValueStrings: [String] { ReportFormat.all.map(\.name) }
}

/// When a report is coloured.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// Options of every command that runs the engine.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads; no result depends on it. Default: the CPUs this process may use.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads takes 1 to 256")
    }
  }

  /// Threads and kernels; PROOFMARK_ISA forces a kernel variant, for tests and bug reports.
  ///
  /// Says so where networks will run on kernels that take their time.
  func compute(runsNetworks: Bool = true) throws -> Compute {
    let variant: KernelVariant
    if let name = Terminal.environment("PROOFMARK_ISA") {
      do {
        variant = try KernelVariant(named: name)
      } catch {
        throw CommandFailure("PROOFMARK_ISA: \(error)", code: .usage)
      }
    } else {
      variant = .best
    }
    if runsNetworks, [.plain, .emul].contains(variant) {
      Terminal.note(
        "\(Tool.name): note: networks run on the kernels '\(variant.rawValue)', many times slower "
          + "than those for AVX2 or NEON; no result depends on it")
    }
    return Compute(threads: threads ?? ComputeOptions.availableThreads, variant: variant)
  }

  private static var availableThreads: Int {
    min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 256)
  }
}

/// Options of every command that ends with a verdict.
struct AuditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A stock policy (permissive, ci-gate, release) or a policy file. Default: "
        + "PROOFMARK_POLICY, else ci-gate.", valueName: "name or file"))
  var policy: String?

  @Option(help: ArgumentHelp("The trust file: keys, owners, roles.", valueName: "file"))
  var trust: String?

  @Option(
    help: ArgumentHelp(
      "The time to judge validity at. Default: now.", valueName: TimeOption.form))
  var at: TimeOption?

  @Option(help: "The report on standard output.")
  var format = ReportFormatName(.text)

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Also write a report to a file; repeatable.", valueName: "format=path"))
  var outputs: [ReportOutput] = []

  @Option(help: "Colour the text report.")
  var color = ColourChoice.auto

  @Flag(name: .shortAndLong, help: "Print nothing on standard output but the verdict.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell on standard error how long each check took.")
  var verbose = false

  @OptionGroup var compute: ComputeOptions

  /// Everything the audit needs from outside the release, opened before the first untrusted byte
  /// is read. Checks in `demanded` alone run, and are demanded whatever the policy says.
  ///
  /// Keys of other tools stand for a trust file: without one, their signatures are demanded.
  func settings(
    demanding demanded: [CheckName] = [], foreign: ForeignKeyOptions? = nil,
    memory: MemoryOptions? = nil, state: VerifierState? = nil,
    advisories: [AdvisoryDatabase] = []
  ) throws -> AuditSettings {
    var policy = try PolicyOption.load(policy)
    let hasForeignKeys = foreign?.isGiven == true
    for check in demanded where !(hasForeignKeys && trust == nil && check == .lock) {
      policy[check].demand = .required
    }
    let runsNetworks =
      demanded.isEmpty || demanded.contains { [.reproduce, .robustness].contains($0) }
    let time = AuditSettings.time(at: at?.time, state: state)
    return try AuditSettings(
      policy: policy, checks: demanded.isEmpty ? CheckName.allCases : demanded,
      trust: trust.map { try TrustFileOption.load($0, at: time) }, at: at?.time,
      compute: compute.compute(runsNetworks: runsNetworks), worker: .thisProgram,
      foreignKeys: foreign?.load() ?? ForeignKeys(), foreignSignature: foreign?.foreignSignature,
      state: state,
      parent: memory?.parentLock(), detachedSignature: memory?.signatureBytes(),
      advisories: advisories)
  }

  /// Audits the subjects one after the other and writes the reports. A subject that is not there
  /// stops none of the others.
  func run(
    _ paths: [String], demanding demanded: [CheckName] = [], foreign: ForeignKeyOptions? = nil,
    memory options: MemoryOptions? = nil,
    osv: OSVOptions? = nil
  ) throws -> Judging.ExitCode {
    for path in paths { try checkOutside(path, options) }
    var memory = try AuditMemory(options)
    var settings = try settings(
      demanding: demanded, foreign: foreign, memory: options, state: memory.state,
      advisories: osv?.load() ?? [])
    for output in outputs { try OutputFile.check(output.path) }
    var reports: [AuditReport] = []
    var codes: [Judging.ExitCode] = []
    for path in paths {
      do throws(FileError) {
        let outcome = try audit(path, settings)
        reports.append(outcome.report)
        memory.remember(outcome, settings)
        settings.state = memory.state
      } catch {
        let failure = CommandFailure("\(error)", code: .usage)
        Terminal.note(failure.text)
        codes.append(failure.code)
      }
    }
    // Before the reports: a verdict that could not be remembered must not be relied upon.
    try memory.save(reports, at: settings.time)
    if !reports.isEmpty { codes.append(try deliver(reports)) }
    return .over(codes)
  }

  /// What is trusted must not come from the release.
  private func checkOutside(_ release: String, _ memory: MemoryOptions?) throws {
    let isStock = policy.flatMap { StockPolicy(rawValue: $0) } != nil
    for (option, path) in [
      ("--policy", isStock ? nil : policy), ("--trust", trust), ("--state", memory?.state),
      ("--history", memory?.history), ("--parent", memory?.parent),
    ] {
      guard let path, OutputFile.lies(path, inside: release) else { continue }
      throw CommandFailure(
        "\(option) \(path): lies inside the release \(release)",
        help: "whoever made the release must not say what it is judged by; keep the file elsewhere",
        code: .usage)
    }
  }

  /// Audits one subject, with progress on a terminal.
  private func audit(
    _ path: String, _ settings: AuditSettings
  ) throws(FileError) -> Audit.Outcome {
    let progress = Progress(isVerbose: verbose)
    defer { progress.end() }
    return try Audit(settings).outcome(of: path) { progress.begin($0) }
  }

  /// Writes the reports and gives the exit code.
  private func deliver(_ reports: [AuditReport]) throws -> Judging.ExitCode {
    for output in outputs {
      try AtomicFile.write(output.format.write(reports), to: output.path)
    }
    if quiet {
      for report in reports {
        try Terminal.output("\(report.verdict.rawValue) \(safeText(report.subject.path))\n")
      }
    } else {
      try Terminal.output(text(of: reports))
    }
    return .over(reports.map { ExitCode($0.verdict) })
  }

  private func text(of reports: [AuditReport]) -> String {
    let isColoured =
      switch color {
      case .always: true
      case .never: false
      case .auto: Terminal.wantsColour(on: STDOUT_FILENO)
      }
    return format.format.write(reports, style: ReportStyle(isColoured: isColoured))
  }
}
