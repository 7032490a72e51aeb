import Bytes
import Testing

struct ReleaseVersionTests {
  /// Ascending: the examples of Semantic Versioning 2.0.0, section 11, and numbers without bound.
  private static let ascending = [
    "0.0.0", "0.0.1-0", "0.0.1", "0.9.10", "0.10.0-alpha", "1.0.0-alpha", "1.0.0-alpha.1",
    "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
    "2.0.0", "2.1.0", "2.1.1", "9.0.0", "10.0.0",
    "10.0.99999999999999999999999999", "10.0.100000000000000000000000000",
  ]

  @Test func `versions are ordered as Semantic Versioning orders them`() throws {
    let versions = try Self.ascending.map { try #require(ReleaseVersion($0)) }
    for (i, left) in versions.enumerated() {
      for (j, right) in versions.enumerated() {
        #expect((left < right) == (i < j), "\(left) \(right)")
        #expect(left.isAlike(right) == (i == j))
      }
    }
  }

  @Test func `build metadata takes no part in the order`() throws {
    let plain = try #require(ReleaseVersion("1.0.0-rc.1"))
    let built = try #require(ReleaseVersion("1.0.0-rc.1+21AF26D3---117B344092BD"))
    #expect(!(plain < built) && !(built < plain) && plain.isAlike(built))
    #expect(plain != built)
    #expect(built.description == "1.0.0-rc.1+21AF26D3---117B344092BD")
  }

  /// From the lists of semver.org's regular expression.
  @Test(arguments: [
    "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid", "1.0.0-alpha-a.b-c-somethinglong",
    "1.0.0-0A.is.legal", "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
    "99999999999999999999999.999999999999999999.99999999999999999",
  ])
  func `a version is accepted`(_ text: String) {
    #expect(ReleaseVersion(text)?.text == text)
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid",
    "-invalid.01", "alpha", "alpha.beta.1", "1.0.0-alpha_beta", "1.0.0-alpha..", "1.0.0-alpha..1",
    "01.1.1", "1.01.1", "1.1.01", "1.2.3.DEV", "1.2-SNAPSHOT", "1.2.31.2.3----RC-SNAPSHOT.12.09.1",
    "1.2-RC-SNAPSHOT", "-1.0.3-gamma+b7718", "+justmeta", "9.8.7+meta+meta", "v1.0.0", "1.0.0 ",
    " 1.0.0", "1.0.0\n", "１.0.0", "1.0.0-é", "1.0.0-", "1.0.0+",
    "1.0.0-" + String(repeating: "a", count: 300),
  ])
  func `another text is refused`(_ text: String) {
    #expect(ReleaseVersion(text) == nil)
  }
}
