import Bytes
import Testing
import Trust

/// What an attacker can write into an envelope without a key.
struct EnvelopeAttackTests {
  private let world = TrustWorld()

  /// What was done to an envelope that two owners have signed; none of it may still count as two.
  @Test(arguments: [
    "the type of a trust file", "another algorithm named", "a DER signature",
    "a signature of the payload alone", "a signature cut short", "a signature with a byte more",
    "a signature of nothing", "the scalar plus the order of the group", "the point of order one",
    "URL-safe and standard base64 in one text", "base64 without padding", "base64 with a line feed",
    "base64 with unused bits", "payload twice", "signatures twice", "sig twice",
    "payloadType twice",
    "no signature", "65 signatures", "nested too deep", "over 10 MB", "a byte order mark",
    "a second value", "lone surrogate", "not UTF-8",
  ])
  func `it does not reach the threshold`(_ attack: String) throws {
    let signed = try world.envelope(signedBy: ["ana-2026", "ci-2026"])
    let bytes = try attacked(signed, attack)
    let envelope: Envelope
    do throws(ParseError) {
      envelope = try Envelope(parsing: bytes)
    } catch {
      return
    }
    #expect(try world.verify(envelope).signers == nil, "\(attack)")
  }

  private func attacked(_ signed: Envelope, _ attack: String) throws -> ByteSlice {
    let text = signed.text()
    func changed(_ old: String, _ new: String) throws -> ByteSlice {
      let result = text.replacing(old, with: new)
      #expect(result != text)
      return ByteSlice(utf8: result)
    }
    func withSignature(_ bytes: [UInt8]) throws -> ByteSlice {
      try changed(Base64.encode(signed.signatures[0].bytes), Base64.encode(bytes))
    }
    let first = signed.signatures[0].bytes
    switch attack {
    case "the type of a trust file":
      return try changed(
        Envelope.PayloadType.statement.rawValue, Envelope.PayloadType.trustFile.rawValue)
    case "another algorithm named":
      return ByteSlice(
        utf8: try #require(withSignature([]).utf8)
          .replacing("\"sig\": \"\"", with: "\"alg\": \"none\", \"sig\": \"\""))
    case "a DER signature":
      return try withSignature([0x30, 0x40] + first.prefix(62) + [0, 0])
    case "a signature of the payload alone":
      let key = try #require(world.keys.first).secretKey()
      return try withSignature(key.signature(of: signed.payload))
    case "a signature cut short": return try withSignature(first.dropLast())
    case "a signature with a byte more": return try withSignature(first + [0])
    case "a signature of nothing": return try withSignature([])
    case "the scalar plus the order of the group":
      return try withSignature(first[..<32] + plusGroupOrder(Array(first[32...])))
    case "the point of order one":
      return try withSignature([1] + [UInt8](repeating: 0, count: 63))
    case "URL-safe and standard base64 in one text":
      return try changed(Base64.encode(first), "-+" + Base64.encode(first).dropFirst(2))
    case "base64 without padding":
      return try changed(Base64.encode(first), Base64.encode(first).replacing("=", with: ""))
    case "base64 with a line feed":
      return try changed(Base64.encode(first), Base64.encode(first) + "\\n")
    case "base64 with unused bits": return try unusedBits(text)
    case "payload twice":
      return try changed("\"payloadType\"", "\"payload\": \"e30=\", \"payloadType\"")
    case "signatures twice":
      return try changed("\"signatures\"", "\"signatures\": [], \"signatures\"")
    case "sig twice": return try changed("\"sig\"", "\"sig\": \"AAAA\", \"sig\"")
    case "payloadType twice":
      return try changed("\"payloadType\"", "\"payloadType\": \"x\", \"payloadType\"")
    case "no signature":
      return ByteSlice(utf8: Envelope(payload: signed.payload).text())
    case "65 signatures":
      let filler = [String](repeating: "{\"sig\": \"\"}", count: 63).joined(separator: ", ")
      return try changed("\"signatures\": [", "\"signatures\": [\(filler), ")
    case "nested too deep":
      let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
      return try changed("\"payloadType\"", "\"x\": \(deep), \"payloadType\"")
    case "over 10 MB":
      return ByteSlice(utf8: text + String(repeating: " ", count: Envelope.byteLimit))
    case "a byte order mark": return ByteSlice([0xef, 0xbb, 0xbf] + Array(text.utf8))
    case "a second value": return ByteSlice(utf8: text + "{}")
    case "lone surrogate": return try changed("\"payloadType\"", "\"\\ud800\": 1, \"payloadType\"")
    default: return ByteSlice(Array(text.utf8.dropLast()) + [0xff])
    }
  }

  /// The text with one bit set in the last digit of the first signature, which no byte uses.
  private func unusedBits(_ text: String) throws -> ByteSlice {
    let end = try #require(text.firstRange(of: "==\"")?.lowerBound)
    let digit = text.index(before: end)
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let value = try #require(alphabet.firstIndex(of: text[digit]))
    return ByteSlice(
      utf8: text[..<digit] + String(alphabet[value | 1]) + text[end...])
  }

  /// S + L, which satisfies the same equation.
  private func plusGroupOrder(_ scalar: [UInt8]) -> [UInt8] {
    let order: [UInt8] =
      [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14,
      ] + [UInt8](repeating: 0, count: 15) + [0x10]
    var carry = 0
    return zip(scalar, order).map { a, b in
      let digit = Int(a) + Int(b) + carry
      carry = digit >> 8
      return UInt8(digit & 0xff)
    }
  }
}
