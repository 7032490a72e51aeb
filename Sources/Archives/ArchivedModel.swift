public import Bytes

/// What an archive is besides an archive: a model, told by its members' names and never by its own.
public enum ArchivedModel: String, Sendable, CaseIterable {
  /// `data.pkl` in a folder, as torch.save writes it.
  case torch
  /// The same with `code/` or `constants.pkl`, as torch.jit.save writes it.
  case torchScript
  /// `config.json` and the files that Keras 3 writes beside it.
  case keras
  /// Nothing but arrays, as numpy.savez writes them.
  case npz
  /// `schema.json` and arrays, as skops writes them.
  case skops

  /// Every model that a loader would see in members of the names; none in a release.
  public static func all(in names: [String]) -> [ArchivedModel] {
    let names = Set(names)
    guard !names.isEmpty, !names.contains("proofmark.toml") else { return [] }
    var found: [ArchivedModel] = []
    let folders = torchFolders(in: names)
    if !folders.isEmpty {
      let hasCode = folders.contains { folder in
        names.contains(folder + "constants.pkl")
          || names.contains { $0.hasPrefix(folder + "code/") }
      }
      found.append(hasCode ? .torchScript : .torch)
    }
    if names.contains("config.json"),
      names.contains("metadata.json") || names.contains("model.weights.h5")
        || names.contains("model.weights.npz")
    {
      found.append(.keras)
    }
    if names.allSatisfy({ $0.hasSuffix(".npy") }) { found.append(.npz) }
    if names.contains("schema.json") { found.append(.skops) }
    return found
  }

  /// The folders, each with its slash or empty, in which a torch model lies.
  public static func torchFolders(in names: some Sequence<String>) -> [String] {
    let pickles = names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    return pickles.map { String($0.dropLast("data.pkl".count)) }.sorted()
  }

  /// The one model of Keras or torch that a zip archive is.
  ///
  /// - Throws: `ParseError` when the archive cannot be read, is no such model, or could be two.
  public init(of bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    let names = try ZipArchive(parsing: bytes, limits: limits).entries.compactMap(\.name)
    let models = ArchivedModel.all(in: names).filter { $0 != .npz && $0 != .skops }
    guard let model = models.first, models.count == 1 else {
      throw ParseError(
        at: bytes.offset, expected: "a model of Keras or of torch.save",
        found: models.isEmpty ? "another zip archive" : "a zip archive that could be either")
    }
    self = model
  }
}
