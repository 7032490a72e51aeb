public import Bytes
import CArchive
public import Findings
import Glibc

/// A walk over the files below a folder or in an archive, for data of which no file is needed
/// twice: of a folder, only one is in memory at a time.
public struct MemberWalk {
  /// SHA-256 as `Inventory.subjectDigest` has it.
  public let digest: Digest
  /// What is wrong with names, modes and the archive itself, and what could not be read.
  public let findings: [Finding]

  /// Opens the path as `Inventory` does and calls `body` with each file: those of an archive in the
  /// order of their paths, those of a folder in the order of their names in it.
  ///
  /// - Throws: `FileError` when the path cannot be opened; all else is a finding.
  public init(
    over path: String, limits: Limits, worker: WorkerCommand? = nil,
    _ body: @escaping (Member) -> Void
  ) throws(FileError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      let inventory = try Inventory(opening: path, limits: limits, worker: worker)
      digest = inventory.subjectDigest
      findings = inventory.findings
      for member in inventory.members { body(member) }
      return
    }
    let list = FileList()
    var builder = InventoryBuilder(
      Allowance(folder: limits, worker: worker), at: .subject, limitRule: .overLimit
    ) { member in
      list.add(member)
      body(member)
    }
    var reader = FolderReader(limits)
    reader.read(try SafeDirectory(opening: path), into: &builder)
    findings = builder.finish().findings
    digest = list.digest
  }

  /// The lines that a folder's digest is of.
  private final class FileList {
    private var lines: [(path: MemberPath, digest: Digest)] = []

    func add(_ member: Member) { lines.append((member.path, member.digest)) }

    var digest: Digest {
      var stream = DigestStream()
      for line in lines.sorted(by: { $0.path < $1.path }) {
        stream.update(Array("\(line.digest.hexadecimal)  \(line.path)\n".utf8))
      }
      return stream.finish()
    }
  }
}
