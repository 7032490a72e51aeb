import Glibc

/// A file that a library writes by its path: under another name, until it is whole.
///
/// Unlike `AtomicFile` it is written by somebody else, who has closed it before `commit`.
public struct StagedFile: ~Copyable {
  private let target: String
  /// Where the file is written.
  public let path: String
  private var isPending = true

  /// Makes an empty file beside `target`, readable by its owner alone until `commit`.
  public init(for target: String) throws(FileError) {
    self.target = target
    var template = Array((target + ".XXXXXX").utf8CString)
    let opened = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.map { mkstemp($0) } ?? -1
    }
    guard opened >= 0 else { throw FileError(path: target, action: "write") }
    close(opened)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    PendingFiles.add(path)
  }

  deinit {
    if isPending {
      unlink(path)
      PendingFiles.remove(path)
    }
  }

  /// Gives the file its mode and its name, after its bytes are on the disk.
  public consuming func commit(mode: UInt32 = 0o644) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path: target, action: "write") }
    defer { close(descriptor) }
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0, rename(path, target) == 0 else {
      throw FileError(path: target, action: "write")
    }
    isPending = false
    PendingFiles.remove(path)
  }
}
