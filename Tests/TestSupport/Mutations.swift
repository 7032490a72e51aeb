public import Bytes

/// Damaged copies of a file, for readers that must refuse every one of them without a trap.
public struct Mutations: Sequence {
  /// What was done to a copy.
  public enum Damage: Sendable {
    /// Everything from the offset on is cut off.
    case truncation
    /// The bits of one byte are inverted.
    case inversion
    /// The lowest bit of one byte is inverted.
    case lowestBit
    /// An integer of the width is set to zero, its largest value, or one less.
    case extreme(width: Int, value: UInt64)
  }

  private let bytes: [UInt8]
  private let damages: [Damage]
  private let step: Int

  /// Every damage at every byte; of long files, at most `cases` copies evenly spread.
  public init(
    of bytes: some Collection<UInt8>, cases: Int = 10_000, damages: [Damage] = Damage.all
  ) {
    self.bytes = Array(bytes)
    self.damages = damages
    step = Swift.max(1, self.bytes.count * damages.count / Swift.max(cases, 1))
  }

  /// The copies, by offset.
  public func makeIterator() -> some IteratorProtocol<ByteSlice> {
    stride(from: 0, to: bytes.count, by: step).lazy.flatMap { offset in
      damages.lazy.map { ByteSlice(damaged(at: offset, $0)) }
    }.makeIterator()
  }

  private func damaged(at offset: Int, _ damage: Damage) -> [UInt8] {
    var copy = bytes
    switch damage {
    case .truncation: copy.removeLast(copy.count - offset)
    case .inversion: copy[offset] ^= 0xff
    case .lowestBit: copy[offset] ^= 1
    case .extreme(let width, let value):
      for index in 0..<width where offset + index < copy.count {
        copy[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
      }
    }
    return copy
  }
}

extension Mutations.Damage {
  /// Every damage that a reader is tried with.
  public static let all: [Mutations.Damage] = [
    .truncation, .inversion, .lowestBit, .extreme(width: 2, value: .max),
    .extreme(width: 4, value: .max), .extreme(width: 4, value: 0x7fff_ffff),
    .extreme(width: 8, value: .max), .extreme(width: 8, value: .max - 1),
    .extreme(width: 8, value: UInt64(Int64.max)), .extreme(width: 8, value: 0),
  ]
}
