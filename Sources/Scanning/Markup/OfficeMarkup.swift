import Bytes
import Findings
import Formats

/// Judges the XML parts of Office documents (ECMA-376): what opening one fetches or starts.
enum OfficeMarkup {
  /// Words of the parts that are looked into; other XML is passed over.
  private static let signs = [
    "TargetMode", "instrText", "fldSimple", "ddeLink", "oleLink", "macrosheet", "macroEnabled",
  ]

  static func judge(_ text: ByteSlice, at place: Place, _ context: inout ScanContext) {
    guard signs.contains(where: text.contains) else { return }
    var reader = XMLReader(text, limits: context.limits)
    var instructions = ""
    var isInstruction = false
    do throws(ParseError) {
      while let event = try reader.next() {
        switch event {
        case .start(let name, let attributes, let offset):
          let local = name.split(separator: ":").last.map(String.init) ?? name
          isInstruction = local == "instrText"
          for attribute in attributes where attribute.name.hasSuffix("instr") {
            instructions += " " + attribute.value
          }
          if let what = fault(of: local, attributes) {
            context.report(
              Rule.activeDocument.at(
                place.at(offset), what, evidence: attributes.map { "\($0.name)=\($0.value)" }))
          }
        case .text(let part, _): if isInstruction { instructions += part }
        case .end: isInstruction = false
        }
      }
    } catch {
      // Office mends what it can: what was read counts.
    }
    // Fields are cut into runs, each with a part of the instruction.
    let words = instructions.uppercased().split { !$0.isLetter }
    if words.contains("DDE") || words.contains("DDEAUTO") {
      context.report(
        Rule.activeDocument.at(
          place, "a field starts a program (DDE)", evidence: [String(instructions.prefix(160))]))
    }
  }

  /// What is wrong with an element; nil for one that only shows something.
  private static func fault(of name: String, _ attributes: [XMLReader.Attribute]) -> String? {
    func value(_ name: String) -> String { attributes.first { $0.name == name }?.value ?? "" }
    switch name {
    case "Relationship" where value("TargetMode") == "External":
      let kind = value("Type").split(separator: "/").last.map(String.init) ?? ""
      // Links that somebody must click are as usual as text.
      return kind == "hyperlink" ? nil : "the document fetches its \(kind) from elsewhere"
    case "ddeLink", "oleLink": return "the document takes data from a program"
    case "macrosheet": return "a sheet of macros"
    case "Override", "Default":
      return value("ContentType").contains("macroEnabled") ? "the document has macros" : nil
    default: return nil
    }
  }
}
