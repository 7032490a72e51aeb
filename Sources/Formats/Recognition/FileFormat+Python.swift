import Bytes

// Pickles and arrays.
extension FileFormat {
  private static let pythonSignatures: [Signature<FileFormat>] = [
    Signature(.pickle, [0x80, 0x00]),
    Signature(.pickle, [0x80, 0x01]),
    Signature(.pickle, [0x80, 0x02]),
    Signature(.pickle, [0x80, 0x03]),
    Signature(.pickle, [0x80, 0x04]),
    Signature(.pickle, [0x80, 0x05]),
    Signature(.npy, [0x93] + Array("NUMPY".utf8)),
    Signature(.joblib, "ZF0x"),
  ]

  static func addPython(of bytes: ByteSlice, to claims: inout [Claim]) {
    pythonSignatures.add(of: bytes, to: &claims)
  }
}
