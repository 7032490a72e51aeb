import Bytes
import Engine
import Formats

/// The weights of a Keras model as tensors, by layer.
struct KerasWeights {
  private let tensors: [String: [Tensor]]
  /// What `inspect` shows of them.
  let summary: [Model.Weight]

  init(_ file: KerasModelFile) throws(EngineError) {
    var tensors: [String: [Tensor]] = [:]
    var summary: [Model.Weight] = []
    for layer in file.layers {
      var list: [Tensor] = []
      for weight in layer.weights {
        let tensor = try KerasWeights.tensor(of: weight).inside(layer: layer.name)
        list.append(tensor)
        summary.append(
          Model.Weight(
            name: "\(layer.name)/\(weight.name)", shape: weight.tensor.shape,
            elementType: weight.tensor.elementType.rawValue,
            nonFiniteCount: tensor.nonFiniteCount))
      }
      tensors[layer.name] = list
    }
    self.tensors = tensors
    self.summary = summary
  }

  private static func tensor(
    of weight: KerasModelFile.Weight
  ) -> Result<Tensor, EngineError> {
    do {
      let stored = weight.tensor
      if stored.elementType == .float32, stored.byteOrder == .little {
        return .success(try Tensor(shape: stored.shape, littleEndian: stored.bytes))
      }
      return .success(try Tensor(shape: stored.shape, values: stored.floats()))
    } catch let error as EngineError {
      return .failure(error)
    } catch {
      return .failure(EngineError(weight.name, expected: "a tensor of numbers", found: "\(error)"))
    }
  }

  /// The weights of a layer; an error unless it has exactly those of the given names.
  func weights(of layer: String, named names: [String]) throws(EngineError) -> [Tensor] {
    let list = tensors[layer] ?? []
    guard list.count == names.count else {
      throw EngineError(
        "weights", expected: "\(names.count) (\(names.joined(separator: ", ")))",
        found: "\(list.count)")
    }
    return list
  }
}

extension Result where Failure == EngineError {
  fileprivate func inside(layer: String) throws(EngineError) -> Success {
    do { return try get() } catch { throw error.inside(layer: layer) }
  }
}
