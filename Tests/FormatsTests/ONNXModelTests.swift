import Bytes
import Formats
import TestSupport
import Testing

@Suite struct ONNXModelTests {
  static func model(_ change: (inout ONNXBuilder) -> Void) throws -> ONNXModel {
    var builder = ONNXBuilder()
    change(&builder)
    return try ONNXModel(parsing: ByteSlice(builder.bytes))
  }

  /// The expected structure is what onnx 1.19.1 reads from the files.
  @Test func `the model of PyTorch is read as onnx reads it`() throws {
    let file = try Fixture.bytes("models/digits_resnet.onnx")
    let model = try ONNXModel(parsing: file)
    #expect(model.irVersion == 8)
    #expect(model.opsets == ["": 17])
    #expect(model.producer == "pytorch 2.13.0")
    #expect(model.metadata.isEmpty && model.functions.isEmpty && model.trainingGraphs.isEmpty)
    #expect(model.unknownFields == 0)
    let graph = model.graph
    #expect(graph.name == "main_graph")
    #expect(
      Self.operators(graph) == [
        "Conv": 9, "BatchNormalization": 7, "Relu": 7, "Add": 3, "Pad": 2,
        "GlobalAveragePool": 1, "Flatten": 1, "Gemm": 1,
      ])
    let image: [ONNXDimension] = [.parameter("N"), .size(1), .size(28), .size(28)]
    #expect(graph.inputs.map(\.name) == ["input"])
    #expect(graph.inputs.map(\.type) == [.tensor(.float32, shape: image)])
    let logits: [ONNXDimension] = [.parameter("N"), .size(10)]
    #expect(graph.outputs.map(\.name) == ["logits"])
    #expect(graph.outputs.map(\.type) == [.tensor(.float32, shape: logits)])
    #expect(graph.valueInfo.isEmpty && graph.sparseInitializers.isEmpty)

    let norm = graph.nodes[1]
    #expect(norm.name == "/b0/BatchNormalization")
    #expect(
      norm.inputs.dropFirst() == ["b0.weight", "b0.bias", "b0.running_mean", "b0.running_var"])
    #expect(norm.outputs == ["/b0/BatchNormalization_output_0"])
    #expect(norm.attributes["epsilon"]?.value == .float(0.0010000000474974513))
    #expect(norm.attributes["training_mode"]?.value == .integer(0))
    let convolution = graph.nodes[0]
    #expect(
      convolution.attributes.keys.sorted() == [
        "dilations", "group", "kernel_shape", "pads", "strides",
      ])
    #expect(convolution.attributes["pads"]?.value == .integers([1, 1, 1, 1]))

    #expect(graph.initializers.count == 41)
    let first = try #require(graph.initializers.first)
    #expect(first.name == "c0.weight")
    #expect(first.shape == [16, 1, 3, 3])
    let weights = try first.storedTensor { _ in .empty }
    #expect(
      try weights.floats().prefix(3) == [
        0.051164038479328156, 0.040316589176654816, -0.15763510763645172,
      ])
    // The elements are a range of the file.
    #expect(try file.slice(weights.bytes.offset..<(weights.bytes.offset + 576)) == weights.bytes)
    let pads = try #require(graph.initializers.last)
    #expect(pads.name == "pads_49")
    #expect(try pads.storedTensor { _ in .empty }.integers() == [0, 0, 0, 0, 0, 0, 1, 1])
  }

  @Test func `a quantised model is read as onnx reads it`() throws {
    let model = try ONNXModel(parsing: Fixture.bytes("models/digits_cnn_int8.onnx"))
    #expect(model.opsets.count == 9)
    #expect(model.opsets[""] == 17)
    #expect(model.opsets["ai.onnx.ml"] == 5)
    #expect(model.producer == "onnx.quantize 0.1.0")
    #expect(model.metadata.map(\.key) == ["onnx.infer", "onnx.quant.pre_process"])
    #expect(model.metadata.map(\.value) == ["onnxruntime.quant", "onnxruntime.quant"])
    #expect(
      Self.operators(model.graph) == [
        "DequantizeLinear": 12, "QuantizeLinear": 6, "Conv": 1, "MaxPool": 1, "Flatten": 1,
        "Gemm": 2,
      ])
    #expect(model.graph.valueInfo.count == 7)
    let tensors = try Dictionary(
      uniqueKeysWithValues: model.graph.initializers.map { tensor in
        (tensor.name, try tensor.storedTensor { _ in .empty })
      })
    #expect(tensors.count == 26)
    // float_data, int32_data of a uint8, raw_data of int8 and int32.
    #expect(try tensors["input_scale"]?.floats() == [0.003921568859368563])
    #expect(tensors["logits_zero_point"]?.elementType == .uint8)
    #expect(try tensors["logits_zero_point"]?.integers() == [109])
    #expect(tensors["logits_zero_point"]?.shape == [])
    #expect(tensors["conv.weight_zero_point"]?.elementType == .int8)
    #expect(tensors["conv.weight_zero_point"]?.count == 32)
    #expect(try tensors["conv.weight_quantized"]?.integers().prefix(3) == [-44, 22, 3])
    #expect(try tensors["fc1.bias_quantized"]?.integers().prefix(3) == [-5714, 3937, 9815])
    #expect(tensors["fc1.weight_quantized"]?.shape == [128, 5408])
  }

  static func operators(_ graph: ONNXGraph) -> [String: Int] {
    graph.nodes.reduce(into: [:]) { $0[$1.operatorType, default: 0] += 1 }
  }

  @Test func `the standard's domain has one name`() throws {
    let model = try Self.model {
      $0.opsets = [("ai.onnx", 13), ("com.example", 1), ("", 13)]
      $0.graph.node("Relu", ["x"], ["y"], domain: "ai.onnx")
      $0.graph.node("Mine", ["y", "", "x"], [""], domain: "com.example")
    }
    #expect(model.opsets == ["": 13, "com.example": 1])
    #expect(model.graph.nodes.map(\.domain) == ["", "com.example"])
    #expect(model.graph.nodes[1].inputs == ["y", "", "x"])
    #expect(model.graph.nodes[1].outputs == [""])
  }

  @Test func `a producer may have no version and a model no producer`() throws {
    #expect(try Self.model { $0.producer = ("keras", "") }.producer == "keras")
    #expect(try Self.model { $0.producer = ("", "") }.producer == nil)
    #expect(try Self.model { _ in }.producer == nil)
  }

  @Test func `a function has a body, attributes and defaults`() throws {
    let model = try Self.model {
      var body = ONNXGraphBuilder("")
      body.node("Selu", ["x"], ["y"], [.reference("alpha", to: "a", type: 1)])
      $0.function(
        "Mine", domain: "com.example", inputs: ["x"], outputs: ["y"], attributes: ["a"],
        defaults: [.float("b", 2)], body: body)
    }
    let function = try #require(model.functions.first)
    #expect(function.name == "Mine")
    #expect(function.domain == "com.example")
    #expect(function.inputs == ["x"] && function.outputs == ["y"])
    #expect(function.attributes == ["a"])
    #expect(function.attributeDefaults.map(\.value) == [.float(2)])
    #expect(function.opsets == ["": 17])
    #expect(function.nodes[0].attributes["alpha"]?.value == .reference("a"))
    #expect(function.nodes[0].attributes["alpha"]?.reference == "a")
  }

  @Test func `graphs for training are kept apart`() throws {
    let model = try Self.model {
      var step = ONNXGraphBuilder("step")
      step.node("Gradient", ["x"], ["y"], domain: "ai.onnx.preview.training")
      $0.more = ProtobufBuilder().message(20, ProtobufBuilder().message(2, step.message))
    }
    #expect(model.graph.nodes.isEmpty)
    #expect(model.trainingGraphs.map(\.name) == ["step"])
  }

  @Test func `unknown fields are counted wherever they stand`() throws {
    let unknown = ProtobufBuilder().integer(99, 1)
    let model = try Self.model {
      $0.graph.input("x", [1])
      $0.graph.nodes = [ProtobufBuilder().text(4, "Relu").raw(unknown.bytes)]
      $0.graph.more = ProtobufBuilder().integer(3, 1).text(99, "hidden")
      $0.more = unknown
    }
    #expect(model.unknownFields == 4)
  }

  @Test func `of a number or text that stands twice the last counts`() throws {
    let model = try Self.model {
      $0.more = ProtobufBuilder().integer(1, 9).text(2, "a").text(2, "b")
      $0.graph.more = ProtobufBuilder().text(2, "second")
    }
    #expect(model.irVersion == 9)
    #expect(model.producer == "b")
    #expect(model.graph.name == "second")
  }

  static let types: [(ProtobufBuilder, ONNXType?)] = [
    (ONNXGraphBuilder.tensorType([2, -1]), .tensor(.float32, shape: [.size(2), .parameter("N")])),
    (ONNXGraphBuilder.tensorType([], type: 8), .tensor(.string, shape: [])),
    (ProtobufBuilder().message(1, ProtobufBuilder().integer(1, 10)), .tensor(.float16, shape: nil)),
    (ProtobufBuilder().message(1, ProtobufBuilder()), .tensor(.undefined, shape: nil)),
    (
      ProtobufBuilder().message(4, ProtobufBuilder().message(1, ONNXGraphBuilder.tensorType([3]))),
      .sequence(.tensor(.float32, shape: [.size(3)]))
    ),
    (
      ProtobufBuilder().message(9, ProtobufBuilder().message(1, ONNXGraphBuilder.tensorType([3]))),
      .optional(.tensor(.float32, shape: [.size(3)]))
    ),
    (
      ProtobufBuilder().message(
        5, ProtobufBuilder().integer(1, 7).message(2, ONNXGraphBuilder.tensorType([]))),
      .map(key: .int64, value: .tensor(.float32, shape: []))
    ),
    (
      ProtobufBuilder().message(8, ProtobufBuilder().integer(1, 1).message(2, ProtobufBuilder())),
      .sparseTensor(.float32, shape: [])
    ),
    (
      ProtobufBuilder().message(7, ProtobufBuilder().text(1, "d").text(2, "n")),
      .opaque(domain: "d", name: "n")
    ),
    // Sizes that are open: nothing, an empty name, -1.
    (
      ProtobufBuilder().message(
        1,
        ProtobufBuilder().integer(1, 1).message(
          2,
          ProtobufBuilder().message(1, ProtobufBuilder()).message(1, ProtobufBuilder().text(2, ""))
            .message(1, ProtobufBuilder().integer(1, -1)))),
      .tensor(.float32, shape: [.unknown, .unknown, .unknown])
    ),
    (ProtobufBuilder().text(6, "IMAGE"), nil),
  ]

  @Test(arguments: types.indices)
  func `a value has one of the types`(index: Int) throws {
    let (message, type) = Self.types[index]
    let model = try Self.model {
      $0.graph.inputs = [ProtobufBuilder().text(1, "x").message(2, message)]
    }
    #expect(model.graph.inputs.map(\.name) == ["x"])
    #expect(model.graph.inputs.map(\.type) == [type])
  }
}
