/// Circles in directed graphs.
enum Circle {
  /// A node that lies on a circle or leads to one; nil without circles. `edges[n]` are the nodes
  /// that node n points to.
  static func member(of edges: [[Int]]) -> Int? {
    // Nodes that nothing waits for are taken away until none is left (Kahn).
    var waiting = [Int](repeating: 0, count: edges.count)
    for targets in edges { for target in targets { waiting[target] += 1 } }
    var free = waiting.indices.filter { waiting[$0] == 0 }
    var taken = 0
    while let node = free.popLast() {
      taken += 1
      for target in edges[node] {
        waiting[target] -= 1
        if waiting[target] == 0 { free.append(target) }
      }
    }
    guard taken < edges.count else { return nil }
    return waiting.firstIndex { $0 > 0 }
  }
}
