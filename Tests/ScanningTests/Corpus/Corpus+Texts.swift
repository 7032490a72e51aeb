// Hostile files: templates, scripts, secrets and documents.
extension Corpus {
  static let texts: [HostileFile] = []
}
