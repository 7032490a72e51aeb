public import Bytes

// minisign's signature file, four lines:
//
//   untrusted comment: TEXT
//   base64 of "ED" or "Ed" | key id 8 | signature 64
//   trusted comment: TEXT
//   base64 of a signature 64 over the one above and the trusted comment
//
// "ED" signs BLAKE2b-512 of the file, "Ed" (legacy) the file itself.

/// A signature by minisign.
public struct MinisignSignature: Sendable, Equatable {
  /// Whether the file itself was signed and not its digest. The legacy form of a 64-byte file is
  /// the other form of any file with that digest.
  public let isLegacy: Bool
  /// The id of the key that made it, as the signature claims; nothing signs it.
  public let keyID: [UInt8]
  /// The text that the signer vouches for, nil in a signature by signify.
  public let trustedComment: String?
  private let signature: [UInt8]
  private let globalSignature: [UInt8]

  /// The longest signature file that is read.
  public static let byteLimit = 16 << 10
  private static let untrusted = "untrusted comment: "
  private static let trusted = "trusted comment: "
  // minisign's own bounds, in bytes with the prefix.
  private static let untrustedLimit = 1024
  private static let trustedLimit = 8192

  /// Reads a signature file of four lines.
  public init(parsing file: ByteSlice) throws(SignatureFault) {
    guard file.count <= MinisignSignature.byteLimit else {
      throw .malformed("longer than \(MinisignSignature.byteLimit) bytes")
    }
    guard let lines = minisignLines(file) else {
      throw .malformed("expected lines of UTF-8")
    }
    guard let first = lines.first, first.hasPrefix("untrusted comment:") else {
      throw .malformed("expected 'untrusted comment:'")
    }
    if lines.count == 2 {
      throw .unsupported("the signature is one by signify, without a trusted comment")
    }
    guard lines.count == 4 else { throw .malformed("expected 4 lines, found \(lines.count)") }
    guard first.utf8.count < MinisignSignature.untrustedLimit else {
      throw .malformed("an untrusted comment of \(first.utf8.count) bytes")
    }
    guard let bytes = Base64.decode(lines[1]), bytes.count == 74 else {
      throw .malformed("expected 74 bytes in base64 in line 2")
    }
    switch Array(bytes[0..<2]) {
    case Array("ED".utf8): isLegacy = false
    case Array("Ed".utf8): isLegacy = true
    default: throw .malformed("unknown algorithm \(hexadecimal(bytes[0..<2]))")
    }
    guard lines[2].hasPrefix(MinisignSignature.trusted),
      lines[2].utf8.count < MinisignSignature.trustedLimit
    else { throw .malformed("expected 'trusted comment: ' in line 3") }
    guard let global = Base64.decode(lines[3]), global.count == 64 else {
      throw .malformed("expected 64 bytes in base64 in line 4")
    }
    keyID = Array(bytes[2..<10])
    signature = Array(bytes[10...])
    trustedComment = String(lines[2].dropFirst(MinisignSignature.trusted.count))
    globalSignature = global
  }

  private init(
    keyID: [UInt8], signature: [UInt8], trustedComment: String, globalSignature: [UInt8]
  ) {
    isLegacy = false
    self.keyID = keyID
    self.signature = signature
    self.trustedComment = trustedComment
    self.globalSignature = globalSignature
  }

  /// Throws unless the key made the signature over the file, and the trusted comment with it.
  public func verify(_ file: ByteSlice, by key: MinisignPublicKey) throws(SignatureFault) {
    guard keyID == key.id else {
      let stated = hexadecimal(keyID.reversed()).uppercased()
      throw .otherKey("the signature names the key \(stated), the key given is \(key.idText)")
    }
    let message = isLegacy ? file : ByteSlice(Sodium.blake2b512(of: file))
    guard key.key.verifies(signature, of: message) else {
      throw .mismatch("the signature is not over this file, or not by the key \(key.idText)")
    }
    let comment = Array((trustedComment ?? "").utf8)
    guard key.key.verifies(globalSignature, of: ByteSlice(signature + comment)) else {
      throw .alteredComment("the trusted comment is not the signed one")
    }
  }

  /// Signs the file (prehashed) together with a comment, which must fit in one line.
  public static func signing(
    _ file: ByteSlice, comment: String, as id: [UInt8], by signer: borrowing Ed25519Signer
  ) throws(TrustError) -> MinisignSignature {
    guard comment.utf8.count + trusted.utf8.count < trustedLimit,
      !comment.unicodeScalars.contains(where: { isUnsafe($0) && $0 != "\t" })
    else {
      throw TrustError(
        .invalidKey, "trusted comment", "expected one line without control characters")
    }
    let digest = ByteSlice(Sodium.blake2b512(of: file))
    let signature = try signer.signature(of: digest)
    return MinisignSignature(
      keyID: id, signature: signature, trustedComment: comment,
      globalSignature: try signer.signature(of: ByteSlice(signature + Array(comment.utf8))))
  }

  /// The file.
  public var text: String {
    let id = hexadecimal(keyID.reversed()).uppercased()
    let blob = Array((isLegacy ? "Ed" : "ED").utf8) + keyID + signature
    return """
      \(MinisignSignature.untrusted)signature from proofmark secret key \(id)
      \(Base64.encode(blob))
      \(MinisignSignature.trusted)\(trustedComment ?? "")
      \(Base64.encode(globalSignature))

      """
  }
}
