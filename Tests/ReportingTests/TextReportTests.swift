import Judging
import Reporting
import Testing

private func text(_ reports: [AuditReport], isColoured: Bool = false) throws -> String {
  try #require(ReportFormat.named("text")).write(
    reports, style: ReportStyle(isColoured: isColoured))
}

struct TextReportTests {
  @Test
  func `the last line is the verdict in a sentence`() throws {
    let fail = try text([try Sample.fragile()])
    #expect(
      fail.hasSuffix(
        "\n\nFAIL: robustness: FGSM accuracy at eps 0.1 is at least 0.581 (612 of 1,000), policy "
          + "release\n  demands 0.75\n"))
    #expect(
      try text([try Sample.robust()]).hasSuffix(
        "\n\nPASS: handwritten-digits 1.4.0 meets policy release: 7 checks pass\n"))
  }

  @Test
  func `several subjects end with their count`() throws {
    let both = try text([try Sample.robust(), try Sample.fragile()])
    #expect(both.hasSuffix("\n\nFAIL: 1 of 2 subjects pass\n"))
  }

  @Test
  func `lines fit into 96 columns`() throws {
    for report in [try Sample.robust(), try Sample.fragile(), try Sample.incomplete()] {
      let lines = try text([report]).split(separator: "\n")
      #expect(lines.allSatisfy { $0.unicodeScalars.count <= 96 })
      #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    }
  }

  @Test
  func `colour adds escapes and nothing else`() throws {
    for report in [try Sample.fragile(), try Sample.incomplete(), try Sample.hostile()] {
      let plain = try text([report])
      let coloured = try text([report], isColoured: true)
      let stripped = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
      #expect(!plain.unicodeScalars.contains("\u{1b}"))
      #expect(coloured != plain)
      #expect(stripped == plain)
    }
  }
}
