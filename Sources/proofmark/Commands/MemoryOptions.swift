import Archives
import ArgumentParser
import Bytes
import Judging
import Releases

/// Options of the commands that judge a signature: what the verifier knows of other releases.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The state file: remembers the newest release and trust file that passed, and refuses "
        + "older ones. 'proofmark state init' makes it.", valueName: "file"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Add the verdict to a history, a chain of lines that 'proofmark history verify' checks.",
      valueName: "file"))
  var history: String?

  @Option(
    help: ArgumentHelp(
      "The lock of the release that this one must follow, or that release.",
      valueName: "lock or release"))
  var parent: String?

  @Option(
    help: ArgumentHelp(
      "A signature that is kept outside the release, in place of the one inside.",
      valueName: "file"))
  var signature: String?

  /// What speaks of one release cannot be given for several.
  func check(_ releases: [String]) throws {
    for (option, value) in [("--parent", parent), ("--signature", signature)]
    where value != nil && releases.count > 1 {
      throw ValidationError("\(option) belongs to one release; give one")
    }
  }

  /// The parent's lock; nil when none was given.
  func parentLock() throws -> ParentLock? { try parent.map { try ParentLock(option: $0) } }

  /// The detached signature; nil when none was given.
  func signatureBytes() throws(FileError) -> ByteSlice? {
    guard let signature else { return nil }
    return try ByteSlice(path: signature)
  }
}

extension ParentLock {
  /// Reads what `--parent` names: a lock, or a release that holds one.
  init(option path: String) throws {
    let inventory = try Inventory(opening: path, worker: .thisProgram).atRelease()
    let alone = inventory.container == .file ? inventory.members.first : nil
    guard let lock = inventory[Release.lockPath] ?? alone else {
      throw CommandFailure("--parent \(path): holds no \(Release.lockPath)", code: .usage)
    }
    do throws(ParseError) {
      try self.init(parsing: lock.bytes)
    } catch {
      throw CommandFailure("--parent \(path): \(error)", code: .usage)
    }
  }
}
