import Findings
import TestSupport

// Hostile models of the other formats, and serialised objects.
extension Corpus {
  private static func text(_ text: String) -> @Sendable () -> [UInt8] { { Array(text.utf8) } }

  /// Msgpack: a map of one key and the item.
  private static func map(_ key: String, _ item: [UInt8]) -> [UInt8] {
    [0x81, 0xa0 | UInt8(key.utf8.count)] + Array(key.utf8) + item
  }

  /// Msgpack: Flax's array of the shape, type and elements.
  private static func flaxArray(_ shape: [UInt8], _ type: String, _ elements: [UInt8]) -> [UInt8] {
    let content =
      [0x93, 0x90 | UInt8(shape.count)] + shape + [0xa0 | UInt8(type.utf8.count)]
      + Array(type.utf8) + [0xc4, UInt8(elements.count)] + elements
    return [0xc7, UInt8(content.count), 1] + content
  }

  private static let flax: @Sendable () -> [UInt8] = {
    map("w", flaxArray([2], "float32", [UInt8](repeating: 0, count: 8)))
  }

  /// A pickle that Core ML's field holds.
  private static func coreML(_ model: ProtobufBuilder, field: Int = 500) -> [UInt8] {
    ProtobufBuilder().integer(1, 4).message(2, ProtobufBuilder().text(100, "d"))
      .message(field, model).bytes
  }

  private static func paddle(_ operation: String) -> [UInt8] {
    let block = ProtobufBuilder().integer(1, 0).integer(2, -1)
      .message(3, ProtobufBuilder().text(1, "x"))
      .message(4, ProtobufBuilder().text(3, operation))
    return ProtobufBuilder().message(1, block).bytes
  }

  private static func symbol(_ operation: String, _ attributes: String = "{}") -> String {
    #"{"nodes":[{"op":"null","name":"x","inputs":[]},{"op":"\#(operation)","name":"y","#
      + #""attrs":\#(attributes),"inputs":[[0,0,0]]}],"arg_nodes":[0],"heads":[[1,0,0]]}"#
  }

  private static func trees(_ left: String) -> String {
    #"{"learner":{"gradient_booster":{"model":{"trees":[{"tree_param":{"num_nodes":"3"},"#
      + #""left_children":\#(left),"right_children":[2,-1,-1]}]}}},"version":[3,2,0]}"#
  }

  static let otherModels: [HostileFile] = [
    HostileFile(
      "msgpack: a type that no checkpoint has", .msgpackTypes, .high, in: "m.msgpack",
      bytes: { map("w", [0xc7, 4, 42, 1, 2, 3, 4]) }, clean: flax),
    HostileFile(
      "msgpack: an array of objects", .msgpackTypes, .high, in: "m.msgpack",
      bytes: { map("w", flaxArray([1], "object", [0])) }, clean: flax),
    HostileFile(
      "msgpack: an array of msgpack-numpy that is unpickled", .msgpackTypes, .high,
      in: "m.msgpack",
      bytes: {
        [0x82, 0xc4, 2] + Array("nd".utf8) + [0xc3, 0xc4, 4] + Array("kind".utf8)
          + [0xc4, 1, 0x4f]
      }),
    HostileFile(
      "msgpack: arrays 100,000 deep", .msgpackTypes, .high, in: "m.msgpack",
      bytes: { [UInt8](repeating: 0x91, count: 100_000) + [1] }),
    HostileFile(
      "msgpack: elements of another shape", .modelLie, .high, in: "m.msgpack",
      bytes: { map("w", flaxArray([9], "float32", [0, 0, 0, 0])) }, clean: flax),
    HostileFile(
      "msgpack: an array of 2^32 items", .modelLie, .high, in: "m.msgpack",
      bytes: { map("w", [0xdd, 0xff, 0xff, 0xff, 0xff]) }),
    HostileFile(
      "msgpack: a key twice", .modelLie, .high, in: "m.msgpack",
      bytes: { [0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2] }),
    HostileFile(
      "msgpack: bytes after the last item", .strayBytes, .high, in: "m.msgpack",
      bytes: { flax() + [1, 2, 3] }, clean: flax),
    HostileFile(
      "msgpack: a pickle in bytes", .dangerousImport, .critical, in: "m.msgpack",
      bytes: {
        let pickle = PickleBuilder.call("os", "system", "id")
        return map("w", [0xc4, UInt8(pickle.count)] + pickle)
      }),
    HostileFile(
      "Core ML: a custom layer", .modelPlugin, .high, in: "m.mlmodel",
      bytes: {
        let custom = ProtobufBuilder().text(10, "EvilLayer")
        let layer = ProtobufBuilder().text(1, "l").message(500, custom)
        return coreML(ProtobufBuilder().message(1, layer))
      },
      clean: { coreML(ProtobufBuilder().message(1, ProtobufBuilder().text(1, "l"))) }),
    HostileFile(
      "Core ML: a custom model", .modelPlugin, .high, in: "m.mlmodel",
      bytes: { coreML(ProtobufBuilder().text(1, "EvilModel"), field: 555) }),
    HostileFile(
      "Core ML: a model in another file", .modelPath, .high, in: "m.mlmodel",
      bytes: { coreML(ProtobufBuilder().text(1, "../x"), field: 556) }),
    HostileFile(
      "Core ML: weights outside", .modelPath, .high, in: "m.mlmodel",
      bytes: { coreML(ProtobufBuilder().text(1, "@model_path/../../etc/passwd"), field: 502) }),
    HostileFile(
      "Core ML: a package that leads outside", .modelPath, .high, in: "Manifest.json",
      bytes: text(#"{"itemInfoEntries":{"A":{"path":"../../x"}},"rootModelIdentifier":"A"}"#),
      clean: text(#"{"itemInfoEntries":{"A":{"path":"a/b"}},"rootModelIdentifier":"A"}"#)),
    HostileFile(
      "Paddle: an operator that calls Python", .modelPlugin, .high, in: "m.pdmodel",
      bytes: { paddle("py_func") }),
    HostileFile(
      "Paddle: an operator that loads files", .modelPath, .high, in: "m.pdmodel",
      bytes: { paddle("load_combine") }),
    HostileFile(
      "Paddle: a program is not judged", .boundedOnly, .high, in: "m.pdmodel",
      bytes: { paddle("relu") }),
    HostileFile(
      "MXNet: a custom operator", .modelPlugin, .high, in: "m-symbol.json",
      bytes: text(symbol("Custom", #"{"op_type":"evil"}"#))),
    HostileFile(
      "MXNet: a name that stalls a reader", .stallingName, .medium, in: "m-symbol.json",
      source: "CVE-2022-24294", bytes: { Array(symbol(String(repeating: "a", count: 5_000)).utf8) }),
    HostileFile(
      "MXNet: inputs in a circle", .modelLie, .high, in: "m-symbol.json",
      bytes: text(
        #"{"nodes":[{"op":"relu","name":"y","inputs":[[0,0,0]]}],"arg_nodes":[],"heads":[[0,0,0]]}"#
      )),
    HostileFile(
      "MXNet: more arrays than bytes", .modelLie, .high, in: "m.params",
      bytes: { little(0x112, 8) + little(0, 8) + little(1 << 40, 8) },
      clean: {
        little(0x112, 8) + little(0, 8) + little(1, 8) + little(0xf993_fac9, 4) + little(0, 4)
          + little(1, 4) + little(2, 8) + little(1, 4) + little(0, 4) + little(0, 4)
          + [UInt8](repeating: 0, count: 8) + little(1, 8) + little(1, 8) + [0x77]
      }),
    HostileFile(
      "XGBoost: a child that is its own parent", .modelLie, .high, in: "m.json",
      bytes: text(trees("[0,-1,-1]")), clean: text(trees("[1,-1,-1]"))),
    HostileFile(
      "XGBoost: fewer children than nodes", .modelLie, .high, in: "m.json",
      bytes: text(trees("[1]")), clean: text(trees("[1,-1,-1]"))),
    HostileFile(
      "XGBoost: UBJSON that lies about a length", .modelLie, .high, in: "m.ubj",
      bytes: { Array("{L".utf8) + [0x7f] + [UInt8](repeating: 0xff, count: 7) }),
    HostileFile(
      "LightGBM: fewer leaves than claimed", .modelLie, .high, in: "m.txt",
      bytes: text("tree\nversion=v4\nTree=0\nnum_leaves=9\nleaf_value=1 2\n\nend of trees\n"),
      clean: text("tree\nversion=v4\nTree=0\nnum_leaves=2\nleaf_value=1 2\n\nend of trees\n")),
    HostileFile(
      "CatBoost is not judged", .boundedOnly, .high, in: "m.cbm",
      bytes: { Array("CBM1".utf8) + little(16, 4) + [UInt8](repeating: 0xff, count: 16) }),
    HostileFile(
      "TensorRT: a plugin", .modelPlugin, .high, in: "m.plan",
      bytes: {
        Array("ftrt".utf8) + [0, 0xff, 0xfe, 1] + Array("EvilPluginV2".utf8)
      }),
    HostileFile(
      "ExecuTorch: a segment outside", .modelLie, .high, in: "m.pte",
      bytes: {
        let segments: FlatBufferBuilder.Value = .tables([[.uint64(1 << 40), .uint64(8)]])
        return FlatBufferBuilder("ET12", root: [.int32(0), nil, nil, nil, segments]).bytes
      }),
    HostileFile(
      "Java's objects", .serialisedObjects, .high, in: "m.ser",
      bytes: { [0xac, 0xed, 0, 5, 0x73, 0x72, 0, 4] + Array("Evil".utf8) }),
    HostileFile(
      "objects of .NET", .serialisedObjects, .high, in: "m.dat",
      bytes: { [0, 1, 0, 0, 0] + [0xff, 0xff, 0xff, 0xff] + [1, 0, 0, 0, 0, 0, 0, 0] }),
    HostileFile(
      "objects of R", .serialisedObjects, .high, in: "m.rds",
      bytes: { [0x58, 0x0a, 0, 0, 0, 3, 0, 4, 3, 1, 0, 3, 5, 0] }),
    HostileFile(
      "compiled Lua", .serialisedObjects, .high, in: "m.luac",
      bytes: { [0x1b] + Array("Lua".utf8) + [0x53, 0, 0x19, 0x93, 0x0d, 0x0a] }),
  ]

  private static func pmml(_ content: String, type: String = "") -> @Sendable () -> [UInt8] {
    text(
      "<?xml version=\"1.0\"?>\n\(type)<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">"
        + "\(content)</PMML>\n")
  }

  private static func network(_ version: String, _ size: Int) -> [UInt8] {
    let layer =
      #"<layer id="0" name="c" type="Const" version="\#(version)">"#
      + #"<data element_type="f32" shape="2" offset="0" size="\#(size)"/></layer>"#
    var archive = ZipBuilder()
    archive.add(
      "m/model.xml",
      Array(
        "<?xml version=\"1.0\"?>\n<net name=\"n\" version=\"11\"><layers>\(layer)</layers></net>"
          .utf8))
    archive.add("m/model.bin", [1, 0xff, 3, 0xfe, 5, 6, 7, 8])
    return archive.bytes
  }

  static let markupModels: [HostileFile] = [
    HostileFile(
      "PMML: an entity of a file", .xmlEntities, .high, in: "m.pmml",
      bytes: pmml(
        "&x;", type: "<!DOCTYPE PMML [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n"),
      clean: pmml("<Header/>")),
    HostileFile(
      "PMML: entities in entities", .xmlEntities, .high, in: "m.pmml",
      bytes: pmml(
        "&b;", type: "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n")),
    HostileFile(
      "PMML: a document type elsewhere", .xmlEntities, .high, in: "m.pmml",
      bytes: pmml("", type: "<!DOCTYPE PMML SYSTEM \"http://evil/x.dtd\">\n")),
    HostileFile(
      "PMML: code in an extension", .modelPlugin, .high, in: "m.pmml",
      bytes: pmml("<Extension name=\"x\" value=\"java.lang.Runtime.getRuntime().exec('id')\"/>"),
      clean: pmml("<Extension name=\"x\" value=\"1\"/>")),
    HostileFile(
      "PMML: a table outside", .modelPath, .high, in: "m.pmml",
      bytes: pmml("<TableLocator/>")),
    HostileFile(
      "XML: an entity in UTF-16", .xmlEntities, .high, in: "m.xml",
      bytes: {
        [0xff, 0xfe]
          + "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>".utf8
          .flatMap { [$0, 0] }
      }),
    HostileFile(
      "XML: an inclusion", .xmlEntities, .high, in: "m.xml",
      bytes: text(
        "<?xml version=\"1.0\"?><a xmlns:xi=\"http://www.w3.org/2001/XInclude\">"
          + "<xi:include href=\"file:///etc/passwd\" parse=\"text\"/></a>"),
      clean: text("<?xml version=\"1.0\"?><a><b c=\"d\"/></a>")),
    HostileFile(
      "SVG: a script", .activeDocument, .high, in: "m.svg",
      bytes: text("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
      clean: text("<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>")),
    HostileFile(
      "OpenVINO: a layer of an extension", .modelPlugin, .high, in: "release.zip",
      bytes: { network("extension", 8) }, clean: { network("opset1", 8) }),
    HostileFile(
      "OpenVINO: constants outside", .modelLie, .high, in: "release.zip",
      bytes: { network("opset1", 4_096) }, clean: { network("opset1", 8) }),
  ]
}
