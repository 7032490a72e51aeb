import Bytes
import Findings
import Foundation
import TestSupport
import Testing

struct RuleTests {
  @Test
  func `ids are unique, of three letters and three digits, and in order`() {
    let ids = Rule.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.wholeMatch(of: /[A-Z]{3}[0-9]{3}/) != nil })
    for family in Dictionary(grouping: ids, by: { $0.prefix(3) }).values {
      #expect(family == family.sorted())
    }
  }

  @Test(arguments: Rule.all)
  func `a rule's texts read on`(_ rule: Rule) {
    for text in [rule.title, rule.why, rule.fix] {
      #expect(!text.isEmpty && !text.contains("  "))
      #expect(!text.hasSuffix(".") || text.hasSuffix("..."))
      #expect(!text.unicodeScalars.contains(where: isUnsafe))
    }
    // SARIF's full description is title and why.
    #expect(rule.title.count + rule.why.count < 1000)
    #expect(rule.cwe.map { $0 > 0 } ?? true)
  }

  @Test
  func `a rule is found by its id`() {
    #expect(Rule.named("POL001") == .checkDidNotRun)
    #expect(Rule.named("POL000") == nil)
    #expect(Rule.all.allSatisfy { Rule.named($0.id) == $0 })
  }

  @Test
  func `severities are ordered by weight`() {
    #expect(Severity.allCases.sorted() == [.info, .low, .medium, .high, .critical])
  }
}

struct FindingTests {
  private let rule = Rule.checkDidNotRun

  @Test
  func `a fingerprint names rule, place and evidence, not the offset`() {
    let finding = rule.at(Place(["a", "b"], offset: 1, detail: "layer"), "text", evidence: ["e"])
    let same = [
      rule.at(Place(["a", "b"], offset: 2, detail: "layer"), "text", evidence: ["e"]),
      rule.at(Place(["a", "b"], offset: 1, detail: "layer"), "other", evidence: ["e"]),
    ]
    let others = [
      Rule.measurementMissing.at(finding.place, "text", evidence: ["e"]),
      rule.at(Place(["a", "c"], offset: 1, detail: "layer"), "text", evidence: ["e"]),
      rule.at(Place(["a", "b"], offset: 1), "text", evidence: ["e"]),
      rule.at(finding.place, "text", evidence: ["f"]), rule.at(finding.place, "text"),
    ]
    #expect(same.allSatisfy { $0.fingerprint == finding.fingerprint })
    #expect(others.allSatisfy { $0.fingerprint != finding.fingerprint })
    #expect(Digest(hexadecimal: finding.fingerprint) != nil)
  }

  @Test
  func `a reader's error gives the offset to the place alone`() {
    let error = ParseError(at: 9, expected: "a superblock", found: "7").inside("model.h5")
    let finding = rule.at(Place(["x"]), error)
    #expect(finding.place == Place(["x"], offset: 9))
    #expect(finding.message == "model.h5: expected a superblock, found 7")
    #expect("\(error)" == "model.h5: at byte 9: expected a superblock, found 7")
  }

  @Test
  func `a place is written from the outside inwards and escaped`() {
    let place = Place(["outer.zip"]).member("in\u{202e}ner").detail("conv\n").at(7)
    #expect(place.chain == "outer.zip!in\u{202e}ner")
    #expect("\(place)" == "outer.zip!in\\u{202e}ner (conv\\u{a}) at byte 7")
    #expect("\(Place.subject)" == "release")
    let seen = rule.at(place, "text").inside(["a.tar"])
    #expect(seen.place.members == ["a.tar", "outer.zip", "in\u{202e}ner"])
    #expect(seen.place.offset == 7)
  }
}

struct RaisedRulesTests {
  /// Where findings are made.
  private static let raisingModules = [
    "Archives", "Auditing", "Dependencies", "Judging", "Releases", "Scanning", "Trust",
    "Vulnerabilities",
  ]

  @Test
  func `every rule is raised by some module`() throws {
    let definitions = try Sources.texts(under: "Findings/Rules").joined()
    let names = definitions.matches(of: /static let (\w+) = Rule\(\s*"([A-Z]{3}[0-9]{3})"/)
    #expect(names.count == Rule.all.count)
    var used: Set<Substring> = []
    for module in Self.raisingModules {
      for text in try Sources.texts(under: module) {
        used.formUnion(text.split { !($0.isLetter || $0.isNumber) })
      }
    }
    let unraised = names.filter { !used.contains($0.1) }.map { String($0.2) }
    #expect(unraised == [])
  }
}

/// The source text of the repository.
private enum Sources {
  static func texts(under folder: String) throws -> [String] {
    let root = "\(Fixture.root)/Sources/\(folder)"
    return try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
      .filter { $0.hasSuffix(".swift") }
      .map { try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8) }
  }
}
