import Bytes
import Findings
import Formats

/// Judges templates of Jinja: what leads from a value to the interpreter, loads other files, or
/// never ends.
struct TemplateScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard TextEncoding(of: file.bytes) == .utf8 else { return .whole }
    return judge(file.bytes, at: file.place, isTemplate: true, &context)
  }

  /// Judges a text that is a template, or that may be one: then only what is hostile counts.
  static func judge(
    _ text: ByteSlice, at place: Place, isTemplate: Bool, _ context: inout ScanContext
  ) -> Coverage {
    let template = JinjaTemplate(parsing: text)
    var judge = TemplateJudge(place: place, isTemplate: isTemplate)
    judge.judge(template)
    context.report(judge.findings)
    guard isTemplate, let error = template.error else { return .whole }
    return .partly(Rule.templateUnread.at(place, error))
  }
}

/// The rules over the tokens of one template.
private struct TemplateJudge {
  let place: Place
  /// In other texts one underscore means nothing.
  let isTemplate: Bool
  var findings: [Finding] = []

  mutating func judge(_ template: JinjaTemplate) {
    var literals = ""
    for block in template.blocks {
      let tokens = block.tokens
      if block.isStatement { judgeStatement(block) }
      for index in tokens.indices { judge(tokens, at: index) }
      var joined = ""
      for token in tokens where token.kind == .string { joined += token.text }
      judgeBuilt(joined, at: block.offset)
      literals += joined
    }
    judgeBuilt(literals, at: template.blocks.first?.offset ?? 0)
  }

  private mutating func report(_ rule: Rule, at offset: Int, _ message: String) {
    let isKnown = findings.contains { $0.rule == rule && $0.message == message }
    if !isKnown { findings.append(rule.at(place.at(offset), message)) }
  }

  private mutating func judgeStatement(_ block: JinjaBlock) {
    guard let word = block.tokens.first, word.kind == .name else { return }
    if isTemplate, ["import", "from", "include", "extends", "debug"].contains(word.text) {
      report(.templateLoad, at: block.offset, "the statement '\(word.text)'")
    }
  }

  private mutating func judge(_ tokens: [SourceToken], at index: Int) {
    let token = tokens[index]
    let before = index > 0 ? tokens[index - 1].text : ""
    let after = index + 1 < tokens.count ? tokens[index + 1].text : ""
    switch token.kind {
    case .name:
      judgeName(token, before: before, after: after)
      if token.text == "range" || token.text == "lipsum", after == "(" {
        judgeRange(tokens[index...])
      }
    case .string:
      let text = token.text
      if let name = TemplateNames.dunder(in: text) {
        report(.templateEscape, at: token.offset, "the text '\(name)'")
      } else if text.contains("%c") || text.hasPrefix("__") && before == "[" && after == "]"
        || text.allSatisfy({ $0 == "_" }) && !text.isEmpty && (after == "*" || after == "~")
        || before == "[" && (text == "_" || text == "__") && after != "]"
      {
        report(.templateEscape, at: token.offset, "a text that builds a name: '\(text)'")
      }
    case .number:
      let value = Double(token.text.replacing("_", with: "")) ?? 0
      if before == "*", value > 1_000_000 {
        report(.templateLoad, at: token.offset, "a value is multiplied \(token.text) times")
      }
    case .symbol: break
    }
  }

  private mutating func judgeName(_ token: SourceToken, before: String, after: String) {
    let name = token.text
    if before == ".",
      name.hasPrefix(isTemplate ? "_" : "__") || TemplateNames.internals.contains(name)
    {
      report(.templateEscape, at: token.offset, "the attribute '\(name)'")
    } else if before == ".", after == "(", TemplateNames.functions.contains(name) {
      report(.templateEscape, at: token.offset, "a call of '\(name)'")
    } else if name.hasPrefix("__") || name.hasSuffix("__") {
      report(.templateEscape, at: token.offset, "the name '\(name)'")
    } else if isTemplate, before == "|", name == "attr" {
      report(.templateEscape, at: token.offset, "the filter 'attr'")
    } else if isTemplate, before != ".", after == "." || after == "[" || after == "|",
      TemplateNames.globals.contains(name)
    {
      report(.templateEscape, at: token.offset, "a look into '\(name)'")
    }
  }

  /// A loop over a number that is written out.
  private mutating func judgeRange(_ tokens: ArraySlice<SourceToken>) {
    for token in tokens.dropFirst(2).prefix(8) {
      if token.text == ")" { return }
      guard token.kind == .number else { continue }
      if (Double(token.text.replacing("_", with: "")) ?? .infinity) > 1_000_000 {
        return report(.templateLoad, at: token.offset, "a loop of \(token.text) turns")
      }
    }
    if tokens.dropFirst(2).prefix(8).contains(where: { $0.text == "*" }),
      tokens.dropFirst(2).prefix(8).filter({ $0.text == "*" }).count > 1
    {
      report(.templateLoad, at: tokens.first?.offset ?? 0, "a loop over a power")
    }
  }

  /// Names made of several literals: joined, or read backwards.
  private mutating func judgeBuilt(_ text: String, at offset: Int) {
    if let name = TemplateNames.dunder(in: text)
      ?? TemplateNames.dunder(in: String(decoding: text.utf8.reversed(), as: UTF8.self))
    {
      report(.templateEscape, at: offset, "texts that make '\(name)'")
    }
  }
}

/// Names by which templates leave their sandbox.
private enum TemplateNames {
  /// Attributes of functions, frames and classes without an underscore before them.
  static let internals: Set<String> = [
    "mro", "popen", "func_globals", "func_code", "gi_frame", "gi_code", "cr_frame", "cr_code",
    "ag_frame", "f_globals", "f_locals", "f_builtins", "f_back", "tb_frame", "im_func",
    "check_output", "import_module", "import_string", "subclasses", "from_pyfile", "from_object",
  ]
  static let functions: Set<String> = ["system", "eval", "exec", "spawn", "execve", "getoutput"]
  /// Values that an environment gives besides those of the model.
  static let globals: Set<String> = [
    "self", "lipsum", "cycler", "joiner", "url_for", "get_flashed_messages", "request", "config",
  ]

  private static let dunders: [String] = [
    "class", "base", "bases", "mro", "subclasses", "globals", "builtins", "import", "init", "dict",
    "getattribute", "getattr", "getitem", "call", "code", "reduce", "reduce_ex", "self", "func",
    "loader", "spec", "module", "new", "closure", "enter", "wrapped", "defaults", "setattr",
    "init_subclass", "doc", "name", "qualname", "file", "del", "format", "str", "repr",
  ].map { "__\($0)__" }

  static func dunder(in text: String) -> String? {
    guard text.contains("__") else { return nil }
    return dunders.first { text.contains($0) }
  }
}
