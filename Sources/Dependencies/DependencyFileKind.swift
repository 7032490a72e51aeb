/// What a file says about dependencies, told from its name: these files have fixed names, and no
/// signature inside.
public enum DependencyFileKind: Sendable, Equatable {
  /// Read and judged; the kind, as a lock's `sources` name it.
  case read(String)
  /// A file of the named tool, which is known but not read.
  case unread(String)

  /// The kind of the file at `path`; nil when its name tells of no dependencies. Case does not
  /// count: some file systems ignore it.
  public init?(path: String) {
    if let reader = DependencyReaders.reader(of: path) {
      self = .read(reader.kind)
      return
    }
    let name = DependencyName(path)
    guard let match = DependencyFileKind.unreadNames.first(where: { name.matches($0.pattern) })
    else { return nil }
    self = .unread(match.tool)
  }

  /// Names in lower case, with stars, and the tool that reads them.
  private static let unreadNames: [(pattern: String, tool: String)] = [
    ("requirements.yml", "Ansible"), ("requirements.yaml", "Helm"),
    ("pixi.lock", "Pixi"), ("pixi.toml", "Pixi"), ("python_env.yaml", "MLflow"),
    ("conda-lock*", "conda-lock"), ("build.gradle*", "Gradle"),
    ("settings.gradle*", "Gradle"), ("libs.versions.toml", "Gradle"),
    ("build.sbt", "sbt"), ("package.swift", "SwiftPM"),
    ("podfile", "CocoaPods"), ("podfile.lock", "CocoaPods"), ("cartfile*", "Carthage"),
    ("docker-compose*", "Docker Compose"), ("compose.yml", "Docker Compose"),
    ("compose.yaml", "Docker Compose"),
    ("yarn.lock", "Yarn"), ("pnpm-lock.yaml", "pnpm"),
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
