import Archives
import Bytes
import Formats
import TestSupport
import Testing

/// Names, shapes and digests of the little-endian binary32 values were read with h5py 3.16 from
/// the same files.
@Suite struct KerasModelFileTests {
  struct Golden: Sendable {
    let layer: String
    let name: String
    let shape: [Int]
    let first: Float
    let last: Float
    let digest: String
  }

  static let digitsCNN = [
    Golden(
      layer: "conv2d", name: "handwritten_digit_model/conv2d/kernel", shape: [3, 3, 1, 32],
      first: -0.06001961976289749, last: -0.09041713923215866,
      digest: "8c7c3ff17061dd9c4f4478b1d9350265c96eaa8d7c65c0189333ee043fe48f76"),
    Golden(
      layer: "conv2d", name: "handwritten_digit_model/conv2d/bias", shape: [32],
      first: -0.00847631972283125, last: -0.0007110757287591696,
      digest: "dcdcb574cf82f39321398635ecd069080ead0af44d9009821fc71c0a01f5263f"),
    Golden(
      layer: "dense", name: "handwritten_digit_model/dense/kernel", shape: [5408, 128],
      first: 0.00600886344909668, last: 0.027302538976073265,
      digest: "c00fa48bd21dda43b37e167f8012c760aa8007d0ab0a1540024c79b8e82fd564"),
    Golden(
      layer: "dense", name: "handwritten_digit_model/dense/bias", shape: [128],
      first: -0.006001810077577829, last: 0.029232332482933998,
      digest: "f80109a3f6c4343dac259ef5d1dfcae5fce3620a61ae663b664905b6d2a2f881"),
    Golden(
      layer: "dense_1", name: "handwritten_digit_model/dense_1/kernel", shape: [128, 10],
      first: -0.00495811365544796, last: 0.11561997979879379,
      digest: "9bf761f5ae502724023e235d7002c55b13ffd05043ede97d4db9b2020923fdb6"),
    Golden(
      layer: "dense_1", name: "handwritten_digit_model/dense_1/bias", shape: [10],
      first: -0.016647791489958763, last: -0.005528137553483248,
      digest: "24aa2b06d7687cbd74cb709bb24c7acb597477a0e84a8df0909a56eabcbe2914"),
  ]

  @Test func `a Keras 3 h5 file gives its weights in Keras's order`() throws {
    let model = try KerasModelFile(parsing: Fixture.bytes("models/digits_cnn.h5"))
    #expect(model.kerasVersion == "3.15.1")
    #expect(model.backend == "tensorflow")
    #expect(model.config["class_name"]?.string == "Sequential")
    #expect(
      model.layers.map(\.name) == ["conv2d", "max_pooling2d", "flatten", "dense", "dense_1"])
    let weights = model.layers.flatMap { layer in layer.weights.map { (layer.name, $0) } }
    try #require(weights.count == Self.digitsCNN.count)
    for ((layer, weight), golden) in zip(weights, Self.digitsCNN) {
      #expect(layer == golden.layer)
      #expect(weight.name == golden.name)
      #expect(weight.tensor.shape == golden.shape)
      #expect(weight.tensor.elementType == .float32)
      let values = try weight.tensor.floats()
      #expect(values.first == golden.first)
      #expect(values.last == golden.last)
      #expect(Digest(of: weight.tensor.bytes).hexadecimal == golden.digest)
    }
  }

  @Test(arguments: [
    (
      "digits_cnn", 6, 693_962,
      "68e597b49c5ffcb95af157f6dd46c02723cb0ee29906b54eabb0aaa4ef5b3ac7"
    ),
    (
      "digits_resnet", 39, 56_506,
      "e98e2bdf5d9cd19009f844a886ce0a130c0e9ca99be05617285bf6c9d9ea7425"
    ),
  ])
  func `both containers hold the same weights under the same layers`(
    name: String, tensorCount: Int, parameterCount: Int, digest: String
  ) throws {
    let hdf5 = try KerasModelFile(parsing: Fixture.bytes("models/\(name).h5"))
    let archive = try KerasModelFile(parsing: Fixture.bytes("models/\(name).keras"))
    #expect(archive.kerasVersion == "3.15.1")
    for model in [hdf5, archive] {
      let tensors = model.layers.flatMap { $0.weights.map(\.tensor) }
      #expect(tensors.count == tensorCount)
      #expect(tensors.reduce(0) { $0 + $1.count } == parameterCount)
      var stream = DigestStream()
      for tensor in tensors { stream.update(tensor.bytes) }
      #expect(stream.finish().hexadecimal == digest)
    }
    for layer in hdf5.layers {
      let twin = archive.weights(of: layer.name)
      #expect(twin.map(\.tensor) == layer.weights.map(\.tensor), "\(layer.name)")
    }
  }

  @Test func `a residual network lists its layers in creation order`() throws {
    let model = try KerasModelFile(parsing: Fixture.bytes("models/digits_resnet.keras"))
    #expect(model.layers.count == 29)
    let norm = model.weights(of: "k3_b2")
    #expect(norm.map(\.name) == ["vars/0", "vars/1", "vars/2", "vars/3"])
    #expect(norm.map(\.tensor.shape) == [[48], [48], [48], [48]])
    #expect(model.weights(of: "k3_cs").map(\.tensor.shape) == [[1, 1, 32, 48]])
  }

  /// Written by Keras 3.15.1: Fixtures/vectors/keras/make.py.
  @Test(arguments: ["keras", "h5"])
  func `a model in a model gives its weights under the outer layer`(container: String) throws {
    let model = try KerasModelFile(parsing: Fixture.bytes("vectors/keras/nested.\(container)"))
    let expected = try JSON(parsing: Fixture.bytes("vectors/keras/expected.json"))
    for member in try #require(expected.object) {
      var digests = member.value.array?.compactMap(\.string) ?? []
      var found = model.weights(of: member.name).map { Digest(of: $0.tensor.bytes).hexadecimal }
      if container == "h5" {
        // There the nested model's moving averages stand after all that is trained.
        digests.sort()
        found.sort()
      }
      #expect(found == digests, "\(member.name)")
    }
    let inner = model.weights(of: "inner").map(\.name)
    #expect(inner.first == (container == "h5" ? "inner/in_a/kernel" : "in_a/vars/0"))
  }

  static let metadata = Array(#"{"keras_version": "3.15.1"}"#.utf8)

  /// The archive of digits_resnet with another configuration.
  private func archive(_ change: (String) -> String) throws -> ByteSlice {
    let original = try ZipArchive(parsing: Fixture.bytes("models/digits_resnet.keras"))
    var zip = ZipBuilder()
    for entry in original.entries {
      let content = try original.content(of: entry)
      let isConfig = entry.name == "config.json"
      zip.add(
        try #require(entry.name),
        isConfig ? Array(change(try #require(content.utf8)).utf8) : content.array)
    }
    return ByteSlice(zip.bytes)
  }

  @Test func `a configuration that does not match its weights is refused`() throws {
    let plain = try archive { $0 }
    #expect(try KerasModelFile(parsing: plain).layers.count == 29)
    let renamed = try archive {
      $0.split(separator: "\"c0\"", omittingEmptySubsequences: false).joined(separator: "\"c9\"")
    }
    #expect(throws: ParseError.self) { try KerasModelFile(parsing: renamed) }
    let fewer = try archive {
      $0.split(separator: "\"Dense\"", omittingEmptySubsequences: false)
        .joined(separator: "\"Denser\"")
    }
    #expect(throws: ParseError.self) { try KerasModelFile(parsing: fewer) }
  }

  @Test func `an archive with two configurations is refused`() {
    var zip = ZipBuilder()
    zip.add("config.json", Array("{}".utf8))
    zip.add("config.json", Array("{}".utf8))
    zip.add("metadata.json", Self.metadata)
    #expect(throws: ParseError.self) { try KerasModelFile(parsing: ByteSlice(zip.bytes)) }
  }

  @Test func `a file of weights alone is refused by name`() throws {
    let error = #expect(throws: ParseError.self) {
      try KerasModelFile(parsing: Fixture.bytes("vectors/hdf5/latest.h5"))
    }
    #expect(error?.kind == .unsupported)
  }
}
