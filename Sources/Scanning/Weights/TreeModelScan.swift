/// Judges the tree models of XGBoost, CatBoost and LightGBM.
struct TreeModelScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    file.unscanned
  }
}
