/// An activation inside a recurrent cell.
public enum RecurrentActivation: Sendable, Hashable {
  /// One of the functions of section 5 of the numerics, with its parameters.
  case elementary(ElementaryFunction, alpha: Float? = nil, beta: Float? = nil)
  /// +0 where x < 0, else x.
  case relu
  /// x where x > 0, else alpha x, rounded.
  case leakyReLU(alpha: Float)
  /// fma(alpha, x, beta).
  case affine(alpha: Float, beta: Float)
  /// alpha tanh(beta x): the product, the tangent and the outer product each rounded.
  case scaledTanh(alpha: Float, beta: Float)
  /// x.
  case linear

  /// The activation of each number.
  func values(_ x: [Float]) -> [Float] {
    switch self {
    case .elementary(let function, let alpha, let beta):
      function.values(x, alpha: alpha, beta: beta)
    case .relu: x.map { $0 < 0 ? 0 : $0 }
    case .leakyReLU(let alpha): x.map { $0 > 0 ? $0 : $0 * alpha }
    case .affine(let alpha, let beta): x.map { beta.addingProduct(alpha, $0) }
    case .scaledTanh(let alpha, let beta):
      ElementaryFunction.tanh.values(x.map { beta * $0 }).map { alpha * $0 }
    case .linear: x
    }
  }

  /// The gradients at x of what has the gradients dy at y.
  func gradients(x: [Float], y: [Float], dy: [Float]) -> [Float] {
    switch self {
    case .elementary(let function, let alpha, let beta):
      return function.gradients(x: x, y: y, dy: dy, alpha: alpha, beta: beta)
    case .relu: return zip(x, dy).map { $0 > 0 ? $1 : 0 }
    case .leakyReLU(let alpha): return zip(x, dy).map { $0 > 0 ? $1 : $1 * alpha }
    case .affine(let alpha, _): return dy.map { alpha * $0 }
    case .scaledTanh(let alpha, let beta):
      let inner = x.map { beta * $0 }
      return ElementaryFunction.tanh.gradients(
        x: inner, y: ElementaryFunction.tanh.values(inner), dy: dy.map { alpha * $0 }
      ).map { beta * $0 }
    case .linear: return dy
    }
  }
}
