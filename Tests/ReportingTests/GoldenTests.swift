import Judging
import Reporting
import TestSupport
import Testing

private let samples: [(String, @Sendable () throws -> [AuditReport])] = [
  ("pass", { [try Sample.robust()] }), ("fail", { [try Sample.fragile()] }),
  ("incomplete", { [try Sample.incomplete()] }),
  ("several", { [try Sample.incomplete(), try Sample.robust()] }),
]

struct GoldenTests {
  @Test(arguments: ReportFormat.all.map(\.name), samples.map(\.0))
  func `a report is written as it was reviewed`(_ format: String, _ sample: String) throws {
    let format = try #require(ReportFormat.named(format))
    let make = try #require(samples.first { $0.0 == sample }).1
    let text = format.write(try make())
    #expect(try matchesGolden(text, "\(sample).\(format.fileExtension)"))
    #expect(text == format.write(try make()))
  }
}
