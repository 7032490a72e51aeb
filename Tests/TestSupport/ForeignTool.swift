import Foundation

/// A program of somebody else that a test compares with; tests skip where it is not installed.
public struct ForeignTool: Sendable {
  /// What it left behind.
  public struct Outcome: Sendable {
    /// The exit code.
    public let exitCode: Int
    /// Standard output and standard error, one after the other.
    public let output: String
  }

  /// The path of the executable.
  public let path: String

  /// The program of the name on PATH; nil when there is none.
  public init?(_ name: String) {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let paths = folders.split(separator: ":").map { "\($0)/\(name)" }
    guard let path = paths.first(where: FileManager.default.isExecutableFile) else { return nil }
    self.path = path
  }

  /// Whether the program is installed.
  public static func isInstalled(_ name: String) -> Bool { ForeignTool(name) != nil }

  /// Runs the program to its end in the folder, which outlives it.
  public func run(
    _ arguments: [String], in folder: ScratchFolder, environment: [String: String] = [:],
    input: String = ""
  ) throws -> Outcome {
    defer { withExtendedLifetime(folder) {} }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
      .merging(environment) { $1 }
    let scratch = try ScratchFolder()
    try scratch.write(input, to: "in")
    try scratch.write("", to: "out")
    try scratch.write("", to: "err")
    process.standardInput = FileHandle(forReadingAtPath: scratch.file("in"))
    process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
    process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
    try process.run()
    process.waitUntilExit()
    return Outcome(
      exitCode: Int(process.terminationStatus),
      output: try scratch.text("out") + scratch.text("err"))
  }
}
