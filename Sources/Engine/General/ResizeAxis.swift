/// Along one axis: for each output which elements of the input it takes, and how much of each.
public struct ResizeAxis: Sendable {
  /// How an output's place becomes one in the input. With n the input's size, s the scale, m = s n:
  public enum Coordinates: String, Sendable, CaseIterable {
    /// (x + 1/2) / s - 1/2.
    case halfPixel = "half_pixel"
    /// As half pixel, about the centre where m is no whole number.
    case halfPixelSymmetric = "half_pixel_symmetric"
    /// As half pixel; 0 where m is 1.
    case torchHalfPixel = "pytorch_half_pixel"
    /// x (n - 1) / (m - 1); 0 where m is 1.
    case alignCorners = "align_corners"
    /// x / s.
    case asymmetric
    /// As align corners, but within a region of the input.
    case cropAndResize = "tf_crop_and_resize"
  }

  /// How elements are mixed.
  public enum Mode: Sendable, Hashable {
    /// The nearest element.
    case nearest(Nearest)
    /// The two around, by their distances.
    case linear
    /// The four around, by the cubic of coefficient a (Keys).
    case cubic(a: Double)
  }

  /// Which of two elements is the nearest.
  public enum Nearest: String, Sendable, CaseIterable {
    /// The lower one of equal distances.
    case roundPreferFloor = "round_prefer_floor"
    /// The upper one of equal distances.
    case roundPreferCeil = "round_prefer_ceil"
    /// Always the lower one.
    case floor
    /// Always the upper one.
    case ceil
  }

  /// What is asked for along an axis.
  public struct Request: Sendable {
    /// The size of the output.
    public var size: Int
    /// Outputs for each element, not always the quotient of the sizes.
    public var scale: Double
    /// Where the part of the input that is resized begins, from 0 to 1; for crops only.
    public var start: Double
    /// Where it ends.
    public var end: Double

    /// Creates a request.
    public init(size: Int, scale: Double, start: Double = 0, end: Double = 1) {
      self.size = size
      self.scale = scale
      self.start = start
      self.end = end
    }
  }

  /// How elements are taken, the same along every axis.
  public struct Method: Sendable {
    /// How places are transformed.
    public var coordinates: Coordinates
    /// How elements are mixed.
    public var mode: Mode
    /// Whether elements outside have no weight; else the outermost are repeated.
    public var excludesOutside: Bool
    /// Whether a reduction looks at all elements that it covers.
    public var antialiases: Bool

    /// Creates a method.
    public init(
      _ mode: Mode, coordinates: Coordinates, excludesOutside: Bool = false,
      antialiases: Bool = false
    ) {
      self.mode = mode
      self.coordinates = coordinates
      self.excludesOutside = excludesOutside
      self.antialiases = antialiases
    }
  }

  let inputSize: Int
  /// For each output its elements, ascending, and their weights; none of weight 0.
  let taps: [[(index: Int, weight: Double)]]
  /// The outputs whose place lies outside a cropped input.
  let outside: [Bool]

  var isIdentity: Bool {
    inputSize == taps.count && !outside.contains(true)
      && taps.enumerated().allSatisfy {
        $1.count == 1 && $1[0].index == $0 && $1[0].weight == 1
      }
  }

  init(_ request: Request, method: Method, inputSize: Int) {
    self.inputSize = inputSize
    var taps: [[(index: Int, weight: Double)]] = []
    var outside: [Bool] = []
    for output in 0..<request.size {
      let place = ResizeAxis.place(
        Double(output), request, coordinates: method.coordinates, inputSize: inputSize)
      outside.append(
        method.coordinates == .cropAndResize && !(place >= 0 && place <= Double(inputSize - 1)))
      taps.append(
        ResizeAxis.taps(at: place, scale: request.scale, method: method, inputSize: inputSize))
    }
    self.taps = taps
    self.outside = outside
  }

  private static func place(
    _ x: Double, _ request: Request, coordinates: Coordinates, inputSize: Int
  ) -> Double {
    let size = Double(inputSize)
    let width = request.scale * size
    // A scale is a rounded number: 1/49 of 49 elements are one.
    let isOne = Float(width) == 1
    let half = (x + 0.5) / request.scale - 0.5
    switch coordinates {
    case .halfPixel: return half
    case .halfPixelSymmetric: return size / 2 * (1 - Double(request.size) / width) + half
    case .torchHalfPixel: return isOne ? 0 : half
    case .alignCorners: return isOne ? 0 : x * (size - 1) / (width - 1)
    case .asymmetric: return x / request.scale
    case .cropAndResize:
      let span = (request.end - request.start) * (size - 1)
      return request.start * (size - 1) + (isOne ? span / 2 : x * span / (width - 1))
    }
  }

  private static func taps(
    at place: Double, scale: Double, method: Method, inputSize: Int
  ) -> [(index: Int, weight: Double)] {
    // Far outside, all taps are the outermost element.
    let bound = Double(inputSize) + 4
    let place = place.isNaN ? 0 : min(max(place, -4), bound)
    let base = place.rounded(.down)
    let ratio = place - base
    let first: Int
    var weights: [Double]
    switch method.mode {
    case .nearest(let nearest):
      let isUpper =
        switch nearest {
        case .roundPreferFloor: ratio > 0.5
        case .roundPreferCeil: ratio >= 0.5
        case .floor: false
        case .ceil: ratio > 0
        }
      first = Int(base) + (isUpper ? 1 : 0)
      weights = [1]
    case .linear:
      let spread = method.antialiases ? min(scale, 1) : 1
      first = Int((-1 / spread).rounded(.down)) + 1
      weights = (first..<2 - first).map { max(0, 1 - abs((Double($0) - ratio) * spread)) }
    case .cubic(let a):
      let spread = method.antialiases ? min(scale, 1) : 1
      first = Int((-2 / spread).rounded(.down)) + 1
      weights = (first..<2 - first).map { cubic((Double($0) - ratio) * spread, a: a) }
    }
    if method.antialiases {
      let sum = weights.reduce(0, +)
      weights = weights.map { $0 / sum }
    }
    let start = if case .nearest = method.mode { first } else { Int(base) + first }
    if method.excludesOutside {
      for index in weights.indices where !(0..<inputSize).contains(start + index) {
        weights[index] = 0
      }
      let sum = weights.reduce(0, +)
      weights = weights.map { $0 / sum }
    }
    return weights.enumerated().compactMap { index, weight in
      weight == 0 ? nil : (min(max(start + index, 0), inputSize - 1), weight)
    }
  }

  /// The cubic convolution kernel.
  private static func cubic(_ x: Double, a: Double) -> Double {
    let x = abs(x)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
