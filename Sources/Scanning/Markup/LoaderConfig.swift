import Bytes
import Findings
import Formats

/// Judges a configuration that a loader acts on, of JSON or YAML: what it makes the loader import,
/// call, trust or fetch, wherever it stands.
struct LoaderConfig {
  private let place: Place
  private var path: [String] = []
  /// Whether an object names a class, as those of Keras do.
  private var namesClass = false

  private init(place: Place) { self.place = place }

  /// Judges the value, and Keras's configuration in it if there is one.
  static func judge(_ value: JSON, at place: Place, _ context: inout ScanContext) {
    var config = LoaderConfig(place: place)
    config.walk(value, &context)
    if config.namesClass {
      context.report(KerasConfigScan.findings(in: value, at: place))
    }
  }

  private mutating func walk(_ value: JSON, _ context: inout ScanContext) {
    switch value {
    case .object(let members):
      judgeObject(value, members, &context)
      for member in members {
        path.append(member.name)
        judge(member.name, member.value, &context)
        walk(member.value, &context)
        path.removeLast()
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        switch element {
        case .array, .object:
          path.append("[\(index)]")
          walk(element, &context)
          path.removeLast()
        case .string(let text): judgeText(text, &context)
        case .null, .bool, .number: continue
        }
      }
    case .string(let text): judgeText(text, &context)
    case .null, .bool, .number: break
    }
  }

  private func report(
    _ rule: Rule, _ message: String, _ evidence: String, _ context: inout ScanContext
  ) {
    let detail = path.joined(separator: ".")
    context.report(
      rule.at(
        detail.isEmpty ? place : place.detail(detail), message,
        evidence: [String(evidence.prefix(160))]))
  }

  /// One member, by its name.
  private mutating func judge(_ name: String, _ value: JSON, _ context: inout ScanContext) {
    switch name {
    case "class_name", "className", "class\u{0}": namesClass = true
    case "registered_name", "custom_objects", "safe_mode", "enable_unsafe_deserialization",
      "model_config", "function_type":
      namesClass = true
    case "auto_map" where !Self.isEmpty(value):
      report(.repositoryCode, "maps classes to the repository's code", Self.text(value), &context)
    case "custom_pipelines" where !Self.isEmpty(value),
      "custom_pipeline" where !Self.isEmpty(value):
      report(.repositoryCode, "names the code of a pipeline", Self.text(value), &context)
    case "trust_remote_code" where Self.isTrue(value):
      report(.trustedRemoteCode, "answers the guard itself", "\(name): true", &context)
    case "loader_module":
      if let module = value.string, !module.hasPrefix("mlflow.") {
        report(.repositoryCode, "is loaded by a module", module, &context)
      }
    case "model_code_path" where !Self.isEmpty(value):
      report(.repositoryCode, "runs a file of the model", Self.text(value), &context)
    case "code" where path.count > 1 && path.first == "flavors" && !Self.isEmpty(value):
      report(.repositoryCode, "puts a folder on Python's path", Self.text(value), &context)
    case "py/object", "py/type", "py/reduce", "py/function", "py/repr", "py/mod", "py/newargsex":
      report(.instantiation, "jsonpickle makes or calls what it names", Self.text(value), &context)
    case "_target_", "class_path", "_callable_", "__target__":
      judgeInstantiation(value, &context)
    case "chat_template", "default_chat_template":
      if let text = value.string {
        context.open(ByteSlice(utf8: text), named: name, at: place, as: .format(.jinja))
      }
      for template in value.array ?? [] {
        guard let text = template["template"]?.string else { continue }
        context.open(ByteSlice(utf8: text), named: name, at: place, as: .format(.jinja))
      }
    case "base_model_name_or_path", "_name_or_path", "tokenizer_file", "vocab_file",
      "name_or_path", "model_file":
      guard let text = value.string else { return }
      if Self.reachesHost(text) {
        report(.configurationReach, "reads the host or an address", text, &context)
      } else if Self.leadsOutside(text) {
        report(.configurationPath, "points outside the release", text, &context)
      }
    case "pip":
      for line in value.array ?? [] {
        guard let text = line.string, let rule = Self.source(ofPip: text) else { continue }
        report(rule, "installs packages from an address", text, &context)
      }
    default:
      if name.hasPrefix("_attn_implementation") || name == "attn_implementation"
        || name.hasPrefix("_experts_implementation")
      {
        // A name with a slash is a kernel that is fetched from a hub and run.
        if let text = value.string, text.contains("/") || text.contains(":") {
          report(.trustedRemoteCode, "names a kernel of a repository", text, &context)
        }
      }
    }
  }

  /// What several members of one object say together.
  private func judgeObject(
    _ value: JSON, _ members: [JSON.Member], _ context: inout ScanContext
  ) {
    for (what, evidence) in ContainerRights.words(in: value, path: path) {
      report(.hostRights, "a container \(what)", evidence, &context)
    }
    if let target = value["target"]?.string, value["params"] != nil, target.contains(".") {
      judgeTarget(target, &context)
    }
    if let library = value["auto_mapping"]?["parent_library"]?.string,
      !library.hasPrefix("transformers.")
    {
      report(.repositoryCode, "imports a library for its adapter", library, &context)
    }
    if let type = value["type"]?.string, let folder = value["path"]?.string, value["idx"] != nil {
      if !type.hasPrefix("sentence_transformers.") {
        report(.repositoryCode, "imports a module of a pipeline", type, &context)
      }
      // A pipeline joins it to the folder of the model.
      if folder.hasPrefix("/") || Self.reachesHost(folder) {
        report(.configurationReach, "loads a module from the host", folder, &context)
      } else if Self.leadsOutside(folder) {
        report(.configurationPath, "loads a module from outside the release", folder, &context)
      }
    }
    guard value["_diffusers_version"] != nil || value["_class_name"] != nil else { return }
    for member in members {
      guard case .array(let pair) = member.value, pair.count == 2, let library = pair[0].string,
        pair[1].string != nil
      else { continue }
      if member.name == "_class_name" || !Self.pipelineLibraries.contains(library) {
        report(
          .repositoryCode, "takes '\(safeText(member.name))' from the repository's code", library,
          &context)
      }
    }
  }

  private func judgeInstantiation(_ value: JSON, _ context: inout ScanContext) {
    guard let target = value.string else {
      if !Self.isEmpty(value) {
        report(.instantiation, "computes what it makes", Self.text(value), &context)
      }
      return
    }
    judgeTarget(target, &context)
  }

  /// Reports what is no class of a library that is known to make models of configurations.
  private func judgeTarget(_ target: String, _ context: inout ScanContext) {
    guard !Self.isKnownClass(target) else { return }
    report(.instantiation, "makes or calls \(safeText(target))", target, &context)
  }

  /// Whether the name is a class, by its capital, of a known library.
  static func isKnownClass(_ target: String) -> Bool {
    guard packages.contains(where: { target.hasPrefix($0) }),
      let name = target.split(separator: ".").last, name.first?.isUppercase == true
    else { return false }
    return target.utf8.allSatisfy {
      $0 == 0x2e || $0 == 0x5f || (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
        || (0x61...0x7a).contains($0)
    }
  }

  private mutating func judgeText(_ text: String, _ context: inout ScanContext) {
    guard text.utf8.count >= 8 else { return }
    let bytes = text.utf8
    if let what = ShellSigns.command(in: text) {
      report(.shellPayload, "a command \(what)", text, &context)
    }
    if bytes.contains(UInt8(ascii: "$")), let resolver = Self.resolver(in: text) {
      report(
        resolver == "oc.env" || resolver == "env" ? .configurationPath : .instantiation,
        "asks the resolver '\(resolver)'", text, &context)
    }
    if bytes.contains(UInt8(ascii: "(")),
      Self.codeSigns.contains(where: { text.contains($0) }), bytes.count < 100_000
    {
      report(.instantiation, "holds Python code", text, &context)
    }
    // A configuration inside a text.
    if bytes.first == UInt8(ascii: "{"), text.contains("class_name"), path.count < 64 {
      namesClass = true
    }
  }

  /// The name of a resolver that OmegaConf would ask, but for those that only convert.
  private static func resolver(in text: String) -> String? {
    for part in text.split(separator: "$").dropFirst(text.hasPrefix("$") ? 0 : 1) {
      guard part.hasPrefix("{"), let colon = part.firstIndex(of: ":") else { continue }
      let name = part[part.index(after: part.startIndex)..<colon]
      guard !name.isEmpty,
        name.utf8.allSatisfy({
          (0x61...0x7a).contains($0) || (0x41...0x5a).contains($0) || $0 == 0x2e || $0 == 0x5f
        })
      else { continue }
      if plainResolvers.contains(String(name)) { continue }
      if codeResolvers.contains(where: { name.contains($0) }) || name == "oc.env" || name == "env" {
        return String(name)
      }
    }
    return nil
  }

  private static func isEmpty(_ value: JSON) -> Bool {
    switch value {
    case .null, .bool(false): true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  private static func isTrue(_ value: JSON) -> Bool {
    switch value {
    case .bool(let value): value
    case .number(let text): text != "0"
    case .string(let text): ["true", "1", "yes"].contains(text.lowercased())
    default: false
    }
  }

  private static func text(_ value: JSON) -> String {
    switch value {
    case .string(let text): text
    case .array(let elements): elements.prefix(3).map(text).joined(separator: ", ")
    case .object(let members):
      members.prefix(3).map { "\($0.name): \(text($0.value))" }.joined(separator: ", ")
    case .number(let text): text
    case .bool(let value): "\(value)"
    case .null: "null"
    }
  }

  /// What is wrong with a line of pip's in an environment of conda: nil for a package by its name.
  private static func source(ofPip line: String) -> Rule? {
    let text = separatingMarks(line.lowercased())
    let isOption = ["-i ", "-f ", "-e ", "--index-url", "--extra-index-url", "--find-links"]
      .contains { text.hasPrefix($0) }
    if text.hasPrefix("--trusted-host") { return .configurationReach }
    guard text.contains("://") || isOption && text.contains("/") else { return nil }
    if packageHosts.contains(where: { text.contains("https://\($0)/") }) { return nil }
    // Repositories by their address are usual in research; what they give may change.
    return text.contains("git+https://github.com/") ? .configurationPath : .configurationReach
  }

  private static let packageHosts = [
    "pypi.org", "files.pythonhosted.org", "download.pytorch.org", "pypi.nvidia.com",
    "data.pyg.org", "storage.googleapis.com/jax-releases", "huggingface.github.io",
  ]

  /// Whether a path leads to what no training run leaves in a configuration: the system's files,
  /// a user's keys, or a server that is not the hub.
  private static func reachesHost(_ path: String) -> Bool {
    let path = separatingMarks(path.lowercased()).replacing("\\", with: "/")
    if hubs.contains(where: { path.hasPrefix($0) }) { return false }
    return path.hasPrefix("//") || path.contains("://")
      || systemPlaces.contains { path.hasPrefix($0) || path.contains("..\($0)") }
      || [".ssh/", ".aws/", ".kube/", ".netrc", ".git-credentials"].contains { path.contains($0) }
  }

  /// Where people keep models; a configuration that names them says where it comes from.
  private static let hubs = [
    "https://huggingface.co/", "https://hf.co/", "https://modelscope.cn/", "s3://", "gs://",
    "hdfs://", "abfss://", "wasbs://", "oss://",
  ]
  private static let systemPlaces = ["/etc/", "/proc/", "/sys/", "/dev/", "/boot/", "/var/run/"]

  /// Whether a path climbs out of its folder, or names an address.
  private static func leadsOutside(_ path: String) -> Bool {
    let path = separatingMarks(path)
    return path.split(separator: "/").contains("..") || path.contains("://")
  }

  private static let packages = [
    "nemo.collections.", "nemo.core.", "nemo.utils.", "torch.nn.", "torch.optim.",
    "torch.utils.data.", "torchmetrics.", "torchvision.transforms.", "torchvision.models.",
    "pytorch_lightning.", "lightning.pytorch.", "diffusers.", "transformers.models.", "ldm.",
    "sgm.", "timm.",
  ]

  private static let pipelineLibraries: Set<String> = [
    "diffusers", "transformers", "stable_diffusion", "stable_diffusion_xl", "deepfloyd_if",
    "paint_by_example", "audioldm2", "kandinsky", "kandinsky2_2", "wuerstchen", "shap_e",
    "unidiffuser", "latent_diffusion", "alt_diffusion", "versatile_diffusion", "audio_diffusion",
    "spectrogram_diffusion", "onnxruntime", "musicldm", "stable_audio", "stable_cascade",
    "ledits_pp", "hunyuandit", "flux", "optimum", "peft",
  ]

  private static let plainResolvers: Set<String> = [
    "oc.select", "oc.decode", "oc.create", "oc.deprecated", "oc.dict.keys", "oc.dict.values",
    "now", "hydra", "multiply", "add", "sum",
  ]

  private static let codeResolvers = ["eval", "exec", "python", "import", "call", "shell", "cmd"]

  private static let codeSigns = [
    "__import__(", "os.system(", "os.popen(", "subprocess.Popen(", "subprocess.run(",
    "subprocess.call(", "subprocess.check_output(", "eval(compile(", "exec(base64",
  ]
}
