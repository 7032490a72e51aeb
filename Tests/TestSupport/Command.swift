public import Bytes
import Foundation

/// What a run of the program left behind.
public struct CommandResult: Sendable {
  /// The exit code, or 128 and the signal's number.
  public let exitCode: Int
  /// Whether a signal ended the program.
  public let wasSignalled: Bool
  /// Standard output.
  public let output: String
  /// Standard error.
  public let errors: String
}

/// Runs the executable that was built beside the tests.
public enum Command {
  /// The path of the built executable.
  public static let executable = built("proofmark")

  /// The path of an executable that was built beside the tests.
  public static func built(_ name: String) -> String {
    let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: tests ?? CommandLine.arguments[0])
      .deletingLastPathComponent()
    let beside = folder.appendingPathComponent(name).path
    // The runner of Swift Testing is started from the toolchain; the bundle is its argument.
    if FileManager.default.isExecutableFile(atPath: beside) { return beside }
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
      .appendingPathComponent(name).path
  }

  /// Runs the program to its end, in the folder, which outlives it.
  ///
  /// The environment is empty but for PATH and what is given, so that no variable of the machine
  /// changes a result. `through` is a command line that starts the program it is given.
  public static func run(
    _ arguments: [String], in folder: ScratchFolder, below: String = ".",
    environment: [String: String] = [:], input: ByteSlice = .empty, through: [String] = []
  ) throws -> CommandResult {
    defer { withExtendedLifetime(folder) {} }
    let process = Process()
    let line = through + [executable] + arguments
    process.executableURL = URL(fileURLWithPath: line[0])
    process.arguments = Array(line.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: folder.file(below))
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    // Files, not pipes: a pipe that fills while nobody reads would stop the program.
    let scratch = try ScratchFolder()
    try scratch.write(input, to: "in")
    try scratch.write("", to: "out")
    try scratch.write("", to: "err")
    process.standardInput = FileHandle(forReadingAtPath: scratch.file("in"))
    process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
    process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
    try process.run()
    process.waitUntilExit()
    let signalled = process.terminationReason == .uncaughtSignal
    return CommandResult(
      exitCode: (signalled ? 128 : 0) + Int(process.terminationStatus), wasSignalled: signalled,
      output: try scratch.text("out"), errors: try scratch.text("err"))
  }
}
