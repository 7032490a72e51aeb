/// The program that reads hostile files with C code in a sandbox, in a process of its own.
///
/// It is started as `executable MODE FORMAT PID`, reads the file from descriptor 0 and writes
/// `WorkerFrame`s to descriptor 1.
public struct WorkerCommand: Sendable {
  /// The first argument that makes Proofmark a worker. No command of the user's.
  public static let mode = "__worker"

  /// The path of the program.
  public let executable: String
  /// What it is told to be.
  public let mode: String

  /// A worker in the program at the path.
  public init(executable: String, mode: String = WorkerCommand.mode) {
    self.executable = executable
    self.mode = mode
  }
}
