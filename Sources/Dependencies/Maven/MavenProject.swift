import Bytes
import Findings

/// A project of Maven with what its parents in the release give it: properties and managed
/// versions, those of the nearest project first.
struct MavenProject {
  let node: XMLNode
  private(set) var properties: [String: String] = [:]
  /// Versions by `GROUP:ARTIFACT` as `dependencyManagement` and `pluginManagement` write them.
  private(set) var managed: [String: String] = [:]
  private(set) var managedPlugins: [String: String] = [:]
  /// A parent or an imported bill of materials that the release does not hold.
  private(set) var outside: [String] = []

  private static let parentLimit = 16
  private static let valueLimit = 512
  private static let propertyLimit = 10_000
  /// The most bytes of a project and its parents together.
  private static let byteLimit = 4 << 20
  static let pluginGroup = "org.apache.maven.plugins"

  /// The project in the file; its parents are looked for beside it.
  init(_ file: DependencyFile) throws(ParseError) {
    let root = try XMLNode(parsing: file.bytes.asFile())
    guard root.name == "project" else {
      throw ParseError(at: root.offset, expected: "a project", found: "'\(root.name)'")
    }
    node = root
    var place = file
    var current = root
    var bytesLeft = MavenProject.byteLimit - file.bytes.count
    for depth in 0...MavenProject.parentLimit {
      add(current)
      guard let parent = current["parent"] else { break }
      let path = parent["relativePath"]?.text ?? "../pom.xml"
      let next =
        path.isEmpty
        ? nil : place.neighbour(path) ?? place.neighbour("\(path)/pom.xml")
      guard let next, depth < MavenProject.parentLimit else {
        outside.append(MavenProject.coordinates(of: parent))
        break
      }
      bytesLeft -= next.bytes.count
      guard bytesLeft >= 0 else {
        throw ParseError(
          .limit, at: root.offset,
          expected: "at most \(MavenProject.byteLimit) bytes with all parents", found: "more")
      }
      let found = try file.files.mavenParents.node(of: next)
      // Maven, too, takes the file only when it is the parent that is named.
      guard found.text("artifactId") == parent.text("artifactId") else {
        outside.append(MavenProject.coordinates(of: parent))
        break
      }
      (place, current) = (next, found)
    }
    resolveProperties()
  }

  /// Properties may name properties; each is resolved once, so that a text takes one step.
  private mutating func resolveProperties() {
    let resolved = properties.mapValues { value in
      var text = value
      for _ in 0..<16 where text.has("${") {
        let next = replaced(text).text
        guard next != text, next.utf8.count <= MavenProject.valueLimit else { break }
        text = next
      }
      return text
    }
    properties = resolved
    managed = managed.reduce(into: [:]) { $0[resolve($1.key).text] = $1.value }
  }

  static func coordinates(of node: XMLNode) -> String {
    "\((node.text("groupId") ?? "").prefix(200)):\((node.text("artifactId") ?? "").prefix(200))"
  }

  private mutating func add(_ project: XMLNode) {
    let version = project.text("version") ?? project["parent"]?.text("version")
    let group = project.text("groupId") ?? project["parent"]?.text("groupId")
    let isFirst = properties["project.artifactId"] == nil
    if isFirst {
      for prefix in ["project.", "pom.", ""] {
        properties[prefix + "version"] = version
        properties[prefix + "groupId"] = group
        properties[prefix + "artifactId"] = project.text("artifactId")
      }
      properties["project.parent.version"] = project["parent"]?.text("version")
      properties["project.parent.groupId"] = project["parent"]?.text("groupId")
    }
    for property in project["properties"]?.children ?? []
    where properties[property.name] == nil && properties.count < MavenProject.propertyLimit
      && property.text.utf8.count <= MavenProject.valueLimit
    {
      properties[property.name] = property.text
    }
    for managed in project["dependencyManagement"]?.list("dependencies", "dependency") ?? [] {
      let name = MavenProject.coordinates(of: managed)
      if managed.text("scope") == "import" { outside.append(name) }
      if self.managed[name] == nil { self.managed[name] = managed.text("version") }
    }
    for plugin in project["build"]?["pluginManagement"]?.list("plugins", "plugin") ?? [] {
      let name = MavenProject.pluginName(plugin)
      if managedPlugins[name] == nil { managedPlugins[name] = plugin.text("version") }
    }
  }

  static func pluginName(_ plugin: XMLNode) -> String {
    "\(plugin.text("groupId") ?? pluginGroup):\(plugin.text("artifactId") ?? "")"
  }

  /// The text with its `${PROPERTIES}` replaced; where one has no value, the text as it is and that
  /// one's name.
  func resolve(_ text: String) -> (text: String, unknown: String?) {
    let (result, unknown) = replaced(text)
    if let unknown { return (text, unknown) }
    // What is left names itself in a circle, or is too long.
    return result.has("${") ? (text, text) : (result, nil)
  }

  /// One step: every property that is named in the text is replaced by its value.
  private func replaced(_ text: String) -> (text: String, unknown: String?) {
    guard text.has("${"), text.utf8.count <= MavenProject.valueLimit else {
      return (text, nil)
    }
    var result = ""
    var rest = text[...]
    while let start = rest.utf8.firstRange(of: "${"),
      let end = rest[start.upperBound...].utf8.firstIndex(of: UInt8(ascii: "}"))
    {
      let name = String(rest[start.upperBound..<end])
      guard let value = properties[name], result.utf8.count <= MavenProject.valueLimit else {
        return (text, name)
      }
      result += rest[..<start.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return (result + rest, nil)
  }
}
