import Bytes
import Findings

// What a reader may conclude, and what not, in sentences made from the judged checks alone.
extension AuditReport {
  /// What the audit has shown, a sentence for each check that passed without a finding above `info`.
  public var established: [String] {
    checks.filter { check in
      check.status == .pass && check.findings.allSatisfy { $0.finding.rule.severity == .info }
    }.compactMap(statement)
  }

  /// What the audit has not shown although a reader might think so, a sentence each.
  public var notEstablished: [String] {
    var sentences = [
      "How the model behaves on inputs unlike its goldens and its evaluation set: a backdoor "
        + "that waits for its trigger passes every check here."
    ]
    for check in checks {
      switch check.status {
      case .pass: sentences += reservation(check).map { [$0] } ?? []
      case .fail: break
      case .incomplete, .notApplicable, .notAsked: sentences.append(gap(check))
      }
    }
    return sentences
  }

  private func statement(_ check: CheckReport) -> String? {
    switch check.name {
    case .unpack:
      "Every file could be unpacked within the limits, and none asked to be written elsewhere."
    case .signature:
      signers.isEmpty
        ? nil
        : ownersByRole.map {
          "\(list($0.owners)) signed exactly these files for the role \($0.role)"
        }.joined(separator: "; ") + "."
    case .lock: "Every file is the one that the lock pins, and none is missing or added."
    case .dependencies:
      "Every declared dependency is pinned to one version and its digests"
        + (check.hasConsultedAdvisories ? ", and no advisory given tells of a vulnerability." : ".")
    case .scan: "No file holds a known sign of hostile content."
    case .reproduce: reproduceStatement(check)
    case .robustness: robustnessStatement(check)
    }
  }

  private func reproduceStatement(_ check: CheckReport) -> String? {
    let rows = check.measurements.first { $0.name == Measurement.Name.goldenRows }
    guard let count = rows.flatMap({ Int(exactly: $0.value) }), count > 0 else { return nil }
    return "The model computes what its makers recorded for \(groupedDecimal(count)) inputs."
  }

  private func robustnessStatement(_ check: CheckReport) -> String? {
    guard let bound = policy.minimums.first else { return nil }
    let measured = check.measurements.first {
      $0.attack?.name == bound.attack && $0.attack?.norm == bound.norm
        && $0.attack?.eps == bound.eps
    }
    return measured?.interval.map {
      "Under \(bound.attack.uppercased()) at eps \(shortestDecimal(bound.eps)) the model is right "
        + "on at least \(fixedDecimal($0.low, places: 3)) of inputs like those of its evaluation "
        + "set, with 95 % confidence."
    }
  }

  /// What a passed check is easily taken for.
  private func reservation(_ check: CheckReport) -> String? {
    switch check.name {
    case .unpack, .lock, .reproduce: nil
    case .signature:
      check.findings.contains { $0.finding.rule == .noRollbackMemory }
        ? "That this is the newest release: no state file remembers those that were seen." : nil
    case .dependencies:
      check.hasConsultedAdvisories
        ? "That the dependencies have no vulnerabilities: advisories tell of those that somebody "
          + "has reported."
        : "That the dependencies have no known vulnerabilities: no advisories were consulted."
    case .scan: "That the files are harmless: the scan knows signs, not intentions."
    case .robustness:
      "That the model withstands other attacks: FGSM takes one step, and what takes more leaves "
        + "fewer inputs right."
    }
  }

  private func gap(_ check: CheckReport) -> String {
    let question =
      switch check.name {
      case .unpack: "What the release holds"
      case .signature: "Who made the release"
      case .lock: "That the files are the ones that were released together"
      case .dependencies: "What the model is run with"
      case .scan: "That no file is hostile"
      case .reproduce: "That the model computes what its makers say"
      case .robustness: "How the model stands up to attacks"
      }
    let reason =
      switch check.status {
      case .notApplicable: "there was nothing to check"
      case .notAsked: "the check was not asked for"
      case .pass, .fail, .incomplete: "the check could not be finished"
      }
    return "\(question): \(reason)."
  }

  private func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension CheckReport {
  /// Whether packages were held against advisories.
  fileprivate var hasConsultedAdvisories: Bool {
    measurements.contains { $0.name == Measurement.Name.vulnerabilities }
  }
}

extension AuditReport {
  /// Whose signatures hold, by the role that they count for; roles in the order of the signers.
  public var ownersByRole: [(role: String, owners: [String])] {
    var roles: [(role: String, owners: [String])] = []
    for signer in signers {
      if let index = roles.firstIndex(where: { $0.role == signer.role }) {
        roles[index].owners.append(signer.owner)
      } else {
        roles.append((signer.role, [signer.owner]))
      }
    }
    return roles
  }
}
