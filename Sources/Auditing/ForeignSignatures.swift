import Bytes
import Glibc
public import Releases
import Trust

/// The signatures of other tools that lie beside a subject, opened before the subject is.
public struct ForeignSignatures: Sendable {
  /// Signatures over the subject's own bytes.
  public private(set) var detached: [DetachedSignature] = []
  /// An OMS bundle that lies outside of the subject.
  public private(set) var bundle: DetachedSignature?

  /// What tools append to a file's name for its signature.
  private static let suffixes = [
    "minisig", "sig", "sigstore.json", "sigstore", "bundle", "cosign.bundle", "asc",
  ]

  /// Opens what the settings ask for: the file that they name, else those that are there.
  ///
  /// - Throws: `FileError` when a file that was named, or one that is there, cannot be read.
  init(beside path: String, _ settings: AuditSettings) throws(FileError) {
    let keys = settings.foreignKeys
    guard !keys.isEmpty else { return }
    if let name = settings.foreignSignature {
      let signature = try ForeignSignatures.read(name)
      if keys.oms != nil { bundle = signature } else { detached = [signature] }
      return
    }
    guard keys.judgesFiles, !ForeignSignatures.isFolder(path) else { return }
    for suffix in ForeignSignatures.suffixes {
      let name = "\(path).\(suffix)"
      guard access(name, F_OK) == 0 else { continue }
      detached.append(try ForeignSignatures.read(name))
    }
  }

  private static func read(_ path: String) throws(FileError) -> DetachedSignature {
    let bytes = try ByteSlice(path: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return DetachedSignature(name: name, bytes: bytes)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
