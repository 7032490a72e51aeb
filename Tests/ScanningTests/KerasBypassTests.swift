import Bytes
import Findings
import Scanning
import TestSupport
import Testing

private let keras2 = (try? Fixture.bytes("vectors/hdf5/keras2.h5").array) ?? []

/// A `.keras` archive with the configuration.
private func archive(_ config: String) -> [UInt8] {
  var zip = ZipBuilder()
  zip.add("metadata.json", Array(#"{"keras_version": "3.15.1"}"#.utf8))
  zip.add("config.json", Array(config.utf8))
  zip.add("model.weights.h5", keras2)
  return zip.bytes
}

/// The configuration of a Sequential model of one layer.
private func sequential(_ layer: String) -> String {
  #"{"module":"keras","class_name":"Sequential","config":{"name":"m","layers":[\#(layer)]}}"#
}

private func layer(_ config: String, className: String = "Dense") -> String {
  sequential(
    #"{"module":"keras.layers","class_name":"\#(className)","config":{"name":"d",\#(config)}}"#)
}

private let dense = archive(layer(#""units":2"#))

/// A layer's configuration beside a plain one.
private func bypass(_ name: String, _ rule: Rule, _ config: String) -> Bypass {
  Bypass(name, rule, in: "model.keras", archive(config), clean: dense)
}

private let configurations: [Bypass] = [
  bypass("a Lambda layer", .kerasCode, layer(#""function":"x""#, className: "Lambda")),
  bypass(
    "a Lambda layer under a registered name", .kerasCode,
    sequential(
      #"{"module":null,"class_name":"Plain","registered_name":"pkg>Lambda","config":{"name":"l"}}"#
    )),
  bypass(
    "a serialised lambda", .kerasCode,
    layer(#""activation":{"class_name":"__lambda__","config":{"value":"4wEA"}}"#)),
  bypass(
    "marshalled code in a string", .kerasCode,
    layer(
      #""activation":"4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAHMEAAAAfABTACkBTqkAKQHaAXhyAQAAAHIB""#)),
  bypass(
    "a pickled torch module", .kerasCode,
    layer(
      #""module":"gA=="#
        + #"""#, className: "TorchModuleWrapper")),
  bypass(
    "a saved model that is called", .kerasCode,
    layer(#""filepath":"/tmp/m""#, className: "TFSMLayer")),
  bypass(
    "a function of a module", .kerasForeignCode,
    layer(
      #""activation":{"module":"os","class_name":"function","config":"system","registered_name":"function"}"#
    )),
  bypass(
    "a class of a module", .kerasForeignCode,
    sequential(#"{"module":"subprocess","class_name":"Popen","config":{"args":"id"}}"#)),
  bypass(
    "a module in an initializer", .kerasForeignCode,
    layer(
      #""kernel_initializer":{"module":"builtins","class_name":"function","config":"exec"}"#)),
  bypass(
    "a download by Keras itself", .kerasForeignCode,
    layer(
      #""activation":{"module":"keras.utils","class_name":"function","config":"get_file","registered_name":"get_file"}"#
    )),
  bypass(
    "unsafe loading switched on by Keras itself", .kerasForeignCode,
    layer(
      #""activation":{"module":"keras.config","class_name":"function","config":"enable_unsafe_deserialization"}"#
    )),
  bypass(
    "a model loaded by Keras itself", .kerasForeignCode,
    layer(
      #""activation":{"module":"keras.models","class_name":"function","config":"load_model"}"#)),
  bypass(
    "a gadget in a wrapper in a nested model", .kerasForeignCode,
    sequential(
      #"{"module":"keras.layers","class_name":"TimeDistributed","config":{"name":"t","layer":"#
        + sequential(#"{"module":"os","class_name":"system","config":{"name":"x"}}"#) + "}}")),
  bypass(
    "a gadget in the training's part", .kerasForeignCode,
    #"{"module":"keras","class_name":"Sequential","config":{"name":"m","layers":[]},"#
      + #""compile_config":{"loss":{"module":"os","class_name":"function","config":"system"}}}"#),
  bypass(
    "TensorFlow writing a file", .kerasForeignCode,
    sequential(
      #"{"class_name":"TFOpLambda","config":{"name":"w","function":"io.write_file"}}"#)),
  bypass(
    "a vocabulary on the host", .modelReadsFile,
    layer(#""vocabulary":"/etc/passwd""#, className: "StringLookup")),
  bypass(
    "a custom class", .kerasUnknownClass,
    sequential(
      #"{"module":null,"class_name":"Mine","registered_name":"pkg>Mine","config":{"name":"x"}}"#)),
  bypass("a class that Keras has not", .kerasUnknownClass, layer(#""units":2"#, className: "Dens")),
  Bypass(
    "a bare configuration", .kerasCode, in: "config.json",
    Array(layer(#""function":"x""#, className: "Lambda").utf8),
    clean: Array(layer(#""units":2"#).utf8)),
  Bypass(
    "an escaped class name", .kerasCode, in: "config.json",
    Array(#"{"class\u005fname":"Lamb\u0064a","config":{"name":"l"}}"#.utf8),
    clean: Array(#"{"class\u005fname":"Dens\u0065","config":{"name":"l"}}"#.utf8)),
  Bypass(
    "a name twice, of which readers take another one", .unreadable, in: "config.json",
    Array(#"{"class_name":"Dense","class_name":"Lambda","config":{}}"#.utf8),
    clean: Array(#"{"class_name":"Dense","config":{}}"#.utf8)),
  Bypass(
    "a Lambda layer in .h5", .kerasCode, in: "model.h5",
    replacing(#""class_name": "Dense""#, with: #""class_name":"Lambda""#, in: keras2),
    clean: keras2),
]

@Suite struct KerasBypassTests {
  @Test(arguments: configurations)
  func `a configuration that carries or names code is a finding`(_ bypass: Bypass) {
    bypass.judge()
  }

  @Test(arguments: [
    ("links.h5", ["KER005", "KER004"]), ("storage.h5", ["KER004", "KER004", "KER006"]),
    ("userblock.h5", ["SCN007"]), ("latest.h5", []),
  ])
  func `what leads out of an HDF5 file is a finding`(name: String, rules: [String]) throws {
    let found = Scanner().scan(name, try Fixture.bytes("vectors/hdf5/\(name)"))
    #expect(found.map(\.rule.id).sorted() == rules.sorted())
  }

  @Test func `bytes after an HDF5 file are a finding`() {
    let found = Scanner().scan("model.h5", ByteSlice(keras2 + PickleBuilder.call("os", "x", "y")))
    #expect(found.contains { $0.rule == .strayBytes })
    #expect(found.contains { $0.rule == .hdf5HiddenContent })
  }

  @Test func `a cut file is an obstacle at every place`() {
    for length in stride(from: 8, to: keras2.count, by: 97) {
      let found = Scanner().scan("model.h5", ByteSlice(keras2.prefix(length)))
      #expect(found.map(\.rule) == [.unreadable], "\(length)")
    }
  }

  @Test func `a finding names the layer and its place`() throws {
    let config = layer(#""function":"x""#, className: "Lambda")
    let found = Scanner().scan("model.keras", ByteSlice(archive(config)))
    let finding = try #require(found.first { $0.rule == .kerasCode })
    #expect(finding.message == "layer 'd' is a Lambda")
    #expect(finding.place.members == ["model.keras", "config.json"])
    #expect(finding.place.detail == "config.layers[0]")
  }

  @Test func `damage is a finding or clean, never more`() {
    for copy in Mutations(of: keras2, cases: 500) { _ = Scanner().scan("model.h5", copy) }
    for copy in Mutations(of: dense, cases: 500) { _ = Scanner().scan("model.keras", copy) }
  }
}
