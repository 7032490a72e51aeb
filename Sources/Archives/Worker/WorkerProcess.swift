import Bytes
import CArchive
import CSandbox
import Glibc

/// Why a worker has no more to say.
struct WorkerError: Error {
  let reason: String
}

/// A worker process from its start to its end: frames come out, and nothing else.
///
/// Whatever happens, the process is ended and waited for, at the latest when the value goes.
struct WorkerProcess: ~Copyable {
  private let process: pid_t
  private let output: CInt
  private let start = now()
  private let seconds: Double
  private var isWaitedFor = false
  private let payload = UnsafeMutableRawBufferPointer.allocate(
    byteCount: WorkerFrame.payloadBytes, alignment: 16)
  private var payloadCount = 0

  /// Starts the worker over the bytes of a file, which has so many seconds for it.
  ///
  /// - Throws: `FileError` when it cannot be started.
  init(
    _ command: WorkerCommand, _ format: String, over bytes: ByteSlice, seconds: Double,
    limits: Limits
  ) throws(FileError) {
    let input = try WorkerProcess.descriptor(for: bytes, limits)
    defer { close(input) }
    var output: CInt = -1
    let process = sandbox_spawn(command.executable, command.mode, format, input, &output)
    guard process > 0 else {
      errno = -process
      throw FileError(path: command.executable, action: "start a worker")
    }
    self.process = process
    self.output = output
    self.seconds = seconds
  }

  deinit {
    payload.deallocate()
    close(output)
    guard !isWaitedFor else { return }
    kill(process, SIGKILL)
    _ = WorkerProcess.wait(for: process)
  }

  /// The bytes as a file of their own, in memory or, when they are many, without a name.
  private static func descriptor(
    for bytes: ByteSlice, _ limits: Limits
  ) throws(FileError) -> CInt {
    guard bytes.count <= limits.unpackedMemoryBytes else {
      var file = try NamelessFile()
      try bytes.withUnsafeBytes { (memory) throws(FileError) in try file.write(memory) }
      let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 3)
      guard copy >= 0 else { throw FileError(path: "worker", action: "open the file for it") }
      return copy
    }
    let file = bytes.withUnsafeBytes { sandbox_memory_file($0.baseAddress, $0.count) }
    guard file >= 0 else {
      errno = -file
      throw FileError(path: "memory", action: "hold a file for a worker")
    }
    return file
  }

  /// The seconds since its start.
  var elapsed: Double { now() - start }

  /// The next frame; the bytes of `.data` are in `data`.
  mutating func next() throws(WorkerError) -> WorkerFrame {
    try read(WorkerFrame.headerBytes)
    let kind = payload[0]
    let count = (1...4).reduce(0) { $0 | Int(payload[$1]) << (8 * ($1 - 1)) }
    guard count <= WorkerFrame.payloadBytes else {
      throw WorkerError(reason: "a frame of \(count) bytes")
    }
    try read(count)
    if kind == UInt8(ascii: "D") { return .data }
    do throws(ParseError) {
      return try WorkerFrame(kind: kind, parsing: ByteSlice(data))
    } catch {
      throw WorkerError(reason: "a frame that is none: \(error.reason)")
    }
  }

  /// The bytes of the last frame, valid until the next.
  var data: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: payload[..<payloadCount]) }

  /// Demands that nothing follows the last frame, and that the worker ends well.
  mutating func finish() throws(WorkerError) {
    guard try readSome(at: 0, of: 1) == 0 else {
      throw WorkerError(reason: "bytes after the last frame")
    }
    if let reason = end() { throw WorkerError(reason: reason) }
  }

  private mutating func read(_ count: Int) throws(WorkerError) {
    payloadCount = 0
    while payloadCount < count {
      let got = try readSome(at: payloadCount, of: count)
      guard got > 0 else { throw WorkerError(reason: end() ?? "it ended in the middle") }
      payloadCount += got
    }
  }

  /// Reads what is there, waiting for it until the deadline; 0 at the end.
  private mutating func readSome(at start: Int, of count: Int) throws(WorkerError) -> Int {
    while true {
      let left = seconds - elapsed
      guard left > 0 else { throw WorkerError(reason: "more than \(seconds) seconds") }
      var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, CInt(min(left, 3600) * 1000) + 1) > 0 else { continue }
      let got = Glibc.read(output, payload.baseAddress?.advanced(by: start), count - start)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw WorkerError(reason: "its pipe cannot be read") }
      return got
    }
  }

  /// Waits for a worker that has closed its pipe, and says what is wrong with its end.
  private mutating func end() -> String? {
    isWaitedFor = true
    // One that has ended keeps its status; one that goes on has nothing more to say.
    kill(process, SIGKILL)
    guard let status = WorkerProcess.wait(for: process) else { return "its end is not known" }
    let signal = status & 0x7f
    if signal == SIGSYS { return "it tried what the sandbox forbids" }
    if signal == SIGXCPU { return "it computed for too long" }
    if signal != 0 { return "killed by signal \(signal)" }
    let code = status >> 8 & 0xff
    return code == 0 ? nil : "it ended with code \(code)"
  }

  /// The status of the process, once it has ended.
  private static func wait(for process: pid_t) -> CInt? {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    return status
  }
}

/// Seconds on a clock that nobody sets.
private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
