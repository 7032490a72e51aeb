import CKernels

/// A function of every element of a map.
struct ActivationStep: ImageStep {
  let activation: ck_activation
  let input: MapBuffer
  let output: MapBuffer

  var buffers: [Buffer] { [input.buffer, output.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.activation(activation, input.size, run.view(input, image), run.view(output, image))
  }
}

/// The input gradient of such a function.
struct ActivationGradientStep: ImageStep {
  let activation: ck_activation
  let input: MapBuffer
  let value: MapBuffer
  let dy: MapBuffer
  let dx: MapBuffer

  var buffers: [Buffer] { [input.buffer, value.buffer, dy.buffer, dx.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.activation_gradient(
      activation, value.size, run.view(input, image), run.view(value, image),
      run.view(dy, image), run.view(dx, image))
  }
}

/// A map rounded to the steps of an integer type.
struct QuantizationStep: ImageStep {
  let quantization: ck_quantization
  let input: MapBuffer
  let output: MapBuffer

  var buffers: [Buffer] { [input.buffer, output.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.quantization(
      quantization, input.size, run.view(input, image), run.view(output, image))
  }
}

/// The input gradient of that.
struct QuantizationGradientStep: ImageStep {
  let quantization: ck_quantization
  let input: MapBuffer
  let dy: MapBuffer
  let dx: MapBuffer

  var buffers: [Buffer] { [input.buffer, dy.buffer, dx.buffer] }

  func run(_ run: borrowing Run, image: Int) {
    run.kernels.quantization_gradient(
      quantization, input.size, run.view(input, image), run.view(dy, image),
      run.view(dx, image))
  }
}
