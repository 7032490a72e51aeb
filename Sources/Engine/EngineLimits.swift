/// How much a network may ask for. Everything that a file says about sizes is compared with these
/// before memory is reserved or time is spent.
public enum EngineLimits {
  /// Axes of a tensor.
  public static let rank = 8
  /// Nodes of a graph.
  public static let nodes = 100_000
  /// Graphs inside the nodes of graphs, and functions that call functions.
  public static let graphDepth = 64
  /// Elements of a tensor: 16 GiB.
  public static let tensorElements = 1 << 32
  /// Elements of one value for one input: 1 GiB.
  public static let valueElements = 1 << 28
  /// Bytes of working memory for one input.
  public static let workspaceBytes = 4 << 30
  /// Multiply-accumulates, or elements looked at, for one input.
  public static let operations = 200_000_000_000
  /// Bytes of what a model computes from its own constants while its graph is built.
  public static let constantBytes = 1 << 30
  /// Multiply-accumulates, or elements looked at, for that.
  public static let constantOperations = 2_000_000_000
  /// Kernel size, stride and dilation along one axis, and padding on one side.
  public static let window = 1 << 16

  /// The number of elements of a shape, or an error when it is not a shape or too large.
  static func elements(of shape: [Int], attribute: String) throws(EngineError) -> Int {
    guard shape.count <= rank else {
      throw EngineError(
        .limit, attribute, expected: "at most \(rank) axes", found: "\(shape.count) axes")
    }
    var count = 1
    for dimension in shape {
      guard dimension >= 0 else {
        throw EngineError(attribute, expected: "sizes of 0 or more", found: "\(shape)")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else {
        throw EngineError(.limit, attribute, expected: "a size of 64 bits", found: "\(shape)")
      }
      count = product
    }
    return count
  }
}
