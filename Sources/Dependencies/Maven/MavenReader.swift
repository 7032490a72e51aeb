import Bytes
import Findings

/// `pom.xml` of Maven: dependencies with the versions that properties, `dependencyManagement` and
/// parents in the release give them, plugins, extensions and repositories.
enum MavenReader: DependencyReader {
  static let kind = "maven"
  static let names = ["pom.xml", "*.pom"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard content.fits(file, DependencyContent.textLimit) else { return }
    let project: MavenProject
    do throws(ParseError) {
      project = try MavenProject(file)
    } catch {
      content.refuse(file.place, error)
      return
    }
    var reading = Reading(project: project, place: file.place)
    reading.read(project.node, isProfile: false, into: &content)
    for profile in project.node.list("profiles", "profile") {
      reading.read(profile, isProfile: true, into: &content)
    }
    if let parent = project.node["parent"] {
      let name = MavenProject.coordinates(of: parent)
      reading.judge(
        parent.text("version") ?? "", of: name, at: file.place.detail("parent \(name)"),
        rule: .unpinnedBuild, into: &content)
    }
    if reading.hasDependencies {
      content.report(
        .unhashedDependency, file.place,
        "a pom.xml has no hashes, and no versions of what its dependencies bring along")
    }
  }
}

/// The reading of one project and its profiles.
private struct Reading {
  let project: MavenProject
  let place: Place
  var hasDependencies = false

  mutating func read(
    _ node: XMLNode, isProfile: Bool, into content: inout DependencyContent
  ) {
    for dependency in node.list("dependencies", "dependency") {
      hasDependencies = true
      let name = project.resolve(MavenProject.coordinates(of: dependency)).text
      let place = self.place.detail("dependency \(name)")
      if dependency.text("scope") == "system" {
        content.reportDirect(.path, name, from: dependency.text("systemPath"), at: place)
        continue
      }
      read(
        name, dependency.text("version") ?? project.managed[name], at: place, into: &content)
    }
    for managed in node["dependencyManagement"]?.list("dependencies", "dependency") ?? [] {
      let name = project.resolve(MavenProject.coordinates(of: managed)).text
      judge(
        managed.text("version") ?? "", of: name, at: place.detail("dependencyManagement \(name)"),
        rule: .unpinnedDependency, into: &content)
    }
    readBuild(node["build"], into: &content)
    for list in ["repositories", "pluginRepositories"] {
      for repository in node.list(
        list, list == "repositories" ? "repository" : "pluginRepository")
      {
        readRepository(
          repository, at: place.detail("\(list): \(repository.text("id") ?? "")"), into: &content)
      }
    }
  }

  private func readBuild(_ build: XMLNode?, into content: inout DependencyContent) {
    for plugin in build?.list("plugins", "plugin") ?? [] {
      let name = MavenProject.pluginName(plugin)
      let isInherited = (plugin.text("version") ?? project.managedPlugins[name]) == nil
      if isInherited, let source = project.outside.first {
        content.report(
          .computedDependencies, place.detail("plugin \(name)"),
          "the version of '\(name)' stands in '\(source)', which the release does not hold")
        continue
      }
      judge(
        plugin.text("version") ?? project.managedPlugins[name] ?? "", of: name,
        at: place.detail("plugin \(name)"), rule: .unpinnedBuild, into: &content)
    }
    for element in build?.list("extensions", "extension") ?? [] {
      let name = MavenProject.coordinates(of: element)
      judge(
        element.text("version") ?? "", of: name, at: place.detail("extension \(name)"),
        rule: .unpinnedBuild, into: &content)
    }
  }

  private func readRepository(
    _ repository: XMLNode, at place: Place, into content: inout DependencyContent
  ) {
    guard let address = repository.text("url") else { return }
    let resolved = project.resolve(address).text
    content.judge(address: resolved, at: place)
    let central = ["repo.maven.apache.org", "repo1.maven.org"]
    if host(of: resolved).map(central.contains) != true {
      content.report(.additionalSource, place, "one more repository", evidence: [resolved])
    }
    if repository["releases"]?.text("checksumPolicy") == "ignore" {
      content.report(.verificationOff, place, "the repository's checksums are ignored")
    }
  }

  /// A dependency of the version, which may be missing.
  private func read(
    _ name: String, _ written: String?, at place: Place, into content: inout DependencyContent
  ) {
    guard let written else {
      if let source = project.outside.first {
        content.report(
          .computedDependencies, place,
          "the version of '\(name)' stands in '\(source)', which the release does not hold")
      } else {
        content.report(.unpinnedDependency, place, "'\(name)' has no version")
      }
      return
    }
    guard
      let version = judge(
        written, of: name, at: place, rule: .unpinnedDependency, into: &content)
    else { return }
    content.pin(PinnedPackage(Package(.maven, name: name, version: version), at: place))
  }

  /// The one version that the text means; nil, with a finding, when it means none or several.
  @discardableResult
  func judge(
    _ written: String, of name: String, at place: Place, rule: Rule,
    into content: inout DependencyContent
  ) -> String? {
    let (version, unknown) = project.resolve(written)
    if let unknown {
      if unknown.hasPrefix("env.") {
        content.report(.environmentDecides, place, "'\(unknown)' decides the version of '\(name)'")
      } else if let source = project.outside.first {
        content.report(
          .computedDependencies, place,
          "'\(unknown)' stands in '\(source)', which the release does not hold")
      } else {
        content.report(rule, place, "the property '\(unknown)' has no value")
      }
      return nil
    }
    if version.isEmpty {
      content.report(rule, place, "'\(name)' has no version")
    } else if version.contains(where: { "[](),".contains($0) }) {
      content.report(rule, place, "'\(name)' may be any version of '\(version)'")
    } else if ["LATEST", "RELEASE"].contains(version.uppercased()) {
      content.report(rule, place, "'\(name)' is the newest version, '\(version)'")
    } else if version.uppercased().hasSuffix("-SNAPSHOT") {
      content.report(rule, place, "'\(name)' is '\(version)', which changes from day to day")
    } else {
      return version
    }
    return nil
  }
}
