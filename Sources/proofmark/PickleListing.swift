import Archives
import Bytes
import Findings
import Formats

/// What `inspect --pickle` shows: each pickle of a subject and, nested, of the archives in it.
struct PickleListing {
  /// The lines of all pickles, each under the place of its own.
  private(set) var text = ""
  /// Whether all of them, and all archives, could be read to their ends.
  private(set) var isComplete = true
  private var allowance: Allowance

  /// Looks through the members.
  init(of inventory: Inventory) {
    allowance = inventory.allowance
    let isOpen = inventory.container == .file || inventory.container == .folder
    add(inventory, at: .subject, depth: isOpen ? 0 : 1)
    if text.isEmpty { text = "no pickle\n" }
  }

  private static let archives: Set<FileFormat> = [.zip, .tar, .gzip, .zstd, .xz, .bzip2, .sevenZip]

  private mutating func add(_ inventory: Inventory, at place: Place, depth: Int) {
    for finding in inventory.findings {
      isComplete = false
      text += "\(finding.rule.id)  \(finding.place): \(safeText(finding.message))\n"
    }
    for member in inventory.members {
      add(member.bytes, at: place.member(member.path.text), depth: depth)
    }
  }

  private mutating func add(_ bytes: ByteSlice, at place: Place, depth: Int) {
    let formats = FileFormat.claims(of: bytes).map(\.format)
    if formats.contains(.pickle) || formats.isEmpty {
      let pickle = PickleDecompilation(bytes, limits: allowance.limits)
      // What has no signature is a pickle when it can be followed.
      if formats.contains(.pickle) || pickle.isComplete { add(pickle, at: place) }
    } else if formats.contains(.npy), let data = NumPyArray.pickledData(of: bytes) {
      add(PickleDecompilation(data, limits: allowance.limits), at: place)
    } else if !Self.archives.isDisjoint(with: formats) {
      let inner = Inventory(
        of: bytes, named: place.members.last ?? "", depth: depth, allowance: &allowance,
        opensModels: true)
      guard inner.container != .file else { return }
      add(inner, at: place, depth: depth + 1)
    }
  }

  private mutating func add(_ pickle: PickleDecompilation, at place: Place) {
    isComplete = isComplete && pickle.isComplete
    text += "\(place)\n" + pickle.lines.map { "  \($0)\n" }.joined()
  }
}
