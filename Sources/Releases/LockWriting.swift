import Bytes
import Dependencies

extension Lock {
  /// The one text of the lock: the same value always gives the same bytes.
  public func serialised() -> String {
    var text = """
      lock-version = "1"
      created-by = \(quoted(createdBy))
      [model]
      name = \(quoted(model.name))
      version = \(quoted(model.version))
      format = \(quoted(model.format))

      """
    if let parent = model.parent {
      let lock = parent.lock.map { ", lock = \(quoted($0.prefixed))" } ?? ""
      text += "parent = { version = \(quoted(parent.version))\(lock) }\n"
    }
    text += "[engine]\ncontract = \(quoted(contract))\n"
    text += "[files]\n" + Lock.lines(files)
    for (name, lines) in tables where !lines.isEmpty { text += "[\(name)]\n" + lines }
    return text
  }

  /// The tables that are left out when they are empty.
  private var tables: [(name: String, lines: String)] {
    [("sources", Lock.lines(sources))]
      + Ecosystem.allCases.map { ecosystem in
        (
          "deps.\(ecosystem.rawValue)",
          Lock.lines(PackageRecord.records(of: packages, in: ecosystem))
        )
      } + [
        ("training", (seed.map { "seed = \($0)\n" } ?? "") + Lock.lines(trainingData)),
        ("data", Lock.lines(dataSets)), ("metrics", Lock.lines(metrics)),
        ("golden", Lock.lines(goldens)),
      ]
  }

  private static func lines(_ records: [some LockRecord]) -> String {
    var text = ""
    for record in records {
      let fields = record.fields.map { "\($0.name) = \($0.value.written)" }
      text += "\(quoted(record.key)) = { \(fields.joined(separator: ", ")) }\n"
    }
    return text
  }
}
