import CKernels

/// The weights of a convolution, in whatever order the file has them. Readers ask by output
/// channel, input channel of the group, row and column, so the chain never depends on the file.
public struct ConvolutionKernel: Sendable {
  /// The order of the axes in the tensor.
  public enum Order: Sendable {
    /// Rows, columns, inputs, outputs: Keras.
    case rowsColumnsInputsOutputs
    /// Outputs, inputs, rows, columns: ONNX and torch.
    case outputsInputsRowsColumns
    /// Rows, columns, channels, multiplier: Keras depthwise; output channel c * multiplier + m is
    /// the m-th of channel c, and each channel is a group.
    case rowsColumnsChannelsMultiplier
  }

  /// The numbers as the file has them.
  public private(set) var tensor: Tensor
  /// The number of output channels.
  public let outputs: Int
  /// The number of input channels of one group.
  public let inputs: Int
  /// Rows and columns.
  public let extent: Extent
  /// How many elements lie between neighbours along each axis of `tensor`.
  let strides: (output: Int, input: Int, row: Int, column: Int)

  /// Names the axes of a tensor; an error unless it has four, none of size 0.
  public init(_ tensor: Tensor, order: Order) throws(EngineError) {
    let shape = tensor.shape
    guard shape.count == 4, !shape.contains(0) else {
      throw EngineError("kernel", expected: "four axes, none empty", found: "shape \(shape)")
    }
    self.tensor = tensor
    switch order {
    case .rowsColumnsInputsOutputs:
      extent = Extent(height: shape[0], width: shape[1])
      inputs = shape[2]
      outputs = shape[3]
      strides = (1, outputs, extent.width * inputs * outputs, inputs * outputs)
    case .outputsInputsRowsColumns:
      outputs = shape[0]
      inputs = shape[1]
      extent = Extent(height: shape[2], width: shape[3])
      strides = (
        inputs * extent.height * extent.width, extent.height * extent.width, extent.width, 1
      )
    case .rowsColumnsChannelsMultiplier:
      extent = Extent(height: shape[0], width: shape[1])
      inputs = 1
      outputs = shape[2] * shape[3]
      strides = (1, 0, extent.width * outputs, outputs)
    }
  }

  /// The number of weights.
  public var count: Int { tensor.count }

  /// One weight; `input` counts within the group.
  public subscript(output: Int, input: Int, row: Int, column: Int) -> Float {
    tensor[index(output: output, input: input, row: row, column: column)]
  }

  func index(output: Int, input: Int, row: Int, column: Int) -> Int {
    output * strides.output + input * strides.input + row * strides.row + column * strides.column
  }

  /// The kernel of a function of each weight.
  func mapped(_ function: (Float) -> Float) -> ConvolutionKernel {
    var kernel = self
    kernel.tensor = tensor.mapped(function)
    return kernel
  }

  /// All weights as outputs x inputs x rows x columns.
  var inChainOrder: [Float] {
    let taps = (0..<inputs).flatMap { input in
      (0..<extent.height).flatMap { row in
        (0..<extent.width).map { index(output: 0, input: input, row: row, column: $0) }
      }
    }
    return tensor.gathered(
      outer: (0..<outputs).map { index(output: $0, input: 0, row: 0, column: 0) }, inner: taps)
  }
}

/// The weights of a dense layer, in whatever order the file has them.
public struct DenseKernel: Sendable {
  /// The order of the axes in the tensor.
  public enum Order: Sendable {
    /// Inputs, outputs: Keras.
    case inputsOutputs
    /// Outputs, inputs: torch `Linear`, ONNX `Gemm` with `transB`.
    case outputsInputs
  }

  /// The numbers as the file has them.
  public let tensor: Tensor
  /// The number of inputs.
  public let inputs: Int
  /// The number of outputs.
  public let outputs: Int
  /// How many elements lie between neighbours along each axis of `tensor`.
  let strides: (output: Int, input: Int)

  /// Names the axes of a tensor; an error unless it has two, none of size 0.
  public init(_ tensor: Tensor, order: Order) throws(EngineError) {
    let shape = tensor.shape
    guard shape.count == 2, !shape.contains(0) else {
      throw EngineError("kernel", expected: "two axes, none empty", found: "shape \(shape)")
    }
    self.tensor = tensor
    switch order {
    case .inputsOutputs:
      (inputs, outputs) = (shape[0], shape[1])
      strides = (1, outputs)
    case .outputsInputs:
      (outputs, inputs) = (shape[0], shape[1])
      strides = (inputs, 1)
    }
  }

  /// The number of weights.
  public var count: Int { tensor.count }

  /// One weight.
  public subscript(output: Int, input: Int) -> Float {
    tensor[output * strides.output + input * strides.input]
  }

  /// All weights as outputs x inputs.
  var inChainOrder: [Float] {
    tensor.gathered(
      outer: (0..<outputs).map { $0 * strides.output },
      inner: (0..<inputs).map { $0 * strides.input })
  }
}

extension Tensor {
  /// The elements at `outer[i] + inner[j]`, `j` running fastest.
  func gathered(outer: [Int], inner: [Int]) -> [Float] {
    var result = [Float](repeating: 0, count: outer.count * inner.count)
    storage.withLittleEndian { source in
      guard let source else { return }
      ck_gather(source, outer, outer.count, inner, inner.count, &result)
    }
    return result
  }
}

extension TensorStorage {
  /// Weight panels, [panels][taps][16]: lane l of panel p and tap k is the element at
  /// `lanes[16 p + l] + taps[k]`; +0 for lanes that are negative or missing.
  ///
  /// Goes through a file in pieces, and keeps none in the main memory beside its copy.
  static func packed(_ tensor: Tensor, lanes: [Int], taps: [Int]) -> TensorStorage {
    let size = Geometry.blockLanes
    let panels = (lanes.count + size - 1) / size
    let filled = lanes + [Int](repeating: -1, count: panels * size - lanes.count)
    let packed = TensorStorage(unwritten: panels * taps.count * size)
    // Whichever of panels and taps lie further apart in the file are taken piece by piece.
    let panelsAreApart = neighbourDistance(lanes) >= neighbourDistance(taps)
    let panelPiece = panelsAreApart ? max(1, filePiece / (size * max(1, taps.count))) : panels
    let tapPiece = panelsAreApart ? taps.count : max(1, filePiece / (size * max(1, panels)))
    tensor.storage.withLittleEndian { source in
      guard let source, panels > 0, !taps.isEmpty else { return }
      for firstPanel in stride(from: 0, to: panels, by: panelPiece) {
        let somePanels = firstPanel..<min(panels, firstPanel + panelPiece)
        for firstTap in stride(from: 0, to: taps.count, by: tapPiece) {
          let someTaps = Array(taps[firstTap..<min(taps.count, firstTap + tapPiece)])
          for panel in somePanels {
            ck_pack(
              source, Array(filled[panel * size..<(panel + 1) * size]), 1, someTaps,
              someTaps.count, packed.start + (panel * taps.count + firstTap) * size)
          }
          let used = filled[somePanels.lowerBound * size..<somePanels.upperBound * size]
            .filter { $0 >= 0 }
          guard let first = used.min(), let last = used.max(), let nearest = someTaps.min(),
            let furthest = someTaps.max()
          else { continue }
          tensor.storage.releasePages(of: first + nearest..<last + furthest + 1)
        }
      }
    }
    return packed
  }

  /// How far the first two of some places lie apart.
  private static func neighbourDistance(_ places: [Int]) -> Int {
    places.count < 2 ? 0 : abs(places[1] - places[0])
  }
}
