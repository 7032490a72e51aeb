import Bytes
import Findings
import Formats

/// Judges a file that is, or may be, a pickle: all its streams, and every byte after them.
struct PickleScan {
  /// Begins torch's format before version 1.6: five pickles, then the storages.
  private static let legacyMagic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]

  private let place: Place
  private let bytes: ByteSlice
  private let limits: Limits
  private let context: PickleJudge.Context

  init(
    _ bytes: ByteSlice, at place: Place, context: PickleJudge.Context = .plain,
    limits: Limits
  ) {
    self.bytes = bytes
    self.place = place
    self.context = context
    self.limits = limits
  }

  /// Everything wrong with the pickle; empty for one that makes data alone and fills the file.
  /// `storages` is filled with the keys of torch's storages that it refers to.
  func run(storages: inout Set<String>) -> [Finding] {
    let isLegacy = hasLegacyMagic
    var judge = PickleJudge(
      place: place, context: isLegacy ? .torch(storages: nil) : context, limits: limits)
    var machine = PickleMachine(limits: limits)
    var reader = PickleReader(bytes)
    var streams = 0
    while !reader.rest.isEmpty {
      if streams == 1, !isLegacy {
        judge.report(
          .unaccountedBytes, at: reader.offset, "\(reader.rest.count) bytes follow the pickle")
      }
      do throws(ParseError) {
        let value = try machine.run(&reader, &judge)
        streams += 1
        if isLegacy, streams == 5 {
          judgeLegacyStorages(value, machine.objects, reader.rest, &judge)
          break
        }
      } catch {
        // Bytes after a whole pickle need not be one; they were reported.
        if streams == 0 || isLegacy || error.kind == .limit {
          let rule: Rule = error.kind == .limit ? .unreadable : .malformedPickle
          judge.report(rule, at: error.offset, "\(error)")
        }
        let rest = reader.rest
        if rest.count < bytes.count, error.kind != .limit {
          judge.add(TrailingContent.pickles(in: rest, at: place, limits: limits))
        }
        break
      }
    }
    if bytes.isEmpty { judge.report(.malformedPickle, at: 0, "no opcode at all") }
    storages = Set(judge.storages.map(\.key))
    return judge.findings
  }

  func run() -> [Finding] {
    var storages: Set<String> = []
    return run(storages: &storages)
  }

  /// What a file of another kind is when a reader of pickles gets it.
  enum Disguise {
    /// No reader gets anywhere with it.
    case none
    /// A reader makes data of it and imports nothing.
    case data
    /// A reader imports something.
    case imports
  }

  /// Tries whether a reader of pickles would take the bytes: protocols 0 and 1 have no signature,
  /// and many texts begin with a letter that is an opcode.
  var disguise: Disguise {
    var judge = PickleJudge(place: place, context: context, limits: limits, wrappings: nil)
    var machine = PickleMachine(limits: limits)
    var reader = PickleReader(bytes)
    do throws(ParseError) {
      _ = try machine.run(&reader, &judge)
      return judge.hasImports ? .imports : .data
    } catch {
      // A broken stream runs up to the break. An import may be two lines of any text; a call of
      // one is not.
      return judge.hasImports && judge.hasCalls ? .imports : .none
    }
  }

  /// The magic number as LONG1 after PROTO and, from protocol 4 on, FRAME.
  private var hasLegacyMagic: Bool {
    let start = bytes.prefix(32)
    guard start.count >= 23, start[0] == 0x80 else { return false }
    let number = [0x8a, 0x0a] + Self.legacyMagic
    return start.suffix(start.count - (start[2] == 0x95 ? 11 : 2)).starts(with: number)
  }

  /// After five pickles: for each key of the fifth, a list, the number of elements in 8 bytes, then
  /// the elements.
  private func judgeLegacyStorages(
    _ keys: PickledValue, _ graph: PickledObjects, _ bytes: ByteSlice, _ judge: inout PickleJudge
  ) {
    var reader = ByteReader(bytes)
    var left = Dictionary(
      judge.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    do throws(ParseError) {
      for key in graph.object(keys)?.elements ?? [] {
        guard case .text(let key) = key, let storage = left.removeValue(forKey: key) else {
          judge.report(
            .strayReference, at: reader.offset, "a storage is listed that no tensor refers to")
          return
        }
        let start = reader.offset
        let count = try reader.readSize(width: 8, "a number of elements")
        if count != storage.elements {
          judge.report(
            .strayReference, at: start,
            "storage '\(safeText(key))' has \(count) elements, its tensors \(storage.elements)")
        }
        let elements = try reader.read(storage.bytes, "the elements of a storage")
        judge.add(StorageContent.findings(in: elements, at: place.at(start), limits: limits))
      }
    } catch {
      judge.report(.strayReference, at: error.offset, error.reason)
      return
    }
    if !left.isEmpty {
      judge.report(
        .strayReference, at: reader.offset, "\(left.count) storages are referred to, not listed")
    }
    if !reader.isAtEnd {
      judge.report(
        .unaccountedBytes, at: reader.offset, "\(reader.remaining) bytes follow the storages")
    }
  }
}
