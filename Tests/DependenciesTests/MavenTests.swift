import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

struct MavenTests {
  private static func project(_ inner: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>org.example</groupId><artifactId>service</artifactId><version>1.0</version>
      \(inner)
    </project>
    """
  }

  private static func dependency(_ inner: String) -> String {
    project(
      "<dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>\(inner)"
        + "</dependency></dependencies>")
  }

  @Test(arguments: [
    ("<version>1.2</version>", []), ("<version>[1.0,2.0)</version>", ["DEP001"]),
    ("<version>[1.0]</version>", ["DEP001"]), ("<version>LATEST</version>", ["DEP001"]),
    ("<version>RELEASE</version>", ["DEP001"]), ("<version>1.0-SNAPSHOT</version>", ["DEP001"]),
    ("", ["DEP001"]), ("<version>${x}</version>", ["DEP001"]),
    ("<version>${env.X}</version>", ["DEP015"]), ("<version>${project.version}</version>", []),
    ("<version>1</version><scope>system</scope><systemPath>/x.jar</systemPath>", ["DEP006"]),
  ])
  func `a dependency's version is one, or found`(_ inner: String, _ rules: [String]) {
    // No pom.xml has hashes.
    let report = DependencyReport("pom.xml", Self.dependency(inner))
    #expect(report.rules == (rules + ["DEP002"]).sorted())
  }

  @Test func `properties and managed versions of parents in the release count`() {
    let parent = Self.project(
      """
      <properties><x.version>${y}</x.version><y>2.1</y></properties>
      <dependencyManagement><dependencies><dependency>
        <groupId>g</groupId><artifactId>a</artifactId><version>${x.version}</version>
      </dependency></dependencies></dependencyManagement>
      """)
    let child = """
      <project><parent><groupId>org.example</groupId><artifactId>service</artifactId>
      <version>1.0</version></parent><artifactId>child</artifactId>
      <dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>
      <dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId>
      <version>${project.version}</version></dependency></dependencies></project>
      """
    let report = DependencyReport(texts: [("pom.xml", parent), ("child/pom.xml", child)])
    #expect(report.names == ["maven g:a 2.1", "maven org.example:b 1.0"])
    #expect(report.rules == ["DEP002"])
    // Without the parent nobody can tell.
    #expect(DependencyReport("child/pom.xml", child).rules == ["DEP002", "DEP022"])
  }

  @Test(arguments: [
    ("<build><plugins><plugin><artifactId>p</artifactId></plugin></plugins></build>", ["DEP018"]),
    (
      "<build><plugins><plugin><artifactId>p</artifactId><version>1</version></plugin></plugins></build>",
      []
    ),
    (
      "<repositories><repository><id>x</id><url>http://example.com</url></repository></repositories>",
      ["DEP004", "DEP005"]
    ),
    (
      "<repositories><repository><url>https://repo.maven.apache.org/maven2</url></repository></repositories>",
      []
    ),
    (
      "<pluginRepositories><pluginRepository><url>https://example.com</url></pluginRepository></pluginRepositories>",
      ["DEP004"]
    ),
    (
      "<repositories><repository><url>https://repo1.maven.org/x</url><releases><checksumPolicy>ignore</checksumPolicy></releases></repository></repositories>",
      ["DEP025"]
    ),
    (
      "<profiles><profile><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>[1,)</version></dependency></dependencies></profile></profiles>",
      ["DEP001", "DEP002"]
    ),
    (
      "<properties><a>${b}</a><b>${a}</b></properties><parent><groupId>g</groupId><artifactId>p</artifactId><version>1-SNAPSHOT</version><relativePath/></parent>",
      ["DEP018"]
    ),
  ])
  func `plugins, parents and repositories are judged`(_ inner: String, _ rules: [String]) {
    #expect(DependencyReport("pom.xml", Self.project(inner)).rules == rules)
  }

  @Test(arguments: [
    "", "x", "<project>", "<html/>", "<!DOCTYPE project><project/>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><project>&x;</project>",
    "<project>&x;</project>",
  ])
  func `a document type, an entity or a broken document is found`(_ text: String) {
    #expect(DependencyReport("pom.xml", text).rules == ["DEP010"])
  }

  @Test func `properties that name one another end`() {
    let inner =
      "<properties><a>${b}${b}</a><b>${c}${c}</b><c>${a}${a}</c></properties>"
      + "<dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>"
      + "<version>${a}</version></dependency></dependencies>"
    #expect(DependencyReport("pom.xml", Self.project(inner)).rules == ["DEP001", "DEP002"])
  }

  private static func verification(_ configuration: String, _ check: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <verification-metadata xmlns="https://schema.gradle.org/dependency-verification">
      <configuration>\(configuration)</configuration>
      <components><component group="g" name="a" version="1.0">
        <artifact name="a-1.0.jar">\(check)</artifact>
      </component></components>
    </verification-metadata>
    """
  }

  private static let on = "<verify-metadata>true</verify-metadata>"

  @Test(arguments: [
    (on, "<sha256 value='\(hexadecimal)' origin='x'/>", []),
    (on, "<md5 value='00'/><sha256 value='\(hexadecimal)'/>", []),
    (on, "<sha1 value='00'/>", ["DEP003"]), (on, "", ["DEP002"]),
    (on, "<sha256 value='00'/>", ["DEP010"]), (on, "<pgp value='0123'/>", []),
    ("<verify-metadata>false</verify-metadata>", "<sha256 value='\(hexadecimal)'/>", ["DEP025"]),
    (
      on + "<trusted-artifacts><trust group='.*' regex='true'/></trusted-artifacts>",
      "<sha256 value='\(hexadecimal)'/>", ["DEP025"]
    ),
  ])
  func `what Gradle verifies is judged`(
    _ configuration: String, _ check: String, _ rules: [String]
  ) {
    let text = Self.verification(configuration, check)
    #expect(DependencyReport("gradle/verification-metadata.xml", text).rules == rules)
  }

  @Test func `a lock of Gradle has its hashes in the verification metadata`() {
    let lock = "# head\ng:a:1.0=runtimeClasspath,compileClasspath\nempty=x\n"
    let metadata = Self.verification(Self.on, "<sha256 value='\(hexadecimal)'/>")
    let report = DependencyReport(texts: [
      ("app/gradle.lockfile", lock), ("gradle/verification-metadata.xml", metadata),
    ])
    #expect(report.rules == [])
    #expect(report.names == ["maven g:a 1.0"])
    #expect(DependencyReport("gradle.lockfile", lock).rules == ["DEP002"])
    #expect(DependencyReport("gradle.lockfile", "g:a\n").rules == ["DEP010"])
    #expect(
      DependencyReport("gradle.lockfile", "g:a:1-SNAPSHOT=x\n").rules == ["DEP001", "DEP002"])
  }
}
