import Findings
import TestSupport

// Hostile ONNX models.
extension Corpus {
  /// A model `y = relu(x)` after a change.
  private static func model(_ change: (inout ONNXBuilder) -> Void = { _ in }) -> [UInt8] {
    var model = ONNXBuilder()
    model.graph.input("x", [1, 4])
    model.graph.node("Relu", ["x"], ["y"])
    model.graph.output("y", [1, 4])
    change(&model)
    return model.bytes
  }

  /// A model with a tensor of four numbers in another file, and what else is in its archive.
  private static func external(
    _ pairs: [(key: String, value: String)], data: [UInt8] = [UInt8](repeating: 1, count: 16),
    more: [ONNXTensorBuilder] = []
  ) -> [UInt8] {
    var archive = ZipBuilder()
    archive.add(
      "m/model.onnx",
      model { model in
        model.graph.initializer(.external("w", [4], pairs))
        for tensor in more { model.graph.initializer(tensor) }
      })
    archive.add("m/w.data", data)
    return archive.bytes
  }

  private static let honest: [(key: String, value: String)] = [
    ("location", "w.data"), ("offset", "0"), ("length", "16"),
  ]

  private static let outside: [(name: String, path: String, source: String)] = [
    ("an absolute path", "/etc/passwd", "CVE-2022-25882"),
    ("the folder above", "../../../etc/passwd", "CVE-2022-25882"),
    ("the folder above in the middle", "a/../../b", "CVE-2024-27318"),
    ("the folder above after a point", "./../x", "own"),
    ("a mark that combines with the slash", "../\u{301}x", "own"),
    ("backslashes", "..\\..\\x", "own"),
    ("a drive", "C:\\Windows\\win.ini", "own"),
    ("a share", "\\\\host\\share\\x", "own"),
    ("an address", "file:///etc/passwd", "own"),
    ("an address of the web", "http://host/x", "own"),
    ("the home folder", "~/.ssh/id_rsa", "own"),
    ("a variable", "$HOME/x", "own"),
    ("memory of the runtime", "*/_ORT_MEM_ADDR_/*", "own"),
    ("a zero byte", "w.data\u{0}/../x", "own"),
  ]

  private static let lies: [(name: String, pairs: [(key: String, value: String)], source: String)] =
    [
      ("an unknown key", honest + [("__class__", "x")], "CVE-2026-34445"),
      ("a key twice", honest + [("offset", "4")], "own"),
      ("a negative offset", [("location", "w.data"), ("offset", "-4"), ("length", "16")], "own"),
      ("an offset beyond", [("location", "w.data"), ("offset", "4096")], "own"),
      ("a length beyond", [("location", "w.data"), ("length", "4096")], "own"),
      ("a length of another shape", [("location", "w.data"), ("length", "8")], "own"),
      ("a length past 2^63", [("location", "w.data"), ("length", "9223372036854775808")], "own"),
      ("no location", [("offset", "0")], "own"),
    ]

  static let onnxExternalFiles: [HostileFile] =
    outside.map { row in
      HostileFile(
        "ONNX: external data at \(row.name)", .onnxOutside, .high, in: "model.onnx",
        source: row.source,
        bytes: { model { $0.graph.initializer(.external("w", [4], [("location", row.path)])) } },
        clean: { model() })
    }
    + lies.map { row in
      HostileFile(
        "ONNX: external data with \(row.name)", .onnxExternalDataLie, .high, in: "release.zip",
        source: row.source, bytes: { external(row.pairs) }, clean: { external(honest) })
    }
    + [
      HostileFile(
        "ONNX: external data shared in part", .onnxExternalDataLie, .high, in: "release.zip",
        bytes: {
          external(
            honest, data: [UInt8](repeating: 1, count: 24),
            more: [
              .external("v", [4], [("location", "w.data"), ("offset", "8"), ("length", "16")])
            ])
        },
        clean: {
          external(
            honest, data: [UInt8](repeating: 1, count: 32),
            more: [
              .external("v", [4], [("location", "w.data"), ("offset", "16"), ("length", "16")])
            ])
        }),
      HostileFile(
        "ONNX: external data of an attribute's tensor", .onnxOutside, .high, in: "model.onnx",
        bytes: {
          model {
            $0.graph.node(
              "Constant", [], ["c"],
              [.tensor("value", .external("c", [4], [("location", "/etc/passwd")]))])
          }
        }),
      HostileFile(
        "ONNX: external data in a branch", .onnxOutside, .high, in: "model.onnx",
        bytes: {
          model {
            var branch = ONNXGraphBuilder("then")
            branch.initializer(.external("c", [4], [("location", "../../x")]))
            $0.graph.node("If", ["x"], ["z"], [.graph("then_branch", branch)])
          }
        }),
      HostileFile(
        "ONNX: external data in a function", .onnxOutside, .high, in: "model.onnx",
        bytes: {
          model {
            var body = ONNXGraphBuilder("f")
            body.node(
              "Constant", [], ["c"],
              [.tensor("value", .external("c", [4], [("location", "../../x")]))])
            $0.function("f", domain: "local", inputs: [], outputs: ["c"], body: body)
          }
        }),
      HostileFile(
        "ONNX: external data of a training graph", .onnxOutside, .high, in: "model.onnx",
        bytes: {
          model {
            var graph = ONNXGraphBuilder("training")
            graph.initializer(.external("c", [4], [("location", "../../x")]))
            $0.more = $0.more.message(20, ProtobufBuilder().message(2, graph.message))
          }
        }),
    ]

  static let onnxFiles: [HostileFile] = [
    HostileFile(
      "ONNX: an operator of a foreign domain", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: {
        model {
          $0.opsets.append(("evil.ops", 1))
          $0.graph.node("Run", ["x"], ["z"], domain: "evil.ops")
        }
      }, clean: { model() }),
    HostileFile(
      "ONNX: Python in an operator", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: { model { $0.graph.node("PyOp", ["x"], ["z"], domain: "ai.onnx.contrib") } }),
    HostileFile(
      "ONNX: an operator that the runtime's domain lacks", .onnxForeignDomain, .high,
      in: "model.onnx",
      bytes: { model { $0.graph.node("LoadLibrary", ["x"], ["z"], domain: "com.microsoft") } },
      clean: { model { $0.graph.node("Gelu", ["x"], ["z"], domain: "com.microsoft") } }),
    HostileFile(
      "ONNX: a foreign domain that no node uses", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: { model { $0.opsets.append(("evil.ops", 1)) } }),
    HostileFile(
      "ONNX: an operator that the standard lacks", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: { model { $0.graph.node("System", ["x"], ["z"]) } }),
    HostileFile(
      "ONNX: a function by the name of an operator", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: {
        model {
          var body = ONNXGraphBuilder("f")
          body.node("Neg", ["a"], ["b"])
          $0.function("Relu", domain: "ai.onnx", inputs: ["a"], outputs: ["b"], body: body)
        }
      },
      clean: {
        model {
          var body = ONNXGraphBuilder("f")
          body.node("Neg", ["a"], ["b"])
          $0.function("Mine", domain: "local", inputs: ["a"], outputs: ["b"], body: body)
        }
      }),
    HostileFile(
      "ONNX: functions that call each other", .onnxRecursion, .high, in: "model.onnx",
      bytes: {
        model {
          for (name, other) in [("f", "g"), ("g", "f")] {
            var body = ONNXGraphBuilder(name)
            body.node(other, ["a"], ["b"], domain: "local")
            $0.function(name, domain: "local", inputs: ["a"], outputs: ["b"], body: body)
          }
        }
      }),
    HostileFile(
      "ONNX: nodes that wait for each other", .onnxRecursion, .high, in: "model.onnx",
      bytes: {
        model {
          $0.graph.node("Add", ["x", "q"], ["p"])
          $0.graph.node("Neg", ["p"], ["q"])
        }
      }),
    HostileFile(
      "ONNX: fewer bytes than the shape", .onnxTensorLie, .high, in: "model.onnx",
      bytes: { model { $0.graph.initializer(.raw("w", [4], type: 1, [0, 0, 0, 0])) } },
      clean: { model { $0.graph.initializer(.floats("w", [4], [1, 2, 3, 4])) } }),
    HostileFile(
      "ONNX: sizes whose product wraps", .onnxTensorLie, .high, in: "model.onnx",
      bytes: { model { $0.graph.initializer(.raw("w", [1 << 33, 1 << 33], type: 1, [])) } }),
    HostileFile(
      "ONNX: a negative size", .onnxTensorLie, .high, in: "model.onnx",
      bytes: { model { $0.graph.initializer(.raw("w", [-1], type: 1, [])) } }),
    HostileFile(
      "ONNX: code in the metadata", .onnxMetadata, .high, in: "model.onnx",
      bytes: { model { $0.metadata = [("note", "__import__('os').system('id')")] } },
      clean: { model { $0.metadata = [("note", "trained on digits")] } }),
    HostileFile(
      "ONNX: a field that no version has", .onnxUnknownField, .medium, in: "model.onnx",
      isHygiene: true, bytes: { model { $0.more = $0.more.text(99, "payload") } }),
    HostileFile(
      "ONNX: two graphs", .onnxUnknownField, .medium, in: "model.onnx",
      bytes: { model { $0.more = $0.more.message(7, ONNXGraphBuilder("other").message) } }),
    HostileFile(
      "ONNX: the graph first", .onnxForeignDomain, .high, in: "model.onnx",
      bytes: {
        var graph = ONNXGraphBuilder("g")
        graph.node("Run", ["x"], ["z"], domain: "evil.ops")
        return ProtobufBuilder().message(7, graph.message)
          .message(8, ONNXBuilder.opset("", 17)).integer(1, 8).bytes
      }),
    HostileFile(
      "ONNX: a tensor that is a pickle", .dangerousImport, .critical, in: "model.onnx",
      bytes: {
        let pickle = PickleBuilder.call("os", "system", "id")
        return model { $0.graph.initializer(.raw("w", [pickle.count], type: 2, pickle)) }
      }),
  ]
}
