import Bytes
import Testing
import Trust

struct Ed25519Tests {
  @Test(arguments: try Ed25519Vector.read("rfc8032-ed25519.json"))
  func `keys and signatures are those of RFC 8032`(_ vector: Ed25519Vector) throws {
    let key = try SecretKey(seed: SecretBytes(copying: vector.seed))
    #expect(key.publicKey.bytes == vector.publicKey)
    #expect(key.signature(of: vector.message) == vector.signature)
    #expect(key.publicKey.verifies(vector.signature, of: vector.message))
  }

  @Test(arguments: try Ed25519Vector.read("speccheck-ed25519.json"))
  func `a signature that implementations disagree on is refused`(_ vector: Ed25519Vector) throws {
    guard vector.name.hasSuffix("prime order") else {
      #expect(trustError { _ = try PublicKey(bytes: vector.publicKey) }?.kind == .invalidKey)
      return
    }
    let key = try PublicKey(bytes: vector.publicKey)
    #expect(!key.verifies(vector.signature, of: vector.message))
  }

  @Test(arguments: try Ed25519Vector.read("rfc8032-ed25519.json"))
  func `a signature has one form`(_ vector: Ed25519Vector) throws {
    let key = try PublicKey(bytes: vector.publicKey)
    // S + L and S + 2L satisfy the same equation.
    var scalar = Array(vector.signature[32...])
    for _ in 0..<2 {
      scalar = sum(scalar, groupOrder)
      #expect(!key.verifies(vector.signature[..<32] + scalar, of: vector.message))
    }
  }

  @Test func `any changed bit of signature or message is noticed`() throws {
    let key = try SecretKey.generate()
    let message = Array("a release".utf8)
    let signature = key.signature(of: ByteSlice(message))
    for index in signature.indices {
      for bit in 0..<8 {
        var changed = signature
        changed[index] ^= 1 << bit
        #expect(!key.publicKey.verifies(changed, of: ByteSlice(message)))
      }
    }
    for index in message.indices {
      var changed = message
      changed[index] ^= 1
      #expect(!key.publicKey.verifies(signature, of: ByteSlice(changed)))
    }
    #expect(!key.publicKey.verifies(signature.dropLast(), of: ByteSlice(message)))
    #expect(!key.publicKey.verifies(signature + [0], of: ByteSlice(message)))
    #expect(!key.publicKey.verifies([], of: ByteSlice(message)))
  }

  @Test(arguments: [
    // The eight points of small order, and encodings with y >= p.
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    // Not on the curve.
    "0200000000000000000000000000000000000000000000000000000000000000",
  ])
  func `a key that binds nobody is refused`(_ text: String) throws {
    let point = try #require(bytes(lowerCaseHexadecimal: text))
    #expect(trustError { _ = try PublicKey(bytes: point) }?.kind == .invalidKey)
  }

  @Test func `a key plus the point of order two is refused`() throws {
    // (x, y) + (0, -1) = (-x, -y): CVE-2025-69277 let it pass.
    let key = try SecretKey.generate().publicKey
    var negated = difference(fieldPrime, key.bytes.dropLast() + [key.bytes[31] & 0x7f])
    negated[31] |= (key.bytes[31] & 0x80) ^ 0x80
    #expect(trustError { _ = try PublicKey(bytes: negated) }?.kind == .invalidKey)
  }

  @Test func `generated keys differ`() throws {
    #expect(try SecretKey.generate().publicKey != SecretKey.generate().publicKey)
  }
}

/// 2^252 + 27742317777372353535851937790883648493, little-endian.
private let groupOrder: [UInt8] =
  [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  ] + [UInt8](repeating: 0, count: 15) + [0x10]

/// 2^255 - 19, little-endian.
private let fieldPrime: [UInt8] = [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f]

private func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
  var carry = 0
  return zip(a, b).map { x, y in
    let digit = Int(x) + Int(y) + carry
    carry = digit >> 8
    return UInt8(digit & 0xff)
  }
}

private func difference(_ a: [UInt8], _ b: some Collection<UInt8>) -> [UInt8] {
  var borrow = 0
  return zip(a, b).map { x, y in
    let digit = Int(x) - Int(y) - borrow
    borrow = digit < 0 ? 1 : 0
    return UInt8(digit & 0xff)
  }
}

/// The error that the body throws, nil when it throws none.
func trustError(_ body: () throws -> Void) -> TrustError? {
  do {
    try body()
  } catch let error as TrustError {
    return error
  } catch {
    Issue.record("not a TrustError: \(error)")
  }
  return nil
}
