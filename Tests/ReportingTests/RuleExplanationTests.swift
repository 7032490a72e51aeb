import Bytes
import Findings
import Reporting
import TestSupport
import Testing

struct RuleExplanationTests {
  @Test
  func `a rule explains itself`() {
    #expect(
      RuleExplanation.text(for: .checkDidNotRun) == """
        POL001: a check that the policy asks for did not run
        high, obstacle, CWE-693

        why   what was not looked at cannot pass
        fix   mend what stopped the audit before this check and run it again
        then  leaves its check incomplete (exit 3), unless something fails

        """)
  }

  @Test
  func `the lists hold every rule`() throws {
    let ids = Rule.all.map(\.id)
    let list = RuleExplanation.list().split(separator: "\n").map { String($0.prefix(6)) }
    #expect(list == ids)
    let json = try JSON(parsing: ByteSlice(utf8: RuleExplanation.json()))
    #expect(json.array?.compactMap { $0["id"]?.string } == ids)
  }

  @Test
  func `docs-rules-md is made from the table of rules`() throws {
    #expect(try matchesFile(RuleExplanation.page(), Fixture.root + "/docs/rules.md"))
  }
}

struct ReportFormatTests {
  @Test
  func `each format has a name and an ending of its own`() {
    #expect(
      ReportFormat.all.map(\.name) == ["text", "json", "sarif", "junit", "html", "markdown"])
    #expect(
      ReportFormat.all.map(\.fileExtension) == ["txt", "json", "sarif", "xml", "html", "md"])
    #expect(ReportFormat.named("yaml") == nil)
  }
}
