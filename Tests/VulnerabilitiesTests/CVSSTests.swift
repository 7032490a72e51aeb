import Bytes
import Findings
import TestSupport
import Testing
import Vulnerabilities

struct CVSSTests {
  private func lines(_ name: String) throws -> [String] {
    String(decoding: try Fixture.bytes("vectors/cvss/\(name)"), as: UTF8.self)
      .split(separator: "\n").map { String($0) }
  }

  @Test(arguments: ["examples.txt", "v3.txt", "v4.txt"])
  func `a vector has the score that FIRST's rules give it`(_ file: String) throws {
    var wrong: [String] = []
    for line in try lines(file) {
      let parts = line.split(separator: " ").map { String($0) }
      let score = CVSSScore(vector: parts[0])
      if score.map({ "\($0)" }) != parts[1] { wrong.append("\(line) \(score as Any)") }
    }
    #expect(wrong == [])
  }

  @Test
  func `what is no vector has no score`() throws {
    let accepted = try lines("invalid.txt").filter { CVSSScore(vector: $0) != nil }
    #expect(accepted == [])
    #expect(CVSSScore(vector: "") == nil)
    let long = "CVSS:4.0/" + String(repeating: "AV:N/", count: 1 << 18)
    #expect(CVSSScore(vector: long) == nil)
  }

  @Test(arguments: [
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Severity.critical),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", .high),
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", .medium),
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", .low),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", .low),
  ])
  func `a score has the band of its specification`(_ vector: String, _ severity: Severity) {
    #expect(CVSSScore(vector: vector)?.severity == severity)
  }
}
