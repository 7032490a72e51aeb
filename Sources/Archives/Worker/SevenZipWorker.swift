import Bytes
import CArchive
import CSandbox
import Glibc

/// The worker process: reads a 7z archive from descriptor 0 in the sandbox and writes frames to
/// descriptor 1.
public enum SevenZipWorker {
  /// Address space for the program and what unpacking needs, besides the archive itself.
  private static let memoryBytes = 1 << 30

  /// Does the worker's work and ends the process.
  ///
  /// - Parameter arguments: those after the program's own name: mode, format and parent.
  public static func run(_ arguments: [String]) -> Never {
    guard arguments.count == 3, arguments[1] == SevenZipReader.format,
      let parent = pid_t(arguments[2])
    else { _exit(2) }
    // Names are UTF-16 and become UTF-8, which libarchive does itself in such a locale. In another
    // it would load a converter, and the sandbox lets nobody load anything.
    guard setlocale(LC_CTYPE, "C.UTF-8") != nil || setlocale(LC_CTYPE, "en_US.UTF-8") != nil else {
      end(.fault("no UTF-8 locale on this system, so that names cannot be read"))
    }
    var status = stat()
    guard fstat(0, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      end(.fault("the worker has no file"))
    }
    let count = Int(status.st_size)
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, 0, 0), start != MAP_FAILED else {
      end(.fault("no memory for \(count) bytes"))
    }
    enterSandbox(parent: parent, over: count)
    write(.sandboxed)
    end(read(UnsafeRawBufferPointer(start: start, count: count)))
  }

  private static func enterSandbox(parent: pid_t, over count: Int) {
    let seconds = Limits().workerSeconds(for: count)
    let limits = sandbox_limits(
      memory_bytes: UInt64(memoryBytes + count), cpu_seconds: UInt64(seconds))
    var step: UnsafePointer<CChar>?
    let code = sandbox_enter(parent, limits, &step)
    guard code != 0 else { return }
    let missing = step.map { String(cString: $0) } ?? "a part"
    end(.fault("no sandbox to read it in: \(missing): \(String(cString: strerror(code)))"))
  }

  /// Sends all members; the frame that is left to say how that ended.
  private static func read(_ bytes: UnsafeRawBufferPointer) -> WorkerFrame {
    var members: UInt64 = 0
    do throws(SevenZipStream.Fault) {
      var stream = try SevenZipStream(bytes)
      while let (member, warning) = try stream.next() {
        members += 1
        write(.member(member))
        try send(member, warning, from: &stream)
      }
      return .end(members: members)
    } catch {
      return .fault(error.reason)
    }
  }

  private static func send(
    _ member: WorkerMember, _ warning: String?, from stream: inout SevenZipStream
  ) throws(SevenZipStream.Fault) {
    var size: UInt64 = 0
    var checksum = CRC32()
    var outcome = warning == nil ? WorkerFrame.Outcome.whole : .unreadable
    var reason = warning ?? ""
    do throws(SevenZipStream.Fault) {
      while member.kind == .file, let (block, warning) = try stream.nextBlock() {
        size += UInt64(block.count)
        checksum.update(block)
        write(block)
        if let warning { (outcome, reason) = (.wrongChecksum, warning) }
      }
    } catch {
      guard !error.isFinal else { throw error }
      (outcome, reason) = (.unreadable, error.reason)
    }
    if outcome == .whole, size != member.size {
      (outcome, reason) = (.unreadable, "\(size) bytes of \(member.size)")
    }
    write(.memberEnd(outcome, size: size, checksum: checksum.value, reason: reason))
  }

  private static func end(_ frame: WorkerFrame) -> Never {
    write(frame)
    _exit(0)
  }

  private static func write(_ frame: WorkerFrame) {
    let bytes = frame.bytes()
    bytes.withUnsafeBytes { writeAll($0) }
  }

  /// Writes the bytes as frames of the largest size and less.
  private static func write(_ block: UnsafeRawBufferPointer) {
    var rest = block
    while !rest.isEmpty {
      let count = min(rest.count, WorkerFrame.payloadBytes)
      WorkerFrame.dataHeader(count).withUnsafeBytes { writeAll($0) }
      writeAll(UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let written = Glibc.write(1, start, rest.count)
      if written < 0 && errno == EINTR { continue }
      // Nobody reads any more.
      guard written > 0 else { _exit(1) }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}
