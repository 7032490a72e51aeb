import Bytes
import Engine

/// The equation of an `EinsumDense` layer for rows without the batch axis.
struct KerasEinsum {
  private let input: [Character]
  private let output: [Character]
  private let kernel: Tensor
  private let letters: [Character]

  /// Reads the equation for a kernel and an input of so many axes. An ellipsis stands for axes that
  /// only the input and the output have.
  init(_ call: KerasCall, kernel: Tensor, rank: Int) throws(EngineError) {
    let equation = try call.layer.text("equation", default: "")
    let text = equation.filter { $0 != " " }
    func refused() -> EngineError {
      call.layer.unsupported(
        "equation", "a sum over letters that the input and the kernel alone have", equation)
    }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    guard sides.count == 2, terms.count == 2, text.utf8.count <= 100 else { throw refused() }
    /// The letters with the ellipsis as digits; the batch is the first axis, whatever its name.
    func axes(_ term: Substring, rank: Int?) throws(EngineError) -> [Character] {
      let parts = term.split(separator: "...", omittingEmptySubsequences: false)
      guard parts.count <= 2, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isLetter } })
      else { throw refused() }
      guard parts.count == 2 else { return Array(term) }
      let spare = rank.map { $0 - parts[0].count - parts[1].count } ?? dots
      guard (0...9).contains(spare) else { throw refused() }
      dots = spare
      return Array(parts[0]) + (0..<spare).map { Character("\($0)") } + Array(parts[1])
    }
    var dots = 0
    let given = try axes(terms[0], rank: rank + 1)
    let wanted = try axes(sides[1], rank: nil)
    letters = Array(terms[1])
    self.kernel = kernel
    guard letters.allSatisfy({ $0.isASCII && $0.isLetter }), letters.count == kernel.shape.count,
      given.count == rank + 1, let batch = given.first, wanted.first == batch,
      !letters.contains(batch),
      [given, wanted, letters].allSatisfy({ Set($0).count == $0.count })
    else { throw refused() }
    input = Array(given.dropFirst())
    output = Array(wanted.dropFirst())
    let (inputs, outputs, kernels) = (Set(input), Set(output), Set(letters))
    guard inputs.intersection(kernels).isDisjoint(with: outputs),
      outputs == inputs.symmetricDifference(kernels)
    else { throw refused() }
  }

  /// The sum: a chain for each output, over the shared letters in the order of the input.
  func apply(to x: Graph.Value, _ call: KerasCall) throws(EngineError) -> Graph.Value {
    let shape = call.shape(of: x)
    let inner = input.filter(letters.contains)
    let rows = input.filter { !letters.contains($0) }
    let columns = letters.filter { !inner.contains($0) }
    func places(_ wanted: [Character], in given: [Character]) -> [Int] {
      wanted.compactMap { given.firstIndex(of: $0) }
    }
    let sizes = places(rows, in: input).map { shape[$0] }
    let widths = places(columns, in: letters).map { kernel.shape[$0] }
    let depth = places(inner, in: input).map { shape[$0] }
    guard depth == places(inner, in: letters).map({ kernel.shape[$0] }) else {
      throw EngineError("kernel", expected: "\(depth) along the sum", found: "\(kernel.shape)")
    }
    let count = depth.reduce(1, *)
    let matrix = try Transpose(axes: places(inner + columns, in: letters))
      .evaluate([AnyTensor(kernel)]).reshaped([count, widths.reduce(1, *)]).single("kernel")
    let flat = try call.reshape(
      call.transpose(x, places(rows + inner, in: input)), to: [sizes.reduce(1, *), count])
    let product = try call.product(flat, kernel: matrix, bias: nil)
    let spread = try call.reshape(product, to: sizes + widths)
    return try call.transpose(spread, places(output, in: rows + columns))
  }
}
