import CArchive
import Glibc

// libarchive's reader of 7z, which runs in the worker alone.

/// The members of a 7z archive in memory, one after the other.
struct SevenZipStream: ~Copyable {
  /// Why libarchive does not go on.
  struct Fault: Error {
    let reason: String
    /// Whether nothing more can be read, or only this member.
    let isFinal: Bool
  }

  private let handle: OpaquePointer
  private var entry: OpaquePointer?

  /// Opens the archive, whose bytes must stay where they are.
  init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    guard let handle = archive_read_new() else { preconditionFailure("out of memory") }
    self.handle = handle
    try demand(archive_read_support_format_7zip(handle))
    try demand(archive_read_open_memory(handle, bytes.baseAddress, bytes.count))
  }

  deinit { archive_read_free(handle) }

  private func demand(_ status: CInt) throws(Fault) {
    guard status != ARCHIVE_OK else { return }
    throw Fault(reason: reason, isFinal: status == ARCHIVE_FATAL)
  }

  private var reason: String {
    let text = archive_error_string(handle).map { String(cString: $0) } ?? "an unknown fault"
    return archive_read_has_encrypted_entries(handle) > 0 ? "encrypted: \(text)" : text
  }

  /// The next member, and a warning about its header; nil after the last.
  mutating func next() throws(Fault) -> (member: WorkerMember, warning: String?)? {
    let status = archive_read_next_header(handle, &entry)
    guard status != ARCHIVE_EOF else { return nil }
    guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
      throw Fault(reason: reason, isFinal: true)
    }
    let mode = archive_entry_mode(entry)
    let kind: WorkerMember.Kind =
      switch mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .special
      }
    let member = WorkerMember(
      kind: kind, mode: mode, size: kind == .file ? UInt64(clamping: archive_entry_size(entry)) : 0,
      name: bytes(archive_entry_pathname(entry)), target: bytes(archive_entry_symlink(entry)))
    return (member, status == ARCHIVE_WARN ? reason : nil)
  }

  private func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard let text else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  /// The next bytes of the member, valid until the next call, and whether they end a member whose
  /// checksum is wrong; nil after the last.
  mutating func nextBlock() throws(Fault) -> (bytes: UnsafeRawBufferPointer, warning: String?)? {
    var start: UnsafeRawPointer?
    var count = 0
    var offset: Int64 = 0
    let status = archive_read_data_block(handle, &start, &count, &offset)
    guard status != ARCHIVE_EOF else { return nil }
    // What is wrong with the bytes is a warning, and they are there.
    if status != ARCHIVE_WARN { try demand(status) }
    return (
      UnsafeRawBufferPointer(start: start, count: count), status == ARCHIVE_WARN ? reason : nil
    )
  }
}
