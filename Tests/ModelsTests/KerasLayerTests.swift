import Archives
import Bytes
import Engine
import Formats
import Models
import TestSupport
import Testing

/// Every layer against what Keras computed, and what is refused by name.
@Suite struct KerasLayerTests {
  @Test(arguments: ["convolutions", "pools", "shapes"], ["h5", "keras"])
  func `outputs are Keras' to five digits`(_ name: String, _ suffix: String) throws {
    let model = try Model(
      parsing: Fixture.bytes("models/layers/\(name).\(suffix)"), limits: Limits())
    let inputs = try NumPyArray(parsing: Fixture.bytes("models/layers/\(name).x.npy")).tensor()
    let recorded = try NumPyArray(parsing: Fixture.bytes("models/layers/\(name).y.npy")).tensor()
    let outputs = try Network(model.graph).forward(
      Tensor(shape: inputs.shape, values: inputs.floats()))
    #expect(outputs.shape == recorded.shape)
    for (ours, theirs) in zip(outputs.values, try recorded.floats()) {
      #expect(abs(ours - theirs) <= 1e-5 * max(1, abs(theirs)))
    }
  }

  static let families = [
    "core", "lines", "volumes", "planes", "adaptive", "normalizations", "merging", "nested",
    "recurrent", "attention", "operations", "mixed", "preprocessing",
    "further", "masked", "masks", "encodings",
  ]

  @Test(arguments: families, ["h5", "keras"])
  func `every family of layers gives Keras' outputs`(_ name: String, _ suffix: String) throws {
    // Keras cannot write its random layers as .h5.
    guard name != "preprocessing" || suffix == "keras" else { return }
    let model = try Model(
      parsing: Fixture.bytes("models/layers/\(name).\(suffix)"), limits: Limits())
    try Self.expectOutputs(of: model, name)
  }

  @Test(arguments: [
    ("nested_keras2", "nested"), ("operations_keras2", "operations_keras2"),
    ("keras1", "keras1"), ("keras1_theano", "keras1_theano"),
  ])
  func `earlier dialects give the outputs of their models`(
    _ name: String, _ recorded: String
  ) throws {
    let model = try Model(
      parsing: Fixture.bytes("models/layers/\(name).h5"), limits: Limits())
    try Self.expectOutputs(of: model, recorded)
  }

  @Test(arguments: ["nested_weights.h5", "model.weights.h5"])
  func `a configuration and weights in a file of their own are a model`(_ file: String) throws {
    let archive = try ZipArchive(
      parsing: Fixture.bytes("models/layers/nested.keras"), limits: Limits())
    func member(_ name: String) throws -> ByteSlice {
      try archive.content(of: #require(archive.entries.first { $0.name == name }))
    }
    let weights =
      file == "model.weights.h5" ? try member(file) : try Fixture.bytes("models/layers/\(file)")
    let model = try Model(
      parsing: weights, architecture: member("config.json"), limits: Limits())
    try Self.expectOutputs(of: model, "nested")
    #expect(throws: ModelError.self) { try Model(parsing: weights, limits: Limits()) }
  }

  @Test func `layers that another process numbered are paired by their order`() throws {
    let archive = try ZipArchive(
      parsing: Fixture.bytes("models/layers/convolutions.keras"), limits: Limits())
    let entry = try #require(archive.entries.first { $0.name == "config.json" })
    let text = try #require(archive.content(of: entry).utf8)
    let others = text.replacing("\"conv2d_1\"", with: "\"conv2d_12\"")
      .replacing("\"conv2d\"", with: "\"conv2d_9\"").replacing("\"dense\"", with: "\"dense_4\"")
    #expect(others != text)
    let weights = try Fixture.bytes("models/layers/numbered_weights.h5")
    let model = try Model(
      parsing: weights, architecture: ByteSlice(Array(others.utf8)), limits: Limits())
    let output = try Network(model.graph).run([Self.array("convolutions.x")])
    let recorded = try Self.array("convolutions.y")
    #expect(zip(output[0].floats, recorded.floats).allSatisfy { abs($0 - $1) <= 1e-5 })
    // One layer more of a kind leaves open which is which.
    let more = others.replacing("\"dense_4\"", with: "\"conv2d_7\"")
    #expect(throws: ModelError.self) {
      let model = try Model(
        parsing: weights, architecture: ByteSlice(Array(more.utf8)), limits: Limits())
      _ = model.graph
    }
  }

  /// Compares what a model gives with what Keras recorded.
  static func expectOutputs(of model: Model, _ name: String) throws {
    let inputs = try (0..<model.graph.inputs.count).map { try array("\(name).x\($0)") }
    for (number, output) in try Network(model.graph).run(inputs).enumerated() {
      let recorded = try array("\(name).y\(number)")
      #expect(output.shape == recorded.shape, "output \(number)")
      let worst = zip(output.floats, recorded.floats).map { abs($0 - $1) / max(1, abs($1)) }.max()
      #expect(try #require(worst) <= 1e-5, "output \(number)")
    }
  }

  @Test(arguments: families)
  func `both containers of a model and the plain form give the same bits`(_ name: String) throws {
    let suffixes = name == "preprocessing" ? ["keras"] : ["keras", "h5"]
    var digests: Set<[UInt32]> = []
    for suffix in suffixes {
      let model = try Model(
        parsing: Fixture.bytes("models/layers/\(name).\(suffix)"), limits: Limits())
      let inputs = try (0..<model.graph.inputs.count).map { try Self.array("\(name).x\($0)") }
      for variant in [KernelVariant.plain, .best] {
        let outputs = try Network(model.graph, variant: variant).run(inputs)
        digests.insert(outputs.flatMap { $0.floats.map(\.bitPattern) })
      }
    }
    #expect(digests.count == 1)
  }

  /// A recorded array; integers as the model takes them.
  static func array(_ name: String) throws -> AnyTensor {
    let stored = try NumPyArray(parsing: Fixture.bytes("models/layers/\(name).npy")).tensor()
    guard stored.elementType != .float32 else {
      return AnyTensor(try Tensor(shape: stored.shape, values: stored.floats()))
    }
    return AnyTensor(
      stored.shape, integers: try stored.integers().map(Int64.init), element: stored.elementType)
  }

  static let refusals: [(model: String, old: String, new: String, says: String)] = [
    ("shapes", "\"units\": 5", "\"units\": 6", "units"),
    ("shapes", "\"use_bias\": false", "\"use_bias\": true", "weights"),
    ("shapes", "\"activation\": \"tanh\"", "\"activation\": \"mash\"", "mash"),
    ("shapes", "\"target_shape\": [4, 3, -1]", "\"target_shape\": [5, 3, -1]", "target_shape"),
    ("shapes", "\"target_shape\": [4, 3, -1]", "\"target_shape\": [-1, 3, -1]", "target_shape"),
    ("shapes", "\"batch_shape\": [null, 6, 4]", "\"batch_shape\": [null, null, 4]", "batch_shape"),
    ("shapes", "\"axis\": -1", "\"axis\": 2", "mean"),
    ("convolutions", "\"name\": \"float32\"", "\"name\": \"float16\"", "float16"),
    ("convolutions", "\"kernel_size\": [3, 2]", "\"kernel_size\": [2, 3]", "kernel_size"),
    ("convolutions", "\"filters\": 8", "\"filters\": 9", "filters"),
    ("convolutions", "\"strides\": [2, 1]", "\"strides\": [0, 1]", "stride"),
    ("convolutions", "\"groups\": 4", "\"groups\": 3", "groups"),
    ("convolutions", "\"padding\": \"same\"", "\"padding\": \"full\"", "full"),
    (
      "convolutions", "\"data_format\": \"channels_last\", \"dilation_rate\": [2, 2]",
      "\"data_format\": \"channels_first\", \"dilation_rate\": [2, 2]", "kernel"
    ),
    ("pools", "[\"max_pooling2d\", 0, 0]", "[\"max_pooling2d\", 1, 0]", "inbound_nodes"),
    ("pools", "[\"max_pooling2d\", 0, 0]", "[\"no_such_layer\", 0, 0]", "no_such_layer"),
    ("pools", "[\"max_pooling2d\", 0, 0]", "[\"dense_1\", 0, 0]", "cycle"),
    ("pools", "\"output_layers\": [\"dense", "\"output_layers\": [\"dance", "output_layers"),
    ("pools", "\"class_name\": \"Functional\"", "\"class_name\": \"MyModel\"", "MyModel"),
    ("pools", "\"max_value\": 6.0", "\"max_value\": -1.0", "max_value"),
    (
      "masks", "\"mask\": {\"class_name\": \"__keras_tensor__\"",
      "\"veil\": {\"class_name\": \"__keras_tensor__\"", "veil"
    ),
    ("masks", "\"class_name\": \"NotEqual\"", "\"class_name\": \"NotEquals\"", "NotEquals"),
    ("masks", "\"mask_value\": 0.0", "\"mask_value\": \"none\"", "mask_value"),
    ("encodings", "\"abc,cd->abd\"", "\"abc,cd->acd\"", "equation"),
    ("encodings", "\"abc,cde->abde\"", "\"abc,cde->bade\"", "equation"),
    ("encodings", "\"output_mode\": \"count\"", "\"output_mode\": \"tally\"", "tally"),
    ("encodings", "\"num_tokens\": 9", "\"num_tokens\": 0", "num_tokens"),
    ("encodings", "\"bin_boundaries\": [0.0]", "\"bin_boundaries\": null", "bin_boundaries"),
    ("core", "\"input_dim\": 9", "\"input_dim\": 8", "input_dim"),
    ("core", "\"n\": 3", "\"n\": 0", "n: "),
    ("core", "\"n\": 3", "\"n\": 9000000000000000000", "RepeatVector|limit|64 bits"),
    ("core", "\"dims\": [2, 1]", "\"dims\": [2, 2]", "dims"),
    ("core", "\"target_shape\": [-1, 5, 7]", "\"target_shape\": \"x\"", "target_shape"),
    ("core", "\"units\": 7", "\"units\": \"seven\"", "units"),
    ("core", "\"units\": 7", "\"units\": 7.5", "units"),
    ("lines", "\"padding\": \"causal\"", "\"padding\": \"reflect\"", "causal"),
    ("lines", "\"cropping\": [1, 2]", "\"cropping\": [90, 2]", "cropping"),
    ("lines", "\"padding\": [2, 3]", "\"padding\": [-2, 3]", "padding"),
    ("lines", "\"size\": 2", "\"size\": 9000000000000000000", "size"),
    ("volumes", "\"axis\": -1", "\"axis\": 0", "axis"),
    ("volumes", "\"pool_size\": [2, 2, 3]", "\"pool_size\": [2, 2]", "pool_size"),
    ("planes", "\"interpolation\": \"bilinear\"", "\"interpolation\": \"area\"", "area"),
    ("planes", "\"output_padding\": [1, 1]", "\"output_padding\": [5, 1]", "output_padding"),
    ("adaptive", "\"output_size\": [3, 4]", "\"output_size\": [60000, 60000]", "output_size"),
    ("normalizations", "\"groups\": 3", "\"groups\": 4", "groups"),
    ("normalizations", "\"axis\": [1, 3]", "\"axis\": [1, 1]", "axis"),
    ("merging", "\"axes\": 2", "\"axes\": 0", "axes"),
    ("merging", "\"axes\": 2", "\"axes\": [1, 2, 3]", "axes"),
    ("nested", "[\"branch\", 0, 1]", "[\"branch\", 0, 7]", "output 7"),
    ("nested", "[\"branch\", 0, 1]", "[\"branch\", 9, 1]", "call 9"),
    ("nested", "\"class_name\": \"Sequential\"", "\"class_name\": \"Serial\"", "sequential"),
    (
      "nested", "\"registered_name\": null, \"build_config\"",
      "\"registered_name\": \"mine>Conv2D\", \"build_config\"", "mine>Conv2D"
    ),
    (
      "nested", "\"module\": \"keras.layers\", \"class_name\": \"Conv2D\"",
      "\"module\": \"my_layers\", \"class_name\": \"Conv2D\"", "custom class"
    ),
    ("recurrent", "\"activation\": \"elu\"", "\"activation\": \"egu\"", "egu"),
    ("recurrent", "\"merge_mode\": \"sum\"", "\"merge_mode\": \"some\"", "some"),
    ("recurrent", "\"units\": 4", "\"units\": 9000000000000000000", "units"),
    ("recurrent", "\"class_name\": \"LSTMCell\"", "\"class_name\": \"MyCell\"", "MyCell"),
    ("attention", "\"score_mode\": \"dot\"", "\"score_mode\": \"dos\"", "dos"),
    ("attention", "\"key_dim\": 3", "\"key_dim\": 0", "key_dim"),
    ("operations", "\"class_name\": \"Tanh\"", "\"class_name\": \"Tinh\"", "Tinh"),
    ("operations", "\"axis\": [1, 2]", "\"axis\": [0, 2]", "axis"),
    ("preprocessing", "\"height\": 6", "\"height\": 600", "crop"),
    ("preprocessing", "\"height\": 7", "\"height\": 9000000000000000000", "size"),
  ]

  @Test(arguments: refusals.indices)
  func `a configuration that does not hold is refused by name`(_ index: Int) throws {
    let (name, old, new, says) = Self.refusals[index]
    let archive = try Self.archive("models/layers/\(name).keras", replacing: old, with: new)
    do {
      _ = try Model(parsing: ByteSlice(archive), limits: Limits())
      Issue.record("\(new) was accepted")
    } catch {
      #expect(
        says.split(separator: "|").contains { "\(error)".contains($0) }, "\(error)")
    }
  }

  @Test(arguments: ["Lambda", "Flutter"])
  func `a layer that is not known is refused by its own name`(_ className: String) throws {
    var text = try Fixture.bytes("models/layers/shapes.h5").array
    let old = Array("\"class_name\": \"Flatten\"".utf8)
    // The same length, so that no offset of the file moves.
    var new = Array("\"class_name\": \"\(className)\"".utf8)
    new += [UInt8](repeating: 0x20, count: old.count - new.count)
    let place = try #require(text.indices.first { text[$0...].starts(with: old) })
    text.replaceSubrange(place..<(place + old.count), with: new)
    do {
      _ = try Model(parsing: ByteSlice(text), limits: Limits())
      Issue.record("accepted")
    } catch {
      #expect(error.layer?.hasPrefix("flatten") == true)
      #expect("\(error)".contains(className))
    }
  }

  /// 24 models, each of two calls of the next: 2^24 calls from a file of a few kilobytes.
  @Test func `models that call models over and over are refused by their number`() throws {
    func layer(_ className: String, _ name: String, _ config: String, calls: [String]) -> String {
      let nodes = calls.map { "[[\"\($0)\", 0, 0, {}]]" }.joined(separator: ", ")
      return """
        {"class_name": "\(className)", "name": "\(name)",
         "config": {"name": "\(name)", \(config)}, "inbound_nodes": [\(nodes)]}
        """
    }
    func model(_ depth: Int) -> String {
      let shape = "\"batch_shape\": [null, 4, 5, 3]"
      let layers = [
        layer("InputLayer", "input_layer_1", shape, calls: []),
        layer("InputLayer", "input_layer", shape, calls: []),
        depth == 0
          ? layer("Dropout", "f", "\"rate\": 0.5", calls: ["input_layer", "input_layer"])
          : layer("Functional", "f", model(depth - 1), calls: ["input_layer", "input_layer"]),
      ]
      let inputs =
        depth == 24
        ? "[[\"input_layer\", 0, 0], [\"input_layer_1\", 0, 0]]" : "[\"input_layer\", 0, 0]"
      return """
        "layers": [\(layers.joined(separator: ", "))], "input_layers": \(inputs),
        "output_layers": [["f", 1, 0]]
        """
    }
    let old = try ZipArchive(
      parsing: Fixture.bytes("models/layers/operations.keras"), limits: Limits())
    var builder = ZipBuilder()
    for entry in old.entries {
      let config = "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \(model(24))}}"
      builder.add(
        entry.name ?? "",
        entry.name == "config.json" ? Array(config.utf8) : try old.content(of: entry).array)
    }
    do {
      _ = try Model(parsing: ByteSlice(builder.bytes), limits: Limits())
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("calls"), "\(error)")
    }
  }

  @Test func `what is no model is refused`() {
    #expect(throws: ModelError.self) {
      try Model(parsing: ByteSlice(utf8: "hello"), limits: Limits())
    }
  }

  /// The .keras file with the first place of a text in its configuration replaced.
  static func archive(_ file: String, replacing old: String, with new: String) throws -> [UInt8] {
    let archive = try ZipArchive(parsing: Fixture.bytes(file), limits: Limits())
    var builder = ZipBuilder()
    for entry in archive.entries {
      var content = try archive.content(of: entry).array
      if entry.name == "config.json" {
        let text = String(decoding: content, as: UTF8.self)
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        try #require(changed != text, "\(old) is not in the configuration")
        content = Array(changed.utf8)
      }
      builder.add(entry.name ?? "", content)
    }
    return builder.bytes
  }
}
