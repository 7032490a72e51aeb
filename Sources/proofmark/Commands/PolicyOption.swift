import Bytes
import Judging
import StockPolicies

/// Finds the policy that a command was told to use.
enum PolicyOption {
  /// The policy of the option, else of PROOFMARK_POLICY, else `ci-gate`.
  static func load(_ given: String?) throws -> Policy {
    let name = given ?? Terminal.environment("PROOFMARK_POLICY") ?? "ci-gate"
    do {
      return try Policy(parsing: source(name))
    } catch let error as ConfigurationError {
      throw CommandFailure("policy \(name): \(error)", help: error.help, code: .usage)
    }
  }

  /// The text of a stock policy, or the content of a policy file.
  static func source(_ name: String) throws -> ByteSlice {
    if let stock = StockPolicy(rawValue: name) { return ByteSlice(stock.text) }
    do {
      return try ByteSlice(path: name)
    } catch {
      let nearest = nearestName(to: name, among: StockPolicy.allCases.map(\.name))
      throw CommandFailure(
        "policy \(error)", help: nearest.map { "did you mean the stock policy '\($0)'?" },
        code: .usage)
    }
  }
}
