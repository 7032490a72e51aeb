import Bytes
import Findings

/// `pyproject.toml`: what a project declares, by the standard (PEP 621, 735, 518) and by Poetry,
/// PDM and uv.
enum PyprojectReader: DependencyReader {
  static let kind = "pyproject"
  static let names = ["pyproject.toml"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard let document = content.toml(file) else { return }
    let project = document["project"]
    content.declare(project?["dependencies"], .required, at: file.place, "project.dependencies")
    for group in project?["optional-dependencies"]?.object ?? [] {
      content.declare(
        group.value, .optional, at: file.place,
        "project.optional-dependencies.\(group.name.prefix(80))")
    }
    for group in document["dependency-groups"]?.object ?? [] {
      content.declare(
        group.value, .optional, at: file.place, "dependency-groups.\(group.name.prefix(80))")
    }
    content.declare(
      document["build-system"]?["requires"], .build, at: file.place, "build-system.requires")
    for name in project?["dynamic"]?.texts ?? [] where name == "dependencies" {
      readDynamic(document, file, into: &content)
    }
    readTools(document["tool"], file.place, into: &content)
  }

  /// `dynamic = ["dependencies"]`: files that setuptools names are declarations of their own;
  /// whatever else the build tells is not known here.
  private static func readDynamic(
    _ document: JSON, _ file: DependencyFile, into content: inout DependencyContent
  ) {
    let place = file.place.detail("project.dynamic")
    let named = document["tool"]?["setuptools"]?["dynamic"]?["dependencies"]?["file"]
    if let named {
      for path in named.texts {
        guard let included = file.neighbour(path) else {
          content.report(
            .foreignInclude, place, "the release has no file '\(path)'", evidence: [path])
          continue
        }
        RequirementsInReader.read(included, into: &content)
      }
    } else if file.neighbour("setup.py") == nil, file.neighbour("setup.cfg") == nil,
      document["tool"]?["poetry"] == nil
    {
      content.report(.computedDependencies, place, "the build computes the dependencies")
    }
  }

  private static func readTools(
    _ tool: JSON?, _ place: Place, into content: inout DependencyContent
  ) {
    let poetry = tool?["poetry"]
    readPoetry(poetry?["dependencies"], .required, place, "dependencies", into: &content)
    readPoetry(poetry?["dev-dependencies"], .optional, place, "dev-dependencies", into: &content)
    for group in poetry?["group"]?.object ?? [] {
      readPoetry(
        group.value["dependencies"], .optional, place,
        "group.\(group.name.prefix(80)).dependencies",
        into: &content)
    }
    for source in poetry?["source"]?.array ?? [] {
      readIndex(source, place.detail("tool.poetry.source"), into: &content)
    }
    for group in tool?["pdm"]?["dev-dependencies"]?.object ?? [] {
      content.declare(
        group.value, .optional, at: place, "tool.pdm.dev-dependencies.\(group.name.prefix(80))")
    }
    for source in tool?["pdm"]?["source"]?.array ?? [] {
      readIndex(source, place.detail("tool.pdm.source"), into: &content)
    }
    let uv = tool?["uv"]
    content.declare(uv?["dev-dependencies"], .optional, at: place, "tool.uv.dev-dependencies")
    for address in uv?["extra-index-url"]?.texts ?? [] {
      readIndex(["url": .string(address)], place.detail("tool.uv.extra-index-url"), into: &content)
    }
    for index in uv?["index"]?.array ?? [] where index["explicit"]?.bool != true {
      readIndex(index, place.detail("tool.uv.index"), into: &content)
    }
    for source in uv?["sources"]?.object ?? [] {
      readSource(source, place.detail("tool.uv.sources.\(source.name)"), into: &content)
    }
  }

  /// An index beside the usual one, unless it takes its place.
  private static func readIndex(
    _ index: JSON, _ place: Place, into content: inout DependencyContent
  ) {
    guard let address = index["url"]?.string else { return }
    content.judge(address: address, at: place)
    if index["verify_ssl"]?.bool == false {
      content.report(.insecureSource, place, "the index's certificate is not verified")
    }
    let replaces =
      index["default"]?.bool == true || host(of: address) == "pypi.org"
      || ["primary", "default", "explicit"].contains(index["priority"]?.string)
      || index["name"]?.string == "pypi"
    if !replaces { content.report(.additionalSource, place, "one more index", evidence: [address]) }
  }

  private static func readSource(
    _ source: JSON.Member, _ place: Place, into content: inout DependencyContent
  ) {
    let name = normalisedPackageName(source.name)
    for value in source.value.array ?? [source.value] {
      if let address = value["git"]?.string {
        content.reportDirect(.repository, name, from: address, at: place)
      } else if let address = value["url"]?.string {
        content.reportDirect(.url, name, from: address, at: place)
      } else if let path = value["path"]?.string {
        content.reportDirect(.path, name, from: path, at: place)
      }
    }
  }

  /// Poetry's own tables: `NAME = "^1.2"`, or a table with version, git, path, url, optional,
  /// markers; `python` is no package.
  private static func readPoetry(
    _ table: JSON?, _ scope: DeclaredPackage.Scope, _ file: Place, _ key: String,
    into content: inout DependencyContent
  ) {
    for member in table?.object ?? [] where !content.isFull && member.name.lowercased() != "python"
    {
      let name = normalisedPackageName(member.name)
      let place = file.detail("tool.poetry.\(key).\(name)")
      let values = member.value.array ?? [member.value]
      for value in values {
        if let address = value["git"]?.string {
          content.reportDirect(.repository, name, from: address, at: place)
        } else if let address = value["url"]?.string {
          content.reportDirect(.url, name, from: address, at: place)
        } else if let path = value["path"]?.string ?? value["file"]?.string {
          content.reportDirect(.path, name, from: path, at: place)
        } else {
          let written = value.string ?? value["version"]?.string ?? "*"
          let isConditional =
            ["markers", "python", "platform"].contains { value[$0] != nil } || values.count > 1
          let isOptional = value["optional"]?.bool == true
          // A bare version is an exact one; a caret or tilde is Poetry's own.
          let specifier =
            written == "*" ? "" : isPythonVersion(written) ? "==\(written)" : written
          content.declare(
            pythonName: name, specifier: specifier,
            scope != .required || isOptional ? .optional : isConditional ? .conditional : .required,
            at: place)
        }
      }
    }
  }
}

extension DependencyContent {
  /// Takes note of an array of requirements (PEP 508); tables in a dependency group include others.
  fileprivate mutating func declare(
    _ list: JSON?, _ scope: DeclaredPackage.Scope, at file: Place, _ key: String
  ) {
    guard let list else { return }
    guard let elements = list.array else {
      report(.malformedDependencyFile, file.detail(key), "expected an array of requirements")
      return
    }
    for element in elements where !isFull {
      if let text = element.string {
        declare(requirement: text, scope, at: file.detail(key))
      } else if element["include-group"] == nil {
        report(.malformedDependencyFile, file.detail(key), "expected a requirement")
      }
    }
  }
}
