import Bytes
import Findings

/// Reads a 7z archive: its start here, and everything behind that in a worker process.
struct SevenZipReader {
  /// What the worker is told to read.
  static let format = "7z"

  private let bytes: ByteSlice

  init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// Reports every member that the worker gets out of the archive.
  func read(into builder: inout InventoryBuilder) {
    let header: SevenZipHeader
    do throws(ParseError) {
      header = try SevenZipHeader(parsing: bytes, limits: builder.limits)
    } catch {
      builder.note(error)
      return
    }
    let rest = bytes.count - header.archiveBytes
    if rest > 0 {
      builder.note(
        .hiddenBytes, at: bytes.offset + header.archiveBytes,
        "\(rest) bytes after the end of the 7z archive")
      if builder.spend(rest, on: []) { builder.suspect([], bytes.suffix(rest)) }
    }
    guard !header.isEmpty else { return }
    guard let command = builder.allowance.worker else {
      builder.note(
        .unreadableArchive, at: 0, "7z archives are read by a worker alone: there is none")
      return
    }
    var members = WorkerMembers(builder.limits)
    do throws(WorkerError) {
      try read(bytes.prefix(header.archiveBytes), by: command, into: &members, &builder)
    } catch {
      builder.note(.workerEnded, "the worker that reads 7z archives: \(error.reason)")
    }
    members.finish(into: &builder)
  }

  private func read(
    _ archive: ByteSlice, by command: WorkerCommand, into members: inout WorkerMembers,
    _ builder: inout InventoryBuilder
  ) throws(WorkerError) {
    let seconds = builder.workerSeconds(for: archive.count)
    guard seconds > 0 else {
      builder.note(.overLimit, "workers took too long for other archives: this one was not read")
      return
    }
    var worker: WorkerProcess
    do throws(FileError) {
      worker = try WorkerProcess(
        command, SevenZipReader.format, over: archive, seconds: seconds, limits: builder.limits)
    } catch {
      builder.note(.unreadableArchive, "7z archives are read by a worker alone: \(error)")
      return
    }
    defer { builder.spend(workerSeconds: worker.elapsed) }
    var isSandboxed = false
    while !builder.isStopped {
      switch try worker.next() {
      case .sandboxed where !isSandboxed: isSandboxed = true
      case .fault(let reason):
        members.note(fault: reason, &builder)
        return
      case let frame where !isSandboxed:
        throw WorkerError(reason: "no sandbox before \(frame)")
      case .sandboxed: throw WorkerError(reason: "the sandbox twice")
      case .member(let member): try members.begin(member, &builder)
      case .data: try members.add(worker.data, at: archive.offset, &builder)
      case .memberEnd(let outcome, let size, let checksum, let reason):
        try members.end(outcome, size: size, checksum: checksum, reason, &builder)
      case .end(let count):
        try members.demandEnd(count)
        try worker.finish()
        return
      }
    }
  }
}
