// Findings of the dependencies check.
extension Rule {
  /// A requirement that does not name one version.
  public static let unpinnedDependency = Rule(
    "DEP001", .high, cwe: 829,
    title: "a dependency is not pinned to one version",
    why: "whoever publishes the next version decides what runs in deployment",
    fix: "pin it with '==' and a whole version; '===', '~=', ranges and '.*' are not accepted")
  /// A requirement without a hash.
  public static let unhashedDependency = Rule(
    "DEP002", .high, cwe: 494,
    title: "a dependency has no hash",
    why: "an index or mirror can serve another file under the same version",
    fix: "add --hash=sha256:..., as 'pip-compile --generate-hashes' or 'uv export' write it")
  /// A hash that can be forged.
  public static let weakHash = Rule(
    "DEP003", .high, cwe: 328,
    title: "a dependency's hash is not SHA-256 or stronger",
    why: "for MD5 and SHA-1 a second file with the same hash can be made; pip refuses them",
    fix: "replace it by --hash=sha256:...")
  /// Another place to look for packages.
  public static let additionalSource = Rule(
    "DEP004", .high, cwe: 427,
    title: "packages may come from an additional source",
    why:
      "with two sources the highest version wins, so a stranger can publish it (dependency confusion)",
    fix: "use one index that mirrors what you need")
  /// A source that is not authenticated.
  public static let insecureSource = Rule(
    "DEP005", .high, cwe: 319,
    title: "packages come over an unauthenticated connection",
    why: "anybody on the way can change what is installed",
    fix: "use https and remove --trusted-host")
  /// A dependency that no index serves.
  public static let directReference = Rule(
    "DEP006", .high, cwe: 829,
    title: "a dependency is a URL, a repository or a local path",
    why: "what lies there can change, and no index or advisory knows it",
    fix: "publish the package to an index, pin its version and hash it")
  /// A file that is included from somewhere else.
  public static let foreignInclude = Rule(
    "DEP007", .high, cwe: 73,
    title: "a dependency file includes one that the release does not hold",
    why: "what it will say at installation nobody has checked",
    fix: "put the included file into the release and include it by a relative path")
  /// A password in a file that everybody gets.
  public static let exposedCredentials = Rule(
    "DEP008", .high, cwe: 522,
    title: "credentials in the address of a package source",
    why: "everybody who has the release has them",
    fix: "revoke them, and give new ones by keyring, netrc or ${VARIABLE}")
  /// One package twice.
  public static let duplicateDependency = Rule(
    "DEP009", .medium, cwe: 694,
    title: "a package is listed twice",
    why: "which line counts depends on the installer and its version",
    fix: "keep one line; names are compared as PEP 503 normalises them")
  /// A line that readers understand differently.
  public static let malformedDependencyFile = Rule(
    "DEP010", .high, cwe: 436,
    title: "a dependency file cannot be read with certainty",
    why: "a line that the installer reads differently from a reviewer can install anything",
    fix: "write one requirement a line, as pip's own documentation shows")
  /// A file of another ecosystem, or too much of one.
  public static let unreadDependencyFile = Rule(
    "DEP011", .medium, .obstacle, cwe: 1357,
    title: "a dependency file that is not read yet",
    why: "its dependencies are neither pinned nor hashed as far as anybody has checked",
    fix: "remove the file if deployment does not use it, or give a hashed requirements.txt")
  /// A file that the manifest names.
  public static let missingDependencyFile = Rule(
    "DEP012", .high, cwe: 1357,
    title: "a dependency file that the manifest names is missing",
    why: "nobody can tell what the model will be run with",
    fix: "add the file, or take it out of the manifest's [dependencies]")
  /// No dependency file.
  public static let noDependencyFiles = Rule(
    "DEP013", .medium, .absence, cwe: 1357,
    title: "the release names no dependencies",
    why: "nobody can tell what the model will be run with",
    fix: "add a requirements.txt with versions and hashes and name it under [dependencies]")
  /// Options for a package's build.
  public static let buildOption = Rule(
    "DEP014", .low, cwe: 829,
    title: "a dependency is built with options of its own",
    why: "building runs the package's code, and its result is not what the hash covers",
    fix: "install wheels")
  /// A variable that decides what is installed.
  public static let environmentDecides = Rule(
    "DEP015", .medium, cwe: 454,
    title: "an environment variable decides what is installed",
    why: "what was checked here is not what another machine installs",
    fix: "write the value out; variables are for credentials only")
  /// A dependency file lies inside a nested archive or image.
  public static let nestedDependencies = Rule(
    "DEP016", .info, cwe: 1357,
    title: "a dependency file lies inside a nested archive or image",
    why: "it is judged with the release's own, though another environment may install it",
    fix: "state the dependencies at the release's top")

  static let dependencyRules: [Rule] = [
    unpinnedDependency, unhashedDependency, weakHash, additionalSource, insecureSource,
    directReference, foreignInclude, exposedCredentials, duplicateDependency,
    malformedDependencyFile, unreadDependencyFile, missingDependencyFile, noDependencyFiles,
    buildOption, environmentDecides, nestedDependencies,
  ]
}
