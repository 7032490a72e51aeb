import Bytes
import Findings
import Formats

/// Judges the index of a model in several files: `{"weight_map": {tensor: file}}`.
struct ShardIndexScan {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let index: JSON
    do throws(ParseError) {
      guard file.bytes.count <= context.limits.headerBytes else {
        throw ParseError(
          .limit, at: 0, expected: "an index of at most \(context.limits.headerBytes) bytes",
          found: "\(file.bytes.count)")
      }
      index = try JSON(parsing: file.bytes)
    } catch {
      return context.judge(error, at: file.place, as: .shardsDisagree)
    }
    guard let map = index["weight_map"]?.object else { return .whole }
    var shards: [String: Set<String>] = [:]
    for entry in map {
      guard let path = entry.value.string else {
        context.report(
          Rule.shardsDisagree.at(file.place.detail(entry.name), "a shard that is no name"))
        continue
      }
      if let reason = OutsidePath.reason(path) {
        context.report(
          Rule.shardsDisagree.at(
            file.place.detail(entry.name), "the shard '\(path)' leads outside: \(reason)",
            evidence: [path]))
      } else {
        shards[path, default: []].insert(entry.name)
      }
    }
    return compare(shards, file, &context)
  }

  /// Compares the index with the shards that are there.
  private static func compare(
    _ shards: [String: Set<String>], _ file: ScannedFile, _ context: inout ScanContext
  ) -> Coverage {
    var holders: [String: String] = [:]
    var missing: [String] = []
    for path in shards.keys.sorted() {
      guard let bytes = file.siblings.bytes(path) else {
        missing.append(path)
        continue
      }
      guard FileFormat(of: bytes) == .safetensors,
        let shard = parsed(bytes, limits: context.limits)
      else { continue }
      let names = Set(shard.tensors.map(\.name))
      let listed = shards[path] ?? []
      for name in listed.subtracting(names).sorted() {
        report("'\(name)' is not in its shard '\(path)'", name, file, &context)
      }
      for name in names.subtracting(listed).sorted() {
        report(
          "'\(path)' holds '\(name)', which the index does not take from it", name, file, &context)
      }
      for name in names.sorted() {
        guard let other = holders.updateValue(path, forKey: name) else { continue }
        report("'\(name)' is in '\(other)' and in '\(path)'", name, file, &context)
      }
    }
    guard let first = missing.first else { return .whole }
    return .partly(
      Rule.unreadable.at(file.place, "the shard '\(first)' is not there", evidence: missing))
  }

  private static func report(
    _ message: String, _ tensor: String, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    context.report(
      Rule.shardsDisagree.at(file.place.detail(tensor), message, evidence: [message]))
  }

  /// The shard; nil when it is damaged, which its own scan says.
  private static func parsed(_ bytes: ByteSlice, limits: Limits) -> SafetensorsFile? {
    do throws(ParseError) {
      return try SafetensorsFile(parsing: bytes, limits: limits)
    } catch {
      return nil
    }
  }
}
