import Bytes
import Findings
import Formats

/// Judges models of decision trees: XGBoost, LightGBM, CatBoost.
struct TreeModelScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    do throws(ParseError) {
      switch file.claim.format {
      case .lightGBM: try LightGBMText(file.bytes).check()
      case .xgboost:
        guard !file.bytes.starts(with: "binf".utf8) else {
          return .partly(
            Rule.boundedOnly.at(
              file.place, "XGBoost's old binary format: memory of its structures, as it lay there"))
        }
        let isText =
          file.bytes.dropFirst().first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
          == UInt8(ascii: "\"")
        let model = isText ? try JSON(parsing: file.bytes) : try UBJSONReader.read(file.bytes)
        try check(model)
        reportTexts(of: model, file, &context)
      default:
        return .partly(
          Rule.boundedOnly.at(
            file.place, "a CatBoost model: its tables and embedded features are not judged"))
      }
    } catch {
      return context.judge(error, at: file.place, as: .modelLie)
    }
    return .whole
  }

  // XGBoost: {"learner": {"gradient_booster": {"model": {"trees": [...]}}}}.

  private static func check(_ model: JSON) throws(ParseError) {
    guard let learner = model["learner"], learner.object != nil else {
      throw ParseError(at: 0, expected: "a learner", found: "none")
    }
    let booster = learner["gradient_booster"]
    let trees = (booster?["model"] ?? booster?["gbtree"]?["model"])?["trees"]?.array ?? []
    for (index, tree) in trees.enumerated() {
      do throws(ParseError) {
        try check(tree: tree)
      } catch {
        throw error.inside("tree \(index)")
      }
    }
  }

  private static func check(tree: JSON) throws(ParseError) {
    guard let count = tree["tree_param"]?["num_nodes"].flatMap(number), count > 0 else {
      throw ParseError(at: 0, expected: "a number of nodes", found: "none")
    }
    for name in ["left_children", "right_children", "parents", "split_indices", "split_conditions"]
    {
      guard let values = tree[name]?.array else { continue }
      guard values.count == count else {
        throw ParseError(at: 0, expected: "\(count) \(name)", found: "\(values.count)")
      }
      guard name.hasSuffix("children") else { continue }
      for (node, child) in values.enumerated() {
        let child = child.integer ?? -2
        // Children come after their parents; a leaf has none.
        guard child == -1 || child > node && child < count else {
          throw ParseError(at: 0, expected: "a child after node \(node)", found: "\(child)")
        }
      }
    }
  }

  private static func number(_ value: JSON) -> Int? {
    value.integer ?? value.string.flatMap { Int($0) }
  }

  private static func reportTexts(
    of model: JSON, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    for attribute in model["learner"]?["attributes"]?.object ?? [] {
      guard let text = attribute.value.string else { continue }
      MetadataText(ByteSlice(utf8: text)).report(
        named: attribute.name, at: file.place, &context)
    }
    for name in model["learner"]?["feature_names"]?.array ?? [] {
      guard let text = name.string else { continue }
      MetadataText(ByteSlice(utf8: text)).reportSign(
        named: "feature_names", at: file.place, &context)
    }
  }
}

/// LightGBM's text: lines `name=value`, a block for each tree after `Tree=number`.
private struct LightGBMText {
  private let bytes: ByteSlice

  init(_ bytes: ByteSlice) {
    self.bytes = bytes
  }

  /// Checks that each tree's lists have the lengths that its number of leaves demands.
  func check() throws(ParseError) {
    var leaves: Int?
    for line in bytes.split(separator: 0x0a) {
      let text = String(decoding: line, as: UTF8.self)
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      if parts[0] == "Tree" { leaves = nil }
      if parts[0] == "num_leaves" {
        guard let count = Int(parts[1]), count > 0 else {
          throw ParseError(at: 0, expected: "a number of leaves", found: parts[1])
        }
        leaves = count
      }
      guard let leaves else { continue }
      let count =
        switch parts[0] {
        case "left_child", "right_child", "split_feature", "threshold": leaves - 1
        case "leaf_value": leaves
        default: -1
        }
      guard count >= 0 else { continue }
      let values = parts[1].split(separator: " ")
      guard values.count == max(count, parts[0] == "leaf_value" ? 1 : count) else {
        throw ParseError(at: 0, expected: "\(count) of \(parts[0])", found: "\(values.count)")
      }
      guard parts[0].hasSuffix("child") else { continue }
      for value in values {
        guard let child = Int(value), child < max(count, 1), child >= -leaves else {
          throw ParseError(at: 0, expected: "a child below \(count)", found: String(value))
        }
      }
    }
  }
}
