// Findings of the dependencies check.
extension Rule {
  /// A requirement that does not name one version.
  public static let unpinnedDependency = Rule(
    "DEP001", .high, cwe: 829,
    title: "a dependency is not pinned to one version",
    why: "whoever publishes the next version decides what runs in deployment",
    fix: "name one whole version ('==' for pip), or add the lock that the package manager writes")
  /// A requirement without a hash.
  public static let unhashedDependency = Rule(
    "DEP002", .high, cwe: 494,
    title: "a dependency has no hash",
    why: "an index or mirror can serve another file under the same version",
    fix: "use a lock with hashes; 'pip-compile --generate-hashes' and 'uv export' write --hash=...")
  /// A hash that can be forged.
  public static let weakHash = Rule(
    "DEP003", .high, cwe: 328,
    title: "a dependency's hash is not SHA-256 or stronger",
    why: "for MD5 and SHA-1 a second file with the same hash can be made; pip refuses them",
    fix: "replace it by one of SHA-256 or SHA-512")
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
    fix: "use https, and leave the checks of hosts, certificates and signatures on")
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
    fix: "let the package manager write the file again, or follow its documentation to the letter")
  /// A file of another ecosystem, or too much of one.
  public static let unreadDependencyFile = Rule(
    "DEP011", .medium, .obstacle, cwe: 1357,
    title: "a dependency file that is not read",
    why: "its dependencies are neither pinned nor hashed as far as anybody has checked",
    fix: "remove the file if deployment does not use it, or give a lock of a kind that is read")
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
  /// A declaration that the lock beside it does not know.
  public static let dependencyDrift = Rule(
    "DEP017", .high, cwe: 1357,
    title: "a declared dependency is not in the lock",
    why: "the lock is of an older declaration; the installer solves again and takes what it finds",
    fix: "let the package manager write the lock again")
  /// A plugin or build requirement of any version.
  public static let unpinnedBuild = Rule(
    "DEP018", .medium, cwe: 829,
    title: "what builds a package is not pinned to one version",
    why: "it runs with all rights when the package is built, and no lock covers it",
    fix: "pin build requirements, plugins and parents, or install wheels only")
  /// A locked file from another place than its package.
  public static let foreignArtifact = Rule(
    "DEP019", .high, cwe: 345,
    title: "a locked file does not come from where its package is kept",
    why: "a lock with another address and that file's hash installs anything under a known name",
    fix: "let the package manager write the lock again from the registry")
  /// Code that runs at installation.
  public static let installScript = Rule(
    "DEP020", .medium, cwe: 829,
    title: "a package runs a script when it is installed",
    why: "whoever takes the package over runs code on every machine that installs it",
    fix: "install with --ignore-scripts, or choose a package without one")
  /// A version that its makers took back.
  public static let withdrawnDependency = Rule(
    "DEP021", .medium, cwe: 1104,
    title: "a dependency was withdrawn by its makers",
    why: "they advise against it, often for a fault that stays unmended",
    fix: "take a version that is maintained")
  /// Dependencies that only running or fetching something would tell.
  public static let computedDependencies = Rule(
    "DEP022", .medium, .obstacle, cwe: 1357,
    title: "dependencies that the file alone does not tell",
    why: "code or a file from elsewhere decides them, and neither is run or fetched here",
    fix: "write them out, or bring the file that they come from")
  /// A source that the policy does not name.
  public static let disallowedSource = Rule(
    "DEP023", .high, cwe: 829,
    title: "a dependency comes from a source that the policy does not allow",
    why: "nobody has agreed to trust whoever keeps that source",
    fix: "take the package from an allowed source, or add the source to dependencies.allow-sources")
  /// A licence that the policy does not name.
  public static let disallowedLicence = Rule(
    "DEP024", .medium, cwe: 1357,
    title: "a dependency has a licence that the policy does not allow",
    why: "its terms may forbid the use that the release is made for",
    fix: "replace the package, or add the licence to dependencies.allow-licences")
  /// A package manager that is told not to look.
  public static let verificationOff = Rule(
    "DEP025", .high, cwe: 354,
    title: "the package manager is told not to verify",
    why: "what it would have noticed is installed without a word",
    fix: "turn verification on, and list checksums instead of trust")
  /// An image by a tag.
  public static let unpinnedImage = Rule(
    "DEP026", .high, cwe: 829,
    title: "an image is not pinned by its digest",
    why: "whoever may push to the repository moves the tag to another image",
    fix: "write IMAGE:TAG@sha256:DIGEST, as 'docker buildx imagetools inspect' shows it")
  /// A package of a distribution without a version.
  public static let unpinnedSystemPackage = Rule(
    "DEP027", .low, cwe: 1357,
    title: "packages of the distribution are installed without a version",
    why: "two builds of one file give two systems",
    fix: "write NAME=VERSION, or install from a snapshot of the archive")
  /// A download into an image.
  public static let uncheckedDownload = Rule(
    "DEP028", .high, cwe: 494,
    title: "an image is built with a download that nothing checks",
    why: "whoever holds the address decides what is in the image",
    fix: "write ADD --checksum=sha256:...")
  /// A password that stays in an image.
  public static let buildSecret = Rule(
    "DEP029", .high, cwe: 522,
    title: "a secret stays in an image",
    why: "values of ENV and ARG and copied files are in the image's history, for all who pull it",
    fix: "use RUN --mount=type=secret, and give the value when the container starts")
  /// A container with all rights.
  public static let rootUser = Rule(
    "DEP030", .low, cwe: 250,
    title: "the container runs as root",
    why: "whoever breaks out of the process has all rights, often on the host, too",
    fix: "end the last stage with USER and an account without rights")

  static let dependencyRules: [Rule] = [
    unpinnedDependency, unhashedDependency, weakHash, additionalSource, insecureSource,
    directReference, foreignInclude, exposedCredentials, duplicateDependency,
    malformedDependencyFile, unreadDependencyFile, missingDependencyFile, noDependencyFiles,
    buildOption, environmentDecides, nestedDependencies, dependencyDrift, unpinnedBuild,
    foreignArtifact, installScript, withdrawnDependency, computedDependencies, disallowedSource,
    disallowedLicence, verificationOff, unpinnedImage, unpinnedSystemPackage, uncheckedDownload,
    buildSecret, rootUser,
  ]
}
