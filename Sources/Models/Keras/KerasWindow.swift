import Bytes
import Engine

/// The window of a convolution or a pool, as Keras states it: `kernel_size` or `pool_size`,
/// `strides`, `dilation_rate`, `padding`.
struct KerasWindow {
  let window: WindowND

  /// Reads the attributes of a layer of `kernel.count` spatial axes for an input of the sizes.
  init(
    _ call: KerasCall, kernel: [Int], strides: [Int]? = nil, input: [Int]
  ) throws(EngineError) {
    let rank = kernel.count
    let ones = [Int](repeating: 1, count: rank)
    let strides = try call.layer.sizes("strides", rank: rank, default: strides ?? ones)
    let dilations = try call.layer.sizes("dilation_rate", rank: rank, default: ones)
    // Checked before it is reckoned with.
    let zeros = [Int](repeating: 0, count: rank)
    var window = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: zeros, ends: zeros)
    let padding = try call.layer.text("padding", default: "valid")
    switch padding {
    case "valid": break
    case "same":
      for axis in 0..<rank {
        // TensorFlow's `same`, ONNX' SAME_UPPER: the odd element at the end.
        let total = max(
          0, (input[axis] - 1) / strides[axis] * strides[axis] + window.coverage[axis] - input[axis]
        )
        window.begins[axis] = total / 2
        window.ends[axis] = total - total / 2
      }
    case "causal" where rank == 1: window.begins[0] = window.coverage[0] - 1
    default:
      throw call.layer.unsupported(
        "padding", rank == 1 ? "valid, same or causal" : "valid or same", padding)
    }
    self.window = try WindowND(
      kernel: kernel, strides: strides, dilations: dilations, begins: window.begins,
      ends: window.ends)
  }
}

extension KerasCall {
  /// The spatial sizes of a value in the layer's order of axes.
  func spatialSizes(
    of value: Graph.Value, rank: Int, format: Layout
  ) throws(EngineError) -> [Int] {
    let shape = shape(of: value)
    guard shape.count == rank + 1 else {
      throw EngineError(
        "input", expected: "\(rank) spatial axes and the channels", found: "shape \(shape)")
    }
    return format == .channelsFirst ? Array(shape.dropFirst()) : Array(shape.dropLast())
  }
}
