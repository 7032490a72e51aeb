// Hostile files: archives, images and compressions.
extension Corpus {
  static let archives: [HostileFile] = []
}
