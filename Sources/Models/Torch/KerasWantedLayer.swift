/// A layer of a Keras architecture and the weights that it wants.
public struct KerasWantedLayer: Sendable, Equatable {
  /// The layer's name.
  public let name: String
  /// Its weights in Keras's order, each named by its part: `kernel`, `bias`, `gamma`, ...
  public let weights: [WantedWeight]
  /// Height, width and channels of the map that a Flatten makes the input of this Dense of; nil
  /// for every other layer. torch flattens channels first, so its columns stand in another order.
  public let flattened: [Int]?
  /// Outputs of a depthwise kernel for each channel.
  let multiplier: Int

  /// Creates a layer that wants weights.
  public init(name: String, weights: [WantedWeight], flattened: [Int]? = nil) {
    self.init(name: name, weights: weights, flattened: flattened, multiplier: 1)
  }

  init(name: String, weights: [WantedWeight], flattened: [Int]? = nil, multiplier: Int) {
    self.name = name
    self.weights = weights
    self.flattened = flattened
    self.multiplier = multiplier
  }

  /// The torch modules that the layer is made of; nil when a part is not known.
  ///
  /// A SeparableConv2D is two: the convolution of each channel, then the one of 1 x 1.
  var modules: [KerasModule]? {
    var first: [KerasModule.Part] = []
    var second: [KerasModule.Part] = []
    let isSeparable = weights.contains { $0.name == "pointwise_kernel" }
    for weight in weights {
      guard let (name, form) = Self.parts[weight.name] else { return nil }
      let part = KerasModule.Part(torchName: name, wanted: weight, form: form)
      if isSeparable, weight.name != "depthwise_kernel" {
        second.append(part)
      } else {
        first.append(part)
      }
    }
    return [first, second].filter { !$0.isEmpty }.map {
      KerasModule(layer: self.name, parts: $0, flattened: flattened)
    }
  }

  private static let parts: [String: (torchName: String, form: KerasModule.Form)] = [
    "kernel": ("weight", .kernel), "pointwise_kernel": ("weight", .kernel),
    "depthwise_kernel": ("weight", .depthwiseKernel), "bias": ("bias", .asStored),
    "gamma": ("weight", .asStored), "beta": ("bias", .asStored),
    "moving_mean": ("running_mean", .asStored), "moving_variance": ("running_var", .asStored),
  ]
}

/// What one torch module holds of a Keras layer.
struct KerasModule {
  /// How torch's order of axes becomes Keras's.
  enum Form {
    /// It is the same.
    case asStored
    /// (outputs, inputs, rows, columns) becomes (rows, columns, inputs, outputs), likewise for
    /// other numbers of axes: (outputs, inputs) becomes (inputs, outputs).
    case kernel
    /// (channels x multiplier, 1, rows, columns) becomes (rows, columns, channels, multiplier).
    case depthwiseKernel
  }

  struct Part {
    let torchName: String
    let wanted: WantedWeight
    let form: Form

    /// The shape in Keras's order of a tensor of a shape in torch's; the shape itself where it
    /// cannot have one.
    func kerasShape(of shape: [Int], multiplier: Int) -> [Int] {
      switch form {
      case .asStored: return shape
      case .kernel:
        guard shape.count >= 2 else { return shape }
        return Array(shape.dropFirst(2)) + [shape[1], shape[0]]
      case .depthwiseKernel:
        guard shape.count == 4, multiplier > 0, shape[0].isMultiple(of: multiplier) else {
          return shape
        }
        return [shape[2], shape[3], shape[0] / multiplier, multiplier]
      }
    }

    /// The shape in torch's order; nil when the wanted one has too few axes for a kernel.
    var torchShape: [Int]? {
      let shape = wanted.shape
      switch form {
      case .asStored: return shape
      case .kernel:
        guard shape.count >= 2 else { return nil }
        return Array(shape.suffix(2).reversed()) + Array(shape.dropLast(2))
      case .depthwiseKernel:
        guard shape.count == 4 else { return nil }
        let (outputs, overflow) = shape[2].multipliedReportingOverflow(by: shape[3])
        guard !overflow else { return nil }
        return [outputs, 1] + Array(shape.prefix(2))
      }
    }
  }

  let layer: String
  let parts: [Part]
  let flattened: [Int]?
}
