import Archives
import Bytes

/// What a token has besides its beginning, by which a real one is told from a text like it.
enum SecretProof: Sendable, Equatable {
  /// Nothing that can be told without asking its service.
  case none
  /// The last six characters are the CRC-32 of those before, in base 62 (GitHub, npm).
  case checksum
  /// Base 32 of a number that names an account of twelve digits (AWS).
  case account
  /// Letters alone, of either case, and no word (Hugging Face).
  case letters
  /// Base64 of a macaroon: version 2, the location `pypi.org` or its test server.
  case macaroon
  /// Base64 of so many bytes.
  case base64(bytes: Int)
  /// Digits of base 16.
  case hexadecimal
  /// Parts of given lengths between a separator; 0 for any.
  case parts([Int], separator: UInt8)
  /// Digits, a dash and more (Slack).
  case numbered
  /// A text that stands in the middle of each (OpenAI).
  case holding(String)
  /// A text that stands at the end of each (Anthropic).
  case ending(String)

  /// Whether its beginning stands before words of a program as well: then one that fails is none.
  var isWeak: Bool { self == .letters || self == .hexadecimal }

  /// What is wrong when it does not hold.
  var words: String {
    switch self {
    case .checksum: "checksum"
    case .account: "account"
    default: "structure"
    }
  }

  /// Whether the characters behind a token's beginning are those of a real one.
  func holds(for body: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .none: true
    case .checksum: Self.hasChecksum(body)
    case .account: Self.namesAccount(body)
    case .letters:
      body.allSatisfy { (0x61...0x7a).contains($0 | 0x20) } && !Self.isWord(body)
    case .macaroon: Self.isMacaroon(body)
    case .base64(let count):
      Base64.decode(String(decoding: body, as: UTF8.self))?.count == count
    case .hexadecimal:
      body.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    case .parts(let lengths, let separator):
      zip(
        lengths, body.split(separator: separator, omittingEmptySubsequences: false)
      ).allSatisfy { $0 == 0 || $0 == $1.count }
        && body.count { $0 == separator } == lengths.count - 1
    case .numbered:
      (body.split(separator: 0x2d).first { $0.count > 1 } ?? []).allSatisfy {
        (0x30...0x39).contains($0)
      }
    case .holding(let text): ByteSlice(body).contains(text)
    case .ending(let text): body.suffix(text.utf8.count).elementsEqual(text.utf8)
    }
  }

  private static let digits = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  private static func hasChecksum(_ body: ArraySlice<UInt8>) -> Bool {
    guard body.count > 6 else { return false }
    var value = CRC32(of: ByteSlice(body.dropLast(6))).value
    for digit in body.suffix(6).reversed() {
      guard digit == digits[Int(value % 62)] else { return false }
      value /= 62
    }
    return value == 0
  }

  /// The 40 bits behind the first are the account; keys of before 2019 begin with I or J and name
  /// none.
  private static func namesAccount(_ body: ArraySlice<UInt8>) -> Bool {
    var bits: UInt64 = 0
    for (index, digit) in body.enumerated() {
      let value: UInt8
      switch digit {
      case 0x41...0x5a: value = digit - 0x41
      case 0x32...0x37: value = digit - 0x32 + 26
      default: return false
      }
      if index < 10 { bits = bits << 5 | UInt64(value) }
    }
    let isOld = body.first == UInt8(ascii: "I") || body.first == UInt8(ascii: "J")
    // Ten digits of base 32 are 50 bits: one, the account, nine of the key.
    return body.count == 16 && (isOld || bits >> 9 & 0xff_ffff_ffff < 1_000_000_000_000)
  }

  /// Whether letters read like words of a name: few capitals, or capitals in a row of words.
  private static func isWord(_ body: ArraySlice<UInt8>) -> Bool {
    let capitals = body.count { $0 & 0x20 == 0 }
    let changes = zip(body, body.dropFirst()).count { $0 & 0x20 != $1 & 0x20 }
    return capitals * 5 < body.count || changes * 4 < body.count
  }

  private static func isMacaroon(_ body: ArraySlice<UInt8>) -> Bool {
    let text = "Ag" + String(decoding: body.prefix(38), as: UTF8.self)
    guard let bytes = Base64.decode(text), bytes.count > 3 else { return false }
    let location = bytes.dropFirst(3).prefix(Int(bytes[2]))
    return bytes[0] == 2 && bytes[1] == 1
      && ["pypi.org", "test.pypi.org"].contains(String(decoding: location, as: UTF8.self))
  }

  /// Secrets that everybody knows: examples of documentation, and keys of emulators.
  static func isPublished(_ token: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: token, as: UTF8.self)
    return published.contains { text.contains($0) }
  }

  private static let published = [
    // jwt.io; Azurite's and Cosmos's emulators.
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw",
  ]
}
