import Bytes
import Findings

/// Looks for people and their machines in metadata.
enum PersonalData {
  private static let nobody: Set<Substring> = [
    "user", "users", "username", "you", "ubuntu", "root", "jovyan", "runner", "work", "app", "me",
    "name", "workspace", "shared", "public", "your_name", "yourname", "...", "xxx", "model-server",
  ]

  /// Reports a home folder or a mail address in one metadata value.
  static func report(_ text: String, at place: Place, _ context: inout ScanContext) {
    for sign in ["/home/", "/Users/", "\\Users\\"] {
      guard let range = text.firstRange(of: sign) else { continue }
      let name = text[range.upperBound...].prefix { $0 != "/" && $0 != "\\" }
      guard !name.isEmpty, name.count <= 40, !nobody.contains(name),
        !name.contains(where: {
          "<>${}% ".contains($0)
        })
      else { continue }
      return context.report(Rule.hostNames.at(place, "the home folder of '\(name)'"))
    }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, text.count <= 128, let user = parts.first, let host = parts.last,
      !user.isEmpty, user.allSatisfy({ $0.isLetter || $0.isNumber || "._+-".contains($0) }),
      host.allSatisfy({ $0.isLetter || $0.isNumber || ".-".contains($0) }),
      let top = host.split(separator: ".").last, host.contains("."), top.allSatisfy(\.isLetter),
      top.count >= 2, !host.contains("example"), !user.hasPrefix("noreply"), user != "git"
    else { return }
    context.report(Rule.mailAddress.at(place, "a mail address at '\(host)'"))
  }
}
