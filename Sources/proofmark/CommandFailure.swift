import Bytes
import Dependencies
import Engine
import Judging
import Trust
import Vulnerabilities

/// What stops a command: one line, perhaps a hint, and an exit code.
struct CommandFailure: Error {
  let message: String
  let help: String?
  let code: Judging.ExitCode

  init(_ message: String, help: String? = nil, code: Judging.ExitCode) {
    self.message = message
    self.help = help
    self.code = code
  }

  /// What an error of a module below means for the command; nil for an error of the argument
  /// parser. Commands turn what stops them from judging a release into `incomplete` themselves;
  /// an error that arrives here is about what the user gave.
  init?(_ error: any Error) {
    switch error {
    case let error as CommandFailure: self = error
    case let error as ConfigurationError: self.init("\(error)", help: error.help, code: .usage)
    case let error as FileError: self.init("\(error)", code: .usage)
    case let error as TrustError: self.init("\(error)", help: error.help, code: .usage)
    case let error as AdvisoryError: self.init("\(error)", help: error.help, code: .usage)
    case let error as PackageURLError: self.init("\(error)", code: .usage)
    case let error as EngineError: self.init("\(error)", code: .incomplete)
    default: return nil
    }
  }

  /// The lines for standard error.
  var text: String {
    let first = "\(Tool.name): error: \(safeText(message))"
    return help.map { "\(first)\nhelp: \(safeText($0))" } ?? first
  }
}
