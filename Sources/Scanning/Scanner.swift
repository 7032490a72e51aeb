public import Archives
public import Bytes
public import Findings
import Formats

/// Looks for hostile content: what a loader would run, and what hides from one reader and shows
/// to another.
///
/// A file is taken for what its bytes are; its name is only compared. A kind that is not known is
/// an obstacle, never clean.
public struct Scanner: Sendable {
  private let limits: Limits

  /// A scanner under the given limits.
  public init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Everything wrong with the members, and with the archives among them.
  public func scan(_ inventory: Inventory) -> [Finding] {
    var allowance = inventory.allowance
    let depth = inventory.container == .file || inventory.container == .folder ? 0 : 1
    return inventory.members.flatMap { member in
      scan(member.bytes, at: Place([member.path.text]), depth: depth, allowance: &allowance)
    }
  }

  /// Everything wrong with one file of the given name, below which findings are placed.
  public func scan(_ path: String, _ bytes: ByteSlice) -> [Finding] {
    var allowance = Allowance(limits, subjectBytes: bytes.count)
    return scan(bytes.asFile(), at: Place([path]), depth: 0, allowance: &allowance)
  }

  private func scan(
    _ bytes: ByteSlice, at place: Place, depth: Int, allowance: inout Allowance
  ) -> [Finding] {
    let name = FileName(place.members.last ?? "")
    let pickle = PickleScan(bytes, at: place, limits: limits)
    let kind = kind(of: bytes, name, pickle)
    var findings: [Finding] = []
    if kind == .pickle {
      if !name.mayBePickle {
        findings.append(Rule.disguisedPickle.at(place, "'\(name.text)' is a pickle"))
      }
    } else if pickle.disguise == .imports {
      findings.append(
        Rule.disguisedPickle.at(place, "'\(name.text)' is \(kind.article) and also a pickle"))
      findings += pickle.run()
    } else if let expected = name.expectedKinds, !expected.contains(kind) {
      findings.append(
        Rule.misnamed.at(
          place, "'\(name.text)' is \(kind.article)",
          evidence: ["expected: " + expected.map(\.rawValue).joined(separator: " or ")]))
    }
    return findings
      + judge(bytes, kind, name, at: place, depth: depth, allowance: &allowance)
  }

  /// The kind of the bytes. Protocols 0 and 1 of pickle have no signature: what has no other kind
  /// than text is tried as one.
  private func kind(of bytes: ByteSlice, _ name: FileName, _ pickle: PickleScan) -> FileKind {
    let kind = FileKind(of: bytes)
    guard kind == .text || kind == .unknown else { return kind }
    switch pickle.disguise {
    case .imports: return .pickle
    case .data where kind == .unknown || name.isPickle: return .pickle
    case .data, .none: return kind
    }
  }

  private func judge(
    _ bytes: ByteSlice, _ kind: FileKind, _ name: FileName, at place: Place, depth: Int,
    allowance: inout Allowance
  ) -> [Finding] {
    switch kind {
    case .empty, .idx: []
    case .png, .jpeg: judgePicture(bytes, kind, at: place)
    case .hdf5: HDF5Scan.findings(in: bytes, at: place, limits: limits)
    case .pickle: PickleScan(bytes, at: place, limits: limits).run()
    case .npy: judgeArray(bytes, at: place)
    case .safetensors: judgeSafetensors(bytes, at: place)
    case .json: judgeJSON(bytes, name, at: place)
    case .text: judgeText(bytes, name, at: place)
    case .elf, .pe, .machO: [Rule.executable.at(place, "'\(name.text)' is \(kind.article)")]
    case .zip, .tar, .gzip, .zstd, .xz, .bzip2, .onnx, .unknown:
      judgeArchive(bytes, kind, at: place, depth: depth, allowance: &allowance)
    case .lz4, .sevenZip: [Rule.unknownKind.at(place, "\(kind.article) is not opened")]
    }
  }

  /// Pictures are inert, but readers of zip archives look for their end alone.
  private func judgePicture(_ bytes: ByteSlice, _ kind: FileKind, at place: Place) -> [Finding] {
    guard ZipArchive.ends(bytes) else { return [] }
    return [Rule.strayBytes.at(place, "\(kind.article) that is also a zip archive")]
  }

  private func judgeArray(_ bytes: ByteSlice, at place: Place) -> [Finding] {
    do throws(ParseError) {
      let array = try NumPyArray(parsing: bytes)
      switch array.datatype {
      case .number, .unsupported:
        guard !array.trailing.isEmpty else { return [] }
        let trailing = array.trailing
        return [
          Rule.strayBytes.at(
            place.at(trailing.offset), "\(trailing.count) bytes follow the last element")
        ]
      case .record(hasObjects: false): return []
      case .object, .record(hasObjects: true):
        return [Rule.objectArray.at(place, "an array of \(array.datatype.name)")]
          + PickleScan(array.data, at: place, limits: limits).run()
      }
    } catch {
      let rule: Rule = error.kind == .malformed ? .arrayLie : .unreadable
      return [rule.at(place, error)]
    }
  }

  private func judgeSafetensors(_ bytes: ByteSlice, at place: Place) -> [Finding] {
    do throws(ParseError) {
      _ = try SafetensorsFile(parsing: bytes, limits: limits)
      return []
    } catch {
      let rule: Rule = error.kind == .malformed ? .safetensorsLie : .unreadable
      return [rule.at(place, error)]
    }
  }

  /// JSON is inert unless it is a Keras configuration.
  private func judgeJSON(_ bytes: ByteSlice, _ name: FileName, at place: Place) -> [Finding] {
    do throws(ParseError) {
      guard bytes.count <= limits.headerBytes else {
        throw ParseError(
          .limit, at: 0, expected: "JSON of at most \(limits.headerBytes) bytes",
          found: "\(bytes.count)")
      }
      let value = try JSON(parsing: bytes)
      guard value["class_name"] != nil else { return [] }
      return KerasConfigScan.findings(in: value, at: place)
    } catch {
      // Python reads more than JSON allows: names that stand twice, NaN. What only begins like
      // JSON is text.
      let mayBeConfiguration = bytes.contains("class_name") || bytes.contains("\\u")
      guard name.fileExtension == "json" || error.kind == .limit || mayBeConfiguration else {
        return judgeText(bytes, name, at: place)
      }
      return [Rule.unreadable.at(place, error)]
    }
  }

  private func judgeText(_ bytes: ByteSlice, _ name: FileName, at place: Place) -> [Finding] {
    if bytes.starts(with: Array("#!".utf8)) {
      let line = bytes.prefix { $0 != 0x0a }.prefix(120)
      return [
        Rule.script.at(
          place, "'\(name.text)' begins as a script", evidence: [safeText(bytes: line)])
      ]
    }
    guard name.isScript else { return [] }
    return [Rule.script.at(place, "'\(name.text)' is a script by its name")]
  }
}

// Archives.
extension Scanner {
  private func judgeArchive(
    _ bytes: ByteSlice, _ kind: FileKind, at place: Place, depth: Int, allowance: inout Allowance
  ) -> [Finding] {
    let inner = Inventory(
      of: bytes, named: place.members.last ?? "", depth: depth, allowance: &allowance,
      opensModels: true)
    let outer = Array(place.members.dropLast())
    let findings = inner.findings.map { $0.inside(outer) }
    guard inner.container != .file else {
      // Nothing known, or compressed but no archive: what is inside was not looked at.
      let message =
        switch kind {
        case .unknown: "the kind of the file is not known"
        case .onnx: "an ONNX model is not scanned: there are no rules for it yet"
        default: "\(kind.article) without an archive is not opened"
        }
      return findings.isEmpty ? [Rule.unknownKind.at(place, message)] : findings
    }
    if let torch = TorchArchive(inner.members) {
      return findings
        + judgeTorch(torch, inner.members, at: place, depth: depth, allowance: &allowance)
    }
    return findings
      + inner.members.flatMap { member in
        scan(
          member.bytes, at: place.member(member.path.text), depth: depth + 1,
          allowance: &allowance)
      }
  }

  private func judgeTorch(
    _ torch: TorchArchive, _ members: [Member], at place: Place, depth: Int,
    allowance: inout Allowance
  ) -> [Finding] {
    var findings: [Finding] = []
    var used: Set<String> = []
    for member in members {
      let inside = place.member(member.path.text)
      if torch.isStorage(member) { continue }
      if FileKind(of: member.bytes) == .pickle {
        var keys: Set<String> = []
        let scan = PickleScan(
          member.bytes, at: inside, context: .torch(storages: torch.storages), limits: limits)
        findings += scan.run(storages: &keys)
        used.formUnion(keys)
      } else {
        findings += scan(member.bytes, at: inside, depth: depth + 1, allowance: &allowance)
      }
    }
    // A storage is raw numbers: it may look like any kind, but something must refer to it.
    for member in members where torch.isStorage(member) && !used.contains(torch.key(of: member)) {
      findings.append(
        Rule.strayBytes.at(
          place.member(member.path.text), "a storage that no tensor refers to"))
    }
    return findings
  }
}

extension ByteSlice {
  /// Whether the text stands anywhere in the bytes.
  fileprivate func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return true }
    var rest = self
    while let place = rest.firstIndex(of: first) {
      rest = rest.suffix(rest.count - place)
      if rest.starts(with: wanted) { return true }
      rest = rest.suffix(rest.count - 1)
    }
    return false
  }
}

/// The layout of a zip that torch.save wrote: `NAME/data.pkl` and `NAME/data/KEY`.
private struct TorchArchive {
  /// Bytes of each storage by its key.
  let storages: [String: Int]
  private let prefix: String

  init?(_ members: [Member]) {
    let pickles = members.map(\.path.text).filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else { return nil }
    let prefix = String(pickle.dropLast("data.pkl".count)) + "data/"
    self.prefix = prefix
    storages = Dictionary(
      members.filter { $0.path.text.hasPrefix(prefix) }.map {
        (String($0.path.text.dropFirst(prefix.count)), $0.size)
      }, uniquingKeysWith: { first, _ in first })
  }

  func isStorage(_ member: Member) -> Bool { member.path.text.hasPrefix(prefix) }
  func key(of member: Member) -> String { String(member.path.text.dropFirst(prefix.count)) }
}
