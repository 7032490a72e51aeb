/// What a file says about dependencies, told from its name: these files have fixed names, and no
/// signature inside.
public enum DependencyFileKind: Sendable, Equatable {
  /// pip's requirements, read and judged.
  case requirements
  /// pip's constraints: requirements that apply only where something else demands the package.
  case constraints
  /// A file of the named tool, which is known but not read yet.
  case unread(String)

  /// The kind of the file at `path`; nil when its name tells of no dependencies. Case does not
  /// count: some file systems ignore it.
  public init?(path: String) {
    let parts = path.lowercased().split(separator: "/")
    guard let name = parts.last.map({ String($0) }) else { return nil }
    let folder = parts.dropLast().last.map { String($0) } ?? ""
    if name.hasSuffix(".txt") {
      if name.contains("constraints") {
        self = .constraints
        return
      }
      if name.contains("requirements") || folder == "requirements" {
        self = .requirements
        return
      }
    }
    let match = DependencyFileKind.unreadNames.first { pattern, _ in
      switch (pattern.hasPrefix("*"), pattern.hasSuffix("*")) {
      case (true, _): name.hasSuffix(pattern.dropFirst())
      case (_, true): name.hasPrefix(pattern.dropLast())
      default: name == pattern
      }
    }
    guard let match else { return nil }
    self = .unread(match.tool)
  }

  /// Names in lower case, with one star at the beginning or end, and the tool that reads them.
  private static let unreadNames: [(pattern: String, tool: String)] = [
    ("requirements.in", "pip-tools"), ("*requirements.in", "pip-tools"),
    ("requirements.yml", "Ansible"), ("requirements.yaml", "Helm"),
    ("pylock.toml", "PEP 751"), ("pylock.*", "PEP 751"), ("pyproject.toml", "Python"),
    ("setup.py", "setuptools"), ("setup.cfg", "setuptools"), ("poetry.lock", "Poetry"),
    ("pipfile", "Pipenv"), ("pipfile.lock", "Pipenv"), ("uv.lock", "uv"), ("pdm.lock", "PDM"),
    ("pixi.lock", "Pixi"), ("pixi.toml", "Pixi"), ("python_env.yaml", "MLflow"),
    ("environment.yml", "conda"), ("environment.yaml", "conda"), ("conda.yml", "conda"),
    ("conda.yaml", "conda"), ("conda-lock*", "conda-lock"), ("*conda-lock.yml", "conda-lock"),
    ("pom.xml", "Maven"), ("*.pom", "Maven"), ("build.gradle*", "Gradle"),
    ("settings.gradle*", "Gradle"), ("gradle.lockfile", "Gradle"),
    ("verification-metadata.xml", "Gradle"), ("libs.versions.toml", "Gradle"),
    ("build.sbt", "sbt"), ("package.swift", "SwiftPM"), ("package.resolved", "SwiftPM"),
    ("podfile", "CocoaPods"), ("podfile.lock", "CocoaPods"), ("cartfile*", "Carthage"),
    ("dockerfile*", "Docker"), ("*.dockerfile", "Docker"), ("containerfile*", "Podman"),
    ("docker-compose*", "Docker Compose"), ("compose.yml", "Docker Compose"),
    ("compose.yaml", "Docker Compose"), ("package.json", "npm"), ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"), ("yarn.lock", "Yarn"), ("pnpm-lock.yaml", "pnpm"),
    ("bun.lock*", "Bun"), ("deno.lock", "Deno"), ("deno.json*", "Deno"),
    ("cargo.toml", "Cargo"), ("cargo.lock", "Cargo"), ("go.mod", "Go"), ("go.sum", "Go"),
    ("gemfile", "Bundler"), ("gemfile.lock", "Bundler"), ("*.gemspec", "Bundler"),
    ("composer.json", "Composer"), ("composer.lock", "Composer"), ("mix.exs", "Mix"),
    ("mix.lock", "Mix"), ("pubspec.yaml", "Dart"), ("pubspec.lock", "Dart"),
    ("packages.config", "NuGet"), ("packages.lock.json", "NuGet"), ("*.csproj", "NuGet"),
    ("renv.lock", "renv"), ("project.toml", "Julia"), ("manifest.toml", "Julia"),
    ("vcpkg.json", "vcpkg"), ("conanfile*", "Conan"), ("conan.lock", "Conan"),
    ("flake.lock", "Nix"), ("flake.nix", "Nix"), ("module.bazel*", "Bazel"),
    ("chart.lock", "Helm"), ("chart.yaml", "Helm"),
  ]
}
