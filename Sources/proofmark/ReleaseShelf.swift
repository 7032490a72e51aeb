import Archives
import Bytes
import Findings
import Judging
import Releases

/// The releases in a folder, by what their manifests say.
struct ReleaseShelf {
  /// A release in the folder.
  struct Entry {
    let path: String
    let model: String
    let version: ReleaseVersion
  }

  private let entries: [Entry]
  /// What was passed over, and why.
  let notes: [String]

  /// Looks into every folder and file of the folder.
  init(_ folder: String) throws {
    var entries: [Entry] = []
    var notes: [String] = []
    for name in try FolderListing.names(in: folder) where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      let inventory: Inventory
      do throws(FileError) {
        inventory = try Inventory(opening: path, worker: .thisProgram).atRelease()
      } catch {
        notes.append("\(error)")
        continue
      }
      switch Release(inventory).manifest {
      case .missing: notes.append("\(path): no release: it has no \(Release.manifestPath)")
      case .refused(let finding): notes.append("\(path): passed over: \(finding.message)")
      case .read(let manifest):
        guard let version = ReleaseVersion(manifest.model.version) else {
          notes.append("\(path): passed over: version \(manifest.model.version) has no order")
          continue
        }
        entries.append(Entry(path: path, model: manifest.model.name, version: version))
      }
    }
    self.entries = entries
    self.notes = notes
  }

  /// The model to look at: the given one, or the only one.
  func model(_ given: String?) throws -> String {
    let models = Set(entries.map(\.model)).sorted()
    if let given {
      guard models.contains(given) else {
        let nearest = nearestName(to: given, among: models)
        throw CommandFailure(
          "--model: no release of '\(given)' is in the folder",
          help: nearest.map { "did you mean '\($0)'?" }, code: .usage)
      }
      return given
    }
    guard let model = models.first, models.count == 1 else {
      throw CommandFailure(
        models.isEmpty ? "the folder holds no release" : "the folder holds several models",
        help: models.isEmpty ? nil : "give --model: \(models.joined(separator: ", "))",
        code: .usage)
    }
    return model
  }

  /// The releases of the model, oldest first; alike versions by their paths.
  func releases(of model: String) -> [Entry] {
    entries.filter { $0.model == model }.sorted { a, b in
      a.version.isAlike(b.version)
        ? a.path.utf8.lexicographicallyPrecedes(b.path.utf8) : a.version < b.version
    }
  }
}
