import Bytes
import Glibc

/// Collects unpacked bytes: in memory at first, and in a file without a name when they become
/// many. Such a file vanishes with its last user, whatever ends the process.
struct MemberStore: ~Copyable {
  private var buffer = ByteBuffer()
  private var file: NamelessFile?
  private let memoryBytes: Int
  /// The number of bytes so far.
  private(set) var count = 0

  init(_ limits: Limits) {
    memoryBytes = limits.unpackedMemoryBytes
  }

  /// Adds the bytes at the end.
  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if file == nil, bytes.count > memoryBytes - count { try moveToFile() }
    if file == nil { buffer.append(bytes) } else { try file?.write(bytes) }
    count += bytes.count
  }

  /// Adds the bytes; that there is no room for them is a limit of the reader at `offset`.
  mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ParseError) {
    do throws(FileError) {
      try append(bytes)
    } catch {
      throw ParseError(
        .limit, at: offset, expected: "room for the unpacked bytes", found: error.description)
    }
  }

  /// Adds the bytes; that there is no room for them is a limit of the reader at `offset`.
  mutating func add(_ bytes: ByteSlice, at offset: Int) throws(ParseError) {
    try bytes.withUnsafeBytes { (memory) throws(ParseError) in try add(memory, at: offset) }
  }

  /// Adds so many zeros; that there is no room for them is a limit of the reader at `offset`.
  mutating func addZeros(_ length: Int, at offset: Int) throws(ParseError) {
    let zeros = ByteSlice([UInt8](repeating: 0, count: min(length, 1 << 20)))
    var rest = length
    while rest > 0 {
      try add(zeros.prefix(rest), at: offset)
      rest -= min(rest, zeros.count)
    }
  }

  private mutating func moveToFile() throws(FileError) {
    var file = try NamelessFile()
    var held = ByteBuffer()
    swap(&held, &buffer)
    let bytes = held.finish()
    try bytes.withUnsafeBytes { (memory) throws(FileError) in try file.write(memory) }
    self.file = consume file
  }

  /// Ends the writing and hands the bytes over, mapped when they are in a file.
  consuming func finish() throws(FileError) -> ByteSlice {
    guard let file else { return buffer.finish() }
    return try file.content()
  }
}

/// A file that no folder lists.
struct NamelessFile: ~Copyable {
  /// The file, open for reading and writing.
  let descriptor: CInt
  private let folder: String

  /// Opens one in TMPDIR, or else in /var/tmp, which unlike /tmp is rarely in memory.
  init() throws(FileError) {
    folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    // O_TMPFILE, a macro that Swift does not see: 0o20000000 with O_DIRECTORY.
    let nameless = 0o20_000_000 | O_DIRECTORY
    var opened = open(folder, nameless | O_RDWR | O_CLOEXEC, 0o600)
    if opened < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL {
      opened = NamelessFile.openAndUnlink(in: folder)
    }
    guard opened >= 0 else { throw FileError(path: folder, action: "make a temporary file") }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// For file systems without nameless files: a name for as short as can be.
  private static func openAndUnlink(in folder: String) -> CInt {
    var template = Array((folder + "/proofmark.XXXXXX").utf8CString)
    return template.withUnsafeMutableBufferPointer { name in
      guard let start = name.baseAddress else { return -1 }
      let opened = mkstemp(start)
      guard opened >= 0 else { return opened }
      unlink(start)
      _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
      return opened
    }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let written = Glibc.write(descriptor, start, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileError(path: folder, action: "keep unpacked bytes") }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// The bytes, mapped: nobody else can open the file to shorten it.
  func content() throws(FileError) -> ByteSlice {
    try ByteSlice(descriptor: descriptor, path: folder, memoryBytes: 0)
  }
}
