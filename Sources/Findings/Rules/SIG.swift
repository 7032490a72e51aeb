// Findings of the signature check.
extension Rule {
  /// No `proofmark.sig`.
  public static let missingSignature = Rule(
    "SIG001", .high, .absence, cwe: 347,
    title: "the release has no signature",
    why: "nobody vouches for the files: whoever can change one can change them all",
    fix: "sign the release with 'proofmark sign' after its lock is written")
  /// A signature, but no trust file to judge it by.
  public static let noTrustFile = Rule(
    "SIG002", .high, .obstacle, cwe: 347,
    title: "the signature cannot be judged without a trust file",
    why: "a signature by an unknown key proves nothing: the attacker has keys too",
    fix: "give the keys you trust with --trust, from outside the release")
  /// `proofmark.sig` is no acceptable DSSE envelope.
  public static let malformedSignature = Rule(
    "SIG003", .high, cwe: 347,
    title: "the signature file is not a DSSE envelope over a release statement",
    why: "a signature that readers understand differently protects none of them",
    fix: "sign the release again with 'proofmark sign'")
  /// Not enough distinct owners.
  public static let thresholdNotMet = Rule(
    "SIG004", .high, cwe: 347,
    title: "fewer distinct owners signed than the role demands",
    why: "one stolen key, or one person with two, must not be able to release a model",
    fix: "let the missing owners sign with 'proofmark sign', each with a key of their own")
  /// A signature that no known key made.
  public static let unknownKey = Rule(
    "SIG005", .low, cwe: 347,
    title: "a signature by no key of the trust file, or over other bytes",
    why: "it counts for nothing; it may be a stranger's, or what is left of a changed statement",
    fix: "add the key to the trust file if its owner is known, or remove the signature")
  /// A signature by a revoked key.
  public static let revokedKey = Rule(
    "SIG006", .medium, cwe: 299,
    title: "a signature by a revoked key",
    why: "whoever holds a stolen key can sign anything and date it back; it counts for nothing",
    fix: "find out who used the key, and sign the release anew without it")
  /// A signature by a key outside its time of validity.
  public static let keyOutsideValidity = Rule(
    "SIG007", .low, cwe: 298,
    title: "a signature by a key outside its time of validity",
    why: "offline nothing proves when a signature was made, so an expired key counts for nothing",
    fix: "sign with a valid key, or extend 'not-after' in the trust file")
  /// A signature by somebody who is not in the role.
  public static let ownerNotInRole = Rule(
    "SIG008", .low, cwe: 863,
    title: "a signature by an owner outside the role",
    why: "a known key is no permission to release; the signature counts for nothing",
    fix: "let an owner of the role sign, or add the owner to the role")
  /// The trust file has expired.
  public static let trustFileExpired = Rule(
    "SIG009", .high, .obstacle, cwe: 672,
    title: "the trust file has expired",
    why: "an old trust file does not know the keys that were revoked since",
    fix: "get the current trust file")
  /// The signed statement is not one about a release.
  public static let malformedStatement = Rule(
    "SIG010", .high, cwe: 345,
    title: "the signed statement is not a release statement",
    why: "a signature over something else must not pass as one over this release",
    fix: "sign the release again with 'proofmark sign'")
  /// A file that is not in the statement.
  public static let unsignedFile = Rule(
    "SIG011", .high, cwe: 345,
    title: "a file that nobody signed",
    why: "it was added after the signature was made",
    fix: "remove the file, or lock and sign the release again if it belongs to it")
  /// A file of the statement that is not there.
  public static let signedFileMissing = Rule(
    "SIG012", .high, cwe: 345,
    title: "a signed file is missing",
    why: "the release is not the one that was signed",
    fix: "restore the file, or lock and sign the release again")
  /// A file that differs from the statement.
  public static let signedFileChanged = Rule(
    "SIG013", .high, cwe: 345,
    title: "a file differs from the signed one",
    why: "it was changed after the signature was made",
    fix: "restore the file, or lock and sign the release again if the change is meant")
  /// The statement's root digest is not that of its files.
  public static let rootDigestDiffers = Rule(
    "SIG014", .high, cwe: 345,
    title: "the statement's digest is not that of the files it lists",
    why: "readers that look at the one or the other would accept different releases",
    fix: "sign the release again with 'proofmark sign'")
  /// The statement is about another release.
  public static let statementOfAnotherRelease = Rule(
    "SIG015", .high, cwe: 345,
    title: "the signature belongs to another release",
    why: "a good signature moved to another model or an older version must not be accepted",
    fix: "use the signature made for this release, or sign it")
  /// The statement has expired.
  public static let statementExpired = Rule(
    "SIG016", .high, cwe: 672,
    title: "the signed statement has expired",
    why: "its makers said until when the release may be deployed",
    fix: "deploy a newer release, or sign this one again")
  /// The release, its version or one of its files is revoked.
  public static let revokedRelease = Rule(
    "SIG017", .critical, cwe: 672,
    title: "the release is revoked",
    why: "somebody you trust has said that it must not be used any more",
    fix: "use a release that is not revoked")
  /// The role is for other models.
  public static let roleDoesNotCoverModel = Rule(
    "SIG018", .high, cwe: 863,
    title: "the role may not release this model",
    why: "keys for one model must not be able to release another",
    fix: "demand the role that is responsible for the model, or add the model to the role")
  /// The trust file itself is not signed.
  public static let unsignedTrustFile = Rule(
    "SIG019", .info, cwe: 345,
    title: "the trust file was taken as given",
    why: "its keys are as good as the way it came to this machine",
    fix: "bring the trust file to the machine over a channel that the release does not use")
  /// A revocation that names a key that is not listed.
  public static let idleRevocation = Rule(
    "SIG020", .low, cwe: 1164,
    title: "a revocation names a key that the trust file does not list",
    why: "a misspelt name revokes nothing, and the stolen key stays trusted",
    fix: "correct the name, and keep the [[key]] of a revoked key so that its use is reported")

  /// An older version than the one that passed before.
  public static let rolledBack = Rule(
    "SIG021", .high, cwe: 1328,
    title: "a newer version of the model passed before",
    why: "an old release keeps its good signature, and with it the faults that were mended since",
    fix: "deploy the newest release; to go back on purpose, release the old files as a new version")
  /// The version that passed before, with other bytes.
  public static let sameVersionOtherBytes = Rule(
    "SIG022", .high, cwe: 345,
    title: "this version passed before with other bytes",
    why: "two releases under one version: somebody was given the one, somebody else the other",
    fix: "find out which is meant, and release the other under a version of its own")
  /// An older trust file than the one that was relied upon.
  public static let olderTrustFile = Rule(
    "SIG023", .high, cwe: 1328,
    title: "a newer trust file was relied upon before",
    why: "an old trust file does not know the keys that were revoked since",
    fix: "give the newest trust file")
  /// The trust file's version with other bytes.
  public static let alteredTrustFile = Rule(
    "SIG024", .high, cwe: 345,
    title: "this version of the trust file was relied upon before with other bytes",
    why: "whoever changed it did not count the version up, as every change has to",
    fix: "find out who changed it; 'proofmark trust' raises the version on each change")
  /// A trust file that the root role of the last one did not sign.
  public static let trustFileNotHandedOver = Rule(
    "SIG025", .high, cwe: 347,
    title: "the root role of the last trust file did not sign this one",
    why: "a new trust file could otherwise name its own authors as those who may sign",
    fix: "let the owners of the last root role sign it with 'proofmark trust sign'")
  /// Nothing remembers what was seen.
  public static let noRollbackMemory = Rule(
    "SIG026", .info, cwe: 1328,
    title: "no rollback memory",
    why: "without a state file nothing tells an old release from the newest one",
    fix: "make a state file with 'proofmark state init' and give it with --state")
  /// An older version than the policy accepts.
  public static let belowMinimumVersion = Rule(
    "SIG027", .high, cwe: 1328,
    title: "the version is below the policy's minimum",
    why: "the policy's makers know why older versions must not be deployed any more",
    fix: "deploy a newer release, or lower 'signature.min-version' on purpose")
  /// The release does not follow the given parent.
  public static let parentDiffers = Rule(
    "SIG028", .high, cwe: 345,
    title: "the release does not follow the parent that was given",
    why: "a break in the chain of releases hides what came between, or another line of models",
    fix: "give the parent that the release names, or lock and sign the release with the right one")
  /// The lock does not pin its parent's lock.
  public static let parentNotPinned = Rule(
    "SIG029", .high, .obstacle, cwe: 353,
    title: "the lock does not pin the lock of its parent",
    why: "a parent named by its version alone can be any release of that version",
    fix: "lock the release again with 'proofmark lock --parent', and sign it")
  /// The trust file is one of the release's own files.
  public static let trustFileFromRelease = Rule(
    "SIG030", .high, cwe: 345,
    title: "the trust file is a file of the release",
    why: "whoever made the release says there whom to believe, and that proves nothing",
    fix: "keep the trust file outside, and bring it over a channel that the release does not use")
  /// A model that was signed before.
  public static let signatureVanished = Rule(
    "SIG031", .high, cwe: 347,
    title: "the model was signed before and is not signed now",
    why: "removing the signature must not be a way around it",
    fix: "deploy a signed release of the model")
  /// A version that has no place in an order.
  public static let unorderedVersion = Rule(
    "SIG032", .high, .obstacle, cwe: 1328,
    title: "the version is not one of Semantic Versioning",
    why: "what cannot be compared cannot be told from an older release",
    fix: "name versions MAJOR.MINOR.PATCH")
  /// The statement was issued later than now.
  public static let statementNotYetValid = Rule(
    "SIG055", .high, cwe: 672,
    title: "the signed statement was issued later than now",
    why: "one of the two clocks is wrong, or the release is not to be deployed yet",
    fix: "set the clock right, wait, or sign the release again with the right --issued")

  static let signatureRules: [Rule] =
    [
      missingSignature, noTrustFile, malformedSignature, thresholdNotMet, unknownKey, revokedKey,
      keyOutsideValidity, ownerNotInRole, trustFileExpired, malformedStatement, unsignedFile,
      signedFileMissing, signedFileChanged, rootDigestDiffers, statementOfAnotherRelease,
      statementExpired, revokedRelease, roleDoesNotCoverModel, unsignedTrustFile, idleRevocation,
      rolledBack, sameVersionOtherBytes, olderTrustFile, alteredTrustFile, trustFileNotHandedOver,
      noRollbackMemory, belowMinimumVersion, parentDiffers, parentNotPinned, trustFileFromRelease,
      signatureVanished, unorderedVersion,
    ] + foreignSignatureRules + [statementNotYetValid]
}
