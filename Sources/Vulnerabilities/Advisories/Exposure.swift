import Dependencies

/// Whether a version of a package is affected.
enum Exposure: Equatable {
  /// It is. What says so, and the versions that fix it.
  case affected(by: String, fixed: [String])
  /// It is not.
  case unaffected
  /// Nobody can tell, and why.
  case undetermined(String)
}

extension Advisory.Affected {
  /// Whether the version is affected: by being listed, or by lying in a range ("Evaluation" in the
  /// schema).
  func exposure(of version: String, in ecosystem: Ecosystem) -> Exposure {
    let isListed = versions.contains(ecosystem.comparableVersion(version))
    var doubt: String?
    for range in ranges where range.kind != .git {
      switch range.exposure(of: version, in: ecosystem) {
      case .affected(let span, let fixed): return .affected(by: span, fixed: fixed)
      case .undetermined(let reason): doubt = doubt ?? reason
      case .unaffected: continue
      }
    }
    if isListed { return .affected(by: "\(version), listed", fixed: fixedVersions) }
    if let doubt { return .undetermined(doubt) }
    // Commits cannot be compared; the listed versions stand for them.
    if versions.isEmpty, ranges.allSatisfy({ $0.kind == .git }) {
      return .undetermined(
        ranges.isEmpty ? "the record names no versions" : "the record names commits alone")
    }
    return .unaffected
  }

  private var fixedVersions: [String] {
    ranges.filter { $0.kind != .git }.flatMap(\.events).compactMap {
      if case .fixed(let version) = $0 { version } else { nil }
    }
  }
}

extension Advisory.Range {
  /// A version among the events.
  private enum Point {
    case first
    case version(OrderedVersion)
    case last

    func compare(_ other: Point) -> VersionOrder? {
      switch (self, other) {
      case (.first, .first), (.last, .last): .same
      case (.first, _), (_, .last): .before
      case (_, .first), (.last, _): .after
      case (.version(let a), .version(let b)): a.compare(b)
      }
    }
  }

  private func ordered(_ version: String, in ecosystem: Ecosystem) -> OrderedVersion? {
    guard kind == .semantic else { return OrderedVersion(version, in: ecosystem) }
    guard version.utf8.count <= OrderedVersion.longest else { return nil }
    return SemanticVersion(version, isLenient: true).map { .semantic($0) }
  }

  private func point(of event: Advisory.Event, in ecosystem: Ecosystem) -> Point? {
    switch event {
    case .introduced("0"): .first
    case .limit("*"): .last
    default: ordered(event.version, in: ecosystem).map { .version($0) }
    }
  }

  /// Whether the version lies in the range.
  func exposure(of version: String, in ecosystem: Ecosystem) -> Exposure {
    guard let own = ordered(version, in: ecosystem) else {
      return .undetermined("'\(version)' is no version that can be ordered")
    }
    let place = Point.version(own)
    var placed: [(event: Advisory.Event, point: Point)] = []
    for event in events {
      guard let point = point(of: event, in: ecosystem) else {
        return .undetermined("'\(event.version)' in the record is no version that can be ordered")
      }
      placed.append((event, point))
    }
    let limits = placed.filter { if case .limit = $0.event { true } else { false } }
    guard limits.isEmpty || limits.contains(where: { place.compare($0.point) == .before }) else {
      return .unaffected
    }
    // Of events at one version the order in the record counts.
    let sorted = placed.enumerated().sorted { a, b in
      switch a.element.point.compare(b.element.point) {
      case .before: true
      case .after: false
      case .same, nil: a.offset < b.offset
      }
    }.map(\.element)
    var since: String?
    for (event, point) in sorted {
      let order = place.compare(point)
      switch event {
      case .introduced(let version): if order != .before { since = version }
      case .fixed: if order != .before { since = nil }
      case .lastAffected: if order == .after { since = nil }
      case .limit: continue
      }
    }
    guard let since else { return .unaffected }
    return span(since, place, sorted)
  }

  /// The stretch from where the version became vulnerable to where that ends.
  private func span(
    _ since: String, _ place: Point, _ sorted: [(event: Advisory.Event, point: Point)]
  ) -> Exposure {
    let start = since == "0" ? "" : ">= \(since), "
    for (event, point) in sorted {
      switch event {
      case .fixed(let version) where place.compare(point) == .before:
        return .affected(by: "\(start)< \(version)", fixed: [version])
      case .lastAffected(let version) where place.compare(point) != .after:
        return .affected(by: "\(start)<= \(version)", fixed: [])
      default: continue
      }
    }
    return .affected(by: since == "0" ? "all versions" : ">= \(since)", fixed: [])
  }
}
