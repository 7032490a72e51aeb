import Bytes
public import Engine
public import Formats

/// How stored numbers become a network's inputs: `(v * a / b - mean) / deviation` in binary64,
/// rounded once to binary32. Mean and deviation belong to the channel, the last axis.
public struct InputScale: Sendable, Equatable {
  private let numerator: Double
  private let denominator: Double
  private let mean: [Double]
  private let deviation: [Double]

  /// Stored numbers are the inputs.
  public static let identity = InputScale(1, over: 1)

  /// Stored numbers times `numerator`, divided by `denominator`.
  public init(
    _ numerator: Double, over denominator: Double, mean: [Double] = [], deviation: [Double] = []
  ) {
    precondition(mean.count == deviation.count, "a mean for each deviation")
    self.numerator = numerator
    self.denominator = denominator
    self.mean = mean
    self.deviation = deviation
  }

  /// The scale written `a/b` with whole numbers above 0; nil for anything else.
  public init?(ratio text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let a = UInt32(parts[0]), let b = UInt32(parts[1]), a > 0, b > 0 else {
      return nil
    }
    self.init(Double(a), over: Double(b))
  }

  /// The inputs of a network whose samples have the given shape.
  ///
  /// Axes of size 1 may be missing or added: 1,000 pictures of 28 x 28 fit samples of 28 x 28 x 1.
  ///
  /// - Throws: `EvaluationError` when the stored array has another shape, holds no row, or has
  ///   numbers that binary32 cannot hold.
  public func inputs(
    from stored: StoredTensor, sampleShape: [Int]
  ) throws(EvaluationError) -> Tensor {
    guard let rows = stored.shape.first, rows > 0 else {
      throw EvaluationError("the array of inputs holds no row")
    }
    guard significant(stored.shape.dropFirst()) == significant(sampleShape[...]) else {
      throw EvaluationError(
        "expected inputs of shape \(sampleShape), found \(Array(stored.shape.dropFirst()))")
    }
    let channels = sampleShape.last ?? 1
    guard mean.isEmpty || mean.count == channels else {
      throw EvaluationError("a mean for each of \(channels) channels, found \(mean.count)")
    }
    do {
      return try Tensor(shape: [rows] + sampleShape, values: scaled(try stored.floats()))
    } catch let error as ParseError {
      throw EvaluationError(error)
    } catch let error as EngineError {
      throw EvaluationError("\(error)")
    } catch {
      throw EvaluationError("\(error)")
    }
  }

  /// Stored bytes have few values: each is computed once.
  private func scaled(_ values: [Float]) -> [Float] {
    if self == .identity { return values }
    if mean.isEmpty {
      return values.map { Float(Double($0) * numerator / denominator) }
    }
    return values.enumerated().map { index, value in
      let channel = index % mean.count
      let ratio = Double(value) * numerator / denominator
      return Float((ratio - mean[channel]) / deviation[channel])
    }
  }

  /// A shape without its axes of size 1.
  private func significant(_ shape: ArraySlice<Int>) -> [Int] {
    shape.filter { $0 != 1 }
  }
}
