import Bytes
import Glibc
import TestSupport
import Testing

/// A new folder that is removed with everything in it.
private final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/proofmark-bytes-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Every name in the folder, sorted.
  var names: [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

private func mode(of path: String) -> UInt32 {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

struct AtomicFileTests {
  @Test
  func `a file appears whole, with its mode, and alone`() throws {
    let folder = try Folder()
    let path = folder.path + "/report.txt"
    try AtomicFile.write("first\n", to: path)
    #expect(try ByteSlice(path: path).utf8 == "first\n")
    #expect(mode(of: path) == 0o644)
    try AtomicFile.write(ByteSlice([1, 2]), to: path, mode: 0o600)
    #expect(try ByteSlice(path: path).array == [1, 2])
    #expect(mode(of: path) == 0o600)
    #expect(folder.names == ["report.txt"])
  }

  @Test
  func `what is not committed leaves the old file and nothing else`() throws {
    let folder = try Folder()
    let path = folder.path + "/report.txt"
    try AtomicFile.write("old", to: path)
    do {
      var file = try AtomicFile(path: path)
      try [UInt8](repeating: 7, count: 9).withUnsafeBytes { try file.write($0) }
      #expect(folder.names.count == 2)
    }
    #expect(folder.names == ["report.txt"])
    #expect(try ByteSlice(path: path).utf8 == "old")
  }

  @Test
  func `a folder that is not there or a name that is one is an error`() throws {
    let folder = try Folder()
    let missing = folder.path + "/none/report.txt"
    let error = try #require(throws: FileError.self) { try AtomicFile.write("x", to: missing) }
    #expect(error.description == "\(missing): cannot write: No such file or directory")
    #expect(error.isMissing)
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path) }
    #expect(folder.names.isEmpty)
  }
}

struct StagedFileTests {
  @Test
  func `a file that somebody else wrote appears whole, with its mode, and alone`() throws {
    let folder = try Folder()
    let path = folder.path + "/index"
    try AtomicFile.write("old", to: path)
    let file = try StagedFile(for: path)
    #expect(mode(of: file.path) == 0o600)
    try AtomicFile.write("new", to: file.path)
    #expect(try ByteSlice(path: path).utf8 == "old")
    try file.commit()
    #expect(try ByteSlice(path: path).utf8 == "new")
    #expect(mode(of: path) == 0o644 && folder.names == ["index"])
  }

  @Test
  func `what is not committed leaves the old file alone`() throws {
    let folder = try Folder()
    let path = folder.path + "/index"
    try AtomicFile.write("old", to: path)
    do { _ = try StagedFile(for: path) }
    #expect(folder.names == ["index"])
    #expect(try ByteSlice(path: path).utf8 == "old")
    #expect(throws: FileError.self) { _ = try StagedFile(for: folder.path + "/none/index") }
  }
}

struct FileReadingTests {
  @Test
  func `a file is read whole, an empty one as no bytes`() throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(ByteSlice(bytes), to: path)
    #expect(try ByteSlice(path: path).array == bytes)
    try AtomicFile.write("", to: path)
    #expect(try ByteSlice(path: path).isEmpty)
  }

  @Test
  func `a file that is not there is nothing, one that cannot be read is an error`() throws {
    let folder = try Folder()
    #expect(try ByteSlice.ifPresent(path: folder.path + "/none") == nil)
    try AtomicFile.append(line: "one", to: folder.path + "/lines")
    try AtomicFile.append(line: "two", to: folder.path + "/lines")
    #expect(try ByteSlice.ifPresent(path: folder.path + "/lines")?.utf8 == "one\ntwo\n")
    let error = try #require(throws: FileError.self) { try ByteSlice.ifPresent(path: folder.path) }
    #expect(!error.isMissing)
    #expect(symlink("none", folder.path + "/link") == 0)
    #expect(throws: FileError.self) { try ByteSlice.ifPresent(path: folder.path + "/link") }
  }

  @Test
  func `a lock is held by one value at a time`() async throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    let (waits, waiting) = AsyncStream<Void>.makeStream()
    let held = try FileLock(of: path)
    let second = Task.detached {
      let lock = try FileLock(of: path) { waiting.yield() }
      withExtendedLifetime(lock) {}
    }
    // The second is told that it waits; it ends once the first has.
    for await _ in waits { break }
    release(held)
    try await second.value
  }

  private func release(_ lock: consuming FileLock) {}

  @Test
  func `what is no regular file is an error and never waited for`() throws {
    let folder = try Folder()
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    for path in [fifo, folder.path, "/dev/zero", folder.path + "/none"] {
      let error = try #require(throws: FileError.self) { try ByteSlice(path: path) }
      #expect(error.path == path && error.action == "read")
    }
  }

  @Test
  func `a stream is read up to its limit`() throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    try AtomicFile.write("0123456789", to: path)
    for (limit, isEnough) in [(10, true), (9, false)] {
      let descriptor = open(path, O_RDONLY)
      defer { close(descriptor) }
      if isEnough {
        let bytes = try ByteSlice(stream: descriptor, name: "standard input", limit: limit)
        #expect(bytes.utf8 == "0123456789")
      } else {
        #expect(
          throws: FileError(path: "standard input", action: "read", reason: "more than 9 bytes")
        ) { try ByteSlice(stream: descriptor, name: "standard input", limit: limit) }
      }
    }
  }
}
