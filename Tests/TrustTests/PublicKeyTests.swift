import Bytes
import Testing
import Trust

struct PublicKeyTests {
  private let text = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

  @Test func `a key is written as it is read`() throws {
    #expect(try PublicKey(text).description == text)
  }

  @Test func `the fingerprint is SHA-256 of the raw key`() throws {
    let key = try PublicKey(text)
    #expect(key.fingerprint == Base64.encode(Digest(of: ByteSlice(key.bytes)).bytes))
    #expect(key.groupedFingerprint.split(separator: " ").joined() == key.fingerprint)
    #expect(key.groupedFingerprint.split(separator: " ").allSatisfy { $0.count == 4 })
  }

  @Test(arguments: [
    "", "ed25519:", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "ED25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=",
    "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= ",
    "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUQ==",
    "rsa:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
  ])
  func `another spelling is refused`(_ text: String) {
    #expect(trustError { _ = try PublicKey(text) }?.kind == .invalidKey)
  }
}
