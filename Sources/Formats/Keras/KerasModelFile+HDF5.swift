public import Bytes

// The layout of `.h5`, from Keras 1 to 3:
//   /                 attributes model_config (JSON), keras_version, backend, training_config
//   /model_weights    attribute layer_names; one group a layer
//   /model_weights/L  attribute weight_names; data sets at these paths
//   /optimizer_weights is not needed to run the model
// A file of weights alone has the content of /model_weights at its root.
// Attributes that are too long for one header message are cut into name0, name1, ...
extension KerasModelFile {
  /// Reads the model from an HDF5 file.
  ///
  /// - Throws: `ParseError` when the file holds weights alone, or a layer cannot be read.
  public init(hdf5 file: HDF5File, limits: Limits = Limits()) throws(ParseError) {
    guard let text = file.root.attribute("model_config")?.text else {
      throw ParseError(
        .unsupported, at: 0, expected: "a model with its configuration",
        found: "no attribute 'model_config'")
    }
    try self.init(config: try JSON(parsing: text), hdf5: file, limits: limits)
  }

  /// Reads the weights of a configuration from a model's HDF5 file or from one of weights alone.
  init(config: JSON, hdf5 file: HDF5File, limits: Limits) throws(ParseError) {
    let isModel = file.root.link("model_weights") != nil
    let weights = isModel ? try file.root.group("model_weights") : file.root
    var budget = TensorBudget(for: file.byteCount, limits: limits)
    var layers: [Layer] = []
    var known: Set<String> = []
    for name in try weights.texts("layer_names") {
      guard known.insert(name).inserted else {
        throw ParseError(at: 0, expected: "a new layer", found: "'\(safeText(name))' again")
      }
      let group = try weights.group(name)
      var tensors: [Weight] = []
      for path in try group.texts("weight_names") {
        tensors.append(Weight(name: path, tensor: try budget.read(group.dataset(path))))
      }
      layers.append(Layer(name: name, weights: tensors))
    }
    // Files of weights alone say it at their root too.
    self.init(
      config: config,
      kerasVersion: try file.root.text("keras_version") ?? config["keras_version"]?.string,
      backend: try file.root.text("backend") ?? config["backend"]?.string, layers: layers,
      weightOrder: .trainedFirst)
  }
}

extension HDF5Group {
  /// The texts of an attribute that may be cut into numbered pieces; an error when there is none.
  fileprivate func texts(_ name: String) throws(ParseError) -> [String] {
    if attribute(name) != nil { return try texts(exactly: name) }
    var texts = try texts(exactly: name + "0")
    var piece = 1
    while attribute(name + String(piece)) != nil {
      texts += try self.texts(exactly: name + String(piece))
      piece += 1
    }
    return texts
  }

  private func texts(exactly name: String) throws(ParseError) -> [String] {
    guard let texts = attribute(name)?.texts else {
      throw ParseError(at: 0, expected: "texts in an attribute '\(name)'", found: "none")
        .inside("/" + path)
    }
    return texts
  }

  /// The one text of an attribute, nil when there is no such attribute.
  fileprivate func text(_ name: String) throws(ParseError) -> String? {
    guard attribute(name) != nil else { return nil }
    return try texts(exactly: name).first
  }
}
