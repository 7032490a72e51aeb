import Archives
public import Bytes
public import Engine
import Formats

/// A model's file, read and not yet a graph: what needs no input shape and no known operators.
public struct ModelFile: Sendable {
  /// What the graph comes from.
  private enum Source {
    case keras(KerasModelFile, KerasWeights)
    case program(ONNXProgram)
    case module(TorchModule)
    /// Weights whose architecture was not given.
    case nothing
  }

  /// The form of the file.
  public let format: Model.Format
  /// What wrote the file, where it says.
  public let writer: String?
  /// Which stored weight became which of the architecture's; nil where one file has both.
  public let mapping: WeightMapping?
  private let source: Source
  private let stored: StoredWeights

  /// Where the weights are listed from.
  private enum StoredWeights {
    case listed([Model.Weight])
    case onnx(ONNXProgram, ByteSlice)
  }

  /// Reads a file, its form told by its bytes, with the architecture of one that holds weights
  /// alone: an ONNX graph or the JSON of a Keras configuration.
  ///
  /// - Throws: `ModelError` when a file cannot be read, or the weights are not those that the
  ///   architecture wants.
  public init(
    parsing bytes: ByteSlice, architecture: ByteSlice? = nil, limits: Limits,
    externalFile: @escaping ONNXProgram.ExternalFile = ONNXProgram.none
  ) throws(ModelError) {
    format = try ModelFile.format(of: bytes, limits: limits)
    switch format {
    case .torch, .safetensors:
      let file = try WeightFile(parsing: bytes, format: format, limits: limits)
      stored = .listed(file.weights)
      writer = nil
      if let architecture {
        (source, mapping) = try ModelFile.matched(
          file, with: architecture, limits: limits, externalFile: externalFile)
      } else {
        mapping = nil
        source = file.module.map { .module($0) } ?? .nothing
      }
      return
    case .kerasH5, .kerasArchive, .onnx: mapping = nil
    }
    var isJoined = false
    if architecture != nil { isJoined = try ModelFile.isWeightsAlone(bytes, format, limits) }
    guard architecture == nil || isJoined else {
      throw .layer(
        EngineError(
          .argument, "architecture", expected: "none, since the model has a graph of its own",
          found: "a file"))
    }
    if format == .onnx {
      let program: ONNXProgram
      do {
        program = try ONNXProgram(parsing: bytes, limits: limits, externalFile: externalFile)
      } catch {
        throw .file(error)
      }
      source = .program(program)
      stored = .onnx(program, bytes)
      writer = program.producer
      return
    }
    let file: KerasModelFile
    do throws(ParseError) {
      if let architecture, isJoined {
        let config: JSON
        do throws(ParseError) {
          config = try JSON(parsing: architecture)
        } catch {
          throw error.inside("architecture")
        }
        file = try KerasModelFile(config: config, weights: bytes, limits: limits)
      } else {
        file = try KerasModelFile(parsing: bytes, limits: limits)
      }
    } catch {
      throw .file(error)
    }
    writer = file.kerasVersion.map { "keras \($0)" }
    do {
      source = .keras(file, try KerasWeights(file))
      stored = .listed(
        file.layers.flatMap { layer in
          layer.weights.map {
            Model.Weight("\(layer.name)/\($0.name)", $0.tensor, in: bytes)
          }
        })
    } catch {
      throw .layer(error)
    }
  }

  /// Whether an HDF5 file holds the weights of a Keras model without its configuration.
  private static func isWeightsAlone(
    _ bytes: ByteSlice, _ format: Model.Format, _ limits: Limits
  ) throws(ModelError) -> Bool {
    guard format == .kerasH5 else { return false }
    do {
      return try HDF5File(parsing: bytes, limits: limits).root.attribute("model_config") == nil
    } catch {
      throw .file(error)
    }
  }

  /// The form of a file by its bytes; of a zip archive by its members.
  private static func format(
    of bytes: ByteSlice, limits: Limits
  ) throws(ModelError) -> Model.Format {
    switch FileFormat(of: bytes) {
    case .onnx: return .onnx
    case .hdf5: return .kerasH5
    case .safetensors: return .safetensors
    case .pickle, .tar: return .torch
    case .zip:
      do {
        return try ArchivedModel(of: bytes, limits: limits) == .keras ? .kerasArchive : .torch
      } catch {
        throw .file(error)
      }
    case let other:
      throw .file(
        ParseError(
          at: bytes.offset, expected: "a model (HDF5, .keras, ONNX, .pth or safetensors)",
          found: other?.rawValue ?? "bytes of no known format"))
    }
  }

  private static func matched(
    _ file: WeightFile, with architecture: ByteSlice, limits: Limits,
    externalFile: @escaping ONNXProgram.ExternalFile
  ) throws(ModelError) -> (Source, WeightMapping) {
    switch FileFormat(of: architecture) {
    case .onnx:
      let graph: ONNXProgram
      do {
        graph = try ONNXProgram(parsing: architecture, limits: limits, externalFile: externalFile)
      } catch {
        throw .file(error.inside("architecture"))
      }
      let (program, mapping) = try graph.filled(with: file.names)
      return (.program(program), mapping)
    case .json:
      let config: JSON
      do {
        config = try JSON(parsing: architecture)
      } catch {
        throw .file(error.inside("architecture"))
      }
      let (filled, mapping) = try KerasArchitecture(config).filled(with: file.names)
      do {
        return (.keras(filled, try KerasWeights(filled)), mapping)
      } catch {
        throw .layer(error)
      }
    case let other:
      throw .file(
        ParseError(
          at: 0, expected: "an ONNX graph or the JSON of a Keras configuration",
          found: other?.rawValue ?? "bytes of no known format"
        ).inside("architecture"))
    }
  }

  /// The program of an ONNX graph, which can also be evaluated without becoming a graph.
  public var program: ONNXProgram? {
    if case .program(let program) = source { program } else { nil }
  }

  /// The names of the inputs and outputs in their order, those of a Keras model its layers'; a module
  /// has none of its own.
  ///
  /// - Throws: `ModelError` where the architecture cannot be read.
  public func valueNames() throws(ModelError) -> (inputs: [String], outputs: [String]) {
    switch source {
    case .program(let program): return (program.inputNames, program.outputNames)
    case .keras(let file, _):
      do {
        let topology = try KerasTopology(KerasLayerConfig(file.config))
        return (
          KerasReference.names(topology.inputs, "input"),
          KerasReference.names(topology.outputs, "output")
        )
      } catch {
        throw .layer(error)
      }
    case .module, .nothing: return (["input"], ["output"])
    }
  }

  /// Whether the file holds weights and neither a graph nor modules, and none was given.
  public var lacksArchitecture: Bool {
    if case .nothing = source { true } else { false }
  }

  /// Whether the file holds a module, whose input's shape must be given.
  public var lacksShape: Bool {
    if case .module = source { true } else { false }
  }

  /// The network. `rowShape` is the first input's shape without the batch axis, where the file may
  /// leave it open.
  ///
  /// - Throws: `ModelError` for the first layer that cannot be built, and for weights alone.
  public func graph(rowShape: [Int]? = nil) throws(ModelError) -> Graph {
    switch source {
    case .program(let program): return try program.graph(rowShape: rowShape)
    case .keras(let file, let weights):
      do {
        return try KerasGraphBuilder(file, weights: weights, rowShape: rowShape).build()
      } catch {
        throw .layer(error)
      }
    case .module(let module):
      do {
        return try TorchGraphBuilder.graph(of: module, rowShape: rowShape)
      } catch {
        throw .layer(error)
      }
    case .nothing:
      throw .layer(
        EngineError(
          .unsupported, "architecture",
          expected: "a file that gives the graph, an ONNX model or a Keras configuration",
          found: "weights alone"))
    }
  }

  /// Every stored weight in file order.
  public func weights() throws(ModelError) -> [Model.Weight] {
    switch stored {
    case .listed(let weights): return weights
    case .onnx(let program, let bytes): return try program.weights(in: bytes)
    }
  }
}
