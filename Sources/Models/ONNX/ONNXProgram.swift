public import Bytes
public import Engine
public import Formats

/// An ONNX model as something to run: a graph for the engine, or an evaluation of given inputs.
public struct ONNXProgram: Sendable {
  /// Bytes of another file of the release by its path relative to the model's folder; an error for
  /// a path that leaves the folder or names no file.
  public typealias ExternalFile = @Sendable (_ path: String) throws(ParseError) -> ByteSlice

  /// One value that a run is given.
  public struct Input: Sendable, Equatable {
    /// The name in the file (untrusted text).
    public let name: String
    /// The type of its elements; nil for what is no tensor of numbers.
    public let element: ElementType?
    /// Its axes, the batch's among them, nil where one is open; nil when even their number is.
    public let shape: [Int?]?
  }

  let model: ONNXModel
  let externalFile: ExternalFile

  /// Reads a model. `externalFile` is asked for tensors that lie in other files.
  public init(
    parsing bytes: ByteSlice, limits: Limits,
    externalFile: @escaping ExternalFile = ONNXProgram.none
  ) throws(ParseError) {
    self.init(try ONNXModel(parsing: bytes, limits: limits), externalFile: externalFile)
  }

  init(_ model: ONNXModel, externalFile: @escaping ExternalFile) {
    self.model = model
    self.externalFile = externalFile
  }

  /// No other files: a model that stands alone.
  public static let none: ExternalFile = { (path) throws(ParseError) in
    throw ParseError(
      .unsupported, at: 0, expected: "the external file '\(safeText(path))'",
      found: "a model that stands alone")
  }

  /// The names of the inputs that a run is given: initialisers among them are constants.
  public var inputNames: [String] { givenInputs.map(\.name) }

  /// What a run is given, as the file says it.
  public var inputs: [Input] {
    givenInputs.map { input in
      guard case .tensor(let type, let dimensions) = input.type else {
        return Input(name: input.name, element: nil, shape: nil)
      }
      let shape = dimensions?.map(\.fixedSize)
      return Input(name: input.name, element: type.stored, shape: shape)
    }
  }

  /// The names of the outputs.
  public var outputNames: [String] { model.graph.outputs.map(\.name) }

  /// The types of those inputs, as far as the file says them.
  public var inputTypes: [ONNXType?] { givenInputs.map(\.type) }

  /// The types of the outputs, as far as the file says them.
  public var outputTypes: [ONNXType?] { model.graph.outputs.map(\.type) }

  /// The outputs for given inputs, by the operators' plain forms; shapes may depend on numbers.
  /// Nil for outputs that are no tensors.
  ///
  /// - Throws: `ModelError` for the first node that cannot be evaluated.
  public func evaluate(_ inputs: [String: AnyTensor]) throws(ModelError) -> [AnyTensor?] {
    try evaluate(arguments: inputs.mapValues { .tensor($0) }).map(\.tensor)
  }

  /// The same for inputs and outputs of every type.
  ///
  /// - Throws: `ModelError` for the first node that cannot be evaluated.
  public func evaluate(
    arguments inputs: [String: ONNXArgument]
  ) throws(ModelError) -> [ONNXArgument] {
    // The engine's graph stays empty: every value is known.
    let unused = Graph.Input(name: "", type: TensorType([1]))
    return try building([unused]) { (builder) throws(EngineError) in
      for name in inputNames where inputs[name] == nil {
        throw EngineError(.argument, "inputs", expected: "'\(name)'", found: "none of this name")
      }
      return try builder.outputs(of: inputs.mapValues(\.value)).map(ONNXArgument.init)
    }
  }

  /// The graph for one row of a batch. `rowShape` is the first input's shape without the batch
  /// axis, for axes that the file leaves open.
  ///
  /// The first axis of every input counts as the batch's where the file leaves it open or says 1,
  /// and where it is one number for all inputs and outputs and the rows stay apart.
  ///
  /// - Throws: `ModelError` for the first node that does not become an operator.
  public func graph(rowShape: [Int]?) throws(ModelError) -> Graph {
    if fixedBatch != nil {
      do throws(ModelError) {
        return try graph(rowShape: rowShape, isBatchFixed: true)
      } catch {
        // Its rows are not apart, or the file holds the batch's size: it is built as it stands.
      }
    }
    return try graph(rowShape: rowShape, isBatchFixed: false)
  }

  private func graph(rowShape: [Int]?, isBatchFixed: Bool) throws(ModelError) -> Graph {
    let inputs: [Graph.Input]
    do throws(EngineError) {
      let sizes = sizesOfNames(rowShape: rowShape)
      inputs = try givenInputs.enumerated().map { (number, input) throws(EngineError) in
        try graphInput(
          input, rowShape: number == 0 ? rowShape : nil, sizes: sizes, isRow: isBatchFixed)
      }
    } catch {
      throw .layer(error, offset: nil)
    }
    let batched = givenInputs.indices.filter { isBatchFixed || givenInputs[$0].leavesBatchOpen }
    return try building(inputs, batched: batched, isBatchFixed: isBatchFixed) {
      (builder) throws(EngineError) in
      var values: [String: ONNXValue] = [:]
      for (input, value) in zip(inputs, builder.graph.inputValues) {
        values[input.name] = .computed(value, input.type)
      }
      let outputs = try zip(builder.outputs(of: values), model.graph.outputs).map {
        (value, output) throws(EngineError) -> Graph.Value in
        guard case .computed(let value, _) = value else {
          throw EngineError(
            .unsupported, "output \(output.name)", expected: "a tensor that depends on the input",
            found: "a constant or a sequence")
        }
        do throws(EngineError) {
          try builder.batch.demandNoPlaces(value)
        } catch {
          throw error.inside(layer: output.name)
        }
        guard !isBatchFixed || builder.batch.leads(value) else {
          throw EngineError(
            .unsupported, "output \(output.name)", expected: "rows of the batch", found: "others")
        }
        return value
      }
      try builder.setOutputs(outputs)
      return builder.graph
    }
  }

  /// The stored constants with the places that they have in the model's file.
  func weights(in file: ByteSlice) throws(ModelError) -> [Model.Weight] {
    try model.graph.initializers.map { (tensor) throws(ModelError) in
      var externalFile: String?
      if case .external(let place) = tensor.data { externalFile = place.location }
      do throws(ParseError) {
        return Model.Weight(
          tensor.name, try tensor.storedTensor(external: externalBytes), in: file,
          externalFile: externalFile)
      } catch {
        throw .layer(EngineError(error, readingTensor: tensor.name), offset: error.offset)
      }
    }
  }

  /// What wrote the file.
  var producer: String? { model.producer }

  private var givenInputs: [ONNXValueInfo] {
    let constants = Set(
      model.graph.initializers.map(\.name) + model.graph.sparseInitializers.map(\.values.name))
    return model.graph.inputs.filter { !constants.contains($0.name) }
  }

  /// The number of rows, more than one, that every input and output is fixed at; nil where there is
  /// none.
  private var fixedBatch: Int? {
    let sizes = (givenInputs + model.graph.outputs).map(\.fixedRows)
    guard let first = sizes.first ?? nil, first > 1, sizes.allSatisfy({ $0 == first }) else {
      return nil
    }
    return first
  }

  private func building<Result>(
    _ inputs: [Graph.Input], batched: [Int] = [], isBatchFixed: Bool = false,
    _ body: (ONNXBuilder) throws(EngineError) -> Result
  ) throws(ModelError) -> Result {
    var builder: ONNXBuilder?
    do throws(EngineError) {
      let made = try ONNXBuilder(
        model, inputs: inputs, batched: batched, isBatchFixed: isBatchFixed,
        external: { (place) throws(ParseError) in try externalBytes(place) })
      builder = made
      return try body(made)
    } catch {
      throw .layer(error, offset: builder?.failureOffset)
    }
  }

  private func externalBytes(_ place: ONNXExternalData) throws(ParseError) -> ByteSlice {
    let file = try externalFile(place.location)
    let length = place.length ?? max(0, file.count - place.offset)
    let (end, overflow) = place.offset.addingReportingOverflow(length)
    guard place.offset >= 0, length >= 0, !overflow, end <= file.count else {
      throw ParseError(
        at: place.offset, expected: "\(length) bytes in '\(safeText(place.location))'",
        found: "a file of \(file.count) bytes")
    }
    return try file.slice(place.offset..<end)
  }

  /// What named sizes stand for: 1 where a name is the first axis of an input, for the others what
  /// the first input's row says. A name for two sizes says nothing: some writers call every open
  /// axis `?`.
  private func sizesOfNames(rowShape: [Int]?) -> [String: Int] {
    var sizes: [String: Int] = [:]
    var contradicted: Set<String> = []
    for (number, input) in givenInputs.enumerated() {
      guard case .tensor(_, let dimensions?) = input.type else { continue }
      if case .parameter(let name)? = dimensions.first { sizes[name] = 1 }
      guard number == 0, let rowShape, rowShape.count == dimensions.count - 1 else { continue }
      for (dimension, size) in zip(dimensions.dropFirst(), rowShape) {
        guard case .parameter(let name) = dimension else { continue }
        if sizes.updateValue(size, forKey: name) ?? size != size { contradicted.insert(name) }
      }
    }
    return sizes.filter { !contradicted.contains($0.key) }
  }

  private func graphInput(
    _ input: ONNXValueInfo, rowShape: [Int]?, sizes: [String: Int], isRow: Bool
  ) throws(EngineError) -> Graph.Input {
    guard case .tensor(let element, let dimensions) = input.type, let type = element.stored else {
      throw EngineError(
        .unsupported, "input \(input.name)", expected: "a tensor of numbers", found: "another type")
    }
    guard let dimensions else {
      guard let rowShape else { throw open(input, "its shape") }
      return Graph.Input(name: input.name, type: TensorType([1] + rowShape, type))
    }
    let opens = dimensions.dropFirst().contains { $0.fixedSize == nil }
    if opens, let rowShape, rowShape.count == dimensions.count - 1 {
      // Another order of axes would pass for sizes of the open ones.
      for (stated, dimension) in zip(rowShape, dimensions.dropFirst()) {
        guard dimension.fixedSize == nil || dimension.fixedSize == stated else {
          throw EngineError(
            .argument, "input \(input.name)",
            expected: "rows of [\(dimensions.dropFirst().map(\.brief).joined(separator: ", "))]",
            found: "\(rowShape)")
        }
      }
    }
    var shape: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      switch dimension {
      case .size(let size): shape.append(isRow && axis == 0 ? 1 : size)
      case .parameter, .unknown:
        if axis == 0 {
          shape.append(1)
        } else if case .parameter(let name) = dimension, let size = sizes[name] {
          shape.append(size)
        } else if let rowShape, rowShape.count == dimensions.count - 1 {
          shape.append(rowShape[axis - 1])
        } else {
          throw open(input, "axis \(axis)")
        }
      }
    }
    return Graph.Input(name: input.name, type: TensorType(shape, type))
  }

  private func open(_ input: ONNXValueInfo, _ what: String) -> EngineError {
    EngineError(
      .unsupported, "input \(input.name)", expected: "a size for \(what)",
      found: "one that the file leaves open; the manifest's input.shape can say it")
  }
}

extension ONNXValueInfo {
  /// The size of the first of several axes; nil where it is open.
  fileprivate var fixedRows: Int? {
    guard case .tensor(_, let dimensions?) = type, dimensions.count > 1 else { return nil }
    return dimensions[0].fixedSize
  }

  /// Whether the value may have any number of rows.
  fileprivate var leavesBatchOpen: Bool {
    guard case .tensor(_, let dimensions) = type else { return false }
    guard let dimensions else { return true }
    return dimensions.first.map { $0.fixedSize == nil } ?? false
  }
}

extension ONNXDimension {
  /// The number; nil for an open axis.
  fileprivate var fixedSize: Int? {
    if case .size(let size) = self { size } else { nil }
  }

  /// The number, or the name that stands for it.
  fileprivate var brief: String {
    switch self {
    case .size(let size): "\(size)"
    case .parameter(let name): name
    case .unknown: "?"
    }
  }
}
