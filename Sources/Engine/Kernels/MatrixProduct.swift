import CKernels

/// A matrix of binary32 numbers inside a larger array.
struct MatrixSide {
  let values: [Float]
  var offset = 0
  var rowStride: Int
  var step = 1
}

/// y += a b, each element one chain over the inner index that begins at what y holds: on the
/// kernels of the best variant, whose bits are those of the plain form.
func multiply(
  rows: Int, inner: Int, columns: Int, _ a: MatrixSide, _ b: [Float], bOffset: Int = 0,
  into y: inout [Float], yOffset: Int = 0
) {
  guard rows > 0, columns > 0 else { return }
  precondition(
    b.count >= bOffset + inner * columns && y.count >= yOffset + rows * columns
      && (inner == 0
        || a.values.count > a.offset + (rows - 1) * a.rowStride + (inner - 1) * a.step),
    "matrices of the stated sizes")
  if inner == 0 { return }
  ArithmeticMode.repairThread()
  let kernel = KernelVariant.best.kernels?.value.matrix_product ?? ck_plain_matrix_product
  let product = MatrixProduct(kernel: kernel, rows: rows, inner: inner, columns: columns)
  product.run(a, b, bOffset, &y, yOffset)
}

/// A product of fixed sizes on one kernel.
private struct MatrixProduct {
  let kernel:
    @convention(c) (
      Int, Int, Int, UnsafePointer<Float>, Int, Int, UnsafePointer<Float>,
      UnsafeMutablePointer<Float>
    ) -> Void
  let rows: Int
  let inner: Int
  let columns: Int

  func run(
    _ a: MatrixSide, _ b: [Float], _ bOffset: Int, _ y: inout [Float], _ yOffset: Int
  ) {
    a.values.withUnsafeBufferPointer { left in
      b.withUnsafeBufferPointer { b in
        y.withUnsafeMutableBufferPointer { y in
          guard let aStart = left.baseAddress, let bStart = b.baseAddress,
            let yStart = y.baseAddress
          else { return }
          kernel(
            rows, inner, columns, aStart + a.offset, a.rowStride, a.step, bStart + bOffset,
            yStart + yOffset)
        }
      }
    }
  }
}
