import Bytes
import Engine
import Formats

/// A file of named tensors: what torch.save writes, or safetensors.
struct WeightFile: Sendable {
  /// The tensors by name.
  let names: TorchNames
  /// The module of a network that was saved whole.
  let module: TorchModule?
  private let tensors: [TorchNames.Stored]
  private let bytes: ByteSlice

  init(parsing bytes: ByteSlice, format: Model.Format, limits: Limits) throws(ModelError) {
    self.bytes = bytes
    do {
      if format == .safetensors {
        module = nil
        tensors = try SafetensorsFile(parsing: bytes, limits: limits).tensors.map {
          (tensor) throws(ParseError) in
          TorchNames.Stored(name: tensor.name, tensor: try tensor.tensor())
        }
      } else {
        let file = try TorchFile(parsing: bytes, limits: limits)
        if case .module(let whole) = file.content { module = whole } else { module = nil }
        tensors = try file.tensors.map { (named) throws(ParseError) in
          TorchNames.Stored(name: named.name, tensor: try named.tensor.storedTensor())
        }
      }
    } catch {
      throw .file(error)
    }
    names = TorchNames(tensors)
  }

  /// Every tensor in file order.
  var weights: [Model.Weight] {
    tensors.map { Model.Weight($0.name, $0.tensor, in: bytes) }
  }
}
