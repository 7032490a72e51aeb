public import Bytes
public import Engine
import Formats

/// Why a model's file does not become a graph.
public enum ModelError: Error, Equatable, Sendable {
  /// The file cannot be read.
  case file(ParseError)
  /// A layer cannot be built or is not known; the offset is that of its node in the file, for
  /// formats whose layers are places of the file.
  case layer(EngineError, offset: Int? = nil)

  /// The place in the file, where the reader stopped.
  public var offset: Int? {
    switch self {
    case .file(let error): error.offset
    case .layer(_, let offset): offset
    }
  }

  /// The layer at fault, as the file names it (untrusted text).
  public var layer: String? {
    switch self {
    case .file: nil
    case .layer(let error, _): error.layer
    }
  }
}

extension ModelError: CustomStringConvertible {
  /// One line, with the offset in the file.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .layer(let error, let offset):
      offset.map { "at byte \($0): \(error)" } ?? "\(error)"
    }
  }

  /// The description without the offset, for where `offset` is shown beside it.
  public var reason: String {
    switch self {
    case .file(let error): error.reason
    case .layer(let error, _): "\(error)"
    }
  }
}

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
  }

  /// One stored weight.
  public struct Weight: Sendable, Equatable {
    /// Layer and weight as the file names them.
    public let name: String
    /// The stored shape.
    public let shape: [Int]
    /// The type of its elements.
    public let elementType: String
    /// How many of its elements are NaN or infinite.
    public let nonFiniteCount: Int
  }

  /// The form of the file.
  public let format: Format
  /// What wrote the file, where it says.
  public let writer: String?
  /// The network.
  public let graph: Graph
  /// Every stored weight in file order.
  public let weights: [Weight]

  /// Whether the bytes have a form that models come in. Says nothing about whether one is inside.
  public static func canRead(_ bytes: ByteSlice) -> Bool {
    switch FileKind(of: bytes) {
    case .hdf5, .zip, .onnx: true
    default: false
    }
  }

  /// Reads a model, its form told by its bytes. Nothing in the file is executed.
  ///
  /// `rowShape` is the first input's shape without the batch axis, for formats that may leave it
  /// open; `externalFile` gives what lies in other files of the release.
  ///
  /// - Throws: `ModelError` for a file that cannot be read, and for the first layer that the
  ///   engine does not know or that contradicts itself.
  public init(
    parsing bytes: ByteSlice, limits: Limits, rowShape: [Int]? = nil,
    externalFile: @escaping ONNXProgram.ExternalFile = ONNXProgram.none
  ) throws(ModelError) {
    switch FileKind(of: bytes) {
    case .onnx:
      try self.init(onnx: bytes, limits: limits, rowShape: rowShape, externalFile: externalFile)
    case .zip: try self.init(keras: bytes, limits: limits, format: .kerasArchive)
    default: try self.init(keras: bytes, limits: limits, format: .kerasH5)
    }
  }

  private init(keras bytes: ByteSlice, limits: Limits, format: Format) throws(ModelError) {
    let file: KerasModelFile
    do {
      file = try KerasModelFile(parsing: bytes, limits: limits)
    } catch {
      throw .file(error)
    }
    self.format = format
    writer = file.kerasVersion.map { "keras \($0)" }
    do {
      let constants = try KerasWeights(file)
      weights = constants.summary
      graph = try KerasGraphBuilder(file, weights: constants).build()
    } catch {
      throw .layer(error)
    }
  }

  private init(
    onnx bytes: ByteSlice, limits: Limits, rowShape: [Int]?,
    externalFile: @escaping ONNXProgram.ExternalFile
  ) throws(ModelError) {
    let program: ONNXProgram
    do {
      program = try ONNXProgram(parsing: bytes, limits: limits, externalFile: externalFile)
    } catch {
      throw .file(error)
    }
    format = .onnx
    writer = program.producer
    graph = try program.graph(rowShape: rowShape)
    weights = try program.constants().map { name, tensor in
      Weight(
        name: name, shape: tensor.shape, elementType: tensor.element.rawValue,
        nonFiniteCount: tensor.nonFiniteCount)
    }
  }
}
