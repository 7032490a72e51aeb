import CKernels

/// A convolution, a dense layer or the input gradient of one, as the tables that a kernel follows.
struct Product: Sendable {
  var kind: ck_product_kind
  /// The places of the taps in chain order, from the place of a row's first pixel; with scattered
  /// lanes one for each tap and lane of each panel.
  var offsets: [Int32]
  var taps: Int
  /// [panels][taps][16], or [outputs][taps] for pixels.
  var weights: TensorStorage
  /// One for each output; missing ones are +0.
  var bias: [Float]
  /// What a panel adds to the places of its inputs and outputs.
  var panelIn: [Int]
  var panelOut: [Int]
  /// Pixels of an image, and the steps between them.
  var pixels = Extent(1)
  var inRow = 0
  var inColumn = 0
  var outRow = 0
  var outColumn = 0
  /// Rows and columns of the windows that the taps are, where pixels share them; else 0.
  var window = 0
  /// Whether a ReLU stands between the chains and the max pool that is taken with them.
  var isRectified = false
  var after = Finish()
}

/// What follows a chain or a sum before it is stored.
struct Finish: Sendable {
  var scale: [Float]?
  var shift: [Float]?
  var activation: ck_activation?

  init() {}

  init(_ normalization: BatchNormalization?, _ activation: ck_activation?) {
    scale = normalization?.scale
    shift = normalization?.shift
    self.activation = activation
  }
}

/// A finish as the kernels take it, with the memory that it points to.
///
/// `@unchecked Sendable`: its pointers lead into tables that it owns and nobody writes.
struct FinishTables: @unchecked Sendable {
  let value: ck_finish
  private let owners: [Table<Float>]

  /// Pads scale and shift to whole vectors.
  init(_ finish: Finish) {
    let scale = finish.scale.map { Table(padded($0)) }
    let shift = finish.shift.map { Table(padded($0)) }
    owners = [scale, shift].compactMap(\.self)
    value = ck_finish(
      scale: scale?.start, shift: shift?.start, activates: finish.activation != nil,
      activation: finish.activation ?? ck_activation(kind: CK_RELU, low: 0, high: 0))
  }
}

/// The numbers, filled with zeros up to a whole vector.
func padded(_ numbers: [Float]) -> [Float] {
  let count = (numbers.count + Geometry.blockLanes - 1) / Geometry.blockLanes
  return numbers
    + [Float](repeating: 0, count: count * Geometry.blockLanes - numbers.count)
}

/// Runs a product over images.
///
/// `@unchecked Sendable`: its pointers lead into tables that it owns and nobody writes.
struct ProductStep: Step, @unchecked Sendable {
  /// Multiply-accumulates that are worth waking threads for, about 0.1 ms, and those that are worth
  /// sharing among threads that are awake.
  private static let wakingWork = 5_000_000
  private static let sharingWork = 1_000_000
  /// More than one, so that the others take over from a thread that is held up.
  private static let piecesPerThread = 2

  private let product: ck_product
  private let owners: [any AnyObject & Sendable]
  private let finish: FinishTables
  private let input: Buffer
  private let output: Buffer
  private let added: Buffer?
  private let winners: Buffer?
  private let passed: Buffer?
  private let rows: Int
  private let imageWork: Int
  let takesBlock: Bool

  /// `added` is a map in blocks, of the output's size; so are the winners of a pooled product, which
  /// adds nothing.
  init(
    _ product: Product, from input: Buffer, to output: Buffer, added: MapBuffer? = nil,
    winners: MapBuffer? = nil, passed: Buffer? = nil
  ) {
    let offsets = Table(product.offsets)
    let isPixels = product.kind == CK_PIXELS
    let bias = Table(isPixels ? product.bias : padded(product.bias))
    let panelIn = Table(product.panelIn.map(Int32.init))
    let panelOut = Table(product.panelOut.map(Int32.init))
    let beside = (added ?? winners)?.geometry
    let panelAdded = beside.map { geometry in
      Table(
        product.panelOut.indices.map { Int32(geometry.offset($0 * Geometry.blockLanes, 0, 0)) })
    }
    finish = FinishTables(product.after)
    owners = [offsets, bias, panelIn, panelOut, product.weights] + (panelAdded.map { [$0] } ?? [])
    self.product = ck_product(
      kind: product.kind, taps: product.taps, panels: product.panelOut.count,
      offsets: offsets.start, weights: product.weights.start, bias: bias.start,
      finish: finish.value, panel_in: panelIn.start, panel_out: panelOut.start,
      height: product.pixels.height, width: product.pixels.width, in_row: product.inRow,
      in_column: product.inColumn, out_row: product.outRow, out_column: product.outColumn,
      panel_added: panelAdded?.start, added_row: beside?.rowStride ?? 0,
      added_column: beside?.lanes ?? 0, window: product.window, rectified: product.isRectified)
    self.input = input
    self.output = output
    self.added = added?.buffer
    self.winners = winners?.buffer
    self.passed = passed
    rows = withUnsafePointer(to: self.product) { ck_product_rows($0) }
    let rowOutputs =
      switch product.kind {
      case CK_PIXELS: 1
      case CK_POOLED: 4 * Geometry.blockLanes
      default: Geometry.blockLanes
      }
    imageWork = saturatingProduct(
      product.taps, product.panelOut.count, rowOutputs,
      product.pixels.height * product.pixels.width)
    takesBlock = product.pixels == Extent(1)
  }

  var buffers: [Buffer] { [input, output] + [added, winners, passed].compactMap(\.self) }

  /// The team, where the step is worth sharing.
  private func team(of run: borrowing Run) -> Team? {
    guard let team = run.team else { return nil }
    let least = team.isGathered ? ProductStep.sharingWork : ProductStep.wakingWork
    return saturatingProduct(imageWork, run.images) >= least ? team : nil
  }

  func run(_ run: borrowing Run) {
    let call = Call(
      kernels: run.kernels, product: product,
      operands: ck_operands(
        x: run.map(input, 0), x_image: run.stride(input), y: run.map(output, 0),
        y_image: run.stride(output), added: added.map { UnsafePointer(run.map($0, 0)) },
        added_image: added.map { run.stride($0) } ?? winners.map { 2 * run.stride($0) } ?? 0,
        winners: winners.map { run.winners($0, 0) },
        passed: passed.map { run.marks($0, 0) }))
    let allRows = rows * run.images
    guard let team = team(of: run) else {
      call.run(rows: 0..<allRows, panels: 0..<product.panels)
      return
    }
    let pieces = ProductStep.piecesPerThread * team.threads
    let allPanels = product.panels
    let overPanels = allPanels >= 2 * pieces
    team.share(pieces: pieces) { piece in
      let rows = overPanels ? 0..<allRows : part(piece, of: pieces, in: allRows)
      let panels = overPanels ? part(piece, of: pieces, in: allPanels) : 0..<allPanels
      call.run(rows: rows, panels: panels)
    }
  }
}

/// The given part of `0..<count` cut into nearly equal ones.
private func part(_ piece: Int, of pieces: Int, in count: Int) -> Range<Int> {
  (count * piece / pieces)..<(count * (piece + 1) / pieces)
}

/// A product with its operands.
///
/// `@unchecked Sendable`: calls on several threads write different rows or panels of y.
private struct Call: @unchecked Sendable {
  let kernels: ck_kernels
  let product: ck_product
  let operands: ck_operands

  func run(rows: Range<Int>, panels: Range<Int>) {
    withUnsafePointer(to: product) { product in
      withUnsafePointer(to: operands) { operands in
        kernels.product(
          product, operands, rows.lowerBound, rows.upperBound, panels.lowerBound,
          panels.upperBound)
      }
    }
  }
}
