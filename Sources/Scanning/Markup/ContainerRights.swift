import Bytes

/// What the settings of a container let it do to its host: those of Compose and of Kubernetes.
enum ContainerRights {
  /// What an object of the configuration allows, each with what says so.
  static func words(in object: JSON, path: [String]) -> [(what: String, evidence: String)] {
    var words: [(what: String, evidence: String)] = []
    let isContainer =
      path.contains("services") || path.last == "securityContext"
      || ["image", "build", "containers", "hostPath"].contains { object[$0] != nil }
    guard isContainer else { return [] }
    if isTrue(object["privileged"]) {
      words.append(("runs with all rights of its host", "privileged: true"))
    }
    for key in ["pid", "userns_mode"] where object[key]?.string == "host" {
      words.append(("shares the processes or users of its host", "\(key): host"))
    }
    if isTrue(object["hostPID"]) {
      words.append(("shares the processes of its host", "hostPID: true"))
    }
    let added = object["cap_add"]?.array ?? object["capabilities"]?["add"]?.array ?? []
    for right in added.compactMap(\.string) where rights.contains(right.uppercased()) {
      words.append(("gets a right over its host", right))
    }
    for volume in object["volumes"]?.array ?? [] {
      let source =
        volume["source"]?.string ?? volume["hostPath"]?["path"]?.string
        ?? volume.string.flatMap { $0.split(separator: ":").first.map(String.init) }
      guard let source, isHost(source) else { continue }
      words.append(("gets a folder or socket of its host", source))
    }
    return words
  }

  private static func isTrue(_ value: JSON?) -> Bool {
    switch value {
    case .bool(let value): value
    case .string(let text): ["true", "yes", "on"].contains(text.lowercased())
    default: false
    }
  }

  private static let rights: Set<String> = [
    "ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "CAP_ALL", "CAP_SYS_ADMIN",
    "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_DAC_READ_SEARCH",
  ]
  /// Folders as such, and those of which no part belongs into a container.
  private static let folders: Set<String> = [
    "/", "~", "$HOME", "${HOME}", "/home", "/var", "/run", "/var/run", "/usr", "/bin", "/lib",
    "/dev", "/var/lib/docker", "/sys",
  ]
  private static let below = ["/etc", "/root", "/boot", "/proc", "/var/lib/kubelet"]
  private static let plain: Set<String> = ["/etc/localtime", "/etc/timezone"]

  private static func isHost(_ source: String) -> Bool {
    if source.hasSuffix("docker.sock") || source.hasSuffix("containerd.sock")
      || source.contains("/.ssh") || source.contains("/.kube") || source.contains("/.aws")
    {
      return true
    }
    let path = source.count > 1 && source.hasSuffix("/") ? String(source.dropLast()) : source
    return folders.contains(path)
      || below.contains { path == $0 || path.hasPrefix($0 + "/") } && !plain.contains(path)
  }
}
