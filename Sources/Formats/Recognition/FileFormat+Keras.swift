import Bytes

// HDF5 and TensorFlow.
extension FileFormat {
  private static let hdf5Magic: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  /// Ends a table of strings (LevelDB), as the index of a checkpoint is.
  private static let tableMagic: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

  static func addKeras(of bytes: ByteSlice, to claims: inout [Claim]) {
    if bytes.starts(with: hdf5Magic) {
      claims.append(Claim(.hdf5, .signature))
    } else if !claims.contains(where: { $0.format == .tar }), let place = userBlockEnd(bytes) {
      // A tar's members begin at such places, too.
      claims.append(Claim(.hdf5, .structure, at: place))
    }
    if bytes.count > 48, bytes.suffix(8).elementsEqual(tableMagic) {
      claims.append(Claim(.tensorFlowCheckpoint, .structure))
    }
    if Signature(FileFormat.tflite, "TFL3", at: 4).matches(bytes) {
      claims.append(Claim(.tflite, .signature))
    }
  }

  /// HDF5 may begin after a user block: at 512, 1024, 2048, ...
  private static func userBlockEnd(_ bytes: ByteSlice) -> Int? {
    var place = 512
    while place <= bytes.count - hdf5Magic.count {
      if Signature(FileFormat.hdf5, hdf5Magic, at: place).matches(bytes) { return place }
      place *= 2
    }
    return nil
  }
}
