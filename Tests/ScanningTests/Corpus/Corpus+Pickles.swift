// Hostile files: pickles, torch, joblib and arrays.
extension Corpus {
  static let pickles: [HostileFile] = []
}
