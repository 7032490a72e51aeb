import Bytes
import Findings

/// Judges a Keras configuration: every object in it that names a class or a function, however
/// deep, in layers, wrappers, nested models, initializers and the training's part.
struct KerasConfigScan {
  /// A place in the configuration, such as `config.layers[3].config`.
  private typealias Path = String

  private let place: Place
  private var findings: [Finding] = []
  private var counts: [String: Int] = [:]
  /// Findings of one rule; more say nothing new.
  private static let findingLimit = 200

  /// Whether the whole is a configuration of Keras, and not another library's that names classes.
  private let isKeras: Bool
  /// Configurations in texts inside configurations.
  private var textDepth = 0

  private init(place: Place, isKeras: Bool) {
    self.place = place
    self.isKeras = isKeras
  }

  /// Everything wrong with the configuration.
  static func findings(in config: JSON, at place: Place) -> [Finding] {
    let isKeras =
      config["class_name"] != nil && config["config"] != nil || config["keras_version"] != nil
      || config["model_config"] != nil
    var scan = KerasConfigScan(place: place, isKeras: isKeras)
    scan.walk(config, path: "")
    return scan.findings
  }

  private mutating func report(
    _ rule: Rule, _ path: Path, _ message: String, evidence: [String] = []
  ) {
    guard counts[rule.id, default: 0] < Self.findingLimit else { return }
    counts[rule.id, default: 0] += 1
    let detail = [place.detail, path.isEmpty ? nil : path].compactMap { $0 }.joined(separator: ".")
    findings.append(
      rule.at(detail.isEmpty ? place : place.detail(detail), message, evidence: evidence))
  }

  private mutating func walk(_ value: JSON, path: Path) {
    switch value {
    case .object(let members):
      // Of a name that stands twice, readers take either one.
      for member in members where member.name == "class_name" {
        if let className = member.value.string { judge(value, className, path) }
      }
      judgeSwitches(members, path)
      if value["function_type"]?.string == "lambda"
        || value["output_shape_type"]?.string == "lambda" || value["mask_type"]?.string == "lambda"
      {
        report(.kerasCode, path, "holds a marshalled function")
      }
      for member in members {
        walk(member.value, path: path.isEmpty ? member.name : "\(path).\(member.name)")
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() { walk(element, path: "\(path)[\(index)]") }
    case .string(let text):
      if isMarshalledCode(text) {
        report(.kerasCode, path, "holds marshalled code", evidence: [String(text.prefix(60))])
      }
      if text.utf8.first == UInt8(ascii: "{"), text.contains("class_name"), textDepth < 4 {
        walkText(text, path)
      }
    case .null, .bool, .number: break
    }
  }

  /// A configuration that stands as a text inside another.
  private mutating func walkText(_ text: String, _ path: Path) {
    do throws(ParseError) {
      let inner = try JSON(parsing: ByteSlice(utf8: text))
      textDepth += 1
      defer { textDepth -= 1 }
      walk(inner, path: path)
    } catch {
      report(.unreadable, path, "a configuration in a text cannot be read")
    }
  }

  /// Members that change how Keras loads, whatever object they stand in.
  private mutating func judgeSwitches(_ members: [JSON.Member], _ path: Path) {
    for member in members {
      switch (member.name, member.value) {
      case ("safe_mode", .bool(false)), ("enable_unsafe_deserialization", .bool(true)),
        ("safe_mode_saving", .bool(false)), ("allow_unsafe", .bool(true)):
        report(.kerasUnsafeSwitch, path, "has \(member.name)")
      case ("custom_objects", .object(let objects)) where !objects.isEmpty:
        report(
          .kerasCustomObjects, path, "names custom objects",
          evidence: objects.prefix(3).map(\.name))
      case ("custom_objects", .array(let objects)) where !objects.isEmpty:
        report(.kerasCustomObjects, path, "names custom objects")
      case ("custom_objects", .string(let text)) where !text.isEmpty:
        report(.kerasCustomObjects, path, "names custom objects", evidence: [text])
      default: continue
      }
    }
  }

  /// Functions of Keras itself that fetch files or switch its guard off.
  private mutating func judgeFunction(_ name: String, _ path: Path, evidence: [String]) {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    if ["get_file", "extract_archive", "_extract_archive", "download"].contains(last) {
      report(.kerasDownload, path, "calls \(last)", evidence: evidence)
    } else if ["enable_unsafe_deserialization", "set_global_attribute"].contains(last) {
      report(.kerasUnsafeSwitch, path, "calls \(last)", evidence: evidence)
    }
  }

  private mutating func judge(_ object: JSON, _ className: String, _ path: Path) {
    let registered = object["registered_name"]?.string
    let evidence =
      ["class_name \(className)"] + (registered.map { ["registered_name \($0)"] } ?? [])
    // `keras.layers>Lambda`, `layers.Lambda`, ` lambda `: whoever registered it reads it so.
    let names = [className, registered ?? ""].compactMap { name in
      name.split(whereSeparator: { $0 == ">" || $0 == "." || $0 == " " || $0 == "/" }).last.map {
        String($0).lowercased()
      }
    }
    judgeFunction(className, path, evidence: evidence)
    if let name = object["config"]?.string { judgeFunction(name, path, evidence: evidence) }
    if let carrier = names.first(where: { Self.codeCarriers.contains($0) }) {
      report(
        .kerasCode, path, "layer '\(label(of: object))' is a \(Self.spelling(carrier))",
        evidence: evidence)
      return
    }
    judgeHostPaths(object, className, path)
    if Self.values.contains(className) || Self.isSpecification(object, className) { return }
    if className == "TFOpLambda" || className == "SlicingOpLambda" {
      judgeTensorFlowFunction(object, className, path)
      return
    }
    guard case .string(let module)? = object["module"] else {
      // Without a module Keras looks the name up among its own and registered classes.
      // The old format names operations such as `x[0]` without their module.
      // tf_keras registers its optimizers as if they were custom ones.
      let ownName = className.hasPrefix("Custom>") ? String(className.dropFirst(7)) : className
      if !KerasClasses.isKnown(ownName), !KerasClasses.isOperation(className),
        !isRegisteredFunction(object, className),
        isKeras || registered != nil
      {
        report(
          .kerasUnknownClass, path, "'\(className)' is not a class of Keras", evidence: evidence)
      }
      return
    }
    judge(className, in: module, object, path, evidence: evidence + ["module \(module)"])
  }

  /// A class or function that is looked up in a module.
  private mutating func judge(
    _ className: String, in module: String, _ object: JSON, _ path: Path, evidence: [String]
  ) {
    let name = className == "function" ? object["config"]?.string ?? "?" : className
    let origin = Self.origin(of: module)
    switch origin {
    case .keras(let inside):
      if className == "function", KerasClasses.isKnownFunction(name) { return }
      if KerasClasses.isKnown(className) { return }
      if inside.hasPrefix("src.ops.") || inside == "ops" || inside.hasPrefix("ops.") {
        if KerasClasses.isOperation(className) { return }
      }
      if className != "function", Self.classModules.contains(inside) {
        report(
          .kerasUnknownClass, path, "'\(name)' is not a class of \(module)", evidence: evidence)
      } else {
        report(.kerasForeignCode, path, "names \(module).\(name)", evidence: evidence)
      }
    case .related:
      report(
        .kerasUnknownClass, path, "'\(name)' needs the package of \(module)", evidence: evidence)
    case .builtins where className == "function" && !Self.pythonFunctions.contains(name):
      // Keras writes a custom function so: its code is not in the file.
      if !KerasClasses.isKnownFunction(name) {
        report(.kerasUnknownClass, path, "'\(name)' is a custom function", evidence: evidence)
      }
    case .builtins, .foreign:
      report(.kerasForeignCode, path, "names \(module).\(name)", evidence: evidence)
    }
  }

  private func label(of object: JSON) -> String {
    object["config"]?["name"]?.string ?? object["name"]?.string ?? "?"
  }

  /// Shapes and types of inputs in a SavedModel's metadata: of a type, by the name of TensorFlow's.
  private static func isSpecification(_ object: JSON, _ className: String) -> Bool {
    if className == "TypeSpec" { return object["type_spec"]?.string?.hasPrefix("tf.") == true }
    return className == "InputSpec" || className == "TensorShape"
  }

  private func isRegisteredFunction(_ object: JSON, _ className: String) -> Bool {
    className == "function" && KerasClasses.isKnownFunction(object["config"]?.string ?? "")
  }

  /// Layers that look a vocabulary up in a file, or load a model from one.
  private mutating func judgeHostPaths(_ object: JSON, _ className: String, _ path: Path) {
    guard let config = object["config"] else { return }
    for key in ["vocabulary", "filepath", "vocabulary_file", "file_path"] {
      guard let text = config[key]?.string else { continue }
      report(
        .modelReadsFile, path, "layer '\(label(of: object))' reads '\(safeText(text))'",
        evidence: ["\(className).\(key)"])
    }
  }

  /// Functions of TensorFlow that old functional models hold by name. Those of arithmetic and of
  /// shapes are harmless; others read and write files when the model is loaded.
  private mutating func judgeTensorFlowFunction(
    _ object: JSON, _ className: String, _ path: Path
  ) {
    let name = object["config"]?["function"]?.string ?? ""
    let isPlain =
      name.hasPrefix("__operators__.") || name.hasPrefix("math.") || name.hasPrefix("nn.")
      || Self.tensorFlowFunctions.contains(name)
    guard !isPlain || name.utf8.count > 64 else { return }
    report(
      .kerasForeignCode, path, "calls tensorflow.\(name)", evidence: ["class_name \(className)"])
  }
}

extension KerasConfigScan {
  /// Where a module comes from.
  private enum Origin {
    /// Keras itself, with what follows `keras.`.
    case keras(String)
    /// A package that belongs to Keras.
    case related
    case builtins
    case foreign
  }

  private static func origin(of module: String) -> Origin {
    for root in ["keras", "tensorflow.keras", "tf_keras", "tensorflow.python.keras"] {
      if module == root { return .keras("") }
      if module.hasPrefix(root + ".") { return .keras(String(module.dropFirst(root.count + 1))) }
    }
    let package = module.split(separator: ".").first.map(String.init) ?? module
    if ["keras_hub", "keras_nlp", "keras_cv", "keras_rs"].contains(package) { return .related }
    return module == "builtins" ? .builtins : .foreign
  }

  /// Layers that hold Python code, a pickled module or a function of another framework.
  private static let codeCarriers: Set<String> = [
    "lambda", "__lambda__", "torchmodulewrapper", "jaxlayer", "flaxlayer", "tfsmlayer",
    "tensorflowoplayer",
  ]

  /// The class as Keras writes it.
  private static func spelling(_ carrier: String) -> String {
    switch carrier {
    case "lambda": "Lambda"
    case "torchmodulewrapper": "TorchModuleWrapper"
    case "jaxlayer": "JaxLayer"
    case "flaxlayer": "FlaxLayer"
    case "tfsmlayer": "TFSMLayer"
    case "tensorflowoplayer": "TensorFlowOpLayer"
    default: carrier
    }
  }

  /// Values that Keras writes with a class name: nothing is looked up for them.
  private static let values: Set<String> = [
    "__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__",
    "__tuple__", "TensorShape", "CollectedConfig",
  ]

  /// Modules of Keras that hold classes alone: a name that is not known there is a newer class.
  private static let classModules: Set<String> = [
    "", "layers", "models", "initializers", "regularizers", "constraints", "optimizers",
    "optimizers.schedules", "losses", "metrics", "dtype_policies", "quantizers",
  ]

  /// What old versions of Keras would find in Python's builtins.
  private static let pythonFunctions: Set<String> = [
    "eval", "exec", "compile", "open", "__import__", "getattr", "setattr", "delattr", "globals",
    "locals", "vars", "input", "breakpoint", "print", "map", "filter", "type", "super", "object",
    "memoryview", "execfile", "help", "exit", "quit",
  ]

  private static let tensorFlowFunctions: Set<String> = [
    "add", "subtract", "multiply", "divide", "abs", "reshape", "concat", "cast", "transpose",
    "expand_dims", "squeeze", "stack", "unstack", "shape", "split", "tile", "slice",
    "strided_slice", "gather", "pad", "reduce_mean", "reduce_sum", "reduce_max", "reduce_min",
    "maximum", "minimum", "exp", "sqrt", "square", "tanh", "sigmoid", "where", "one_hot",
    "clip_by_value", "identity", "zeros_like", "ones_like", "matmul", "einsum", "pow", "round",
    "image.resize", "compat.v1.transpose", "compat.v1.shape",
  ]

  /// Base64 of a marshalled code object: type code `c`, with or without the reference flag, then
  /// the number of arguments in four bytes.
  private func isMarshalledCode(_ text: String) -> Bool {
    guard text.utf8.count >= 48 else { return false }
    let letters = text.utf8.filter { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 }
    // The first eight bytes decide: twelve letters of Base64.
    guard letters.count >= 48,
      let bytes = Base64.decode(String(decoding: letters.prefix(12), as: UTF8.self)),
      bytes.count >= 5
    else { return false }
    return (bytes[0] == 0xe3 || bytes[0] == 0x63) && bytes[2] == 0 && bytes[3] == 0
      && bytes[4] == 0
  }
}
