// Findings of the lock check: manifest and lock.
extension Rule {
  /// No `proofmark.lock`.
  public static let missingLock = Rule(
    "LCK001", .high, .absence, cwe: 353,
    title: "the release has no lock",
    why: "nothing says which files, dependencies, metrics and outputs belong to it",
    fix: "write one with 'proofmark lock'")
  /// The lock is not in its one form.
  public static let malformedLock = Rule(
    "LCK002", .high, cwe: 345,
    title: "proofmark.lock is not in canonical form",
    why:
      "a lock that is not byte for byte what 'proofmark lock' writes was edited by hand or cut, "
      + "and two readers may understand it differently",
    fix: "write it again with 'proofmark lock', and review the difference")
  /// A file differs from the lock.
  public static let fileChanged = Rule(
    "LCK003", .high, cwe: 353,
    title: "a file differs from the locked one",
    why: "somebody changed the file after the lock was written",
    fix: "restore the file, or run 'proofmark lock' again if the change is meant")
  /// The lock's version is not known.
  public static let unsupportedLock = Rule(
    "LCK004", .high, .obstacle, cwe: 693,
    title: "proofmark.lock cannot be read by this version",
    why: "what is not understood cannot be checked",
    fix: "use the version of Proofmark that wrote the lock, or write it again")
  /// A file that the lock does not list.
  public static let unlistedFile = Rule(
    "LCK005", .high, cwe: 345,
    title: "a file that the lock does not list",
    why: "it was added after the lock was written, and loaders may pick it up",
    fix: "remove the file, or run 'proofmark lock' again if it belongs to the release")
  /// A file of the lock that is not there.
  public static let lockedFileMissing = Rule(
    "LCK006", .high, cwe: 345,
    title: "a locked file is missing",
    why: "the release is not the one that was locked",
    fix: "restore the file, or run 'proofmark lock' again if it was removed on purpose")
  /// The digest is right, the size is not.
  public static let sizeDisagrees = Rule(
    "LCK007", .high, cwe: 345,
    title: "the locked size does not belong to the locked digest",
    why: "no file has this digest and this size: the lock's line was forged or damaged",
    fix: "write the lock again with 'proofmark lock', and find out who edited it")
  /// The executable bit differs.
  public static let modeDiffers = Rule(
    "LCK008", .medium, cwe: 732,
    title: "a file's executable bit differs from the locked one",
    why: "a data file that became executable can be started by mistake or by an attacker",
    fix: "restore the mode, or run 'proofmark lock' again if the change is meant")
  /// A name that some file systems take for a locked one.
  public static let pathAlias = Rule(
    "LCK009", .high, cwe: 178,
    title: "a file's name differs from a locked one only by case or Unicode form",
    why: "on other file systems it replaces the locked file",
    fix: "remove or rename the file")
  /// Lock and manifest speak of different releases.
  public static let lockOfAnotherRelease = Rule(
    "LCK010", .high, cwe: 345,
    title: "lock and manifest speak of different releases",
    why: "the lock of another model or of an older version vouches for nothing here",
    fix: "run 'proofmark lock' again after the manifest is right")
  /// No `proofmark.toml`.
  public static let missingManifest = Rule(
    "LCK011", .high, .absence, cwe: 1059,
    title: "the release has no manifest",
    why: "without proofmark.toml nothing says what the model is, nor how to reproduce it",
    fix: "write a proofmark.toml; 'proofmark help lock' shows one")
  /// The manifest cannot be read.
  public static let malformedManifest = Rule(
    "LCK012", .high, cwe: 20,
    title: "proofmark.toml is not a valid manifest",
    why: "a misspelt or forged key would silently switch off what it should demand",
    fix: "correct the named key")
  /// A declaration of dependencies is not the one that the lock was made from.
  public static let staleSource = Rule(
    "LCK013", .high, cwe: 1357,
    title: "the locked dependencies come from other declarations",
    why: "what will be installed is not what was locked",
    fix: "run 'proofmark lock' again after the dependency files are right")
  /// A locked record is not what it is when computed again.
  public static let recordDiffers = Rule(
    "LCK014", .high, cwe: 353,
    title: "a locked record is not what it is when computed again",
    why: "dependencies, data, metrics or outputs changed since the lock was written",
    fix: "run 'proofmark lock' again if the change is meant")

  /// A package is pinned with less than before.
  public static let weakenedPin = Rule(
    "LCK015", .high, cwe: 757,
    title: "a package is pinned with fewer or weaker digests than before",
    why: "a file that was refused before is accepted now, with the same version on it",
    fix: "restore the digests in the dependency file, or say why they went")
  /// A policy, waiver or trust file inside the release.
  public static let judgingFileInside = Rule(
    "LCK016", .medium, cwe: 807,
    title: "a policy, waiver or trust file lies inside the release",
    why:
      "who makes a release must not say how it is judged: Proofmark never reads such a file, but a "
      + "person or a script may give it back",
    fix: "keep policies, waivers and trust files outside of what they judge")
  /// The changelog does not know the version.
  public static let versionNotInChangelog = Rule(
    "LCK017", .low, cwe: 1059,
    title: "the changelog has no entry for the version",
    why: "nobody can tell what changed, nor whether it was meant",
    fix: "add a heading with the version to CHANGELOG.md")
  /// The version is not above that of the parent.
  public static let versionNotAboveParent = Rule(
    "LCK018", .medium, cwe: 1329,
    title: "the version is not above its parent's",
    why: "deployments that take the highest version would keep, or go back to, the older model",
    fix: "give the release a version above the one it replaces")
  /// The version has no place in an order.
  public static let versionWithoutOrder = Rule(
    "LCK019", .low, cwe: 1329,
    title: "the version is not one of Semantic Versioning",
    why: "no rollback protection can compare it",
    fix: "name versions MAJOR.MINOR.PATCH, see semver.org")

  static let lockRules: [Rule] = [
    missingLock, malformedLock, fileChanged, unsupportedLock, unlistedFile, lockedFileMissing,
    sizeDisagrees, modeDiffers, pathAlias, lockOfAnotherRelease, missingManifest,
    malformedManifest, staleSource, recordDiffers, weakenedPin, judgingFileInside,
    versionNotInChangelog, versionNotAboveParent, versionWithoutOrder,
  ]
}
