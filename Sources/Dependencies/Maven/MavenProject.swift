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
    for depth in 0...MavenProject.parentLimit {
      add(current)
      guard let parent = current["parent"] else { break }
      let path = parent["relativePath"]?.text ?? "../pom.xml"
      let next =
        path.isEmpty
        ? nil : place.neighbour(path) ?? place.neighbour("\(path)/pom.xml")
      guard let next, depth < MavenProject.parentLimit, next.bytes.count <= 4 << 20 else {
        outside.append(MavenProject.coordinates(of: parent))
        break
      }
      let found = try XMLNode(parsing: next.bytes.asFile())
      // Maven, too, takes the file only when it is the parent that is named.
      guard found.text("artifactId") == parent.text("artifactId") else {
        outside.append(MavenProject.coordinates(of: parent))
        break
      }
      (place, current) = (next, found)
    }
  }

  static func coordinates(of node: XMLNode) -> String {
    "\(node.text("groupId") ?? ""):\(node.text("artifactId") ?? "")"
  }

  private mutating func add(_ project: XMLNode) {
    let version = project.text("version") ?? project["parent"]?.text("version")
    let group = project.text("groupId") ?? project["parent"]?.text("groupId")
    let isFirst = properties["project.version"] == nil
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
    where properties[property.name] == nil { properties[property.name] = property.text }
    for managed in project["dependencyManagement"]?.list("dependencies", "dependency") ?? [] {
      let name = resolve(MavenProject.coordinates(of: managed)).text
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
    var result = text
    // Properties may name properties; a circle ends with the rounds.
    for _ in 0..<16 {
      guard result.contains("${") else { return (result, nil) }
      var next = ""
      var rest = result[...]
      while let start = rest.firstRange(of: "${"),
        let end = rest[start.upperBound...].firstIndex(of: "}")
      {
        let name = String(rest[start.upperBound..<end])
        guard let value = properties[name], next.utf8.count < 4_096 else { return (text, name) }
        next += rest[..<start.lowerBound] + value
        rest = rest[rest.index(after: end)...]
      }
      result = next + rest
    }
    return (text, text)
  }
}
