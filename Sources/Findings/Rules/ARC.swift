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
  /// setuid, setgid, sticky or world-writable.
  public static let unsafeMode = Rule(
    "ARC004", .medium, cwe: 732,
    title: "a member's mode gives rights away",
    why:
      "a setuid program runs with its owner's rights, and a file that everyone may write is not "
      + "the signed one for long",
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

  static let archiveRules: [Rule] = [
    pathTraversal, linkOutside, specialFile, unsafeMode, bomb, nameCollision, ambiguousArchive,
    deceptiveName, unreadableArchive, hiddenBytes, linkInside, unportableName, overLimit,
  ]
}
