import Findings
import TestSupport

// Hostile files: Keras, TensorFlow and configurations.
extension Corpus {
  static let keras: [HostileFile] =
    kerasTexts + kerasConfigurations + tensorFlowGraphs + yamlTexts + loaderConfigurations

  private static func text(
    _ name: String, _ rule: Rule, in file: String, _ hostile: String, clean: String,
    source: String = "own"
  ) -> HostileFile {
    HostileFile(
      name, rule, rule.severity, in: file, source: source, isHygiene: rule.severity < .high,
      bytes: { Array(hostile.utf8) }, clean: { Array(clean.utf8) })
  }

  private static let dense = #"{"class_name":"Dense","config":{"name":"d","units":2}}"#

  private static let kerasTexts: [HostileFile] = [
    text(
      "a Lambda below the top of JSON", .kerasCode, in: "settings.json",
      #"{"model":{"class_name":"Lambda","config":{"name":"l","function":"x"}}}"#,
      clean: #"{"model":\#(dense)}"#),
    text(
      "a Lambda in a list of JSON", .kerasCode, in: "layers.json",
      #"[{"class_name":"Lambda","config":{}}]"#, clean: "[\(dense)]"),
    text(
      "a Lambda in a text inside JSON", .kerasCode, in: "model.json",
      #"{"model_config":"{\"class_name\":\"Lambda\",\"config\":{}}"}"#,
      clean: #"{"model_config":"{\"class_name\":\"Dense\",\"config\":{}}"}"#),
    text(
      "a Lambda after a byte order mark", .kerasCode, in: "model.json",
      "\u{feff}" + #"{"class_name":"Lambda","config":{}}"#, clean: "\u{feff}" + dense),
    text(
      "a Lambda where a name stands twice", .kerasCode, in: "model.json",
      #"{"class_name":"Dense","class_name":"Lambda","config":{}}"#, clean: dense),
    text(
      "a Lambda beside NaN", .kerasCode, in: "model.json",
      #"{"class_name":"Lambda","config":{"rate":NaN}}"#, clean: dense),
    text(
      "a Lambda in Keras's YAML", .kerasCode, in: "model.yaml",
      "class_name: Sequential\nconfig:\n- class_name: Lambda\n  config: {name: l}\n",
      clean: "class_name: Sequential\nconfig:\n- class_name: Dense\n  config: {name: l}\n"),
    text(
      "a Lambda that an alias puts together", .kerasCode, in: "model.yaml",
      "a: &a {class_name: Lambda}\nb:\n  <<: *a\n  config: {}\n",
      clean: "a: &a {class_name: Dense}\nb:\n  <<: *a\n  config: {}\n"),
    text(
      "a Lambda in other letters", .kerasCode, in: "model.json",
      #"{"class_name":" lambda ","config":{}}"#, clean: dense),
  ]

  private static let kerasConfigurations: [HostileFile] = [
    text(
      "a download by a function of Keras", .kerasDownload, in: "model.json",
      #"{"class_name":"Dense","config":{"activation":{"module":"keras.utils","class_name":"function","config":"get_file"}}}"#,
      clean: dense, source: "CVE-2025-8747"),
    text(
      "the guard switched off by a function of Keras", .kerasUnsafeSwitch, in: "model.json",
      #"{"class_name":"Dense","config":{"activation":{"module":"keras.config","class_name":"function","config":"enable_unsafe_deserialization"}}}"#,
      clean: dense, source: "CVE-2025-9906"),
    text(
      "safe mode as a member", .kerasUnsafeSwitch, in: "model.json",
      #"{"class_name":"Dense","config":{"safe_mode":false}}"#, clean: dense),
    text(
      "custom objects", .kerasCustomObjects, in: "model.json",
      #"{"class_name":"Dense","config":{"custom_objects":{"f":"os.system"}}}"#, clean: dense),
  ]

  private static func node(_ operation: String, _ value: [UInt8]? = nil) -> ProtobufBuilder {
    let node = ProtobufBuilder().text(1, "n").text(2, operation)
    guard let value else { return node }
    let tensor = ProtobufBuilder().integer(1, 7).bytes(8, value)
    let attribute = ProtobufBuilder().text(1, "value")
      .message(2, ProtobufBuilder().message(8, tensor))
    return node.message(5, attribute)
  }

  private static func graph(_ operation: String, _ value: [UInt8]? = nil) -> ProtobufBuilder {
    ProtobufBuilder().message(1, node(operation, value))
  }

  private static func library(_ operation: String) -> ProtobufBuilder {
    let function = ProtobufBuilder().message(1, ProtobufBuilder().text(1, "f"))
      .message(3, node(operation))
    return ProtobufBuilder().message(1, node("Placeholder"))
      .message(2, ProtobufBuilder().message(1, function))
  }

  private static func saved(_ graph: ProtobufBuilder, asset: String = "vocabulary.txt") -> [UInt8] {
    let meta = ProtobufBuilder().message(1, ProtobufBuilder().text(4, "serve")).message(2, graph)
      .message(6, ProtobufBuilder().text(2, asset))
    return ProtobufBuilder().integer(1, 1).message(2, meta).bytes
  }

  private static func row(
    _ name: String, _ rule: Rule, in file: String = "saved_model.pb",
    _ hostile: @escaping @Sendable () -> [UInt8], clean: @escaping @Sendable () -> [UInt8]
  ) -> HostileFile {
    HostileFile(name, rule, rule.severity, in: file, bytes: hostile, clean: clean)
  }

  private static let tensorFlowGraphs: [HostileFile] =
    ["ReadFile", "WriteFile", "MatchingFiles", "TFRecordDatasetV2", "SaveV2"].map { operation in
      row(
        "\(operation) in a graph", .tensorFlowFiles, { saved(graph(operation)) },
        clean: { saved(graph("MatMul")) })
    }
    + ["PyFunc", "EagerPyFunc", "PyFuncStateless", "RpcServerStart"].map { operation in
      row(
        "\(operation) in a function", .tensorFlowCode, { saved(library(operation)) },
        clean: { saved(library("MatMul")) })
    } + [
      row(
        "a file operation in a frozen graph", .tensorFlowFiles, in: "frozen.pb",
        { graph("ReadFile").bytes }, clean: { graph("Relu").bytes }),
      row(
        "an operation of no release", .tensorFlowCustomOperation,
        { saved(graph("EvilCustomOp")) }, clean: { saved(graph("Relu")) }),
      row(
        "a graph in a constant", .graphInTensor,
        { saved(graph("Const", graph("WriteFile").bytes)) },
        clean: { saved(graph("Const", Array("some plain text of a model".utf8))) }),
      row(
        "what a graph in a constant does", .tensorFlowFiles,
        { saved(graph("Const", graph("WriteFile").bytes)) },
        clean: { saved(graph("Const", Array("some plain text".utf8))) }),
      row(
        "an asset outside", .savedModelLayout,
        { saved(graph("Relu"), asset: "../../etc/passwd") }, clean: { saved(graph("Relu")) }),
      row(
        "a file operation in the text form", .tensorFlowFiles, in: "graph.pbtxt",
        { Array("node {\n  name: \"a\"\n  op: \"Read\\x46ile\"\n}\n".utf8) },
        clean: { Array("node {\n  name: \"a\"\n  op: \"Relu\"\n}\n".utf8) }),
      row(
        "a Lambda in Keras's metadata", .savedModelKerasCode, in: "keras_metadata.pb",
        { metadata("Lambda") }, clean: { metadata("Dense") }),
    ]

  /// What Keras 2.10 and tf_keras write beside the configuration of a model.
  private static let keras2 =
    #""input_spec":[{"class_name":"InputSpec","config":{"dtype":null,"ndim":2}}],"#
    + #""full_save_spec":{"class_name":"__tuple__","items":[[{"class_name":"TypeSpec","#
    + #""type_spec":"tf.TensorSpec","serialized":[{"class_name":"TensorShape","#
    + #""items":[null,8]},"float32","a"]}],{}]},"#
    + #""training_config":{"optimizer_config":{"class_name":"Custom>Adam","config":{}}}"#

  private static func metadata(_ className: String) -> [UInt8] {
    let object = ProtobufBuilder().integer(2, 0).text(3, "root").text(4, "_tf_keras_layer")
      .text(5, #"{"class_name":"\#(className)","config":{"name":"l"},\#(keras2)}"#)
    return ProtobufBuilder().message(1, object).bytes
  }

  private static let yamlTexts: [HostileFile] =
    [
      ("a call", "!!python/object/apply:os.system [id]"),
      ("a new object", "!!python/object/new:subprocess.Popen [id]"),
      ("an object", "!!python/object:os.Thing {a: 1}"),
      ("a name", "!!python/name:os.system"),
      ("a module", "!!python/module:antigravity"),
      ("a whole tag", "!<tag:yaml.org,2002:python/object/apply:os.system> [id]"),
      ("a script of Java", "!!javax.script.ScriptEngineManager []"),
      ("an object of Ruby", "!ruby/object:Gem::Installer {i: x}"),
    ].map { name, value in
      text(
        "\(name) by a tag of YAML", .yamlObject, in: "config.yaml", "a: \(value)\n",
        clean: "a: !!python/tuple [1, 2]\n")
    } + [
      text(
        "a call by a handle of YAML", .yamlObject, in: "config.yml",
        "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [id]\n",
        clean: "%TAG ! tag:yaml.org,2002:\n---\na: !str x\n"),
      text(
        "a call by a tag of HyperPyYAML", .instantiation, in: "hyperparams.yaml",
        "a: !apply:os.system [id]\n", clean: "a: !new:torch.nn.Linear [1, 2]\n"),
      text(
        "aliases that multiply", .configurationBomb, in: "config.yaml",
        laughs,
        clean: "a: &a [x, x]\nb: [*a, *a]\n"),
    ]

  /// Lists of ten of the list before.
  private static var laughs: String {
    var text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for (before, name) in zip("abcdefgh", "bcdefghi") {
      let names = [String](repeating: "*\(before)", count: 10).joined(separator: ",")
      text += "\(name): &\(name) [\(names)]\n"
    }
    return text
  }

  private static let loaderConfigurations: [HostileFile] = [
    text(
      "auto_map", .repositoryCode, in: "config.json",
      #"{"model_type":"x","auto_map":{"AutoModel":"modeling.Evil"}}"#,
      clean: #"{"model_type":"x","auto_map":null}"#),
    text(
      "custom_pipelines", .repositoryCode, in: "config.json",
      #"{"custom_pipelines":{"p":{"impl":"pipe.Evil"}}}"#, clean: #"{"custom_pipelines":{}}"#),
    text(
      "trust_remote_code", .trustedRemoteCode, in: "config.json", #"{"trust_remote_code":true}"#,
      clean: #"{"trust_remote_code":false}"#, source: "CVE-2026-5241"),
    text(
      "a kernel of a repository", .trustedRemoteCode, in: "config.json",
      #"{"_attn_implementation_internal":"evil/kernel"}"#,
      clean: #"{"_attn_implementation_internal":"sdpa"}"#, source: "CVE-2026-4372"),
    text(
      "a target of Hydra", .instantiation, in: "config.yaml",
      "model:\n  _target_: os.system\n  _args_: [id]\n",
      clean: "model:\n  _target_: torch.nn.Linear\n  in_features: 1\n"),
    text(
      "a target in a NeMo model's configuration", .instantiation, in: "model_config.yaml",
      "encoder:\n  _target_: builtins.exec\n",
      clean: "encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n",
      source: "CVE-2025-23304"),
    text(
      "a pipeline's class in a file of the repository", .repositoryCode, in: "model_index.json",
      #"{"_class_name":["my_pipeline","Evil"],"_diffusers_version":"0.30"}"#,
      clean: #"{"_class_name":"StableDiffusionPipeline","_diffusers_version":"0.30"}"#),
    text(
      "a loader module of MLflow", .repositoryCode, in: "MLmodel",
      "flavors:\n  python_function:\n    loader_module: evil\n",
      clean: "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"),
    text(
      "a library in an adapter's configuration", .repositoryCode, in: "adapter_config.json",
      #"{"auto_mapping":{"base_model_class":"X","parent_library":"evil.module"}}"#,
      clean:
        #"{"auto_mapping":{"base_model_class":"X","parent_library":"transformers.models.bert"}}"#),
    text(
      "Python in a text of JSON", .instantiation, in: "tokenizer_config.json",
      #"{"a":"__import__('os').system('id')"}"#, clean: #"{"a":"import os"}"#),
  ]
}
