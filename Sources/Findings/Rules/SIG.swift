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

  static let signatureRules: [Rule] = [
    missingSignature, noTrustFile, malformedSignature, thresholdNotMet, unknownKey, revokedKey,
    keyOutsideValidity, ownerNotInRole, trustFileExpired, malformedStatement, unsignedFile,
    signedFileMissing, signedFileChanged, rootDigestDiffers, statementOfAnotherRelease,
    statementExpired, revokedRelease, roleDoesNotCoverModel, unsignedTrustFile, idleRevocation,
  ]
}
