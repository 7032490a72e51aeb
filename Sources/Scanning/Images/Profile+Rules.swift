import Archives
import Bytes
import Findings

extension Profile {
  /// Rules that programs and their files would break by the thousand, and that say nothing of a
  /// model.
  private static let ofPrograms: Set<String> = ids([
    .executable, .script, .pythonBeside, .hostNames, .mailAddress,
  ])
  /// Rules that matter wherever a file stands: what models do, secrets, and start-up files.
  private static let everywhere: Set<String> = ids([
    .startupHook, .disguisedPickle, .privateKey, .serviceToken, .password, .modelPlugin, .modelLie,
    .modelPath, .boundedOnly, .msgpackTypes, .bomb, .overLimit,
  ])
  private static let modelFamilies: Set<String> = [
    "PKL", "KER", "TFS", "TFL", "ONX", "STF", "GGF", "NPY", "IMG",
  ]

  private static func ids(_ rules: [Rule]) -> Set<String> { Set(rules.map(\.id)) }

  /// Whether a finding is worth reporting of a file with this profile.
  func reports(_ finding: Finding) -> Bool {
    guard self != .release else { return true }
    let id = finding.rule.id
    let name = FileName(finding.place.members.last ?? "")
    // Layers have any name, and path files of Python the extension of a model.
    if finding.rule == .misnamed { return name.isModel && name.fileExtension != "pth" }
    switch self {
    case .release, .imageLayer: return !Profile.ofPrograms.contains(id)
    case .systemFile:
      // Modules of packages do much when they are loaded, but Python loads these by itself.
      let isStartupFile =
        name.fileExtension == "pth"
        || ["sitecustomize.py", "usercustomize.py"].contains(name.text)
      if finding.rule == .startupHook { return isStartupFile }
      return Profile.everywhere.contains(id)
        || Profile.modelFamilies.contains(String(id.prefix(3)))
        || id.hasPrefix("SCN") && !Profile.ofPrograms.contains(id) && name.isModel
    }
  }
}

/// Files that Python runs at its start and that everybody has: they are told by every byte.
enum KnownStartupFile {
  /// SHA-256 of the files as Debian 12 and setuptools install them.
  private static let digests: Set<String> = [
    // distutils-precedence.pth of setuptools, in two versions.
    "2638ce9e2500e572a5e0de7faed6661eb569d1b696fcba07b0dd223da5f5d224",
    "7ea7ffef3fe2a117ee12c68ed6553617f0d7fd2f0590257c25c484959a3b7373",
    // sitecustomize.py of Debian's Python 3.11.
    "43d81125d92376b1a69d53a71126a041cc9a18d8080e92dea0a2ae23be138b1e",
  ]

  /// Whether the file is one of them.
  static func contains(_ bytes: ByteSlice) -> Bool {
    bytes.count < 4_096 && digests.contains(Digest(of: bytes).hexadecimal)
  }
}
