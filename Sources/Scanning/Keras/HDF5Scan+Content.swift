import Findings

extension HDF5Scan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let findings = HDF5Scan.findings(in: file.bytes, at: file.place, limits: context.limits)
    context.report(findings)
    return .whole
  }
}
