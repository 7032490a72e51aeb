import ArgumentParser
import Bytes
import Judging
import Trust

/// `proofmark trust`: makes, changes, signs and looks at trust files.
struct TrustCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", _superCommandName: Tool.name,
    abstract: "Make, change, sign and check trust files: who may sign what.",
    discussion: """
      Each change writes the file anew, in one form and with a version one higher; comments are \
      not kept. Where the file has a root role, its owners sign each version with 'trust sign'; the \
      signature lies beside the file as FILE.sig. docs/trust.md tells how to run one.

      EXAMPLES
        proofmark trust init trust.toml --owner ana --key ana.key.pub --expires 2027-12-31T00:00:00Z
        proofmark trust add trust.toml --owner ci --id ci-2026 --key ci.key.pub --role release
        proofmark trust add trust.toml --role release --threshold 2 --models 'handwritten-*'
        proofmark trust revoke trust.toml --key ana-2026 --reason 'laptop stolen'
        proofmark trust sign trust.toml --key ana.key
        proofmark trust verify trust.toml --against trust-before.toml
      """,
    subcommands: [
      TrustInitCommand.self, TrustAddCommand.self, TrustRemoveCommand.self,
      TrustRevokeCommand.self, TrustRotateCommand.self, TrustRenewCommand.self,
      TrustSignCommand.self, TrustShowCommand.self, TrustVerifyCommand.self,
    ])
}

/// `proofmark trust show`.
struct TrustShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the keys, roles and revocations of a trust file.",
    discussion: """
      EXAMPLES
        proofmark trust show trust.toml
      """)

  @Argument(help: "The trust file.")
  var file: String

  func run() throws {
    let (trust, objection) = try TrustFileOption.examine(file, at: .systemClock())
    let owners = trust.signature?.owners.joined(separator: ", ")
    let signature = owners.map { "signed by \($0)" } ?? "not signed: \(objection ?? "")"
    try Terminal.output(trust.listing + "\n" + safeText(signature) + "\n")
  }
}

/// `proofmark trust verify`.
struct TrustVerifyCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the signature of a trust file, and that it may follow another.",
    discussion: """
      The file must be signed by its own root role and not have expired. With --against it must \
      also be the old file, or have a higher version and be signed by the old one's root role. \
      Exit 1 when it does not hold.

      EXAMPLES
        proofmark trust verify trust.toml
        proofmark trust verify new/trust.toml --against trust.toml
      """)

  @Argument(help: "The trust file; its signature lies beside it.")
  var file: String

  @Option(help: ArgumentHelp("The trust file that it follows.", valueName: "file"))
  var against: String?

  @Option(
    help: ArgumentHelp(
      "The time to judge validity at. Default: now.", valueName: TimeOption.form))
  var at: TimeOption?

  func execute() throws -> Judging.ExitCode {
    let time = at?.time ?? .systemClock()
    let (trust, objection) = try TrustFileOption.examine(file, at: time)
    var objections = objection.map { ["version \(trust.version): \($0)"] } ?? []
    if time >= trust.expires { objections.append("expired at \(trust.expires)") }
    if let against {
      let seen = TrustSighting(try TrustFileOption.read(against))
      let succession = TrustSuccession(of: trust, after: seen)
      objections += succession.objection(to: trust, after: seen).map { [$0] } ?? []
    }
    guard objections.isEmpty else {
      for objection in objections {
        Terminal.note("\(Tool.name): error: \(safeText("\(file): \(objection)"))")
      }
      return .fail
    }
    let owners = (trust.signature?.owners ?? []).map { safeText($0) }.joined(separator: ", ")
    try Terminal.output(
      "version \(trust.version), signed by \(owners) for role \(TrustFile.rootRole), "
        + "valid until \(trust.expires)\n")
    return .pass
  }
}

extension TrustFile {
  /// What the file says, for people.
  var listing: String {
    var lines = ["version \(version), expires \(expires), \(digest.prefixed)", "", "Keys"]
    var keyTable = TextTable(["id", "owner", "from", "to", "revoked", "fingerprint"])
    for key in keys {
      keyTable.add([
        key.id, key.owner, key.notBefore.map { "\($0)" } ?? "", key.notAfter.map { "\($0)" } ?? "",
        revocation(ofKey: key.id)?.account ?? "", key.publicKey.fingerprint,
      ])
    }
    lines += keyTable.lines + ["", "Roles"]
    var roleTable = TextTable(["role", "threshold", "owners", "signs"], rightAligned: [1])
    for role in roles {
      roleTable.add([
        role.name, "\(role.threshold) of \(role.owners.count)",
        role.owners.joined(separator: ", "),
        role.name == TrustFile.rootRole
          ? "trust files" : role.models?.map(\.text).joined(separator: ", ") ?? "all",
      ])
    }
    lines += roleTable.lines
    var revoked = TextTable(["release or digest", "reason"])
    for revocation in revocations {
      switch revocation.subject {
      case .key: break
      case .digest(let digest): revoked.add([digest.prefixed, revocation.account])
      case .release(let model, let version):
        revoked.add(["\(model) \(version)", revocation.account])
      }
    }
    if !revoked.isEmpty { lines += ["", "Revoked"] + revoked.lines }
    return lines.joined(separator: "\n") + "\n"
  }
}
