import Archives
import Bytes
import Findings
import Formats
import KnownNames

/// Judges the archives of skops: `schema.json` names, node by node, the modules and classes that
/// its reader imports, and with which of its loaders.
struct SkopsScan: ContentScanner {
  /// Loaders that take an attribute of what another node made, or a function of `operator`.
  private static let walking: Set<String> = ["MethodNode", "OperatorFuncNode"]
  /// The types that skops itself trusts.
  private static let trustedModules: Set<String> = ["builtins", "numpy", "scipy.sparse"]
  private static let depth = 256

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard let schema = file.inventory?["schema.json"] else { return .whole }
    let place = file.place.member("schema.json")
    do throws(ParseError) {
      guard schema.size <= context.limits.headerBytes else {
        throw ParseError(
          .limit, at: 0, expected: "a schema of bounded length", found: "\(schema.size) bytes")
      }
      judge(try JSON(parsing: schema.bytes), at: place, depth: 0, &context)
      return .whole
    } catch {
      return .partly(Rule.unreadable.at(place, error))
    }
  }

  private static func judge(
    _ value: JSON, at place: Place, depth: Int, _ context: inout ScanContext
  ) {
    guard depth < Self.depth else {
      return context.report(Rule.pickleBomb.at(place, "nodes more than \(Self.depth) deep"))
    }
    if let module = value["__module__"]?.string, let name = value["__class__"]?.string {
      judge(
        PickledGlobal(module: module, name: name), loader: value["__loader__"]?.string ?? "",
        at: place, &context)
    }
    for inner in value.array ?? [] { judge(inner, at: place, depth: depth + 1, &context) }
    for member in value.object ?? [] {
      judge(member.value, at: place, depth: depth + 1, &context)
    }
  }

  private static func judge(
    _ name: PickledGlobal, loader: String, at place: Place, _ context: inout ScanContext
  ) {
    let inside = place.detail(name.description)
    if walking.contains(loader) {
      context.report(
        Rule.computedImport.at(
          inside, "\(loader) walks from \(name) to any attribute or operator"))
    }
    let known = name.resolved(protocol: 4)
    guard KnownNames.use(of: known.module, known.name) == nil else { return }
    if let gadget = KnownNames.gadget(known.description) {
      context.report(
        gadget.rule.at(
          inside, "imports \(name), which \(gadget.words)", references: gadget.advisories))
    } else if !trustedModules.contains(name.module) {
      context.report(Rule.unknownImport.at(inside, "imports \(name), which is not allowed"))
    }
  }
}
