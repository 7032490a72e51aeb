public import Bytes
public import Engine
import Formats

/// A network that was read from a file.
public struct Model: Sendable {
  /// The form of the file.
  public enum Format: String, Sendable {
    /// HDF5 as Keras 1 to 3 write it.
    case kerasH5 = "keras-h5"
    /// The archive of Keras 3.
    case kerasArchive = "keras"
    /// ONNX.
    case onnx
    /// What torch.save writes, a zip archive or the older pickles.
    case torch = "pth"
    /// Safetensors.
    case safetensors
  }

  /// One stored weight.
  public struct Weight: Sendable, Equatable {
    /// Layer and weight as the file names them.
    public let name: String
    /// The stored shape.
    public let shape: [Int]
    /// The type of its elements.
    public let elementType: String
    /// The bytes of the model's file that hold the elements; nil where the file holds them packed,
    /// scattered or not at all.
    public let range: Range<Int>?
    /// The other file that holds them, as the model names it (untrusted text).
    public let externalFile: String?
    private let stored: StoredTensor

    /// A weight that lies in the model's file, or in the external one.
    init(_ name: String, _ stored: StoredTensor, in file: ByteSlice, externalFile: String? = nil) {
      self.name = name
      shape = stored.shape
      elementType = stored.elementType.rawValue
      range = stored.bytes.range(in: file)
      self.externalFile = externalFile
      self.stored = stored
    }

    /// How many of its elements are NaN or infinite. Reads through all of them each time.
    public var nonFiniteCount: Int { stored.nonFiniteCount }
  }

  /// The form of the file.
  public let format: Format
  /// What wrote the file, where it says.
  public let writer: String?
  /// The network.
  public let graph: Graph
  /// Every stored weight in file order.
  public let weights: [Weight]
  /// Which stored weight became which of the architecture's; nil where one file has both.
  public let mapping: WeightMapping?

  /// Whether the bytes have a form that models come in. Says nothing about whether one is inside.
  public static func canRead(_ bytes: ByteSlice) -> Bool {
    switch FileFormat(of: bytes) {
    case .hdf5, .zip, .onnx, .safetensors, .pickle: true
    default: false
    }
  }

  /// Reads a model, its form told by its bytes. Nothing in the file is executed.
  ///
  /// `architecture` gives the graph of a file that holds weights alone. `rowShape` is the first
  /// input's shape without the batch axis, for formats that may leave it open; `externalFile` gives
  /// what lies in other files of the release, by paths relative to the folder of the ONNX file.
  ///
  /// - Throws: `ModelError` for a file that cannot be read, for the first layer that the engine
  ///   does not know or that contradicts itself, and for weights that the architecture does not
  ///   want.
  public init(
    parsing bytes: ByteSlice, architecture: ByteSlice? = nil, limits: Limits,
    rowShape: [Int]? = nil, externalFile: @escaping ONNXProgram.ExternalFile = ONNXProgram.none
  ) throws(ModelError) {
    try self.init(
      ModelFile(
        parsing: bytes, architecture: architecture, limits: limits, externalFile: externalFile),
      rowShape: rowShape)
  }

  /// Builds the graph of a file that was read.
  public init(_ file: ModelFile, rowShape: [Int]? = nil) throws(ModelError) {
    format = file.format
    writer = file.writer
    mapping = file.mapping
    graph = try file.graph(rowShape: rowShape)
    weights = try file.weights()
  }
}

extension WeightMapping {
  /// What a person should know before relying on the mapping; nil where names decided.
  public var caution: String? {
    guard strategy == .layerOrder else { return nil }
    guard !interchangeable.isEmpty else {
      return "layers were matched with modules by their order, since their names differ"
    }
    let groups = interchangeable.prefix(4).map { $0.prefix(4).joined(separator: ", ") }
      .joined(separator: "; ")
    return "layers were matched with modules by their order alone, and another order would fit as "
      + "well: \(groups); a recorded output must tell whether this one is right"
  }
}
