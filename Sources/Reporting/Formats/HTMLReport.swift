import Judging
import Mustache

extension ReportFormat {
  /// One self-contained page without scripts, to be read, printed and archived.
  static let html = ReportFormat(name: "html", fileExtension: "html") { reports, _ in
    htmlPage.render(PageView(reports))
  }
}

/// Escapes by scalars. Mustache's own escaping goes by characters, and there `"` with a combining
/// mark behind it is another character than `"`, stays as it is, and ends an attribute.
private struct MarkupContentType: MustacheContentType {
  func escapeText(_ text: String) -> String { markupText(text) }
}

private let htmlPage: MustacheTemplate = {
  MustacheContentTypes.register(MarkupContentType(), named: "PROOFMARK_MARKUP")
  do {
    return try MustacheTemplate(string: htmlPageTemplate)
  } catch {
    preconditionFailure("the page template is broken: \(error)")
  }
}()
