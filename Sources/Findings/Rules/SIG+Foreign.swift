// Findings on signatures that other tools make: OMS, minisign, OpenSSH, cosign.
extension Rule {
  /// Bytes that are no acceptable signature of their kind.
  public static let malformedForeignSignature = Rule(
    "SIG035", .high, cwe: 347,
    title: "a signature of another tool that cannot be accepted",
    why: "what is cut off, padded or ambiguous can mean one thing here and another elsewhere",
    fix: "get the signature again from where it was published, or sign again")
  /// A kind of signature that is not judged.
  public static let unsupportedForeignSignature = Rule(
    "SIG036", .high, .obstacle, cwe: 347,
    title: "a signature of a kind that is not judged",
    why: "a certificate needs roots, a keyless signature its log's word; nothing is established",
    fix: "give a certificate's roots by --oms-root; else verify it with the signer's own tool")
  /// A signature that the given key did not make over these bytes.
  public static let foreignSignatureMismatch = Rule(
    "SIG037", .high, cwe: 347,
    title: "the signature is not by the given key over these bytes",
    why: "the file or its signature was changed, or somebody else signed it",
    fix: "get both again, and check that the key is the signer's")
  /// A signature that names another key.
  public static let foreignKeyMismatch = Rule(
    "SIG038", .high, cwe: 347,
    title: "the signature names another key than the given one",
    why: "it was made with a key that nobody here said to trust",
    fix: "find out whose key it names, and give that key if it is trusted")
  /// A file that the signer left out on purpose.
  public static let ignoredBySigner = Rule(
    "SIG039", .high, cwe: 345,
    title: "a file that the signer left out of the signature",
    why: "anybody can change it or put it there, and the signature stays good",
    fix: "remove the file, or let the signer sign without ignoring it")
  /// The signer hashed what links lead to.
  public static let signerFollowedLinks = Rule(
    "SIG040", .medium, cwe: 59,
    title: "the signer allowed symbolic links",
    why: "where a link leads depends on the machine; links are never followed here",
    fix: "sign a folder without links")
  /// No signature of the kind that was asked for.
  public static let missingForeignSignature = Rule(
    "SIG041", .high, .absence, cwe: 347,
    title: "there is no signature of the kind that was asked for",
    why: "nobody who holds the given key vouches for the file",
    fix: "put the signature beside the file, or name it with --foreign-signature")
  /// A signature that nobody was asked to judge.
  public static let foreignSignatureNotJudged = Rule(
    "SIG042", .info, cwe: 347,
    title: "a signature that was not judged",
    why: "without its signer's key it proves nothing",
    fix: "give its signer's key if it is to count; 'proofmark help verify' lists the options")
  /// minisign's trusted comment was changed.
  public static let alteredTrustedComment = Rule(
    "SIG043", .high, cwe: 345,
    title: "the trusted comment is not the signed one",
    why: "people act on it: a name or a date in it was changed after the signature was made",
    fix: "get the signature again from where it was published")
  /// minisign's trusted comment would act on a terminal.
  public static let unsafeTrustedComment = Rule(
    "SIG044", .medium, cwe: 150,
    title: "control characters in a trusted comment",
    why: "shown as it is, it could overwrite what a terminal says of the verification",
    fix: "do not print the comment with other tools; let the signer sign without them")
  /// A signature of the file itself, not of its digest.
  public static let legacyMinisign = Rule(
    "SIG045", .low, cwe: 347,
    title: "a signature in minisign's legacy form",
    why: "over a file of 64 bytes it is a good signature of every file with that digest, too",
    fix: "sign again with a minisign that prehashes, as it does by default since 0.11")
  /// An OpenSSH signature for another purpose.
  public static let foreignNamespace = Rule(
    "SIG046", .high, cwe: 345,
    title: "the signature was made for another namespace",
    why: "a signature of a mail or a commit must not release a model",
    fix: "sign with 'ssh-keygen -Y sign -n proofmark', or say which one with --namespace")
  /// An OpenSSH signature by somebody who is not allowed.
  public static let signerNotAllowed = Rule(
    "SIG047", .high, cwe: 863,
    title: "the signer is not among the allowed ones",
    why: "the signature is good, but by somebody who may not sign this, or not at this time",
    fix: "add the key to the allowed signers if its owner is known, or let an allowed one sign")
  /// A statement whose subject is another file.
  public static let foreignSubjectDiffers = Rule(
    "SIG048", .high, cwe: 345,
    title: "the signed statement is about another file",
    why: "a good signature that was moved to another file must not be accepted",
    fix: "use the signature made for this file")
  /// A folder, and a signature over one file.
  public static let noBytesToVerify = Rule(
    "SIG049", .high, .obstacle, cwe: 347,
    title: "a signature of one file cannot be judged on a folder",
    why: "a folder has no bytes of its own that somebody could have signed",
    fix: "verify the archive that was signed, or sign the folder with 'proofmark sign'")

  /// A certificate that no trust anchor vouches for.
  public static let untrustedCertificate = Rule(
    "SIG050", .high, cwe: 296,
    title: "the signer's certificate does not lead to a given root",
    why: "anybody can issue a certificate in any name; a trusted root alone makes one count",
    fix: "find out who issued it, and give that root by --oms-root if it is trusted")
  /// A certificate before or after its time.
  public static let certificateOutsideValidity = Rule(
    "SIG051", .high, cwe: 298,
    title: "a certificate of the signer is not valid at this time",
    why: "its issuer vouches for the key within these dates, and revokes it within them, too",
    fix: "let the signer renew the certificate and sign again")
  /// A certificate that stands for what it was not issued for.
  public static let unfitCertificate = Rule(
    "SIG052", .high, cwe: 295,
    title: "a certificate was not issued for this use",
    why: "a web server's or a person's key must neither sign models nor issue certificates",
    fix: "let the signer get a certificate for signatures, from an authority that may issue it")
  /// A certificate that can be forged.
  public static let weakCertificate = Rule(
    "SIG053", .high, cwe: 327,
    title: "a certificate is held up by SHA-1 or a short key",
    why: "such a signature can be forged, and with it the certificate and everything below",
    fix: "let its issuer sign it again with SHA-2 and a key of today")

  /// Nothing was read that tells of revoked certificates.
  public static let revocationNotJudged = Rule(
    "SIG054", .info, cwe: 299,
    title: "whether a certificate was revoked is not judged",
    why: "a stolen key signs until its certificate ends, for lists of revoked ones are not read",
    fix: "ask the issuer, or remove its root once it has revoked a signer that matters")

  static let foreignSignatureRules: [Rule] = [
    malformedForeignSignature, unsupportedForeignSignature, foreignSignatureMismatch,
    foreignKeyMismatch, ignoredBySigner, signerFollowedLinks, missingForeignSignature,
    foreignSignatureNotJudged, alteredTrustedComment, unsafeTrustedComment, legacyMinisign,
    foreignNamespace, signerNotAllowed, foreignSubjectDiffers, noBytesToVerify,
    untrustedCertificate,
    certificateOutsideValidity, unfitCertificate, weakCertificate, revocationNotJudged,
  ]
}
