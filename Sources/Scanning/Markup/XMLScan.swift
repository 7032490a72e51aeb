import Bytes
import Findings
import Formats

/// Judges XML of no model's format, and vector pictures.
struct XMLScan: ContentScanner {
  /// What makes programs that show or transform the document run something.
  private static let active = [
    "<script", "javascript:", "<?xml-stylesheet", "<?php", "<foreignObject", "<iframe", "<object",
    "<embed", "msxsl:script", "php:function", "java.lang.", "xmlns:java", "ObjectDataProvider",
    "<java", "<void ", " onload=", " onerror=", " onclick=", " onmouseover=", " onbegin=",
  ]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard file.bytes.count <= context.limits.headerBytes else {
      return .partly(
        Rule.unreadable.at(
          file.place, "XML of more than \(context.limits.headerBytes) bytes"))
    }
    let declarations = XMLDeclarations(file.bytes)
    reportDeclarations(declarations, file, &context)
    for sign in active where declarations.text.contains(sign) {
      context.report(
        Rule.activeDocument.at(
          file.place, "'\(sign.trimmingBlanks)' runs when the document is shown or read",
          evidence: [sign]))
    }
    OfficeMarkup.judge(declarations.text, at: file.place, &context)
    return .whole
  }

  /// Reports document types, entities and inclusions.
  static func reportDeclarations(
    _ declarations: XMLDeclarations, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    guard let danger = declarations.danger else { return }
    let text = declarations.text
    context.report(
      Rule.xmlEntities.at(
        file.place.at(declarations.offset), "the document has \(danger)",
        evidence: [
          safeText(bytes: text.suffix(text.count - declarations.offset).prefix(200))
        ]))
  }
}

extension String {
  /// Without blanks at its ends.
  fileprivate var trimmingBlanks: String { split(separator: " ").joined(separator: " ") }
}
