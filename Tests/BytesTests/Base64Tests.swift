import Bytes
import Testing

struct Base64Tests {
  // RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `the vectors of RFC 4648`(_ text: String, _ encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test
  func `every length of bytes comes back`() {
    let bytes = (0..<256).map { UInt8(truncatingIfNeeded: $0 * 167 + 13) }
    for length in 0...bytes.count {
      let part = Array(bytes.prefix(length))
      #expect(Base64.decode(Base64.encode(part)) == part)
    }
  }

  @Test
  func `both alphabets are read, but not in one text`() {
    #expect(Base64.decode("+/+/") == [0xfb, 0xff, 0xbf])
    #expect(Base64.decode("-_-_") == [0xfb, 0xff, 0xbf])
    #expect(Base64.decode("+_+_") == nil)
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zm8", "Zh==", "Zm9=", "Zg==Zg==", "=", "====", "Z===", "Zm 9v", "Zm9v\n",
    "Zm9v\u{e9}", "Zg=\u{3d}\u{301}", "*m9v", "A=A=",
  ])
  func `a second spelling of the same bytes is refused`(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
