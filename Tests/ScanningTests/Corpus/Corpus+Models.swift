// Hostile files: graphs and weights.
extension Corpus {
  static let models: [HostileFile] = []
}
