import Bytes
import Findings

/// What a worker has sent of an archive's members, each checked against what it announced.
struct WorkerMembers: ~Copyable {
  /// A member that is being sent.
  private struct Current {
    let name: [UInt8]
    /// Nil when it cannot be a member of ours.
    let path: MemberPath?
    let mode: UInt32
    let size: UInt64
    let start: Int
    var checksum = CRC32()
  }

  /// A member whose bytes are in the store.
  private struct Sent {
    let name: [UInt8]
    /// Nil when the bytes are for the scanner alone.
    let path: MemberPath?
    let mode: UInt32
    let range: Range<Int>
  }

  private var store: MemberStore
  private var current: Current?
  private var sent: [Sent] = []
  private var count: UInt64 = 0

  init(_ limits: Limits) {
    store = MemberStore(limits)
  }

  /// A member begins: its name is checked and its size taken off the allowance.
  mutating func begin(
    _ member: WorkerMember, _ builder: inout InventoryBuilder
  ) throws(WorkerError) {
    guard current == nil else { throw WorkerError(reason: "a member inside a member") }
    count += 1
    var name = member.name
    if member.kind == .folder, name.last == UInt8(ascii: "/") { name.removeLast() }
    let kind: InventoryBuilder.Kind =
      switch member.kind {
      case .file: .file
      case .folder: .folder
      case .link: .link(member.target, from: .folder)
      case .special: .special("of the type \(String(member.mode & 0o170000, radix: 8))")
      }
    guard member.kind == .file || member.size == 0 else {
      throw WorkerError(reason: "bytes of what is no file")
    }
    let path = builder.admit(name, kind, mode: WorkerMembers.mode(of: member))
    guard !builder.isStopped, builder.spend(Int(clamping: member.size), on: name) else { return }
    current = Current(
      name: name, path: member.kind == .file ? path : nil, mode: WorkerMembers.mode(of: member),
      size: member.size, start: store.count)
  }

  /// 7z archives from Windows have no modes, for which libarchive gives 0666.
  private static func mode(of member: WorkerMember) -> UInt32 {
    member.kind == .file && member.mode & 0o777 == 0o666 ? 0o644 : member.mode & 0o7777
  }

  /// More bytes of the member.
  mutating func add(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, _ builder: inout InventoryBuilder
  ) throws(WorkerError) {
    guard let member = current else { throw WorkerError(reason: "bytes outside a member") }
    guard UInt64(bytes.count) <= member.size - UInt64(store.count - member.start) else {
      throw WorkerError(reason: "a member longer than the \(member.size) bytes announced")
    }
    do throws(ParseError) {
      try store.add(bytes, at: offset)
    } catch {
      builder.note(error, of: member.name)
      return
    }
    current?.checksum.update(bytes)
  }

  /// The member ends, as the worker says.
  mutating func end(
    _ outcome: WorkerFrame.Outcome, size: UInt64, checksum: UInt32, _ reason: String,
    _ builder: inout InventoryBuilder
  ) throws(WorkerError) {
    guard let member = current else { throw WorkerError(reason: "an end outside a member") }
    current = nil
    let range = member.start..<store.count
    guard size == UInt64(range.count), checksum == member.checksum.value else {
      throw WorkerError(reason: "a member's bytes are not those that were sent")
    }
    switch outcome {
    case .whole:
      guard size == member.size else {
        throw WorkerError(reason: "a member shorter than the \(member.size) bytes announced")
      }
    case .wrongChecksum: builder.note(.wrongChecksum, of: member.name, reason)
    case .unreadable: builder.note(.unreadableArchive, of: member.name, reason)
    }
    keep(member, range, isWhole: outcome == .whole)
  }

  /// The archive, or the member that is being sent, cannot be read further.
  func note(fault reason: String, _ builder: inout InventoryBuilder) {
    if let current {
      builder.note(.unreadableArchive, of: current.name, "in a 7z archive: \(reason)")
    } else {
      builder.note(.unreadableArchive, "a 7z archive: \(reason)")
    }
  }

  private mutating func keep(_ member: Current, _ range: Range<Int>, isWhole: Bool) {
    sent.append(
      Sent(
        name: member.name, path: isWhole ? member.path : nil, mode: member.mode, range: range))
  }

  /// The archive ends after so many members.
  func demandEnd(_ members: UInt64) throws(WorkerError) {
    guard current == nil, members == count else {
      throw WorkerError(reason: "the end after \(members) members of \(count)")
    }
  }

  /// Hands over what was sent; the scanner also gets what came of a member that did not end.
  consuming func finish(into builder: inout InventoryBuilder) {
    if let member = current { keep(member, member.start..<store.count, isWhole: false) }
    let sent = sent
    do throws(FileError) {
      let bytes = try store.finish()
      for member in sent {
        let content = bytes.prefix(member.range.upperBound).suffix(member.range.count)
        if let path = member.path {
          builder.keep(path, content, mode: member.mode)
        } else if !content.isEmpty {
          builder.suspect(member.name, content)
        }
      }
    } catch {
      builder.note(.overLimit, "\(error)")
    }
  }
}
