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
    readMembers(bytes.prefix(header.archiveBytes), into: &builder)
    guard !builder.isStopped else { return }
    noteUnreached(bytes.prefix(header.archiveBytes), header, into: &builder)
  }

  private func readMembers(_ archive: ByteSlice, into builder: inout InventoryBuilder) {
    guard let command = builder.allowance.worker else {
      builder.note(
        .unreadableArchive, at: 0, "7z archives are read by a worker alone: there is none")
      return
    }
    var members = WorkerMembers(builder.limits)
    do throws(WorkerError) {
      try read(archive, by: command, into: &members, &builder)
    } catch {
      builder.note(.workerEnded, "the worker that reads 7z archives: \(error.reason)")
    }
    members.finish(into: &builder)
  }

  /// Reports what the worker does not tell: bytes of no stream, and items that delete a file.
  private func noteUnreached(
    _ archive: ByteSlice, _ header: SevenZipHeader, into builder: inout InventoryBuilder
  ) {
    do throws(ParseError) {
      let directory = try SevenZipDirectory(
        of: archive, header: header.range, limits: builder.limits)
      for gap in directory.gaps where !builder.isStopped {
        let content = archive.prefix(gap.upperBound).suffix(gap.count)
        builder.note(
          .hiddenBytes, at: content.offset, "\(gap.count) bytes that belong to no packed stream")
        let name = Array("bytes at \(content.offset)".utf8)
        if builder.spend(gap.count, on: name) { builder.suspect(name, content) }
      }
      for name in directory.deleting {
        builder.note(.specialFile, of: name, "an item that deletes this file where it is unpacked")
      }
    } catch {
      // What the worker could not read either is known by now.
      guard !builder.findings.contains(where: { $0.rule == .unreadableArchive }) else { return }
      builder.note(error)
    }
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
