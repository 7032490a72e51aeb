// Hostile files: Keras, TensorFlow and configurations.
extension Corpus {
  static let keras: [HostileFile] = []
}
