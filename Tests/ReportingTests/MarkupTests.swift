import Bytes
import Findings
import Judging
import Reporting
import StockPolicies
import Testing

/// Reads XML without entities of its own, comments or CDATA, and counts elements by name; nil
/// where a tag does not match, a quote is open or a text holds a bare `<` or `&`.
private func elements(of xml: String) -> [String: Int]? {
  var counts: [String: Int] = [:]
  var open: [Substring] = []
  for part in xml.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
    guard let end = part.firstIndex(of: ">") else { return nil }
    let tag = part[..<end]
    let texts = tag.split(separator: "\"", omittingEmptySubsequences: false)
    guard !texts.count.isMultiple(of: 2), entitiesAreKnown(part) else { return nil }
    if tag.hasPrefix("?") { continue }
    if tag.hasPrefix("/") {
      guard open.popLast() == tag.dropFirst() else { return nil }
      continue
    }
    let name = tag.prefix { $0 != " " && $0 != "/" && $0 != "\n" }
    counts[String(name), default: 0] += 1
    if !tag.hasSuffix("/") { open.append(name) }
  }
  return open.isEmpty ? counts : nil
}

private func entitiesAreKnown(_ text: Substring) -> Bool {
  text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).dropFirst()
    .allSatisfy { part in
      ["amp;", "lt;", "gt;", "quot;", "#39;"].contains { part.starts(with: $0.utf8) }
    }
}

struct MarkupTests {
  @Test(arguments: ReportFormat.all.map(\.name))
  func `no format lets an unsafe scalar through`(_ name: String) throws {
    let format = try #require(ReportFormat.named(name))
    let text = format.write([try Sample.hostile(), try Sample.hostile()])
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !isUnsafe($0) })
  }

  @Test
  func `the page holds no markup but its own`() throws {
    let format = try #require(ReportFormat.named("html"))
    let page = format.write([try Sample.hostile()])
    let clean = format.write([try Sample.robust()])
    for text in [page, clean] {
      for mark in ["<script", "http:", "https:", "javascript", "@import", "url("] {
        #expect(!contains(text.replacing("http://b.example", with: ""), mark))
      }
    }
    // The quote with a combining mark is one character; only scalars tell that it ends a value.
    for bare in ["\"\u{301}", "'\u{301}", "onload=\""] { #expect(!contains(page, bare)) }
    let escaped = "&quot;\u{301} onload=&quot;x&quot;"
    #expect(contains(page, escaped))
    #expect(contains(page, "{{{x}}}"))
  }

  @Test
  func `a page lists a thousand findings and files and counts the rest`() throws {
    var report = try Sample.robust()
    let place = Place(["model.h5"])
    let findings = (0..<1002).map { Rule.outputDiffers.at(place, "finding number \($0)") }
    let policy = try Policy(stock: .ciGate)
    report.judgement = Judge(policy).judge([CheckResult(.scan, findings: findings)])
    report.files = (0..<1001).map {
      .init(path: "file number \($0)", size: $0, digest: Digest(ofUTF8: "\($0)"))
    }
    let page = try #require(ReportFormat.named("html")).write([report])
    // Two findings of the scan and the six checks that did not run are left out.
    #expect(page.split(separator: "<div class=\"finding ").count - 1 == 1000)
    #expect(page.split(separator: "<tr><td>file number ").count - 1 == 1000)
    #expect(contains(page, "8 findings more"))
    #expect(contains(page, "1 file more"))
  }

  @Test
  func `the JUnit report is well-formed and its counters are right`() throws {
    let format = try #require(ReportFormat.named("junit"))
    for report in [
      try Sample.robust(), try Sample.fragile(), try Sample.incomplete(), try Sample.hostile(),
    ] {
      let xml = format.write([report, report])
      let counts = try #require(elements(of: xml))
      #expect(counts["testsuite"] == 2)
      #expect(counts["testcase"] == 14)
      let head =
        "<testsuites name=\"proofmark\" tests=\"14\" "
        + "failures=\"\(counts["failure"] ?? 0)\" errors=\"\(counts["error"] ?? 0)\" "
        + "skipped=\"\(counts["skipped"] ?? 0)\" time=\"0\">"
      #expect(contains(xml, head))
    }
  }

  @Test
  func `a noted obstacle is skipped and not an error`() throws {
    let policy = try Policy(stock: .permissive)
    var report = try Sample.robust()
    report.judgement = Judge(policy).judge([], asked: [.scan])
    let xml = try #require(ReportFormat.named("junit")).write([report])
    #expect(report.verdict == .pass)
    #expect(elements(of: xml)?["skipped"] == 7)
  }

  @Test
  func `Markdown keeps tables, links and mentions out of a release's hands`() throws {
    let text = try #require(ReportFormat.named("markdown")).write([try Sample.hostile()])
    for mark in [" | cell", "@all", "a](", "p://b", "><script", " `code"] {
      #expect(!contains(text, mark))
    }
    #expect(contains(text, "@<!-- -->all"))
  }
}

private func contains(_ text: String, _ part: String) -> Bool {
  let (text, part) = (Array(text.utf8), Array(part.utf8))
  guard let first = part.first, text.count >= part.count else { return false }
  return (0...(text.count - part.count)).contains { start in
    text[start] == first && text[start..<start + part.count].elementsEqual(part)
  }
}
