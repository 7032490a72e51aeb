// Findings of archives and folders: what unpacking them would do.
extension Rule {
  /// A name that leads out of the folder.
  public static let pathTraversal = Rule(
    "ARC001", .critical, cwe: 22,
    title: "a member's name leads out of the release",
    why:
      "an absolute name, a drive or '..' makes an extractor write wherever the attacker likes: over "
      + "a start-up script, a key or another model",
    fix: "do not unpack it; have the release packed again with 'proofmark pack'")
  /// A link to somewhere else.
  public static let linkOutside = Rule(
    "ARC002", .critical, cwe: 59,
    title: "a link points out of the release",
    why:
      "whoever reads it gets a file of this machine instead of one of the release, and a later "
      + "member written through it lands outside",
    fix: "replace the link by the file it should stand for")
  /// A device, FIFO or socket.
  public static let specialFile = Rule(
    "ARC003", .high, cwe: 67,
    title: "a member is a device, a pipe, a socket or of an unknown type",
    why:
      "a device gives its opener the hardware behind it, a pipe stops whoever reads it, and what "
      + "readers do with a type they do not know differs",
    fix: "leave everything but plain files and folders out of the release")
  /// World-writable.
  public static let unsafeMode = Rule(
    "ARC004", .medium, cwe: 732,
    title: "a member's mode gives rights away",
    why:
      "a file that everyone may write is not the signed one for long",
    fix: "set mode 0644 or 0755")
  /// Unpacks to far more than it is.
  public static let bomb = Rule(
    "ARC005", .high, cwe: 409,
    title: "the archive unpacks to more than the limits allow",
    why:
      "a few packed kilobytes that fill disk and memory, or millions of members, stop the machine "
      + "that checks them",
    fix: "look at the archive in a sandbox; widen the policy's limits only if its size is honest")
  /// Two members that one file system would store as one.
  public static let nameCollision = Rule(
    "ARC006", .high, cwe: 178,
    title: "two members share one name, or would on another file system",
    why:
      "of two members of one name each reader takes another one; the checked file and the used "
      + "one can then differ",
    fix: "pack each file once, under names that differ in more than case and composition")
  /// Two readers would see two archives.
  public static let ambiguousArchive = Rule(
    "ARC007", .high, cwe: 436,
    title: "two readers would see two different archives",
    why:
      "where an archive's headers contradict each other, the scanner can be shown a harmless "
      + "member and the loader a hostile one",
    fix: "have the release packed again with 'proofmark pack'")
  /// Control characters, bidirectional overrides, invalid UTF-8.
  public static let deceptiveName = Rule(
    "ARC008", .high, cwe: 451,
    title: "a member's name hides what it is",
    why:
      "control and bidirectional characters and invalid text make a name look like another one, "
      + "and programs cut it at different places",
    fix: "rename the file")
  /// Cannot be opened.
  public static let unreadableArchive = Rule(
    "ARC009", .high, .obstacle, cwe: 693,
    title: "an archive or member cannot be read",
    why: "what is damaged, encrypted or packed in an unknown way cannot be checked, only trusted",
    fix: "get the release again, or have it packed with 'proofmark pack'")
  /// Bytes that belong to no member.
  public static let hiddenBytes = Rule(
    "ARC010", .high, cwe: 434,
    title: "the archive holds bytes that belong to no member",
    why:
      "what stands before, between or after the members is not checked with them, and another "
      + "reader may take it for a member or a program",
    fix: "have the release packed again with 'proofmark pack'")
  /// A link within the release.
  public static let linkInside = Rule(
    "ARC011", .high, cwe: 59,
    title: "a member is a link",
    why: "a link is no content: what it stands for depends on who unpacked what before it",
    fix: "replace the link by the file it stands for")
  /// A name that not every system can store.
  public static let unportableName = Rule(
    "ARC012", .high, cwe: 176,
    title: "a member's name means something else on another system",
    why:
      "backslashes, device names, trailing dots and decomposed letters are changed by some file "
      + "systems, so that the name that was signed is not the one on disk",
    fix: "rename the file: relative, composed (NFC), at most 1,024 bytes")
  /// More than the operator allows.
  public static let overLimit = Rule(
    "ARC013", .high, .obstacle, cwe: 770,
    title: "the release is larger than the limits allow",
    why: "what was not opened was not checked",
    fix: "widen the policy's limits")
  /// Readers undo the archive's compression in different ways.
  public static let ambiguousCompression = Rule(
    "ARC014", .high, cwe: 436,
    title: "readers undo the archive's compression in different ways",
    why:
      "one reader stops at the first of several streams and another joins them, so that each "
      + "gets another content",
    fix: "compress the file once, as one stream")
  /// A member runs with another's rights.
  public static let borrowedRights = Rule(
    "ARC015", .high, cwe: 250,
    title: "a member runs with another's rights",
    why:
      "a program that is setuid, setgid or has capabilities does with them what its maker "
      + "chose, for whoever starts it",
    fix: "set mode 0644 or 0755 and drop the capabilities")
  /// A file has further names.
  public static let hardLink = Rule(
    "ARC016", .medium, cwe: 62,
    title: "a file has further names",
    why: "whoever writes through another name changes the file that was checked",
    fix: "copy the file instead of linking it")
  /// A member's bytes are not those of its checksum.
  public static let wrongChecksum = Rule(
    "ARC017", .high, cwe: 354, references: ["CVE-2025-10156"],
    title: "a member's bytes are not those of its checksum",
    why:
      "scanners that trust the checksum skip the member, and loaders that do not check it read "
      + "it",
    fix:
      "have the release packed again with 'proofmark pack'; a transfer error is mended by "
      + "fetching it again")
  /// A member says that it is encrypted and is not, or the reverse.
  public static let falseEncryption = Rule(
    "ARC018", .high, cwe: 436, references: ["CVE-2025-1945"],
    title: "a member says that it is encrypted and is not, or the reverse",
    why: "scanners stop at the flag, and loaders that pass over it read the member",
    fix: "have the release packed again with 'proofmark pack'")
  /// An archive holds itself or copies that overlap.
  public static let selfContainedArchive = Rule(
    "ARC019", .high, cwe: 674,
    title: "an archive holds itself or copies that overlap",
    why:
      "each level unpacks to another one of the same size, or one range of bytes to many "
      + "members, until disk and memory are full",
    fix: "do not unpack it")
  /// A member's name is an option, pattern or variable to a shell.
  public static let commandName = Rule(
    "ARC020", .high, cwe: 88,
    title: "a member's name is an option, pattern or variable to a shell",
    why: "a command that is given the folder's names takes it for an instruction",
    fix: "rename the file: letters, digits, '.', '_' and '-', and no '-' at its start")
  /// A package's list of files is not its content.
  public static let wrongFileList = Rule(
    "ARC021", .high, cwe: 353,
    title: "a package's list of files is not its content",
    why: "an installer that trusts the list installs what was not recorded, or not what was",
    fix: "build the package again from its source")
  /// The worker that reads the format ended early.
  public static let workerEnded = Rule(
    "ARC022", .high, .obstacle, cwe: 693,
    title: "the worker that reads the format ended early",
    why: "a reader that crashed, ran too long or tried what it may not do has not read the file",
    fix: "have the release packed again as tar or zip")
  /// A member has extended attributes or an access list.
  public static let extendedAttributes = Rule(
    "ARC023", .medium, cwe: 732,
    title: "a member has extended attributes or an access list",
    why: "they change who may use the file and what runs it, and the lock does not record them",
    fix: "leave them out when packing")
  /// A repository lies in the release's folder.
  public static let repositoryLeftOut = Rule(
    "ARC024", .info, cwe: 538,
    title: "git's repository in the release's folder is left out",
    why: "it is neither locked nor signed nor judged, and changes with every commit",
    fix: "deploy what 'proofmark pack' writes, which leaves it out")

  static let archiveRules: [Rule] = [
    pathTraversal, linkOutside, specialFile, unsafeMode, bomb, nameCollision, ambiguousArchive,
    deceptiveName, unreadableArchive, hiddenBytes, linkInside, unportableName, overLimit,
    ambiguousCompression, borrowedRights, hardLink, wrongChecksum, falseEncryption,
    selfContainedArchive, commandName, wrongFileList, workerEnded, extendedAttributes,
    repositoryLeftOut,
  ]
}
