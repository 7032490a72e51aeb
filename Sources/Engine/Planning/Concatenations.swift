/// The values that lie in the map of a concatenation instead of one of their own: what makes them
/// writes its channels of the whole, and nothing is copied.
struct Concatenations: Sendable {
  /// Where a value lies.
  struct Part: Sendable, Hashable {
    /// The concatenation, or the part of a larger one.
    let whole: Int
    /// The value's first channel in it.
    let channel: Int
  }

  private(set) var parts: [Int: Part] = [:]
  /// All values in the map of a value that is no part.
  private var members: [Int: [Int]] = [:]

  init(_ fusion: Fusion) {
    for unit in fusion.units {
      guard case .concatenation(let concatenation) = unit.operation else { continue }
      for (value, channel) in zip(unit.inputs, concatenation.starts(unit)) {
        guard channel.isMultiple(of: Geometry.blockLanes), parts[value] == nil,
          let maker = fusion.makers[value],
          fusion.units[maker].fillsItsMap
        else { continue }
        parts[value] = Part(whole: unit.value, channel: channel)
      }
    }
    for value in parts.keys { members[root(of: value), default: []].append(value) }
  }

  /// Every value in the same map.
  func neighbours(of value: Int) -> [Int] {
    let root = root(of: value)
    return [root] + members[root, default: []]
  }

  private func root(of value: Int) -> Int {
    var value = value
    while let part = parts[value] { value = part.whole }
    return value
  }
}

extension Unit {
  /// Whether it writes all of a map, wherever that lies.
  fileprivate var fillsItsMap: Bool {
    if case .zeroPadding = operation { false } else { true }
  }
}
