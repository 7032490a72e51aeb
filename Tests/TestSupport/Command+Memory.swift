import Bytes
import Foundation

extension Command {
  /// Runs the program to its end and gives its exit code, and the most main memory in bytes that
  /// it was seen to take: the kernel's own high-water mark, read every millisecond.
  public static func peakMemory(
    _ arguments: [String], in folder: ScratchFolder
  ) throws -> (exitCode: Int, bytes: Int) {
    defer { withExtendedLifetime(folder) {} }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ["PATH": "/usr/bin:/bin"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var peak = 0
    while process.isRunning {
      peak = max(peak, highWaterMark(of: process.processIdentifier))
      usleep(1_000)
    }
    process.waitUntilExit()
    return (Int(process.terminationStatus), peak)
  }

  private static func highWaterMark(of process: Int32) -> Int {
    // A process that has ended has no memory.
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return 0 }
    return (Int(line.filter(\.isNumber)) ?? 0) * 1024
  }
}
