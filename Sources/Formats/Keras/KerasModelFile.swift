public import Bytes

/// A model as Keras saves it: the configuration of its layers, and their weights in Keras's order.
///
/// Two containers: HDF5 (`.h5`, all Keras versions) and the archive of Keras 3 (`.keras`). A file
/// of weights alone is joined with a configuration that is stored beside it.
public struct KerasModelFile: Sendable {
  /// How the weights of a layer that is made of parts are listed.
  public enum WeightOrder: Sendable {
    /// What is trained before what is not; names are the weights' own (`.h5`).
    case trainedFirst
    /// Part by part; names are paths of parts (`.keras`, `.weights.h5`).
    case byPart
  }

  /// The weights of one layer.
  public struct Layer: Sendable, Equatable {
    /// The layer's name in the configuration.
    public let name: String
    /// Its weights in the order of Keras's `weights`: kernel, bias; gamma, beta, moving mean,
    /// moving variance. In `.keras`, where names are `vars/0`, `vars/1`, a layer made of parts
    /// lists these by name (`backward_layer/cell/vars/0`), and a nested model layer by layer
    /// (`dense_1/vars/0`); in `.h5` it lists first what is trained.
    public let weights: [Weight]
  }

  /// One weight of a layer.
  public struct Weight: Sendable, Equatable {
    /// Its name in the file.
    public let name: String
    /// Its values.
    public let tensor: StoredTensor
  }

  /// The model's `class_name` and `config`, as the file has them.
  public let config: JSON
  /// The version of Keras that wrote the file, where it says.
  public let kerasVersion: String?
  /// The backend that trained the model, where the file says.
  public let backend: String?
  /// The layers that the file lists, in its order; most have no weight.
  public let layers: [Layer]
  /// How the weights of layers made of parts are listed.
  public let weightOrder: WeightOrder

  /// Reads either container, told by its bytes.
  ///
  /// - Throws: `ParseError`, also when a layer's weights cannot be read.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    switch FileFormat(of: bytes) {
    case .hdf5: try self.init(hdf5: HDF5File(parsing: bytes, limits: limits), limits: limits)
    case .zip: try self.init(archive: bytes, limits: limits)
    case let other:
      throw ParseError(
        at: bytes.offset, expected: "a Keras model in HDF5 or .keras",
        found: other?.rawValue ?? "bytes of no known format")
    }
  }

  /// Joins a configuration, as `model.to_json()` or `config.json` has it, with a file of weights:
  /// `.weights.h5` of Keras 3, what `save_weights` of earlier versions writes, or a whole `.h5`
  /// model, whose own configuration is then not used. Layers that Keras numbered otherwise are
  /// paired as it pairs them, by their order.
  ///
  /// - Throws: `ParseError`, also when a layer's weights cannot be read.
  public init(
    config: JSON, weights bytes: ByteSlice, limits: Limits = Limits()
  ) throws(ParseError) {
    let file = try HDF5File(parsing: bytes, limits: limits)
    if file.root.link("layers") != nil || file.root.link(oldLayersGroup) != nil {
      var budget = TensorBudget(for: bytes.count, limits: limits)
      self.init(
        config: config, kerasVersion: config["keras_version"]?.string,
        backend: config["backend"]?.string,
        layers: try readLayers(of: config, in: file.root, budget: &budget), weightOrder: .byPart)
    } else {
      let model = try KerasModelFile(config: config, hdf5: file, limits: limits)
      self.init(
        config: config, kerasVersion: model.kerasVersion, backend: model.backend,
        layers: KerasLayerNumbers(of: model.layers).matched(with: config),
        weightOrder: model.weightOrder)
    }
  }

  init(
    config: JSON, kerasVersion: String?, backend: String?, layers: [Layer],
    weightOrder: WeightOrder
  ) {
    self.config = config
    self.kerasVersion = kerasVersion
    self.backend = backend
    self.layers = layers
    self.weightOrder = weightOrder
  }

  /// The weights of the layer with the name, empty when the file has none of it.
  public func weights(of name: String) -> [Weight] {
    layers.first { $0.name == name }?.weights ?? []
  }
}

/// Adds up what the chunks of all weights unpack to, so that many small files in one cannot ask
/// for more memory than one.
struct TensorBudget {
  private var left: Int
  private let limits: Limits

  init(for bytes: Int, limits: Limits) {
    left = limits.unpackedBytes(of: bytes)
    self.limits = limits
  }

  mutating func read(_ dataset: HDF5Dataset) throws(ParseError) -> StoredTensor {
    let tensor = try dataset.tensor(limits: limits)
    guard tensor.bytes.count <= left else {
      throw ParseError(
        .limit, at: tensor.bytes.offset, expected: "weights of bounded size", found: "more")
    }
    left -= tensor.bytes.count
    return tensor
  }
}
