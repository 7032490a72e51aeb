import Archives
import Bytes

// The layout of `.keras`, a zip archive:
//   metadata.json      keras_version, date_saved
//   config.json        {module, class_name, config, registered_name}
//   model.weights.h5   /layers/K/vars/0, 1, ...; /optimizer is not needed to run the model
// K is not the layer's name but its class in snake case with a counter over the model's layers
// (conv2d, conv2d_1), see keras/src/saving/saving_lib.py, _save_container_state. A nested model
// has /layers of its own; a wrapper's parts are further groups beside `vars`.
extension KerasModelFile {
  init(archive bytes: ByteSlice, limits: Limits) throws(ParseError) {
    let archive = try ZipArchive(parsing: bytes, limits: limits)
    let config = try JSON(parsing: archive.only("config.json"))
    let metadata = try JSON(parsing: archive.only("metadata.json"))
    let weights = try archive.only("model.weights.h5")
    do {
      let file = try HDF5File(parsing: weights, limits: limits)
      var budget = TensorBudget(for: weights.count, limits: limits)
      self.init(
        config: config, kerasVersion: metadata["keras_version"]?.string, backend: nil,
        layers: try readLayers(of: config, in: file.root, budget: &budget), weightOrder: .byPart)
    } catch {
      throw error.inside("model.weights.h5")
    }
  }
}

extension ZipArchive {
  /// The content of the one member of the name: with two, readers would differ.
  fileprivate func only(_ name: String) throws(ParseError) -> ByteSlice {
    let found = entries.filter { $0.name == name }
    guard found.count == 1 else {
      throw ParseError(at: 0, expected: "one member '\(name)'", found: "\(found.count)")
    }
    do {
      return try content(of: found[0])
    } catch {
      throw error.inside(name)
    }
  }
}

/// The group of layers as Keras 2.12 to 2.15 names it.
let oldLayersGroup = "_layer_checkpoint_dependencies"

/// How deep the parts of layers may lie in one another.
private let partDepth = 64

/// The layers of a model's configuration with the weights that its group holds.
func readLayers(
  of model: JSON, in group: HDF5Group, budget: inout TensorBudget
) throws(ParseError) -> [KerasModelFile.Layer] {
  let configs = layerConfigs(of: model)
  guard !configs.isEmpty else {
    throw ParseError(
      .unsupported, at: 0, expected: "a Sequential or Functional model",
      found: safeText(model["class_name"]?.string ?? "no class name"))
  }
  let store = try group.group(group.link(oldLayersGroup) == nil ? "layers" : oldLayersGroup)
  var counters: [String: Int] = [:]
  var layers: [KerasModelFile.Layer] = []
  for config in configs {
    let className = config["class_name"]?.string ?? ""
    guard let name = config["config"]?["name"]?.string ?? config["name"]?.string else {
      throw ParseError(at: 0, expected: "a layer's name", found: "none in config.json")
    }
    let key = snakeCase(className)
    let number = counters[key, default: 0]
    counters[key] = number + 1
    let place = number == 0 ? key : "\(key)_\(number)"
    guard store.link(place) != nil else {
      layers.append(KerasModelFile.Layer(name: name, weights: []))
      continue
    }
    let layerGroup = try store.group(place)
    try layerGroup.demandName(name)
    let weights = try readWeights(of: config, in: layerGroup, prefix: "", budget: &budget)
    layers.append(KerasModelFile.Layer(name: name, weights: weights))
  }
  try store.demandKnown(counters)
  return layers
}

/// The weights of a layer: its own, then those of its parts by name; of a model used as a layer
/// those of its layers. The state of a random generator is no weight.
private func readWeights(
  of config: JSON, in group: HDF5Group, prefix: String, budget: inout TensorBudget
) throws(ParseError) -> [KerasModelFile.Weight] {
  guard layerConfigs(of: config).isEmpty else {
    return try readLayers(of: config, in: group, budget: &budget).flatMap { inner in
      inner.weights.map { weight in
        KerasModelFile.Weight(name: "\(prefix)\(inner.name)/\(weight.name)", tensor: weight.tensor)
      }
    }
  }
  // Links of a hostile file may lead in a circle.
  guard prefix.utf8.count(where: { $0 == UInt8(ascii: "/") }) < partDepth else {
    throw ParseError(
      .limit, at: 0, expected: "parts at most \(partDepth) deep", found: "more")
  }
  var weights: [KerasModelFile.Weight] = []
  if group.link("vars") != nil {
    let vars = try group.group("vars")
    for index in vars.links.indices {
      let name = prefix + "vars/\(index)"
      weights.append(
        KerasModelFile.Weight(name: name, tensor: try budget.read(vars.dataset(String(index)))))
    }
  }
  for link in group.links where link.name != "vars" && link.name != "seed_generator" {
    // A wrapper's configuration has the part's under the same name: `layer`.
    weights += try readWeights(
      of: config["config"]?[link.name] ?? .null, in: group.group(link.name),
      prefix: prefix + link.name + "/", budget: &budget)
  }
  return weights
}

/// The configurations of the layers that a model saves, in order; empty for what is no model.
private func layerConfigs(of model: JSON) -> [JSON] {
  guard let config = model["config"], let layers = config["layers"]?.array ?? config.array
  else { return [] }
  if model["class_name"]?.string == "Sequential" {
    // A Sequential does not list its input among its layers.
    return layers.first?["class_name"]?.string == "InputLayer" ? Array(layers.dropFirst()) : layers
  }
  // Operations such as `x + y` stand among the layers of a Functional model but hold no state.
  return layers.filter { !($0["module"]?.string ?? "").contains(".ops") }
}

extension HDF5Group {
  /// Throws when the group says that it belongs to another layer than the configuration does.
  fileprivate func demandName(_ name: String) throws(ParseError) {
    guard let vars = link("vars"), case .group(let group) = vars.target,
      let stated = group.attribute("name")?.texts?.first, stated != name
    else { return }
    throw ParseError(
      at: 0, expected: "weights of layer '\(safeText(name))'", found: "'\(safeText(stated))'"
    ).inside("/" + path)
  }

  /// Throws when the group holds a layer that the configuration does not count.
  fileprivate func demandKnown(_ counters: [String: Int]) throws(ParseError) {
    let known = Set(
      counters.flatMap { key, count in (0..<count).map { $0 == 0 ? key : "\(key)_\($0)" } })
    guard let unknown = links.first(where: { !known.contains($0.name) }) else { return }
    throw ParseError(
      at: 0, expected: "weights of the configured layers", found: "'\(safeText(unknown.name))'"
    ).inside("/" + path)
  }
}

/// A class name as Keras writes it in paths: `ReLU` is `re_lu`, `Conv2DTranspose` is
/// `conv2d_transpose` (keras/src/utils/naming.py, to_snake_case).
private func snakeCase(_ name: String) -> String {
  let letters = name.utf8.filter {
    isUpper($0) || isLower($0) || (0x30...0x39).contains($0) || $0 == 0x5f
  }
  // First (.)([A-Z][a-z]+) -> \1_\2, matches not overlapping; then ([a-z])([A-Z]) -> \1_\2.
  var words: [UInt8] = []
  var index = 0
  while index < letters.count {
    words.append(letters[index])
    var end = index + 2
    while end < letters.count, isLower(letters[end]) { end += 1 }
    if index + 2 < letters.count, isUpper(letters[index + 1]), end > index + 2 {
      words.append(0x5f)
      words += letters[(index + 1)..<end]
      index = end
    } else {
      index += 1
    }
  }
  var snake: [UInt8] = []
  for (index, letter) in words.enumerated() {
    if index > 0, isUpper(letter), isLower(words[index - 1]) { snake.append(0x5f) }
    snake.append(isUpper(letter) ? letter + 0x20 : letter)
  }
  return String(decoding: snake, as: UTF8.self)
}

private func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
private func isLower(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
