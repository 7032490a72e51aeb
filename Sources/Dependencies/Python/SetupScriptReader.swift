import Bytes
import Findings
import Formats

/// `setup.py` of setuptools, read and never run: what the arguments of `setup()` say as literals,
/// or as names that stand for literals. What the script computes is an obstacle.
enum SetupScriptReader: DependencyReader {
  static let kind = "setup.py"
  static let names = ["setup.py"]

  static func read(_ file: DependencyFile, into content: inout DependencyContent) {
    guard content.fits(file, 256 << 10) else { return }
    let statements: [PythonStatement]
    do throws(ParseError) {
      statements = try PythonSource(parsing: file.bytes.asFile()).statements
    } catch {
      content.refuse(file.place, error)
      return
    }
    let constants = PythonConstants(statements)
    var calls = 0
    for tokens in statements.map(\.tokens) {
      var index = tokens.startIndex
      while index < tokens.endIndex - 1 {
        guard isCall(tokens, at: index) else {
          index += 1
          continue
        }
        calls += 1
        guard calls <= callLimit else {
          content.report(
            .computedDependencies, file.place, "more than \(callLimit) calls of setup()")
          return
        }
        // A call among the arguments of another one is no second setup.
        index = read(tokens[(index + 2)...], constants, file.place, into: &content)
      }
    }
    if calls == 0 {
      content.report(.computedDependencies, file.place, "no call of setup() is to be seen")
    }
  }

  /// No script of a package has as many.
  private static let callLimit = 100

  private static func isCall(_ tokens: [SourceToken], at index: Int) -> Bool {
    tokens[index].kind == .name && tokens[index].text == "setup" && tokens[index + 1].text == "("
      && (index == tokens.startIndex || tokens[index - 1].text != "def")
  }

  /// The arguments of one call, from behind its bracket; where it ends.
  private static func read(
    _ tokens: ArraySlice<SourceToken>, _ constants: PythonConstants, _ file: Place,
    into content: inout DependencyContent
  ) -> Int {
    var rest = tokens
    var known: Set<String> = []
    while let name = rest.popFirst(), name.text != ")" {
      let argument = rest.prefixOfArgument()
      rest = rest.dropFirst(argument.count)
      if rest.first?.text == "," { rest = rest.dropFirst() }
      let place = file.detail("setup(\(name.text))")
      if name.text == "*" {
        content.report(.computedDependencies, place, "arguments that the script computes")
        continue
      }
      // Python takes no argument twice.
      guard argument.first?.text == "=", known.insert(name.text).inserted else { continue }
      let scope: DeclaredPackage.Scope
      switch name.text {
      case "install_requires", "requires": scope = .required
      case "setup_requires": scope = .build
      case "tests_require", "extras_require": scope = .optional
      case "dependency_links":
        content.report(.additionalSource, place, "'dependency_links' adds a place of files")
        continue
      default: continue
      }
      guard let texts = constants.texts(in: argument.dropFirst()) else {
        // What is optional is not held to anything without a lock, either.
        if scope != .optional {
          content.report(.computedDependencies, place, "the script computes '\(name.text)'")
        }
        continue
      }
      for text in texts {
        for line in text.split(whereSeparator: \.isNewline) where !trimmingSpace(line).isEmpty {
          content.declare(requirement: String(trimmingSpace(line)), scope, at: place)
        }
      }
    }
    return rest.startIndex
  }
}

extension ArraySlice<SourceToken> {
  /// The tokens up to the comma or bracket that ends an argument.
  fileprivate func prefixOfArgument() -> ArraySlice<SourceToken> {
    var depth = 0
    return prefix { token in
      guard token.kind == .symbol else { return true }
      if depth == 0, token.text == "," || token.text == ")" { return false }
      if "([{".contains(token.text) { depth += 1 }
      if ")]}".contains(token.text) { depth -= 1 }
      return true
    }
  }
}

/// The names that a script assigns one literal to, at its outermost level, and only once.
private struct PythonConstants {
  private var values: [String: ArraySlice<SourceToken>] = [:]

  init(_ statements: [PythonStatement]) {
    var known: Set<String> = []
    for tokens in statements.map(\.tokens) {
      // `name = ...`, `name += ...`, `name.append(...)`: with more than the first, not a constant.
      guard tokens.count > 2, tokens[0].kind == .name else { continue }
      let name = tokens[0].text
      if tokens[1].text == "=", tokens[2].text != "=", known.insert(name).inserted {
        values[name] = tokens[2...]
      } else if [".", "+", "=", "["].contains(tokens[1].text) {
        values[name] = nil
      }
    }
  }

  /// The texts of a literal: one text, or a list, tuple, set or dictionary of such.
  func texts(in tokens: ArraySlice<SourceToken>) -> [String]? {
    if tokens.count == 1, let only = tokens.first, only.kind == .name {
      guard let value = values[only.text] else { return nil }
      return literal(value)
    }
    return literal(tokens)
  }

  private func literal(_ tokens: ArraySlice<SourceToken>) -> [String]? {
    var texts: [String] = []
    var previous: SourceToken?
    for token in tokens {
      switch token.kind {
      case .string:
        // Literals side by side are one text.
        if previous?.kind == .string {
          texts[texts.count - 1] += token.text
        } else {
          texts.append(token.text)
        }
      case .symbol where token.text == ":":
        // What stands before it is the name of an extra, or a marker.
        guard previous?.kind == .string else { return nil }
        texts.removeLast()
      case .symbol where "[](){},".contains(token.text): break
      case .name where token.text == "None": break
      default: return nil
      }
      previous = token
    }
    return texts
  }
}
