import Bytes
import Engine

/// A sum of products in Einstein's notation, "bij,bjk->bik", as operators of the engine.
///
/// Operands are multiplied from the left, two at a time. A letter twice in an operand takes its
/// diagonal; a letter that neither the output nor an operand further right has is summed: inside a
/// matrix product where both have it, else alone, before.
struct EinsteinSum {
  /// A value and a label for each of its axes. Those of an ellipsis are negative numbers, counted
  /// from the last.
  private struct Operand {
    var value: ONNXValue
    var labels: [Int]

    func size(_ label: Int) -> Int {
      guard let axis = labels.firstIndex(of: label), let shape = value.type?.shape else { return 1 }
      return shape[axis]
    }
  }

  private let inputs: [[Int]]
  private let output: [Int]

  /// Reads an equation for operands of the given shapes.
  init(_ equation: String, shapes: [[Int]]) throws(EngineError) {
    let text = equation.filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard sides.count <= 2, terms.count == shapes.count else {
      throw EngineError("equation", expected: "\(shapes.count) operands", found: equation)
    }
    inputs = try zip(terms, shapes).map { (term, shape) throws(EngineError) in
      try EinsteinSum.labels(term, rank: shape.count)
    }
    let all = inputs.flatMap(\.self)
    if sides.count == 2 {
      let rank = all.filter { $0 < 0 }.min().map { -$0 } ?? 0
      output = try EinsteinSum.labels(sides[1], rank: nil, ellipsis: rank)
    } else {
      let once = Set(all).filter { label in label < 0 || all.count { $0 == label } == 1 }
      output = once.sorted()
    }
    guard output.allSatisfy(all.contains), Set(output).count == output.count else {
      throw EngineError("equation", expected: "an output of the operands' letters", found: equation)
    }
  }

  /// The labels of one term. Its ellipsis stands for the axes that the letters leave.
  private static func labels(
    _ term: Substring, rank: Int?, ellipsis stated: Int = 0
  ) throws(EngineError) -> [Int] {
    let parts = term.split(separator: "...", omittingEmptySubsequences: false)
    let letters = parts.map { $0.unicodeScalars.map { Int($0.value) } }
    let count = letters.reduce(0) { $0 + $1.count }
    let dots = rank.map { $0 - count } ?? stated
    let isLetters = letters.allSatisfy {
      $0.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }
    guard isLetters, parts.count <= 2, dots >= 0, parts.count == 2 || rank == nil || dots == 0
    else {
      throw EngineError("equation", expected: "a letter for each axis", found: "\(term)")
    }
    guard parts.count == 2 else { return letters[0] }
    return letters[0] + (0..<dots).map { $0 - dots } + letters[1]
  }

  /// The sum for values of the shapes.
  func apply(
    to values: [ONNXValue], _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    var operands: [Operand] = []
    for (index, value) in values.enumerated() {
      operands.append(try diagonal(value, inputs[index], context, call))
    }
    var result = operands[0]
    for index in operands.indices.dropFirst() {
      let later = Set(operands[(index + 1)...].flatMap(\.labels) + output)
      result = try product(result, operands[index], keeping: later, context, call)
    }
    result = try summed(result, keeping: Set(output), context, call)
    return try arranged(result, as: output, context, call)
  }

  private func diagonal(
    _ value: ONNXValue, _ labels: [Int], _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> Operand {
    var unique: [Int] = []
    for label in labels where !unique.contains(label) { unique.append(label) }
    guard unique.count < labels.count else { return Operand(value: value, labels: labels) }
    let axes = unique.map { label in labels.indices.filter { labels[$0] == label } }
    return Operand(
      value: try context.apply(Diagonal(axes: axes), to: [value], for: call), labels: unique)
  }

  /// The operand without the labels that nobody needs any more.
  private func summed(
    _ operand: Operand, keeping kept: Set<Int>, _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> Operand {
    let axes = operand.labels.indices.filter { !kept.contains(operand.labels[$0]) }
    guard !axes.isEmpty else { return operand }
    let sum = Reduction(.sum, axes: axes, keepsAxes: false)
    return Operand(
      value: try context.apply(sum, to: [operand.value], for: call),
      labels: operand.labels.filter(kept.contains))
  }

  /// The operand with its axes in another order; labels that it lacks are axes of size 1.
  private func arranged(
    _ operand: Operand, as labels: [Int], _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    let axes = labels.compactMap { operand.labels.firstIndex(of: $0) }
    var value = operand.value
    if axes != Array(axes.indices) {
      value = try context.apply(Transpose(axes: axes), to: [value], for: call)
    }
    return try context.reshape(value, to: labels.map(operand.size), for: call)
  }

  /// Both operands as one: a stack of matrix products over the labels that nobody else has.
  private func product(
    _ a: Operand, _ b: Operand, keeping later: Set<Int>, _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> Operand {
    let a = try summed(a, keeping: later.union(b.labels), context, call)
    let b = try summed(b, keeping: later.union(a.labels), context, call)
    for label in a.labels where b.labels.contains(label) {
      guard a.size(label) == b.size(label) || (label < 0 && min(a.size(label), b.size(label)) == 1)
      else {
        throw EngineError(
          "inputs", expected: "one size for a letter", found: "\(a.size(label)), \(b.size(label))")
      }
    }
    let shared = a.labels.filter(b.labels.contains)
    let stack = shared.filter { later.contains($0) || a.size($0) != b.size($0) }
    let inner = shared.filter { !stack.contains($0) }
    let rows = a.labels.filter { !shared.contains($0) }
    let columns = b.labels.filter { !shared.contains($0) }
    func count(_ labels: [Int], _ operand: Operand) -> Int {
      labels.reduce(1) { $0 * operand.size($1) }
    }
    let left = try context.reshape(
      arranged(a, as: stack + rows + inner, context, call),
      to: stack.map(a.size) + [count(rows, a), count(inner, a)], for: call)
    let right = try context.reshape(
      arranged(b, as: stack + inner + columns, context, call),
      to: stack.map(b.size) + [count(inner, b), count(columns, b)], for: call)
    let value = try context.apply(MatMul(), to: [left, right], for: call)
    let sizes =
      stack.map { max(a.size($0), b.size($0)) } + rows.map(a.size) + columns.map(b.size)
    let result = Operand(
      value: try context.reshape(value, to: sizes, for: call), labels: stack + rows + columns)
    // Ellipsis axes of size 1 on one side are in the stack though nobody may need them.
    return try summed(result, keeping: later, context, call)
  }
}
