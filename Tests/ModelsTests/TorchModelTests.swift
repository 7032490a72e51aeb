import Bytes
import Engine
import Formats
import Models
import TestSupport
import Testing

/// Networks from PyTorch and safetensors files. What they compute was recorded by torch 2.13.0
/// (Fixtures/models/torch/networks.py); the exports to ONNX are torch's own.
@Suite struct TorchModelTests {
  static func stored(_ name: String) throws -> StoredTensor {
    try NumPyArray(parsing: Fixture.bytes(name)).tensor()
  }

  static func tensor(_ name: String) throws -> Tensor {
    let stored = try stored(name)
    return try Tensor(shape: stored.shape, values: stored.floats())
  }

  static func network(
    _ file: String, architecture: String? = nil, rowShape: [Int]? = nil
  ) throws -> Network {
    try Network(
      Model(
        parsing: Fixture.bytes(file), architecture: architecture.map { try Fixture.bytes($0) },
        limits: Limits(), rowShape: rowShape
      ).graph)
  }

  static let networks = ["plain", "sequence", "activations"]

  /// Those whose layers torch's exporter takes apart, or does not export.
  static let further = ["normed", "resampled", "volumes", "words"]

  @Test(arguments: networks + further)
  func `a module that was saved whole computes what torch does`(_ name: String) throws {
    let x = try Self.tensor("models/torch/\(name).x.npy")
    let y = try Self.network("models/torch/\(name).pth", rowShape: Array(x.shape.dropFirst()))
      .forward(x)
    let recorded = try Self.stored("models/torch/\(name).y.npy")
    let theirs = recorded.bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    #expect(y.shape == recorded.shape)
    // Norms in the middle of a network stretch what the layers before rounded.
    let tolerance = name == "normed" ? 2e-5 : 2e-6
    for (ours, theirs) in zip(y.values, theirs) {
      #expect(abs(Double(ours) - theirs) <= tolerance)
    }
  }

  @Test(arguments: networks)
  func `a module and its export to ONNX give the same bits`(_ name: String) throws {
    let x = try Self.tensor("models/torch/\(name).x.npy")
    let row = Array(x.shape.dropFirst())
    let module = try Self.network("models/torch/\(name).pth", rowShape: row)
    let export = try Self.network("models/torch/\(name).onnx")
    #expect(try module.forward(x).digest == export.forward(x).digest)
    #expect(try module.logits(x).digest == export.logits(x).digest)
    let labels = [0, 1, 2, 0, 1]
    #expect(
      try module.lossGradient(x, labels: labels).gradient.digest
        == export.lossGradient(x, labels: labels).gradient.digest)
  }

  @Test func `a softmax at a module's end is known as one`() throws {
    let network = try Self.network("models/torch/plain.pth", rowShape: [2, 12, 12])
    #expect(network.outputIsSoftmax)
  }

  static let refused: [(file: String, says: String)] = [
    ("custom", "__main__.Residual"), ("hooked", "hooks"), ("listed", "container.ModuleList"),
    ("normed", "hooks"), ("unnormalised", "running_mean"),
  ]

  @Test(arguments: refused.indices)
  func `what a module's class does not tell is refused by name`(_ index: Int) throws {
    let (file, says) = Self.refused[index]
    let row = file == "unnormalised" ? [1, 4, 4] : [2]
    #expect {
      try Self.network("models/torch/refused_\(file).pth", rowShape: row)
    } throws: { "\($0)".contains(says) && ($0 as? ModelError)?.isUnsupported == true }
  }

  @Test func `a module does not say the shape of its input`() throws {
    #expect {
      try Self.network("models/torch/plain.pth")
    } throws: { "\($0)".contains("input.shape") }
  }

  // Weights and architectures.

  static let resnet = [
    ("models/digits_resnet.onnx", nil), ("models/digits_resnet.pth", "models/digits_resnet.onnx"),
    ("models/digits_resnet.safetensors", "models/digits_resnet.onnx"),
  ]

  static func digits() throws -> Tensor {
    let stored = try stored("digits/goldens/x.npy")
    return try Tensor(shape: [16, 1, 28, 28], values: stored.floats())
  }

  @Test(arguments: resnet)
  func `digits_resnet has torch's logits in every container`(
    _ file: String, _ architecture: String?
  ) throws {
    let logits = try Self.network(file, architecture: architecture).logits(Self.digits())
    let recorded = try GoldenNumbers.rows(
      GoldenNumbers.json("digits_resnet.outputs16.json"), "logits_f64")
    for (row, numbers) in recorded.enumerated() {
      let tolerance = 1e-5 * max(1, numbers.map(abs).max() ?? 0)
      for (column, number) in numbers.enumerated() {
        #expect(abs(Double(logits[row * 10 + column]) - number) <= tolerance)
      }
    }
  }

  @Test func `pth, safetensors and onnx of one network give the same bits`() throws {
    let digits = try Self.digits()
    let labels = [Int](repeating: 3, count: 16)
    var digests: Set<String> = []
    for (file, architecture) in Self.resnet {
      let network = try Self.network(file, architecture: architecture)
      let gradient = try network.lossGradient(digits, labels: labels)
      digests.insert(
        "\(try network.logits(digits).digest.prefixed) \(gradient.gradient.digest.prefixed)")
    }
    #expect(digests.count == 1)
  }

  @Test func `weights of a Keras configuration are put into its order`() throws {
    let config = """
      {"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [null, 8, 8, 1]}},
        {"class_name": "ZeroPadding2D", "config": {"name": "pad", "padding": [[1, 1], [1, 1]]}},
        {"class_name": "Conv2D", "config": {"name": "conv", "filters": 4, "kernel_size": [3, 3],
          "strides": [2, 2], "padding": "valid"}},
        {"class_name": "BatchNormalization", "config": {"name": "norm", "epsilon": 1e-05}},
        {"class_name": "ReLU", "config": {"name": "relu"}},
        {"class_name": "MaxPooling2D", "config": {"name": "pool", "pool_size": [2, 2]}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "fc", "units": 3, "activation": "softmax"}}]}}
      """
    let model = try Model(
      parsing: Fixture.bytes("models/torch/state_dict.pth"), architecture: ByteSlice(utf8: config),
      limits: Limits())
    let mapping = try #require(model.mapping)
    #expect(mapping.strategy == .layerOrder)
    #expect(mapping.caution?.contains("order") == true)
    #expect(mapping.passedOver == ["1.num_batches_tracked"])
    // The same module, whose adaptive pool into 2 x 2 windows finds a map of 2 x 2.
    let module = try Self.network("models/torch/module.pth", rowShape: [1, 8, 8])
    let x = try Tensor(shape: [3, 8, 8, 1], values: (0..<192).map { Float($0 % 29) / 29 })
    let y = try Network(model.graph).forward(x)
    let theirs = try module.forward(Tensor(shape: [3, 1, 8, 8], values: x.values))
    // Keras adds up the dense layer in another order.
    for (a, b) in zip(y.values, theirs.values) { #expect(abs(a - b) <= 1e-6) }
  }

  static let misfits: [(architecture: String, says: String)] = [
    // A layer too many.
    (
      #"{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "a"}}]}"#,
      "module"
    ),
    (#"{"class_name": "Sequential", "config": []}"#, "layers"),
    (
      #"{"class_name": "Sequential", "config": [{"class_name": "Lambda", "config": {"name": "a"}}]}"#,
      "Lambda"
    ),
    (#"{"class_name": "Sequential""#, "architecture"), ("[]", "layers"), ("text", "text"),
  ]

  @Test(arguments: misfits.indices)
  func `an architecture that does not fit is refused`(_ index: Int) throws {
    let (architecture, says) = Self.misfits[index]
    #expect {
      try Model(
        parsing: Fixture.bytes("models/torch/state_dict.pth"),
        architecture: ByteSlice(utf8: architecture), limits: Limits())
    } throws: { $0 is ModelError && "\($0)".contains(says) }
  }

  @Test func `weights alone are no network, and a whole model takes no architecture`() throws {
    #expect {
      try Self.network("models/digits_resnet.safetensors")
    } throws: { "\($0)".contains("architecture") }
    #expect {
      try Self.network("models/digits_cnn.h5", architecture: "models/digits_resnet.onnx")
    } throws: { "\($0)".contains("a graph of its own") }
    #expect {
      try Self.network("models/torch/torchscript.pt")
    } throws: { "\($0)".contains("TorchScript") }
  }
}

/// Graphs of ONNX without their weights.
@Suite struct ONNXArchitectureTests {
  /// y = x w + b, the weights as inputs unless `constants` names them.
  static func graph(constants: Set<String> = [], data: [Int] = [-1, 2]) -> ByteSlice {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", data)
    for (name, shape) in [("l.w", [2, 3]), ("l.b", [3])] {
      if constants.contains(name) {
        let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
        model.graph.initializer(.floats(name, shape, zeros))
      } else {
        model.graph.input(name, shape)
      }
    }
    model.graph.node("Gemm", ["x", "l.w", "l.b"], ["y"])
    model.graph.output("y", [-1, 3])
    return ByteSlice(model.bytes)
  }

  static func weights(
    _ tensors: [(name: String, shape: [Int], values: [Float])], type: String = "F32"
  ) -> ByteSlice {
    var entries: [String] = []
    var buffer: [UInt8] = []
    for tensor in tensors {
      let start = buffer.count
      for value in tensor.values {
        let bits = type == "BF16" ? value.bitPattern >> 16 : value.bitPattern
        for place in 0..<(type == "BF16" ? 2 : 4) {
          buffer.append(UInt8(truncatingIfNeeded: bits >> (8 * place)))
        }
      }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        #""\#(tensor.name)":{"dtype":"\#(type)","shape":[\#(shape)],"#
          + #""data_offsets":[\#(start),\#(buffer.count)]}"#)
    }
    return ByteSlice(
      SafetensorsBuilder(header: "{" + entries.joined(separator: ",") + "}", buffer: buffer).bytes)
  }

  static let layer: [(name: String, shape: [Int], values: [Float])] = [
    ("l.w", [2, 3], [1, 2, 3, 4, 5, 6]), ("l.b", [3], [0.5, 0.25, 0.125]),
  ]

  static func outputs(_ weights: ByteSlice, _ graph: ByteSlice) throws -> [Float] {
    let model = try Model(parsing: weights, architecture: graph, limits: Limits())
    #expect(model.format == .safetensors)
    #expect(model.graph.inputs.map(\.name) == ["x"])
    return try Network(model.graph).forward(Tensor(shape: [1, 2], values: [1, 10])).values
  }

  @Test(arguments: [[], ["l.w"], ["l.w", "l.b"]] as [Set<String>])
  func `weights replace inputs and constants of the graph`(_ constants: Set<String>) throws {
    let expected: [Float] = [41.5, 52.25, 63.125]
    #expect(
      try Self.outputs(Self.weights(Self.layer), Self.graph(constants: constants)) == expected)
    // A batch of one, fixed, is data as well.
    #expect(
      try Self.outputs(
        Self.weights(Self.layer), Self.graph(constants: constants, data: [1, 2])) == expected)
  }

  @Test func `names may stand behind a prefix, and half floats widen exactly`() throws {
    let prefixed = Self.layer.map { ("module." + $0.name, $0.shape, $0.values) }
    let model = try Model(
      parsing: Self.weights(prefixed), architecture: Self.graph(), limits: Limits())
    #expect(model.mapping?.strategy == .storedPrefix("module."))
    #expect(model.mapping?.caution == nil)
    #expect(
      try Self.outputs(Self.weights(Self.layer, type: "BF16"), Self.graph())
        == [41.5, 52.25, 63.125])
  }

  static let leftOver: [(layer: [(name: String, shape: [Int], values: [Float])], says: String)] = [
    ([layer[0]], "l.b"), (layer + [("more", [1], [0])], "more"),
    ([("l.w", [3, 2], [1, 2, 3, 4, 5, 6]), layer[1]], "of another shape"),
    ([("m.w", [2, 3], [1, 2, 3, 4, 5, 6]), layer[1]], "m.w"),
  ]

  @Test(arguments: leftOver.indices, [true, false])
  func `a weight that is left over on either side is named`(
    _ index: Int, _ isConstant: Bool
  ) throws {
    let (layer, says) = Self.leftOver[index]
    let graph = Self.graph(constants: isConstant ? ["l.w", "l.b"] : [])
    #expect {
      try Model(parsing: Self.weights(layer), architecture: graph, limits: Limits())
    } throws: { $0 is ModelError && "\($0)".contains(says) }
  }

  @Test func `a second name of a weight that is used is passed over`() throws {
    var header = #"{"l.w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
    header += #""l.b":{"dtype":"F32","shape":[3],"data_offsets":[24,36]}}"#
    let file = try SafetensorsFile(
      parsing: ByteSlice(
        SafetensorsBuilder(header: header, buffer: [UInt8](repeating: 0, count: 36)).bytes),
      limits: Limits())
    var stored = try file.tensors.map {
      TorchNames.Stored(name: $0.name, tensor: try $0.tensor())
    }
    let wanted = stored.map { WantedWeight(name: $0.name, shape: $0.tensor.shape) }
    stored.append(TorchNames.Stored(name: "again.l.b", tensor: stored[1].tensor))
    let mapping = try TorchNames(stored).match(wanted)
    #expect(mapping.matches.map(\.stored) == ["l.w", "l.b"])
    #expect(mapping.passedOver == ["again.l.b"])
    // The same numbers at another place are another weight.
    let copy = try StoredTensor(
      shape: [3], elementType: .float32, bytes: ByteSlice([UInt8](repeating: 0, count: 12)))
    #expect(throws: WeightMappingError.self) {
      try TorchNames(stored + [TorchNames.Stored(name: "copy", tensor: copy)]).match(wanted)
    }
  }

  @Test func `another number type than the graph's is refused`() throws {
    let doubles = ByteSlice(
      SafetensorsBuilder(
        header: #"{"l.w":{"dtype":"F64","shape":[2,3],"data_offsets":[0,48]},"#
          + #""l.b":{"dtype":"F64","shape":[3],"data_offsets":[48,72]}}"#,
        buffer: [UInt8](repeating: 0, count: 72)
      ).bytes)
    #expect {
      try Model(parsing: doubles, architecture: Self.graph(), limits: Limits())
    } throws: { "\($0)".contains("float32 as in the architecture, found float64") }
  }

  @Test func `a zip archive is told by its members`() throws {
    let files: [([String], String)] = [
      (["a.txt"], "another zip archive"),
      (["config.json", "metadata.json", "x/data.pkl"], "could be either"),
    ]
    for (names, says) in files {
      var zip = ZipBuilder()
      for name in names { zip.add(name, Array("{}".utf8)) }
      #expect {
        try Model(parsing: ByteSlice(zip.bytes), limits: Limits())
      } throws: { "\($0)".contains(says) }
    }
  }

  @Test func `a file that is cut or damaged is refused, not crashed on`() throws {
    let whole = try Fixture.bytes("models/torch/plain.pth").array
    for index in 0..<60 {
      var bytes = Array(whole.prefix(whole.count * (60 - index) / 60))
      if index.isMultiple(of: 2), let last = bytes.indices.dropLast(40).last {
        bytes[last * index / 61] ^= 0x55
      }
      do {
        let model = try Model(parsing: ByteSlice(bytes), limits: Limits(), rowShape: [2, 12, 12])
        #expect(model.format == .torch)
      } catch {
        #expect(!error.reason.isEmpty)
      }
    }
  }
}
