import Glibc

extension ByteSlice {
  /// The content of an open regular file: read into memory up to `memoryBytes`, mapped above. The
  /// size is compared before and after, so that a file that changes while it is read is an error
  /// and not a mixture.
  ///
  /// A mapped file that somebody shortens raises SIGBUS, which ends the process with exit 3.
  public init(
    descriptor: CInt, path: @autoclosure () -> String, memoryBytes: Int = Limits.memoryBytes
  ) throws(FileError) {
    var before = stat()
    guard fstat(descriptor, &before) == 0 else { throw FileError(path: path(), action: "read") }
    guard before.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path(), action: "read", reason: "not a regular file")
    }
    let size = Int(before.st_size)
    guard size > 0 else {
      self = .empty
      return
    }
    if size <= memoryBytes {
      self = try ByteSlice.read(descriptor, size: size, path: path())
    } else if let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      memory != MAP_FAILED
    {
      self.init(
        storage: ByteStorage(owning: memory, count: size, release: .unmap), lower: 0, count: size,
        offset: 0)
    } else if errno == ENOMEM, size <= Limits.memoryBytes {
      // Of mapped files a process may have 65,530.
      self = try ByteSlice.read(descriptor, size: size, path: path())
    } else {
      throw FileError(path: path(), action: "map")
    }
    var after = stat()
    guard fstat(descriptor, &after) == 0, after.st_size == before.st_size,
      after.st_mtim.tv_sec == before.st_mtim.tv_sec,
      after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
    else { throw FileError(path: path(), action: "read", reason: "the file changed meanwhile") }
  }

  private static func read(
    _ descriptor: CInt, size: Int, path: @autoclosure () -> String
  ) throws(FileError) -> ByteSlice {
    guard let memory = malloc(size) else {
      throw FileError(path: path(), action: "read", reason: "out of memory")
    }
    let storage = ByteStorage(owning: memory, count: size, release: .free)
    var done = 0
    while done < size {
      let result = pread(descriptor, memory + done, size - done, off_t(done))
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw FileError(path: path(), action: "read") }
      guard result > 0 else {
        throw FileError(path: path(), action: "read", reason: "the file became shorter")
      }
      done += result
    }
    return ByteSlice(storage: storage, lower: 0, count: size, offset: 0)
  }

  /// The content of the file at `path`, following links: for what the user names.
  public init(path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, action: "read") }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// The content of the file at `path`; nil when there is nothing at the path.
  public static func ifPresent(path: String) throws(FileError) -> ByteSlice? {
    do {
      return try ByteSlice(path: path)
    } catch {
      // A link that leads nowhere is not nothing: what it led to was there once.
      var status = stat()
      guard error.isMissing, lstat(path, &status) != 0 else { throw error }
      return nil
    }
  }

  /// All bytes of an open stream such as standard input, up to `limit`.
  public init(stream descriptor: CInt, name: String, limit: Int) throws(FileError) {
    var buffer = ByteBuffer()
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let result = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw FileError(path: name, action: "read") }
      guard result > 0 else { break }
      guard buffer.count + result <= limit else {
        throw FileError(path: name, action: "read", reason: "more than \(limit) bytes")
      }
      block.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[..<result])) }
    }
    self = buffer.finish()
  }
}
