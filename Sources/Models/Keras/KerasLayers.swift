import Bytes
import Engine

/// How one class of layers becomes operators of the engine: the values that it gives.
typealias KerasConversion = @Sendable (KerasCall) throws(EngineError) -> [Graph.Value]

/// The same for the many classes that give one value.
typealias KerasSingleConversion = @Sendable (KerasCall) throws(EngineError) -> Graph.Value

/// Every layer that can be built, by the name of its class in Keras 2 and 3.
enum KerasLayers {
  private static let table: [String: KerasSingleConversion] = merged([
    core, activations, convolutions, pools, normalizations, merging, shapes, preprocessing,
    augmentations, wrappers, attention, ["TFOpLambda": KerasOperations.lambda],
  ])

  /// Layers that may give several values.
  private static let several: [String: KerasConversion] = recurrent

  /// The names of the classes that can be built, sorted.
  static var names: [String] { (Array(table.keys) + several.keys).sorted() }

  private static func merged(
    _ parts: [[String: KerasSingleConversion]]
  ) -> [String: KerasSingleConversion] {
    parts.reduce(into: [:]) { table, part in
      table.merge(part) { _, _ in preconditionFailure("a class is listed once") }
    }
  }

  /// The conversion of a layer's class; an error that names it where there is none.
  static func conversion(of layer: KerasLayerConfig) throws(EngineError) -> KerasConversion {
    if layer.isOperation { return try KerasOperations.conversion(of: layer) }
    let className = oldClassNames[layer.className] ?? layer.className
    if let conversion = several[className] { return conversion }
    if let conversion = table[className] {
      return { (call) throws(EngineError) in [try conversion(call)] }
    }
    if let reason = refused[className] {
      throw EngineError(
        .unsupported, "class", expected: "layers without it",
        found: "\(layer.className) (\(reason))")
    }
    throw EngineError(
      .unsupported, "class", expected: "a layer that the engine knows", found: layer.className)
  }

  /// Classes that are refused for a reason worth stating.
  private static let refused = [
    "Lambda": "its code is not run",
    "TorchModuleWrapper": "its code is not run",
    "TFSMLayer": "its code is not run",
    "JaxLayer": "its code is not run",
    "FlaxLayer": "its code is not run",
    "StringLookup": "text", "TextVectorization": "text", "Hashing": "text",
  ]
}
