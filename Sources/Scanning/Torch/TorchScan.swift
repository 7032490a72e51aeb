import Archives
import Bytes
import Findings
import Formats

/// Judges the archives that torch.save and torch.jit.save write: `NAME/data.pkl` and its storages
/// `NAME/data/KEY`, which are numbers and no files of their own. TorchScript has more pickles,
/// each with a folder of its name, and code.
struct TorchScan: ContentScanner {
  private let file: ScannedFile
  private let folder: String
  private let members: [Member]
  private let isScript: Bool

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let members = file.inventory?.members ?? []
    let folders = ArchivedModel.torchFolders(in: members.map(\.path.text))
    // With several, nobody can say whose the storages are: they are files like all others.
    guard let folder = folders.first, folders.count == 1 else { return .whole }
    let scan = TorchScan(
      file: file, folder: folder, members: members, isScript: file.claim.format == .torchScript)
    for name in scan.isScript ? ["data", "constants", "traced_inputs", "bytecode"] : ["data"] {
      scan.judgePickle(name, &context)
    }
    guard scan.isScript else { return .whole }
    for member in members where scan.isDebugPickle(member.path.text) {
      scan.judge(member, storages: [:], &context)
    }
    return TorchScriptScan(file: file, folder: folder, members: members).run(&context)
  }

  /// torch.jit keeps the places of its sources beside its code.
  private func isDebugPickle(_ path: String) -> Bool {
    path.hasPrefix(folder + "code/") && path.hasSuffix(".debug_pkl")
  }

  /// A pickle and the storages in the folder of its name.
  private func judgePickle(_ name: String, _ context: inout ScanContext) {
    guard let pickle = file.inventory?[folder + name + ".pkl"] else { return }
    let prefix = folder + name + "/"
    let storages = members.filter { $0.path.text.hasPrefix(prefix) }
    let sizes = Dictionary(
      storages.map { (String($0.path.text.dropFirst(prefix.count)), $0.size) },
      uniquingKeysWith: { first, _ in first })
    // Traced inputs are written without their elements.
    let used = judge(pickle, storages: name == "traced_inputs" ? nil : sizes, &context)
    for (index, storage) in storages.enumerated() {
      // The pages around the beginnings of storages add up to the file.
      if index % 256 == 255 { file.bytes.releasePages() }
      let place = file.place.member(storage.path.text)
      context.cover(storage.path.text, in: file.place)
      context.report(
        StorageContent.findings(in: storage.bytes, at: place, limits: context.limits))
      if !used.contains(String(storage.path.text.dropFirst(prefix.count))), storage.size > 0 {
        context.report(Rule.strayBytes.at(place, "a storage that no tensor refers to"))
      }
    }
  }

  @discardableResult
  private func judge(
    _ pickle: Member, storages: [String: Int]?, _ context: inout ScanContext
  ) -> Set<String> {
    var keys: Set<String> = []
    let scan = PickleScan(
      pickle.bytes, at: file.place.member(pickle.path.text),
      context: isScript ? .torchScript(storages: storages) : .torch(storages: storages),
      limits: context.limits)
    context.report(scan.run(storages: &keys))
    context.cover(pickle.path.text, in: file.place)
    return keys
  }
}
