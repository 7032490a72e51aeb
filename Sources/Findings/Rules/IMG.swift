// Findings of container images: their layers and settings.
extension Rule {
  /// A layer or manifest is not what its descriptor says.
  public static let imageDigestMismatch = Rule(
    "IMG001", .high, cwe: 354,
    title: "a layer or manifest is not what its descriptor says",
    why: "whoever pulls the image by its digest gets another content than was built",
    fix: "build or pull the image again")
  /// A whiteout removes what it does not name, or hides a link.
  public static let whiteoutTrick = Rule(
    "IMG002", .high, cwe: 436,
    title: "a whiteout removes what it does not name, or hides a link",
    why:
      "tools disagree on what the image then holds, so that a scanner and a container see "
      + "different files",
    fix: "build the image again from its source")
  /// A layer is missing or comes from a URL.
  public static let layerElsewhere = Rule(
    "IMG003", .high, .obstacle, cwe: 829,
    title: "a layer is missing or comes from a URL",
    why: "content that is not in the image was not looked at, and may change after the check",
    fix: "save the image with all its layers")
  /// A file is deleted in a later layer and still in the image.
  public static let deletedFile = Rule(
    "IMG004", .info, cwe: 212,
    title: "a file is deleted in a later layer and still in the image",
    why: "everybody who has the image can read it",
    fix: "build the image so that the file is never in a layer")
  /// An image's settings give rights or data away.
  public static let unsafeImageSettings = Rule(
    "IMG005", .low, cwe: 250,
    title: "an image's settings give rights or data away",
    why:
      "a container that runs as root, or shows secrets in its history or environment, loses "
      + "them to whoever reads or breaks into it",
    fix: "set a user, and pass secrets when the container is run")

  static let imageRules: [Rule] = [
    imageDigestMismatch, whiteoutTrick, layerElsewhere, deletedFile, unsafeImageSettings,
  ]
}
