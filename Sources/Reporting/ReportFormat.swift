public import Judging

/// One way to write audit reports. Equal reports give equal bytes.
public struct ReportFormat: Sendable {
  /// The name on the command line.
  public let name: String
  /// What a file of the format ends with, without the dot.
  public let fileExtension: String
  private let writer: @Sendable ([AuditReport], ReportStyle) -> String

  init(
    name: String, fileExtension: String,
    writer: @escaping @Sendable ([AuditReport], ReportStyle) -> String
  ) {
    self.name = name
    self.fileExtension = fileExtension
    self.writer = writer
  }

  /// Every format, the default first.
  public static let all: [ReportFormat] = [text, json, sarif, junit, html, markdown]

  /// The format with the name, nil when there is none.
  public static func named(_ name: String) -> ReportFormat? {
    all.first { $0.name == name }
  }

  /// Writes the reports of one run, a subject each, in the order given.
  public func write(_ reports: [AuditReport], style: ReportStyle = ReportStyle()) -> String {
    writer(reports, style)
  }
}

/// How a report looks where its format leaves a choice.
public struct ReportStyle: Sendable, Equatable {
  /// Whether the text report uses the terminal's colours.
  public var isColoured: Bool

  /// Plain unless told otherwise.
  public init(isColoured: Bool = false) {
    self.isColoured = isColoured
  }
}
