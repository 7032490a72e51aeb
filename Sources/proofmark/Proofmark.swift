import Archives
import ArgumentParser
import Bytes
import Glibc
import Judging

/// The program: a list of commands, one file each under Commands/.
@main
struct Proofmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Tool.name,
    abstract: "The audit that a neural-network model passes before it is deployed.",
    discussion: """
      Opens a release, checks who made it and what is in it, reproduces its inference bit for bit, \
      attacks it, and says pass, fail or incomplete.

      EXIT CODES
        0  pass
        1  fail: a finding that the policy does not accept, or a difference
        2  wrong usage, or a policy, trust file, key or output that cannot be used
        3  incomplete: something demanded could not be judged
        4  a fault of the program

      EXAMPLES
        proofmark audit digits.tar.zst --policy release --trust trust.toml
        proofmark audit model.h5 -o json=report.json -o html=report.html
        proofmark explain ROB001
      """,
    version: "\(Tool.name) \(Tool.version)",
    subcommands: [
      AuditCommand.self, VerifyCommand.self, DepsCommand.self, ScanCommand.self,
      ReproduceCommand.self, ProbeCommand.self, InspectCommand.self, RunCommand.self,
      KeygenCommand.self, KeyCommand.self,
      LockCommand.self, SignCommand.self, PackCommand.self, UnpackCommand.self,
      TrustCommand.self, StateCommand.self, HistoryCommand.self, RollbackCommand.self,
      OSVCommand.self, SelftestCommand.self, ExplainCommand.self, PolicyCommand.self,
    ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == WorkerCommand.mode { SevenZipWorker.run(arguments) }
    SignalHandling.install()
    Glibc.exit(run(arguments).rawValue)
  }

  /// Runs one command line: the only place where errors become exit codes.
  private static func run(_ arguments: [String]) -> Judging.ExitCode {
    do {
      var command = try parse(arguments)
      if let command = command as? any AuditingCommand { return try command.execute() }
      try command.run()
      return .pass
    } catch {
      return report(error)
    }
  }

  /// Parses by the named command alone: building the arguments of the whole tree costs a tenth of a
  /// small scan. The commands name this one as the one above them, so that they are not asked for
  /// completion scripts first, a fifth of it. Where that does not give a command, the whole tree
  /// says why, or gives the help.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let named = configuration.subcommands.first {
      $0.configuration.commandName == arguments.first
    }
    guard let named else {
      try checkCommandName(arguments)
      return try parseAsRoot(arguments)
    }
    let asksForHelp = arguments.contains { ["help", "-h", "--help", "--version"].contains($0) }
    guard !asksForHelp else { return try parseAsRoot(arguments) }
    do {
      return try named.parseAsRoot(Array(arguments.dropFirst()))
    } catch {
      return try parseAsRoot(arguments)
    }
  }

  /// Names the nearest command, which the parser does not.
  private static func checkCommandName(_ arguments: [String]) throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let name = arguments.first, !name.hasPrefix("-"), !names.contains(name) else { return }
    let nearest = nearestName(to: name, among: names)
    throw CommandFailure(
      "there is no command '\(name)'",
      help: nearest.map { "did you mean '\($0)'?" } ?? "'\(Tool.name) help' lists the commands",
      code: .usage)
  }

  private static func report(_ error: any Error) -> Judging.ExitCode {
    guard let failure = CommandFailure(error) else { return reportUsage(error) }
    Terminal.note(failure.text)
    return failure.code
  }

  /// Errors of the argument parser; asking for help or the version is one of them.
  private static func reportUsage(_ error: any Error) -> Judging.ExitCode {
    let text = fullMessage(for: error)
    guard exitCode(for: error).isSuccess else {
      let message = text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
      Terminal.note("\(Tool.name): error: \(message)")
      return .usage
    }
    do {
      try Terminal.output(text + "\n")
      return .pass
    } catch {
      Terminal.note("\(Tool.name): error: \(error)")
      return .usage
    }
  }
}

/// A command that ends with a verdict.
protocol AuditingCommand: ParsableCommand {
  /// Does the work and says how the program ends.
  func execute() throws -> Judging.ExitCode
}

extension WorkerCommand {
  /// The program that is running, whatever happens to its path.
  static let thisProgram = WorkerCommand(executable: "/proc/self/exe")
}
