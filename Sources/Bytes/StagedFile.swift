import Glibc

/// A file that a library writes by its path: under another name, until it is whole.
///
/// Unlike `AtomicFile` it is written by somebody else, who has closed it before `commit`.
public struct StagedFile: ~Copyable {
  private var file: TemporaryFile

  /// Makes an empty file beside `target`, readable by its owner alone until `commit`.
  public init(for target: String) throws(FileError) {
    file = try TemporaryFile(beside: target)
    file.close()
  }

  /// Where the file is written.
  public var path: String { file.path }

  /// Gives the file its mode and its name, after its bytes are on the disk.
  public consuming func commit(mode: UInt32 = 0o644) throws(FileError) {
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path: file.target, action: "write") }
    defer { close(descriptor) }
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
      throw FileError(path: file.target, action: "write")
    }
    try file.takePlace()
  }
}
