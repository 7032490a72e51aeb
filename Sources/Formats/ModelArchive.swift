import Archives
public import Bytes

/// What a zip archive holds that is itself a model: told by its members, never by its name.
public enum ModelArchive: Sendable, Equatable {
  /// `config.json` and `metadata.json`, as Keras 3 writes them.
  case keras
  /// `data.pkl` in a folder, as torch.save writes it.
  case torch

  /// Looks at the members' names.
  ///
  /// - Throws: `ParseError` when the archive cannot be read, is no model, or could be both.
  public init(of bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    let names = Set(try ZipArchive(parsing: bytes, limits: limits).entries.compactMap(\.name))
    let isKeras = names.isSuperset(of: ["config.json", "metadata.json"])
    let isTorch = names.contains { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    switch (isKeras, isTorch) {
    case (true, false): self = .keras
    case (false, true): self = .torch
    case (let both, _):
      throw ParseError(
        at: bytes.offset, expected: "a model of Keras or of torch.save",
        found: both ? "a zip archive that could be either" : "another zip archive")
    }
  }
}
