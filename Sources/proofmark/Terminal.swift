import Bytes
import Findings
import Glibc
import Trust

/// The only file that writes to the user's streams.
///
/// Standard output carries the report that was asked for and nothing else; progress, warnings and
/// errors go to standard error.
enum Terminal {
  /// Writes the text to standard output. A reader that has closed the pipe ends the output
  /// quietly: the exit code still tells the verdict.
  static func output(_ text: String) throws(FileError) {
    try write(Array(text.utf8), to: STDOUT_FILENO, name: "standard output")
  }

  /// Writes the bytes to standard output.
  static func output(_ bytes: ByteSlice) throws(FileError) {
    try write(bytes.array, to: STDOUT_FILENO, name: "standard output")
  }

  /// Writes a line to standard error.
  static func note(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Writes a finding's first line to standard error.
  static func note(_ finding: Finding) {
    note("\(Tool.name): error[\(finding.rule.id)]: \(finding.place): \(safeText(finding.message))")
  }

  private static func write(
    _ bytes: [UInt8], to descriptor: CInt, name: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let result = bytes[done...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if result < 0 && errno == EINTR { continue }
      if result < 0 && errno == EPIPE { return }
      guard result > 0 else { throw FileError(path: name, action: "write") }
      done += result
    }
  }

  /// Whether colour is welcome on the stream: a terminal, no NO_COLOR, not a dumb one.
  static func wantsColour(on descriptor: CInt) -> Bool {
    isatty(descriptor) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"
  }

  /// Whether standard error is a terminal, so that progress may be shown.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// The value of an environment variable, nil when it is unset or empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Replaces the line of progress on standard error; an empty text clears it.
  static func progress(_ text: String) {
    let line = "\r\u{1b}[K" + text
    let bytes = Array(line.utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Reads a passphrase from the terminal without showing it, straight into locked memory; nil
  /// when there is no terminal.
  static func passphrase(prompt: String) throws(TrustError) -> SecretBytes? {
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var shown = termios()
    guard tcgetattr(descriptor, &shown) == 0 else { return nil }
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(descriptor, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(descriptor, TCSAFLUSH, &shown)
      _ = Glibc.write(descriptor, "\n", 1)
    }
    _ = Glibc.write(descriptor, prompt, prompt.utf8.count)
    return try SecretBytes(lineFrom: descriptor, name: "passphrase")
  }
}
