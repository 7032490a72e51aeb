import Archives
import Auditing
import Bytes
import Findings
import Formats
import Models
import Releases

/// What `inspect` shows of a subject.
struct Inspection {
  let subject: Subject
  /// The weights of a file that becomes no network; nil when they are the network's or cannot be
  /// read.
  let loneWeights: (place: Place, format: Model.Format, weights: [Model.Weight])?

  /// Looks at a subject, which was opened with `bare`.
  init(_ subject: Subject, bare: BareModel) {
    self.subject = subject
    loneWeights = Inspection.loneWeights(of: subject, bare)
  }

  /// What a member is by its bytes, in one word.
  func kindName(of bytes: ByteSlice) -> String { FileFormat(of: bytes)?.rawValue ?? "unknown" }

  /// Whether everything could be read.
  var isComplete: Bool {
    if case .refused = subject.network { return false }
    return subject.inventory.findings.isEmpty
  }

  /// A file whose graph cannot be built still has weights to be seen; what is wrong with one that
  /// cannot be read at all is what the network's refusal says.
  private static func loneWeights(
    of subject: Subject, _ bare: BareModel
  ) -> (Place, Model.Format, [Model.Weight])? {
    if case .ready = subject.network { return nil }
    let members = subject.inventory.members
    let named = subject.release.manifest.content.flatMap { subject.inventory[$0.model.file] }
    guard let member = named ?? (members.count == 1 ? members.first : nil),
      Model.canRead(member.bytes)
    else { return nil }
    do {
      let file = try ModelFile(
        parsing: member.bytes, limits: Limits(), externalFile: bare.externalFile)
      return (Place([member.path.text]), file.format, try file.weights())
    } catch {
      return nil
    }
  }
}
