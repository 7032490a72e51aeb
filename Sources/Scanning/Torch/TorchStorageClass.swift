import Formats

/// torch's storage classes, named in `torch` and, where they lay on a GPU, in `torch.cuda`.
enum TorchStorageClass {
  private static let itemSizes: [(name: String, bytes: Int)] = [
    ("DoubleStorage", 8), ("FloatStorage", 4), ("HalfStorage", 2), ("BFloat16Storage", 2),
    ("LongStorage", 8), ("IntStorage", 4), ("ShortStorage", 2), ("CharStorage", 1),
    ("ByteStorage", 1), ("BoolStorage", 1), ("ComplexFloatStorage", 8),
    ("ComplexDoubleStorage", 16), ("QInt8Storage", 1), ("QUInt8Storage", 1),
    ("QInt32Storage", 4), ("QUInt4x2Storage", 1), ("QUInt2x4Storage", 1),
  ]

  /// Bytes of an element of the class, nil when it is no storage.
  static func itemSize(of name: PickledGlobal) -> Int? {
    if ["UntypedStorage", "_UntypedStorage"].contains(name.name) {
      return ["torch", "torch.storage"].contains(name.module) ? 1 : nil
    }
    guard name.module == "torch" || name.module == "torch.cuda" else { return nil }
    return itemSizes.first { $0.name == name.name }?.bytes
  }
}
