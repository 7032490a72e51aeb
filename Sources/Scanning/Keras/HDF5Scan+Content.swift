import Findings

extension HDF5Scan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let (findings, hidden) = HDF5Scan.findings(
      in: file.bytes, at: file.place, limits: context.limits)
    context.report(findings)
    for inner in hidden { context.open(inner.bytes, named: inner.name, at: file.place) }
    return .whole
  }
}
