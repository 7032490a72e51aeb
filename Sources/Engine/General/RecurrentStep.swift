/// One step of a recurrent cell for all rows of a batch, with what its gradient needs.
///
/// Every array is rows x units.
struct RecurrentStep {
  /// The states before the step.
  let hiddenBefore: [Float]
  let stateBefore: [Float]
  /// What went into the activation of each gate, and what came out.
  private(set) var sums: [[Float]] = []
  private(set) var gates: [[Float]] = []
  /// r h, or R h + c of a gated unit.
  private(set) var middle: [Float] = []
  /// The activated cell state.
  private(set) var activeState: [Float] = []
  /// The states behind it.
  private(set) var hidden: [Float] = []
  private(set) var state: [Float] = []

  /// Takes a step; `x` is rows x inputs.
  init(_ cell: RecurrentCell, x: [Float], rows: Int, hidden: [Float], state: [Float]) {
    hiddenBefore = hidden
    stateBefore = state
    switch cell.kind {
    case .simple:
      add(cell, 0, chain(cell.gates[0], x, hidden, rows))
      self.hidden = gates[0]
    case .gru(let resetsProduct):
      add(cell, 0, chain(cell.gates[0], x, hidden, rows))
      add(cell, 1, chain(cell.gates[1], x, hidden, rows))
      let gate = cell.gates[2]
      if resetsProduct {
        middle = repeated(gate.recurrentBias, rows)
        product(hidden, gate.recurrentColumns, gate.units, rows, into: &middle)
        var outer = repeated(gate.inputBias, rows)
        product(x, gate.inputColumns, gate.units, rows, into: &outer)
        add(cell, 2, outer.indices.map { outer[$0].addingProduct(gates[1][$0], middle[$0]) })
      } else {
        middle = multiplied(gates[1], hidden)
        add(cell, 2, chain(gate, x, middle, rows))
      }
      let (z, n) = (gates[0], gates[2])
      self.hidden = z.indices.map { ((1 - z[$0]) * n[$0]).addingProduct(z[$0], hidden[$0]) }
    case .lstm(let couplesForget):
      add(cell, 0, looked(cell.gates[0], chain(cell.gates[0], x, hidden, rows), state))
      if couplesForget {
        sums.append([])
        gates.append(gates[0].map { 1 - $0 })
      } else {
        add(cell, 1, looked(cell.gates[1], chain(cell.gates[1], x, hidden, rows), state))
      }
      add(cell, 2, chain(cell.gates[2], x, hidden, rows))
      let (i, f, n) = (gates[0], gates[1], gates[2])
      self.state = i.indices.map { (f[$0] * state[$0]).addingProduct(i[$0], n[$0]) }
      add(cell, 3, looked(cell.gates[3], chain(cell.gates[3], x, hidden, rows), self.state))
      activeState = cell.activations[4].values(self.state)
      self.hidden = multiplied(gates[3], activeState)
    }
  }

  private mutating func add(_ cell: RecurrentCell, _ gate: Int, _ sum: [Float]) {
    sums.append(sum)
    gates.append(cell.activations[gate].values(cell.clipped(sum)))
  }

  private func chain(
    _ gate: RecurrentGate, _ x: [Float], _ h: [Float], _ rows: Int
  ) -> [Float] {
    var sums = repeated(gate.bias, rows)
    product(x, gate.inputColumns, gate.units, rows, into: &sums)
    product(h, gate.recurrentColumns, gate.units, rows, into: &sums)
    return sums
  }

  /// The chain with the peephole's step behind.
  private func looked(_ gate: RecurrentGate, _ sums: [Float], _ state: [Float]) -> [Float] {
    guard let peephole = gate.peephole else { return sums }
    return sums.indices.map { sums[$0].addingProduct(peephole[$0 % gate.units], state[$0]) }
  }

  // The way back.

  /// The gradients at the inputs and the states before the step, each `rows` times as wide as what
  /// it belongs to, from those of the states behind it.
  ///
  ///     dx: the chain from +0 over (gate, unit) ascending of dsum w
  ///     dh: the chain over (gate, unit) ascending of dsum r, begun at what comes past the gates
  func gradients(
    _ cell: RecurrentCell, rows: Int, dHidden: [Float], dState: [Float]
  ) -> (x: [Float], hidden: [Float], state: [Float]) {
    var dx = [Float](repeating: 0, count: rows * cell.inputs)
    switch cell.kind {
    case .simple:
      var dh = [Float](repeating: 0, count: dHidden.count)
      let dSum = back(cell, 0, dHidden)
      product(dSum, cell.gates[0].input, cell.inputs, rows, into: &dx)
      product(dSum, cell.gates[0].recurrent, cell.units, rows, into: &dh)
      return (dx, dh, [])
    case .gru(let resetsProduct):
      let (z, r, n) = (gates[0], gates[1], gates[2])
      let dz = dHidden.indices.map { dHidden[$0] * (hiddenBefore[$0] - n[$0]) }
      let dn = dHidden.indices.map { dHidden[$0] * (1 - z[$0]) }
      let dSumN = back(cell, 2, dn)
      // Past the reset gate, into what it was multiplied by.
      var dMiddle = [Float](repeating: 0, count: dHidden.count)
      if resetsProduct {
        dMiddle = multiplied(dSumN, r)
      } else {
        product(dSumN, cell.gates[2].recurrent, cell.units, rows, into: &dMiddle)
      }
      let dr = multiplied(resetsProduct ? dSumN : dMiddle, resetsProduct ? middle : hiddenBefore)
      let dSums = [back(cell, 0, dz), back(cell, 1, dr), dSumN]
      var dh = multiplied(dHidden, z)
      for (gate, dSum) in zip(cell.gates, dSums) {
        product(dSum, gate.input, cell.inputs, rows, into: &dx)
      }
      for (gate, dSum) in zip(cell.gates, dSums).prefix(2) {
        product(dSum, gate.recurrent, cell.units, rows, into: &dh)
      }
      if resetsProduct {
        product(dMiddle, cell.gates[2].recurrent, cell.units, rows, into: &dh)
      } else {
        dh = dh.indices.map { dh[$0].addingProduct(dMiddle[$0], r[$0]) }
      }
      return (dx, dh, [])
    case .lstm(let couplesForget):
      let (i, f, n, o) = (gates[0], gates[1], gates[2], gates[3])
      let units = cell.units
      let dSumO = back(cell, 3, multiplied(dHidden, activeState))
      let outer = cell.activations[4].gradients(
        x: state, y: activeState, dy: multiplied(dHidden, o))
      var ds = zip(dState, outer).map { $0 + $1 }
      addPeephole(cell.gates[3], dSumO, units, to: &ds)
      let df = multiplied(ds, stateBefore)
      var di = multiplied(ds, n)
      if couplesForget { di = zip(di, df).map { $0 - $1 } }
      let dSums = [
        back(cell, 0, di), couplesForget ? [] : back(cell, 1, df),
        back(cell, 2, multiplied(ds, i)), dSumO,
      ]
      var before = multiplied(ds, f)
      var dh = [Float](repeating: 0, count: dHidden.count)
      for (number, dSum) in dSums.enumerated() where !dSum.isEmpty {
        let gate = cell.gates[number]
        product(dSum, gate.input, cell.inputs, rows, into: &dx)
        product(dSum, gate.recurrent, units, rows, into: &dh)
        if number < 2 { addPeephole(gate, dSum, units, to: &before) }
      }
      return (dx, dh, before)
    }
  }

  /// The gradient before a gate's activation and bounds.
  private func back(_ cell: RecurrentCell, _ gate: Int, _ dy: [Float]) -> [Float] {
    let x = cell.clipped(sums[gate])
    return cell.unclipped(
      cell.activations[gate].gradients(x: x, y: gates[gate], dy: dy), at: sums[gate])
  }

  private func addPeephole(
    _ gate: RecurrentGate, _ dSum: [Float], _ units: Int, to ds: inout [Float]
  ) {
    guard let peephole = gate.peephole else { return }
    for index in ds.indices {
      ds[index] = ds[index].addingProduct(dSum[index], peephole[index % units])
    }
  }
}

/// y += a b with rows of a; `columns` is the width of b and y.
private func product(
  _ a: [Float], _ b: [Float], _ columns: Int, _ rows: Int, into y: inout [Float]
) {
  guard rows > 0, columns > 0 else { return }
  let inner = b.count / columns
  multiply(
    rows: rows, inner: inner, columns: columns, MatrixSide(values: a, rowStride: inner), b,
    into: &y)
}

private func repeated(_ row: [Float], _ rows: Int) -> [Float] {
  (0..<rows).flatMap { _ in row }
}

private func multiplied(_ a: [Float], _ b: [Float]) -> [Float] {
  zip(a, b).map { $0 * $1 }
}
