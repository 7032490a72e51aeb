/// What files are part of, where that changes what is worth a finding.
public enum Profile: Sendable {
  /// A release, a model, or anything else that should hold models alone.
  case release
  /// A layer of an image: programs, links and files without a model's format are usual.
  case imageLayer
  /// What a distribution or a package manager put into a layer: only models, secrets and what
  /// Python runs at its start are looked at.
  case systemFile

  /// The profile of a file of an image's layer.
  public init(layerFile path: String) {
    let parts = path.split(separator: "/")
    let isPackage = parts.contains { Profile.packageFolders.contains($0) }
    let isSystem = parts.count > 1 && parts.first.map(Profile.systemFolders.contains) == true
    self = isPackage || isSystem ? .systemFile : .imageLayer
  }

  /// The folders of the Filesystem Hierarchy Standard that programs are installed in.
  private static let systemFolders: Set<Substring> = [
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys",
    "usr", "var",
  ]
  private static let packageFolders: Set<Substring> = [
    "site-packages", "dist-packages", "node_modules",
  ]
}
