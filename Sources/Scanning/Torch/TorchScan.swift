import Archives
import Bytes
import Findings
import Formats

/// Judges the archive that torch.save writes, `NAME/data.pkl` and `NAME/data/KEY`: pickles with
/// their storages, which are numbers and no files of their own.
struct TorchScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let members = file.inventory?.members ?? []
    let folders = ArchivedModel.torchFolders(in: members.map(\.path.text))
    // With several, nobody can say whose the storages are: they are files like all others.
    guard let folder = folders.first, folders.count == 1 else { return .whole }
    let prefix = folder + "data/"
    var storages: [String: Int] = [:]
    for member in members where member.path.text.hasPrefix(prefix) {
      storages[String(member.path.text.dropFirst(prefix.count))] = member.size
      context.cover(member.path.text, in: file.place)
    }
    var used: Set<String> = []
    for member in members where !member.path.text.hasPrefix(prefix) {
      guard FileFormat(of: member.bytes) == .pickle else { continue }
      var keys: Set<String> = []
      let scan = PickleScan(
        member.bytes, at: file.place.member(member.path.text),
        context: .torch(storages: storages), limits: context.limits)
      context.report(scan.run(storages: &keys))
      context.cover(member.path.text, in: file.place)
      used.formUnion(keys)
    }
    for key in storages.keys.sorted() where !used.contains(key) {
      context.report(
        Rule.strayBytes.at(
          file.place.member(prefix + key), "a storage that no tensor refers to"))
    }
    return .whole
  }
}
