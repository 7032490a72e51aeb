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
    judgeTransform(declarations.text, at: file.place, &context)
    OfficeMarkup.judge(declarations.text, at: file.place, &context)
    return .whole
  }

  /// Functions and elements of a transformation that call programs.
  private static let calls = [
    "php:function", "msxsl:script", "xmlns:java", "xalan://", "clitype:", "xsl:script",
  ]
  /// Those that read or write files.
  private static let accesses = [
    "document(", "unparsed-text(", "xsl:result-document", "exsl:document", "redirect:write",
    "sax:output",
  ]

  /// Reports what a transformation (XSLT) calls, reads or writes besides its document.
  static func judgeTransform(_ text: ByteSlice, at place: Place, _ context: inout ScanContext) {
    guard text.contains("http://www.w3.org/1999/XSL/Transform") else { return }
    for sign in calls where text.contains(sign) {
      context.report(
        Rule.activeDocument.at(place, "the transformation calls programs by '\(sign)'"))
    }
    for sign in accesses where text.contains(sign) {
      // The empty name is the transformation itself.
      let others = String(decoding: text, as: UTF8.self)
        .replacing("\(sign)'')", with: "").replacing("\(sign)\"\")", with: "")
      guard others.contains(sign) else { continue }
      context.report(
        Rule.activeDocument.at(place, "the transformation opens other files by '\(sign)'"))
    }
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
