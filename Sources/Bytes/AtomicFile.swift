import Glibc

/// Why a file could not be read or written.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The path as the user gave it.
  public let path: String
  /// What was tried.
  public let action: String
  /// The system's reason.
  public let reason: String
  /// Whether there is nothing at the path.
  public let isMissing: Bool

  /// An error with a reason of our own.
  public init(path: String, action: String, reason: String) {
    self.path = path
    self.action = action
    self.reason = reason
    isMissing = false
  }

  /// An error with the reason of the last system call.
  public init(path: String, action: String) {
    let code = errno
    self.path = path
    self.action = action
    reason = String(cString: strerror(code))
    isMissing = code == ENOENT
  }

  /// One line: path, action, reason.
  public var description: String { "\(path): cannot \(action): \(reason)" }
}

/// Writes a file so that its path names either the old content or the whole new one.
public struct AtomicFile: ~Copyable {
  private var file: TemporaryFile

  /// Opens a temporary file beside `path`, readable by its owner alone until `commit`.
  public init(path: String) throws(FileError) {
    file = try TemporaryFile(beside: path)
  }

  /// Adds bytes at the end of the temporary file.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let result = Glibc.write(
        file.descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw FileError(path: file.target, action: "write") }
      written += result
    }
  }

  /// Adds bytes at the end of the temporary file.
  public mutating func write(_ bytes: ByteSlice) throws(FileError) {
    try bytes.withUnsafeBytes { (memory) throws(FileError) in try write(memory) }
  }

  /// Gives the file its mode and its name, after its bytes are on the disk. Unless `replacing`,
  /// a file of that name that exists is an error and stays as it is.
  public consuming func commit(
    mode: UInt32 = 0o644, replacing: Bool = true
  ) throws(FileError) {
    guard fchmod(file.descriptor, mode) == 0, fsync(file.descriptor) == 0 else {
      throw FileError(path: file.target, action: "write")
    }
    guard replacing else {
      // Unlike rename, link never replaces; the temporary name goes with the value.
      guard link(file.path, file.target) == 0 else {
        throw FileError(path: file.target, action: "create")
      }
      return
    }
    try file.takePlace()
  }

  /// Adds the line and a line feed at the end of the file, in one write that is on the disk when
  /// the call returns. The file is made when there is none; a line that does not fit on the disk is
  /// taken back. Nobody else may write meanwhile.
  public static func append(line: String, to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, action: "write") }
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    let bytes = Array((line + "\n").utf8)
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else {
      if written < 0 { throw FileError(path: path, action: "write") }
      _ = ftruncate(descriptor, end)
      throw FileError(path: path, action: "write", reason: "there is no space for the line")
    }
    guard fsync(descriptor) == 0 else { throw FileError(path: path, action: "write") }
    if end == 0 { TemporaryFile.syncFolder(of: path) }
  }

  /// Writes all bytes in one step.
  public static func write(
    _ bytes: ByteSlice, to path: String, mode: UInt32 = 0o644
  ) throws(FileError) {
    var file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit(mode: mode)
  }

  /// Writes the text in one step.
  public static func write(
    _ text: String, to path: String, mode: UInt32 = 0o644
  ) throws(FileError) {
    try write(ByteSlice(utf8: text), to: path, mode: mode)
  }
}
