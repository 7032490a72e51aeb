import Archives
import Bytes
import Engine
import Evaluation
import Findings
import Formats
import Models
import Releases

// The arrays that a release records, read for the network that it brings.

extension EvaluationSet {
  /// The set that the manifest names.
  static func load(
    from inventory: Inventory, manifest: Manifest?, network: Provision<RunnableModel>
  ) -> Provision<EvaluationSet> {
    guard let manifest, let named = manifest.evaluation else {
      return .absent("no evaluation set is named in \(Release.manifestPath)")
    }
    guard case .ready(let model) = network else {
      return .absent("without a network the evaluation set has no shape")
    }
    do {
      return .ready(
        try EvaluationSet(
          inputs: try array(named.inputs, in: inventory),
          labels: try array(named.labels, in: inventory),
          sampleShape: model.model.graph.inputShape, scale: InputScale(manifest.input),
          classCount: model.classCount))
    } catch {
      let place = Place([named.inputs]).at(error.offset)
      return .refused(Rule.unusableData.at(place, "evaluation set: \(error.message)"))
    }
  }
}

extension Golden {
  /// A golden that the manifest names.
  static func load(
    _ named: Manifest.Golden, from inventory: Inventory, model: Model
  ) throws(EvaluationError) -> Golden {
    try Golden(
      name: named.name, inputs: array(named.input, in: inventory),
      outputs: array(named.output, in: inventory), sampleShape: model.graph.inputShape,
      outputShape: model.graph.outputShape)
  }
}

extension InputScale {
  /// The manifest's scale; stored numbers as they are without one.
  init(_ input: Manifest.Input?) {
    switch input?.scale {
    case nil: self = .identity
    case .fraction(let numerator, let denominator):
      self.init(Double(numerator), over: Double(denominator))
    case .standardised(let mean, let deviation):
      self.init(1, over: 1, mean: mean, deviation: deviation)
    }
  }
}

/// The array in a member; an error that names the file.
private func array(
  _ path: String, in inventory: Inventory
) throws(EvaluationError) -> StoredTensor {
  guard let member = inventory[path] else {
    throw EvaluationError("\(path) is not in the release")
  }
  do {
    return try readArray(member.bytes)
  } catch {
    throw EvaluationError("\(path): \(error.message)", offset: error.offset)
  }
}
