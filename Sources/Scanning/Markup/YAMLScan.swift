import Bytes
import Findings
import Formats

/// Judges YAML: tags that make objects, aliases that multiply, and configurations that loaders act
/// on.
struct YAMLScan: ContentScanner {
  private static let standard = "tag:yaml.org,2002:"

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let isYAML = ["yaml", "yml"].contains(file.name.fileExtension)
    let bytes = file.bytes.prefix(context.limits.textBytes)
    let stream = YAMLStream(parsing: bytes, limits: context.limits)
    judgeTags(of: stream, file, &context)
    for document in stream.documents { LoaderConfig.judge(document, at: file.place, &context) }
    if stream.isMultiplied {
      context.report(
        Rule.configurationBomb.at(file.place, "aliases or nesting multiply beyond the limits"))
    }
    if bytes.count < file.bytes.count {
      return .partly(Rule.longText.at(file.place, "a text of \(file.bytes.count) bytes"))
    }
    guard let error = stream.error else { return .whole }
    // A text that only looks like YAML is judged as text.
    guard isYAML || error.kind == .limit || !stream.tags.isEmpty else { return .whole }
    return .partly(Rule.unreadable.at(file.place, error))
  }

  /// Reports tags that a loader makes objects of; what is binary is a file of its own.
  static func judgeTags(
    of stream: YAMLStream, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    for tag in stream.tags {
      let inside = file.place.at(tag.offset)
      if tag.name == standard + "binary" || tag.name == standard + "python/bytes" {
        openBinary(tag, file, &context)
      } else if tag.name.hasPrefix(standard + "python/") || isPythonOrRuby(tag.name)
        || isClass(tag.name)
      {
        context.report(
          Rule.yamlObject.at(inside, "makes an object by its tag", evidence: [safeText(tag.name)]))
      } else if let name = constructed(by: tag.name), !LoaderConfig.isKnownClass(name) {
        context.report(
          Rule.instantiation.at(
            inside, "makes or calls \(safeText(name))", evidence: [safeText(tag.name)]))
      }
    }
  }

  /// Tags of other handles, and of Ruby's loader.
  private static func isPythonOrRuby(_ tag: String) -> Bool {
    tag.hasPrefix("!python/") || tag.hasPrefix("!ruby/") || tag.hasPrefix("tag:ruby.yaml.org")
      || tag.contains("python/object") || tag.hasPrefix(standard + "js/")
  }

  /// A class of Java, which SnakeYAML makes: `!!javax.script.ScriptEngineManager`.
  private static func isClass(_ tag: String) -> Bool {
    guard tag.hasPrefix(standard) else { return false }
    return tag.dropFirst(standard.utf8.count).contains(".")
  }

  /// What the tags of HyperPyYAML name: `!apply:os.system`.
  private static func constructed(by tag: String) -> String? {
    for prefix in ["!apply:", "!new:", "!name:", "!module:", "!obj:", "!include:"]
    where tag.hasPrefix(prefix) {
      return String(tag.dropFirst(prefix.count))
    }
    return nil
  }

  private static func openBinary(
    _ tag: YAMLStream.Tag, _ file: ScannedFile, _ context: inout ScanContext
  ) {
    guard let text = tag.text, text.utf8.count <= context.limits.textBytes else { return }
    let letters = text.utf8.filter { $0 > 0x20 }
    guard let bytes = Base64.decode(String(decoding: letters, as: UTF8.self)) else { return }
    let content = ByteSlice(bytes)
    // Pictures and numbers are data; what a loader would take is a file.
    let claims = FileFormat.claims(of: content)
    guard claims.contains(where: { $0.format.family != .text && $0.format != .empty }) else {
      return
    }
    context.open(content, named: "binary at \(tag.offset)", at: file.place)
  }
}
