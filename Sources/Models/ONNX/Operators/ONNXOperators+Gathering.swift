import Bytes
import Engine

extension ONNXOperators {
  /// Operators that take or change elements at places that other numbers name.
  static let gathering: [String: ONNXConversion] = [
    "Gather": { (context, call) throws(EngineError) in
      let axis = try call.axis(
        call.integer("axis", default: 0), rank: call.type(0).shape.count)
      return try [
        context.apply(Gather(axis: axis), to: [call.input(0), call.input(1)], for: call)
      ]
    },
    "GatherElements": { (context, call) throws(EngineError) in
      let axis = try call.axis(
        call.integer("axis", default: 0), rank: call.type(0).shape.count)
      return try [
        context.apply(GatherElements(axis: axis), to: [call.input(0), call.input(1)], for: call)
      ]
    },
    "GatherND": { (context, call) throws(EngineError) in
      let operation = GatherND(batchAxes: try call.integer("batch_dims", default: 0))
      return try [context.apply(operation, to: [call.input(0), call.input(1)], for: call)]
    },
    "ScatterElements": scatterElements,
    "Scatter": scatterElements,
    "ScatterND": { (context, call) throws(EngineError) in
      let operation = Scatter(.slices, reduction: try reduction(call))
      return try [context.apply(operation, to: call.inputs(), for: call)]
    },
    "OneHot": { (context, call) throws(EngineError) in
      let depth = try call.known(1, "depth")
      guard depth.count == 1, let size = depth.indices.first else {
        throw EngineError("depth", expected: "one number", found: "\(depth.count)")
      }
      let rank = try call.type(0).shape.count + 1
      let operation = try OneHot(
        axis: call.axis(call.integer("axis", default: -1), rank: rank), depth: size)
      return try [context.apply(operation, to: [call.input(0), call.input(2)], for: call)]
    },
    "NonZero": { (context, call) throws(EngineError) in
      // How many there are depends on the numbers: no shape, so no node of a graph.
      let input = try call.known(0, "input")
      let shape = input.shape.isEmpty ? [1] : input.shape
      let isSet = input.converted(to: .bool).integers
      let places = isSet.indices.filter { isSet[$0] != 0 }
      var indices: [Int] = []
      var inner = shape.reduce(1, *)
      for size in shape {
        inner /= max(1, size)
        for place in places { indices.append(place / max(1, inner) % max(1, size)) }
      }
      return [.known(AnyTensor(indices: indices).reshaped([shape.count, places.count]))]
    },
    "Compress": { (context, call) throws(EngineError) in
      let isKept = try call.known(1, "condition").integers
      var value = try call.input(0)
      var axis = 0
      if let stated = try call.integer("axis") {
        axis = try call.axis(stated, rank: call.type(0).shape.count)
      } else {
        value = try context.reshape(value, to: [call.type(0).count], for: call)
      }
      let size = value.type?.shape[axis] ?? 0
      guard isKept.count <= size else {
        throw EngineError("condition", expected: "at most \(size)", found: "\(isKept.count)")
      }
      let places = AnyTensor(indices: isKept.indices.filter { isKept[$0] != 0 })
      return try [context.apply(Gather(axis: axis), to: [value, .known(places)], for: call)]
    },
    "Unique": { (context, call) throws(EngineError) in
      let input = try call.known(0, "input")
      let axis = try call.integer("axis").map { (axis) throws(EngineError) in
        try call.axis(axis, rank: input.shape.count)
      }
      let isSorted = try call.flag("sorted", default: true)
      let unique = UniqueSlices(
        axis == nil ? input.reshaped([input.count]) : input, axis: axis ?? 0,
        isSorted: isSorted)
      let taken = try context.apply(
        Gather(axis: axis ?? 0),
        to: [
          .known(axis == nil ? input.reshaped([input.count]) : input),
          .known(AnyTensor(indices: unique.firsts)),
        ], for: call)
      return [
        taken, .known(AnyTensor(indices: unique.firsts)),
        .known(AnyTensor(indices: unique.groups)), .known(AnyTensor(indices: unique.counts)),
      ]
    },
  ]

  private static func scatterElements(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let axis = try call.axis(call.integer("axis", default: 0), rank: call.type(0).shape.count)
    let operation = Scatter(.elements(axis: axis), reduction: try reduction(call))
    return try [context.apply(operation, to: call.inputs(), for: call)]
  }

  private static func reduction(_ call: ONNXCall) throws(EngineError) -> Scatter.Reduction {
    let name = try call.text("reduction", default: "none")
    guard let reduction = Scatter.Reduction(rawValue: name) else {
      throw EngineError(
        "reduction",
        expected: Scatter.Reduction.allCases.map(\.rawValue).joined(separator: ", "),
        found: name)
    }
    return reduction
  }
}

/// The different slices of a tensor along an axis.
private struct UniqueSlices {
  /// Where each first stands.
  private(set) var firsts: [Int] = []
  /// For each slice the number of its equal.
  private(set) var groups: [Int]
  /// How often each stands.
  private(set) var counts: [Int] = []

  init(_ tensor: AnyTensor, axis: Int, isSorted: Bool) {
    let size = tensor.shape[axis]
    let inner = tensor.shape[(axis + 1)...].reduce(1, *)
    let outer = tensor.shape[..<axis].reduce(1, *)
    let isUnsigned = tensor.element == .uint64
    let floats = tensor.element.isFloat ? tensor.doubles : []
    let integers = tensor.element.isFloat ? [] : tensor.integers
    /// -1, 0 or 1; NaN stands behind all numbers, each for itself.
    func order(_ a: Int, _ b: Int) -> Int {
      for row in 0..<outer {
        for column in 0..<inner {
          let (x, y) = (
            (row * size + a) * inner + column, (row * size + b) * inner + column
          )
          if tensor.element.isFloat {
            if floats[x] == floats[y] { continue }
            if floats[x].isNaN || floats[y].isNaN {
              return floats[x].isNaN && floats[y].isNaN
                ? (a < b ? -1 : 1) : floats[x].isNaN ? 1 : -1
            }
            return floats[x] < floats[y] ? -1 : 1
          }
          if integers[x] == integers[y] { continue }
          let isBelow =
            isUnsigned
            ? UInt64(bitPattern: integers[x]) < UInt64(bitPattern: integers[y])
            : integers[x] < integers[y]
          return isBelow ? -1 : 1
        }
      }
      return 0
    }
    groups = [Int](repeating: 0, count: size)
    let sorted = (0..<size).sorted {
      let order = order($0, $1)
      return order == 0 ? $0 < $1 : order < 0
    }
    for (number, slice) in sorted.enumerated() {
      if number > 0, order(sorted[number - 1], slice) == 0 {
        counts[counts.count - 1] += 1
      } else {
        firsts.append(slice)
        counts.append(1)
      }
      groups[slice] = firsts.count - 1
    }
    if isSorted { return }
    let places = firsts.indices.sorted { firsts[$0] < firsts[$1] }
    var numbers = places
    for (number, place) in places.enumerated() { numbers[place] = number }
    firsts = places.map { firsts[$0] }
    counts = places.map { counts[$0] }
    groups = groups.map { numbers[$0] }
  }
}
