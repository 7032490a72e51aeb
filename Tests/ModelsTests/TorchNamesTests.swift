import Bytes
import Formats
import Models
import TestSupport
import Testing

/// State dicts and, in expected.json, the weights in Keras's order of axes come from torch 2.13.0
/// (Fixtures/models/torch/make.py).
@Suite struct TorchNamesTests {
  static func names(_ file: String) throws -> TorchNames {
    let file = try TorchFile(parsing: Fixture.bytes("models/torch/\(file)"))
    return TorchNames(
      try file.tensors.map {
        TorchNames.Stored(name: $0.name, tensor: try $0.tensor.storedTensor())
      })
  }

  /// Tensors of zeros.
  static func names(_ shapes: [(String, [Int])]) throws -> TorchNames {
    TorchNames(
      try shapes.map { name, shape in
        let bytes = [UInt8](repeating: 0, count: 4 * shape.reduce(1, *))
        return TorchNames.Stored(
          name: name,
          tensor: try StoredTensor(
            shape: shape, elementType: .float32, bytes: ByteSlice(bytes)))
      })
  }

  static let digits: [WantedWeight] = [
    WantedWeight(name: "0.weight", shape: [4, 1, 3, 3]), WantedWeight(name: "0.bias", shape: [4]),
    WantedWeight(name: "1.weight", shape: [4]), WantedWeight(name: "1.bias", shape: [4]),
    WantedWeight(name: "1.running_mean", shape: [4]),
    WantedWeight(name: "1.running_var", shape: [4]),
    WantedWeight(name: "7.weight", shape: [3, 16]), WantedWeight(name: "7.bias", shape: [3]),
  ]

  static func prefixed(_ prefix: String) -> [WantedWeight] {
    digits.map { WantedWeight(name: prefix + $0.name, shape: $0.shape) }
  }

  @Test(
    arguments: [
      ("state_dict.pth", "", .names, ["1.num_batches_tracked"]),
      ("checkpoint.pth", "", .storedPrefix("module."), ["module.1.num_batches_tracked"]),
      ("state_dict.pth", "model.", .wantedPrefix("model."), ["1.num_batches_tracked"]),
    ] as [(String, String, WeightMapping.Strategy, [String])])
  func `weights are found by name, with or without a prefix`(
    file: String, prefix: String, strategy: WeightMapping.Strategy, passedOver: [String]
  ) throws {
    let mapping = try Self.names(file).match(Self.prefixed(prefix))
    #expect(mapping.strategy == strategy)
    #expect(mapping.passedOver == passedOver)
    #expect(mapping.matches.map(\.wanted) == Self.prefixed(prefix).map(\.name))
    #expect(mapping.matches.allSatisfy { !$0.isRearranged })
    let stored = try TorchFile(parsing: Fixture.bytes("models/torch/\(file)"))
    for match in mapping.matches {
      #expect(try match.tensor == stored[match.stored]?.storedTensor())
      #expect(match.stored.hasSuffix(String(match.wanted.dropFirst(prefix.count))))
    }
    #expect(mapping[prefix + "7.bias"]?.shape == [3])
  }

  @Test func `what is left over on either side is named`() throws {
    let names = try Self.names([("a.weight", [2]), ("b.weight", [2]), ("c.bias", [1])])
    let wanted = [
      WantedWeight(name: "a.weight", shape: [2]), WantedWeight(name: "d.weight", shape: [2]),
    ]
    let error = #expect(throws: WeightMappingError.self) { try names.match(wanted) }
    #expect(error?.missing == ["d.weight"])
    #expect(error?.unused == ["b.weight", "c.bias"])
    #expect(
      error?.description
        == "wanted and not stored: d.weight; stored and not wanted: b.weight, c.bias")
  }

  @Test func `a shape that differs is named with both sides`() throws {
    let names = try Self.names([("a.weight", [2, 3])])
    let error = #expect(throws: WeightMappingError.self) {
      try names.match([WantedWeight(name: "a.weight", shape: [3, 2])])
    }
    #expect(error?.mismatched == ["a.weight [3, 2] against a.weight [2, 3]"])
  }

  @Test func `a prefix that only some names have is none`() throws {
    let names = try Self.names([("m.a", [1]), ("n.b", [1])])
    #expect(throws: WeightMappingError.self) {
      try names.match([WantedWeight(name: "a", shape: [1]), WantedWeight(name: "b", shape: [1])])
    }
  }

  static func layer(
    _ name: String, _ weights: [(String, [Int])], flattened: [Int]? = nil
  ) -> KerasWantedLayer {
    KerasWantedLayer(
      name: name, weights: weights.map { WantedWeight(name: $0.0, shape: $0.1) },
      flattened: flattened)
  }

  static let kerasDigits = [
    layer("conv", [("kernel", [3, 3, 1, 4]), ("bias", [4])]),
    layer(
      "norm",
      [("gamma", [4]), ("beta", [4]), ("moving_mean", [4]), ("moving_variance", [4])]),
    layer("fc", [("kernel", [16, 3]), ("bias", [3])], flattened: [2, 2, 4]),
  ]

  static func demand(_ mapping: WeightMapping, golden name: String) throws {
    let json = try JSON(parsing: Fixture.bytes("models/torch/expected.json"))
    let expected = try #require(json[name]?.array)
    #expect(mapping.matches.map(\.wanted) == expected.map { $0["name"]?.string })
    for (match, golden) in zip(mapping.matches, expected) {
      #expect(match.tensor.shape == golden["shape"]?.array?.map(\.integer), "\(match.wanted)")
      #expect(
        Digest(of: match.tensor.bytes).hexadecimal == golden["sha256"]?.string, "\(match.wanted)")
    }
  }

  @Test(arguments: ["state_dict.pth", "state_dict_legacy.pth", "module.pth"])
  func `Keras layers take modules in the order of the file, axes rearranged`(file: String) throws {
    let mapping = try Self.names(file).match(Self.kerasDigits)
    #expect(mapping.strategy == .layerOrder)
    #expect(mapping.interchangeable.isEmpty)
    #expect(mapping.matches.filter(\.isRearranged).map(\.wanted) == ["conv/kernel", "fc/kernel"])
    try Self.demand(mapping, golden: "keras")
  }

  @Test func `a separable convolution takes two modules`() throws {
    let layer = Self.layer(
      "sep",
      [("depthwise_kernel", [3, 2, 3, 2]), ("pointwise_kernel", [1, 1, 6, 4]), ("bias", [4])])
    let mapping = try Self.names("separable.pth").match([layer])
    try Self.demand(mapping, golden: "keras_separable")
  }

  @Test func `Keras layers are paired by name where all names agree`() throws {
    let names = try Self.names([
      ("module.b.fc.weight", [3, 2]), ("module.a.weight", [2, 2]),
    ])
    let layers = [
      Self.layer("a", [("kernel", [2, 2])]), Self.layer("b_fc", [("kernel", [2, 3])]),
    ]
    let mapping = try names.match(layers)
    #expect(mapping.strategy == .layerNames)
    #expect(mapping.matches.map(\.stored) == ["module.a.weight", "module.b.fc.weight"])
  }

  @Test func `layers that only the order tells apart are named`() throws {
    let names = try Self.names([
      ("0.weight", [2, 2]), ("1.weight", [3, 2]), ("2.weight", [2, 2]),
    ])
    let layers = [
      Self.layer("a", [("kernel", [2, 2])]), Self.layer("b", [("kernel", [2, 3])]),
      Self.layer("c", [("kernel", [2, 2])]),
    ]
    #expect(try names.match(layers).interchangeable == [["a", "c"]])
  }

  @Test(
    arguments: [
      (
        "a layer more", kerasDigits + [layer("more", [("kernel", [3, 3])])],
        "of another shape: 4 layers against 3 modules; wanted and not stored: layer more"
      ),
      (
        "a layer less", Array(kerasDigits.dropLast()),
        "of another shape: 2 layers against 3 modules; stored and not wanted: module 7"
      ),
      (
        "a layer without its bias",
        [layer("conv", [("kernel", [3, 3, 1, 4])])] + kerasDigits.dropFirst(),
        "stored and not wanted: 0.bias (layer conv)"
      ),
      (
        "a kernel of another size",
        [layer("conv", [("kernel", [1, 3, 1, 4]), ("bias", [4])])] + kerasDigits.dropFirst(),
        "of another shape: conv/kernel [1, 3, 1, 4] against 0.weight [4, 1, 3, 3]"
      ),
      (
        "layers in another order", [kerasDigits[1], kerasDigits[0], kerasDigits[2]],
        "of another shape: norm/gamma [4] against 0.weight [4, 1, 3, 3], conv/kernel [3, 3, 1, 4] against 1.weight [4]; wanted and not stored: norm/moving_mean (0.running_mean), norm/moving_variance (0.running_var); stored and not wanted: 1.running_mean (layer conv), 1.running_var (layer conv)"
      ),
      (
        "a map of another size",
        kerasDigits.dropLast() + [
          layer("fc", [("kernel", [16, 3]), ("bias", [3])], flattened: [2, 2, 5])
        ],
        "of another shape: fc/kernel against 7.weight: expected 240 bytes for float32 [3, 5, 2, 2], found 192 bytes"
      ),
      (
        "a part of an unknown kind", [layer("lstm", [("recurrent_kernel", [4, 4])])],
        "of another shape: layer lstm with weights recurrent_kernel"
      ),
    ] as [(String, [KerasWantedLayer], String)])
  func `layers that do not fit the modules are refused with both names`(
    what: String, layers: [KerasWantedLayer], message: String
  ) throws {
    let names = try Self.names("state_dict.pth")
    let error = #expect(throws: WeightMappingError.self, "\(what)") { try names.match(layers) }
    #expect(error?.description == message, "\(what)")
  }
}
