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

/// A text from a record in quotes, its beginning where it is long.
private func quoted(_ text: String) -> String {
  text.utf8.count > 80 ? "'\(text.prefix(40))...'" : "'\(text)'"
}

/// A version that is held against many records, read once in each way that they may want.
struct PinnedVersion {
  let text: String
  let ecosystem: Ecosystem
  /// As listed versions are compared.
  let comparable: String
  private let own: OrderedVersion?
  private let semantic: OrderedVersion?

  init(_ text: String, in ecosystem: Ecosystem) {
    self.text = text
    self.ecosystem = ecosystem
    comparable = ecosystem.comparableVersion(text)
    own = OrderedVersion(text, in: ecosystem)
    semantic = Advisory.Range.Kind.semantic.ordered(text, in: ecosystem)
  }

  func ordered(_ kind: Advisory.Range.Kind) -> OrderedVersion? {
    kind == .semantic ? semantic : own
  }
}

extension Advisory.Range.Kind {
  /// The version as ranges of the kind compare it; nil when they cannot.
  func ordered(_ text: String, in ecosystem: Ecosystem) -> OrderedVersion? {
    guard self == .semantic else { return OrderedVersion(text, in: ecosystem) }
    // npm's are semantic versions.
    return OrderedVersion(text, in: .npm)
  }
}

extension Advisory.Affected {
  /// Whether the version is affected: by being listed, or by lying in a range ("Evaluation" in the
  /// schema).
  func exposure(of version: PinnedVersion) -> Exposure {
    var doubt: String?
    for range in ranges where range.kind != .git {
      switch range.exposure(of: version) {
      case .affected(let span, let fixed): return .affected(by: span, fixed: fixed)
      case .undetermined(let reason): doubt = doubt ?? reason
      case .unaffected: continue
      }
    }
    if versions.contains(version.comparable) {
      return .affected(by: "\(version.text), listed", fixed: fixedVersions)
    }
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

  /// The listed versions that no range holds, as they are compared. The others say nothing that the
  /// ranges do not: most databases list what lies in them.
  func versionsOutsideRanges(_ ecosystem: Ecosystem) -> [String] {
    var timelines: [Advisory.Range.Timeline] = []
    for range in ranges where range.kind != .git {
      if case .ready(let timeline) = range.timeline(in: ecosystem) { timelines.append(timeline) }
    }
    let outside = versions.filter { version in
      !timelines.contains { timeline in
        let own = timeline.kind.ordered(version, in: ecosystem)
        return own.map { timeline.start(of: $0) != nil } ?? false
      }
    }
    return outside.map(ecosystem.comparableVersion)
  }
}

extension Advisory.Range {
  /// The events with their versions read, in the order of these.
  enum Reading {
    case ready(Timeline)
    case undetermined(String)
  }

  struct Timeline {
    let kind: Kind
    fileprivate let limits: [(version: String, point: Point)]
    fileprivate let steps: [(event: Advisory.Event, point: Point)]
  }

  /// A version among the events.
  fileprivate enum Point {
    case first
    case version(OrderedVersion)
    case last

    /// How a version stands to it.
    func order(of version: OrderedVersion) -> VersionOrder {
      switch self {
      case .first: .after
      case .version(let own): version.compare(own) ?? .before
      case .last: .before
      }
    }

    func compare(_ other: Point) -> VersionOrder {
      switch (self, other) {
      case (.first, .first), (.last, .last): .same
      case (.first, _), (_, .last): .before
      case (_, .first), (.last, _): .after
      case (.version(let a), .version(let b)): a.compare(b) ?? .same
      }
    }
  }

  private func point(of event: Advisory.Event, in ecosystem: Ecosystem) -> Point? {
    switch event {
    case .introduced("0"): return .first
    case .limit("*"): return .last
    default: return kind.ordered(event.version, in: ecosystem).map { .version($0) }
    }
  }

  func timeline(in ecosystem: Ecosystem) -> Reading {
    var limits: [(version: String, point: Point)] = []
    var steps: [(event: Advisory.Event, point: Point)] = []
    for event in events {
      guard let point = point(of: event, in: ecosystem) else {
        return .undetermined(
          "\(quoted(event.version)) in the record is no version that can be ordered")
      }
      if case .limit(let version) = event {
        limits.append((version, point))
      } else {
        steps.append((event, point))
      }
    }
    // Most are in order. Of events at one version the order in the record counts.
    let isSorted = zip(steps, steps.dropFirst()).allSatisfy {
      $0.point.compare($1.point) != .after
    }
    if !isSorted {
      steps = steps.enumerated().sorted { a, b in
        let order = a.element.point.compare(b.element.point)
        return order == .same ? a.offset < b.offset : order == .before
      }.map(\.element)
    }
    return .ready(Timeline(kind: kind, limits: limits, steps: steps))
  }

  /// Whether the version lies in the range.
  func exposure(of version: PinnedVersion) -> Exposure {
    guard let own = version.ordered(kind) else {
      return .undetermined("\(quoted(version.text)) is no version that can be ordered")
    }
    switch timeline(in: version.ecosystem) {
    case .undetermined(let reason): return .undetermined(reason)
    case .ready(let timeline):
      return timeline.start(of: own).map { timeline.span(from: $0, around: own) } ?? .unaffected
    }
  }
}

extension Advisory.Range.Timeline {
  /// The version from which on the given one is vulnerable; nil when it is not.
  func start(of version: OrderedVersion) -> String? {
    guard limits.isEmpty || limits.contains(where: { $0.point.order(of: version) == .before })
    else {
      return nil
    }
    var start: String?
    for (event, point) in steps {
      let order = point.order(of: version)
      switch event {
      case .introduced(let since): if order != .before { start = since }
      case .fixed: if order != .before { start = nil }
      case .lastAffected: if order == .after { start = nil }
      case .limit: continue
      }
    }
    return start
  }

  /// The stretch from where the version became vulnerable to where that ends.
  func span(from since: String, around version: OrderedVersion) -> Exposure {
    let start = since == "0" ? "" : ">= \(since), "
    for (event, point) in steps {
      switch event {
      case .fixed(let end) where point.order(of: version) == .before:
        return .affected(by: "\(start)< \(end)", fixed: [end])
      case .lastAffected(let end) where point.order(of: version) != .after:
        return .affected(by: "\(start)<= \(end)", fixed: [])
      default: continue
      }
    }
    if let limit = limits.max(by: { $0.point.compare($1.point) == .before }), limit.version != "*" {
      return .affected(by: "\(start)< \(limit.version)", fixed: [])
    }
    return .affected(by: since == "0" ? "all versions" : ">= \(since)", fixed: [])
  }
}
