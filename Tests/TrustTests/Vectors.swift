import Bytes
import TestSupport
import Testing

/// A published test vector of Ed25519.
struct Ed25519Vector: CustomTestStringConvertible, Sendable {
  let name: String
  let seed: [UInt8]
  let publicKey: [UInt8]
  let message: ByteSlice
  let signature: [UInt8]

  var testDescription: String { name }

  /// The vectors of a file under Fixtures/vectors.
  static func read(_ file: String) throws -> [Ed25519Vector] {
    let document = try JSON(parsing: Fixture.bytes("vectors/\(file)"))
    return try #require(document["vectors"]?.array).enumerated().map { index, vector in
      func field(_ name: String) -> [UInt8] {
        vector[name]?.string.flatMap { bytes(lowerCaseHexadecimal: $0) } ?? []
      }
      return Ed25519Vector(
        name: vector["name"]?.string ?? "case \(index), \(vector["key"]?.string ?? "")",
        seed: field("seed"), publicKey: field("public"), message: ByteSlice(field("message")),
        signature: field("signature"))
    }
  }
}
