public import Bytes
public import Formats

/// Reads the array in a data file: NumPy `.npy` or IDX, told from the bytes.
///
/// - Throws: `EvaluationError` for another kind of file or a malformed one.
public func readArray(_ bytes: ByteSlice) throws(EvaluationError) -> StoredTensor {
  let kind = FileFormat(of: bytes)
  do {
    switch kind {
    case .npy: return try NumPyArray(parsing: bytes).tensor()
    case .idx: return try IDXArray(parsing: bytes).tensor
    default: break
    }
  } catch {
    throw EvaluationError(error)
  }
  let found = kind?.rawValue ?? "bytes of no known format"
  throw EvaluationError("expected an array in NumPy or IDX form, found \(found)")
}
