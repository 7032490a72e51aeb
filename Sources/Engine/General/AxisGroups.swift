/// The elements of a tensor in groups: each group runs along some axes, at one place of the others.
///
/// Groups and the elements of a group are in row-major order.
struct AxisGroups {
  /// Where each group begins.
  let starts: [Int]
  /// From a group's beginning to each of its elements.
  let steps: [Int]
  /// The tensor's shape with the groups' axes of size 1.
  let keptShape: [Int]
  /// The tensor's shape without the groups' axes.
  let droppedShape: [Int]

  init(_ shape: [Int], axes: [Int]) {
    let strides = rowMajorStrides(of: shape)
    let others = shape.indices.filter { !axes.contains($0) }
    starts = stridedPlaces(of: others.map { shape[$0] }, strides: others.map { strides[$0] })
    steps = stridedPlaces(of: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
    keptShape = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    droppedShape = others.map { shape[$0] }
  }

  /// Throws unless the axes are different ones of the shape, ascending.
  static func check(_ axes: [Int], of shape: [Int]) throws(EngineError) {
    guard axes.allSatisfy(shape.indices.contains), zip(axes, axes.dropFirst()).allSatisfy(<)
    else {
      throw EngineError("axes", expected: "axes of \(shape), ascending", found: "\(axes)")
    }
  }
}
