import Bytes

/// Maps cut out along regions, each averaged over a grid of samples (Mask R-CNN).
///
/// x: N x channels x height x width; regions: count x 4 (left, top, right, bottom); rows: which row
/// of x each region is of. y: regions x channels x height x width. Samples, their four weights and
/// the mean of their products, or the largest product, in binary64, rounded once.
///
///     dx: binary64 sums of dy weight / samples, outputs ascending, rounded once
///
/// Regions get no gradient: they count as given.
public struct RoiAlign: GeneralOperator {
  /// What becomes of the samples of an output.
  public enum Mode: String, Sendable, CaseIterable {
    /// Their mean.
    case average = "avg"
    /// The largest of the weighted elements.
    case maximum = "max"
  }

  private let mode: Mode
  private let output: Extent
  private let samples: Int
  private let scale: Float
  private let isHalfPixel: Bool

  /// Creates the operator; 0 samples are as many as an output covers elements, rounded up.
  public init(mode: Mode, output: Extent, samples: Int, scale: Float, isHalfPixel: Bool) {
    self.mode = mode
    self.output = output
    self.samples = samples
    self.scale = scale
    self.isHalfPixel = isHalfPixel
  }

  /// "roi align".
  public var name: String { "roi align" }

  /// A map for each region.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 3...3)
    try requireFloat(inputs[0])
    try requireFloat(inputs[1])
    try requireIndices(inputs[2])
    let (x, regions) = (inputs[0].shape, inputs[1].shape)
    guard x.count == 4, regions.count == 2, regions[1] == 4, inputs[2].shape == [regions[0]],
      x[2] > 0, x[3] > 0
    else {
      throw EngineError(
        "rois", expected: "maps, four numbers for each region and its row",
        found: "\(x), \(regions) and \(inputs[2].shape)")
    }
    guard output.height >= 1, output.width >= 1, (0...EngineLimits.window).contains(samples) else {
      throw EngineError(
        "output_height", expected: "sizes of 1 or more",
        found: "\(output.height) x \(output.width), \(samples) samples")
    }
    let shape = [regions[0], x[1], output.height, output.width]
    _ = try EngineLimits.elements(of: shape, attribute: "rois")
    return TensorType(shape, inputs[0].element)
  }

  /// The samples of all outputs, as far as the shapes say them.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    max(inputs[0].count, saturatingProduct(output.count, 4, max(1, samples), max(1, samples)))
  }

  /// The regions' maps.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let x = inputs[0].doubles
    let (channels, pixels) = (type.shape[1], output.height * output.width)
    let mapSize = inputs[0].shape[2] * inputs[0].shape[3]
    var y = [Double](repeating: 0, count: type.count)
    try forEachOutput(inputs) { region, row, pixel, samples in
      for channel in 0..<channels {
        let start = (row * channels + channel) * mapSize
        var result = 0.0
        for (number, sample) in samples.enumerated() {
          switch mode {
          case .average:
            for tap in sample { result += tap.weight * x[start + tap.place] }
          case .maximum:
            let largest = sample.map { $0.weight * x[start + $0.place] }.max() ?? 0
            result = number == 0 ? largest : max(result, largest)
          }
        }
        if mode == .average { result /= Double(max(1, samples.count)) }
        y[(region * channels + channel) * pixels + pixel] = result
      }
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// Yes, with respect to the maps.
  public var isDifferentiable: Bool { true }

  /// dx.
  ///
  /// - Throws: `EngineError` for the largest of samples.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    guard mode == .average else {
      throw EngineError(.unsupported, "gradient", expected: "mode avg", found: mode.rawValue)
    }
    let dy = dy.doubles
    let (channels, pixels) = (output.shape[1], self.output.height * self.output.width)
    let mapSize = inputs[0].shape[2] * inputs[0].shape[3]
    var dx = [Double](repeating: 0, count: inputs[0].count)
    try forEachOutput(inputs) { region, row, pixel, samples in
      for channel in 0..<channels {
        let start = (row * channels + channel) * mapSize
        let part =
          dy[(region * channels + channel) * pixels + pixel] / Double(max(1, samples.count))
        for sample in samples {
          for tap in sample { dx[start + tap.place] += part * tap.weight }
        }
      }
    }
    return [AnyTensor(inputs[0].shape, floats: dx.map { Float($0) }), nil, nil]
  }

  private typealias Sample = [(place: Int, weight: Double)]

  private func forEachOutput(
    _ inputs: [AnyTensor],
    _ body: (_ region: Int, _ row: Int, _ pixel: Int, _ samples: [Sample]) -> Void
  ) throws(EngineError) {
    let shape = inputs[0].shape
    let regions = inputs[1].doubles
    for (region, row) in inputs[2].integers.enumerated() {
      let row = try checkedIndex(row, size: shape[0])
      let corner = (0..<4).map { side in
        regions[region * 4 + side] * Double(scale) - (isHalfPixel ? 0.5 : 0)
      }
      let least = isHalfPixel ? -Double.infinity : 1
      let binHeight = max(corner[3] - corner[1], least) / Double(output.height)
      let binWidth = max(corner[2] - corner[0], least) / Double(output.width)
      let (rows, columns) = (try count(binHeight), try count(binWidth))
      for pixel in 0..<output.height * output.width {
        let top = corner[1] + Double(pixel / output.width) * binHeight
        let left = corner[0] + Double(pixel % output.width) * binWidth
        var samples: [Sample] = []
        for sampleRow in 0..<rows {
          let y = top + (Double(sampleRow) + 0.5) * binHeight / Double(rows)
          for sampleColumn in 0..<columns {
            let x = left + (Double(sampleColumn) + 0.5) * binWidth / Double(columns)
            samples.append(sample(y, x, height: shape[2], width: shape[3]))
          }
        }
        body(region, row, pixel, samples)
      }
    }
  }

  /// The samples along one side of a bin.
  private func count(_ size: Double) throws(EngineError) -> Int {
    if samples > 0 { return samples }
    let count = size.rounded(.up)
    guard count <= 1024 else {
      throw EngineError(
        .limit, "rois", expected: "at most 1024 samples along a side of an output",
        found: "\(count)")
    }
    return count.isNaN || count < 0 ? 0 : Int(count)
  }

  /// The four elements around a place; none far outside.
  private func sample(_ y: Double, _ x: Double, height: Int, width: Int) -> Sample {
    guard y >= -1, y <= Double(height), x >= -1, x <= Double(width) else { return [] }
    func around(_ place: Double, _ size: Int) -> (low: Int, high: Int, ratio: Double) {
      let place = max(place, 0)
      let low = Int(place)
      return low >= size - 1 ? (size - 1, size - 1, 0) : (low, low + 1, place - Double(low))
    }
    let (row, column) = (around(y, height), around(x, width))
    return [
      (row.low * width + column.low, (1 - row.ratio) * (1 - column.ratio)),
      (row.low * width + column.high, (1 - row.ratio) * column.ratio),
      (row.high * width + column.low, row.ratio * (1 - column.ratio)),
      (row.high * width + column.high, row.ratio * column.ratio),
    ]
  }
}
