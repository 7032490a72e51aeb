import Bytes
import Findings
import TestSupport

// Hostile files: names of objects in HDF5 files and of tensors in checkpoints of TensorFlow.
extension Corpus {
  static let objectNames: [HostileFile] = [
    row("HDF5: an object whose name leads out", .tensorName, "model.h5") {
      named("..")
    } clean: {
      named("größ")
    },
    row("HDF5: an object whose name turns its text round", .tensorName, "model.h5") {
      named("a\u{202e}b")
    },
    row("HDF5: an object whose name holds a NUL byte", .unreadable, "model.h5") {
      bytes(of: "dense", "weight_07", as: "weight\0ab")
    },
    row("checkpoint: a name that leads out", .tensorName, "model.index") {
      checkpoint("../../x")
    } clean: {
      checkpoint("model/kernel/.ATTRIBUTES/VARIABLE_VALUE")
    },
    row("checkpoint: a name that turns its text round", .tensorName, "model.index") {
      checkpoint("a\u{202e}b")
    } clean: {
      checkpoint("größe")
    },
    row("checkpoint: a name with a NUL byte", .tensorName, "model.index") { checkpoint("a\0b") },
  ]

  private static func row(
    _ name: String, _ rule: Rule, _ file: String, _ bytes: @escaping @Sendable () -> [UInt8],
    clean: (@Sendable () -> [UInt8])? = nil
  ) -> HostileFile {
    HostileFile(
      name, rule, rule.severity, in: file, isHygiene: rule.severity < .high, bytes: bytes,
      clean: clean)
  }

  /// A file of h5py in which a name of six bytes is another one, that zeros fill up.
  private static func named(_ name: String) -> [UInt8] {
    let filler = String(repeating: "\0", count: 6 - name.utf8.count)
    return bytes(of: "symbols", "kernel", as: name + filler)
  }

  private static func bytes(of file: String, _ name: String, as other: String) -> [UInt8] {
    var bytes = (try? Fixture.bytes("vectors/hdf5/\(file).h5").array) ?? []
    guard let place = ByteSlice(bytes).firstPlace(of: Array(name.utf8)) else { return [] }
    bytes.replaceSubrange(place..<place + name.utf8.count, with: other.utf8)
    return bytes
  }

  /// A checkpoint's index of one tensor of eight bytes, as LevelDB lays its tables out.
  private static func checkpoint(_ name: String) -> [UInt8] {
    // A header of one data file, little-endian, version 1; an entry of two floats.
    let header: [UInt8] = [8, 1, 26, 2, 8, 1]
    let entry: [UInt8] = [8, 1, 18, 4, 18, 2, 8, 2, 40, 8, 53, 0, 0, 0, 0]
    func block(_ entries: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
      let body = entries.flatMap { key, value -> [UInt8] in
        [0, UInt8(key.count), UInt8(value.count)] + key + value
      }
      return body + little(0, 4) + little(1, 4)
    }
    // Type 0: not packed; the checksum is not looked at.
    let trailer = [UInt8](repeating: 0, count: 5)
    let data = block([([], header), (Array(name.utf8), entry)])
    let meta = block([])
    let index = block([(Array(name.utf8), [0, UInt8(data.count)])])
    let metaPlace = UInt8(data.count + 5)
    let indexPlace = metaPlace + UInt8(meta.count + 5)
    let places = [metaPlace, UInt8(meta.count)] + varint(indexPlace) + [UInt8(index.count)]
    let padding = [UInt8](repeating: 0, count: 40 - places.count)
    return data + trailer + meta + trailer + index + trailer + places + padding
      + little(0xdb47_7524_8b80_fb57, 8)
  }

  private static func varint(_ value: UInt8) -> [UInt8] {
    value < 128 ? [value] : [value, 1]
  }
}
