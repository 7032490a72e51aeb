import Bytes
import Testing
import Trust

struct EnvelopeTests {
  private static let payload = ByteSlice(utf8: #"{"_type":"https://in-toto.io/Statement/v1"}"#)

  private static func signedText(by count: Int = 1) throws -> String {
    var envelope = Envelope(payload: payload)
    for index in 0..<count {
      let seed = [UInt8](repeating: UInt8(index + 1), count: 32)
      envelope = envelope.signed(with: try SecretKey(seed: SecretBytes(copying: seed)))
    }
    return envelope.text()
  }

  @Test(arguments: [
    // The example of DSSE 1.0.2, protocol.md.
    (
      "http://example.com/HelloWorld", "hello world",
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    ),
    ("", "", "DSSEv1 0  0 "), ("é", "ü", "DSSEv1 2 é 2 ü"), ("a 1 b", " ", "DSSEv1 5 a 1 b 1  "),
  ])
  func `lengths in bytes stand before type and body`(
    _ type: String, _ body: String, _ expected: String
  ) {
    #expect(preAuthenticationEncoding(type: type, body: ByteSlice(utf8: body)).utf8 == expected)
  }

  @Test func `an envelope reads as it was written`() throws {
    let text = try EnvelopeTests.signedText(by: 3)
    let envelope = try Envelope(parsing: ByteSlice(utf8: text))
    #expect(envelope.payload == EnvelopeTests.payload)
    #expect(envelope.signatures.count == 3)
    #expect(envelope.text() == text)
    #expect(envelope.signedBytes.starts(with: Array("DSSEv1 28 application/vnd.in-toto+".utf8)))
  }

  @Test func `a key signs once`() throws {
    let key = try SecretKey.generate()
    let once = Envelope(payload: EnvelopeTests.payload).signed(with: key)
    #expect(once.signed(with: key) == once)
    #expect(try once.signed(with: SecretKey.generate()).signatures.count == 2)
  }

  @Test func `the URL-safe alphabet, unknown members and an empty keyid are accepted`() throws {
    let text = """
      {"payload": "_-8=", "payloadType": "application/vnd.in-toto+json", "extra": [{"a": 1}],
       "signatures": [{"sig": "-_-_", "keyid": ""}, {"sig": "+/+/", "cert": "x"}]}
      """
    let envelope = try Envelope(parsing: ByteSlice(utf8: text))
    #expect(envelope.payload.array == [0xff, 0xef])
    #expect(envelope.signatures.map(\.bytes) == [[0xfb, 0xff, 0xbf], [0xfb, 0xff, 0xbf]])
    #expect(envelope.signatures.map(\.keyID) == ["", ""])
  }

  @Test(arguments: [
    "", "null", "[]", "{}", #"{"payload":"","payloadType":"application/vnd.in-toto+json"}"#,
    #"{"payload":"","payloadType":"text/plain","signatures":[]}"#,
    #"{"payload":"","payloadType":"application/vnd.in-toto+json ","signatures":[]}"#,
    #"{"payload":"A","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":"AA","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":"AB==","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":"AA==\n","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":"-+AA","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":1,"payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
    #"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":{}}"#,
    #"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[{}]}"#,
    #"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":1}]}"#,
    #"{"payload":"","payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}"#,
  ])
  func `another form is refused`(_ text: String) {
    #expect(throws: ParseError.self) { try Envelope(parsing: ByteSlice(utf8: text)) }
  }

  @Test func `no more than 64 signatures and 10 MB are read`() throws {
    let signatures = [String](repeating: #"{"sig":""}"#, count: 65).joined(separator: ",")
    let text =
      #"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[\#(signatures)]}"#
    let many = try #require(throws: ParseError.self) {
      try Envelope(parsing: ByteSlice(utf8: text))
    }
    #expect(many.kind == .limit)
    let padding = [UInt8](repeating: 0x20, count: Envelope.byteLimit)
    let long = try #require(throws: ParseError.self) {
      try Envelope(parsing: ByteSlice(try EnvelopeTests.signedText().utf8 + padding))
    }
    #expect(long.kind == .limit)
  }

  @Test func `many signatures over a long payload do not take time`() throws {
    let payload = Base64.encode([UInt8](repeating: 0, count: 5 << 20))
    let signatures = [String](repeating: #"{"sig":""}"#, count: 64).joined(separator: ",")
    let error = try #require(throws: ParseError.self) {
      try Envelope(
        parsing: ByteSlice(
          utf8: #"{"payload":"\#(payload)","payloadType":"application/vnd.in-toto+json","#
            + #""signatures":[\#(signatures)]}"#))
    }
    #expect(error.kind == .limit)
  }

  @Test func `many tiny values do not take memory`() throws {
    let values = [String](repeating: "[]", count: 10_000).joined(separator: ",")
    let error = try #require(throws: ParseError.self) {
      try Envelope(parsing: ByteSlice(utf8: "{\"a\":[\(values)]}"))
    }
    #expect(error.kind == .limit)
  }

  @Test func `damage is an error or leaves nothing that verifies`() throws {
    let key = try SecretKey(seed: SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
    let publicKey = key.publicKey
    let whole = Array(try EnvelopeTests.signedText().utf8)
    for length in 0..<(whole.count - 2) {
      #expect(throws: ParseError.self) { try Envelope(parsing: ByteSlice(whole[..<length])) }
    }
    for index in whole.indices {
      for mask in [1, 0x20, 0xff] as [UInt8] {
        var changed = whole
        changed[index] ^= mask
        guard let envelope = parsed(changed) else { continue }
        let stillVerifies = envelope.signatures.contains {
          publicKey.verifies($0.bytes, of: envelope.signedBytes)
        }
        // Only the hint and white space may change.
        #expect(!stillVerifies || envelope.payload == EnvelopeTests.payload)
      }
    }
  }

  private func parsed(_ bytes: [UInt8]) -> Envelope? {
    do {
      return try Envelope(parsing: ByteSlice(bytes))
    } catch {
      return nil
    }
  }
}
