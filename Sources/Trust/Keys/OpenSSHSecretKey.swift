import Bytes

// OpenSSH's secret key file (PROTOCOL.key), unencrypted: PEM of
//
//   "openssh-key-v1" 0 | string cipher | string kdf | string options | u32 1
//   string public key | string { u32 check | u32 check | string "ssh-ed25519"
//     | string public key | string seed, public key | string comment | 1, 2, 3, ... }
//
// The padding fills up eight bytes.

/// An unencrypted OpenSSH key of Ed25519.
enum OpenSSHSecretKey {
  static let label = "OPENSSH PRIVATE KEY"
  private static let magic = Array("openssh-key-v1\0".utf8)
  private static let blockBytes = 8

  /// The seed in the block's bytes.
  static func seed(
    in content: borrowing SecretBytes, path: String
  ) throws(TrustError) -> SecretBytes {
    func malformed(_ message: String) -> TrustError {
      TrustError(.malformedKeyFile, path, "no OpenSSH secret key of Ed25519: \(message)")
    }
    let broken = malformed("its fields do not fit")
    var cursor = SecretCursor(0..<content.count, malformed: broken)
    try cursor.expect(magic, in: content)
    let cipher = try cursor.text(in: content)
    let derivation = try cursor.text(in: content)
    guard cipher == "none", derivation == "none" else {
      throw TrustError(
        .malformedKeyFile, path,
        "the OpenSSH key is encrypted (\(safeText(cipher)), \(safeText(derivation)))",
        help: "use it through an agent with --agent, or import a copy without passphrase: "
          + "ssh-keygen -p -N '' -f COPY")
    }
    _ = try cursor.string(in: content)
    guard try cursor.integer(in: content) == 1 else { throw malformed("expected one key") }
    let publicBlob = content.publicBytes(try cursor.string(in: content))
    let secret = try cursor.string(in: content)
    guard cursor.isAtEnd else { throw broken }

    cursor = SecretCursor(secret, malformed: broken)
    let check = try cursor.integer(in: content)
    guard try cursor.integer(in: content) == check else { throw malformed("the checks differ") }
    let type = try cursor.text(in: content)
    guard type == SSHWire.keyType else {
      throw malformed("found a key of type '\(safeText(type))'")
    }
    let publicKey = content.publicBytes(try cursor.string(in: content))
    let both = try cursor.string(in: content)
    _ = try cursor.string(in: content)
    let padding = content.publicBytes(try cursor.take(cursor.end - cursor.position))
    guard secret.count.isMultiple(of: blockBytes), padding.count < blockBytes,
      padding == (0..<padding.count).map({ UInt8($0 + 1) })
    else { throw malformed("wrong padding") }
    guard both.count == 64, publicBlob == SSHWire.string(type) + SSHWire.string(publicKey),
      content.publicBytes(both.dropFirst(32)) == publicKey
    else { throw malformed("it holds different public keys") }
    return try SecretBytes(copying: both.prefix(32), of: content)
  }

  /// The file of a key: what `ssh-keygen` and `ssh-add` read.
  static func file(_ key: borrowing SecretKey, comment: String) throws(TrustError) -> SecretBytes {
    let seed = try key.seed()
    let publicKey = key.publicKey
    var head = magic
    for field in ["none", "none", ""] { head += SSHWire.string(field) }
    head += SSHWire.integer(1) + SSHWire.string(SSHWire.blob(of: publicKey))
    let check = try Sodium.random(4)
    let before =
      check + check + SSHWire.string(SSHWire.keyType) + SSHWire.string(publicKey.bytes)
      + SSHWire.integer(UInt32(seed.count + publicKey.bytes.count))
    let after = publicKey.bytes + SSHWire.string(comment)
    let length = before.count + seed.count + after.count
    let padding = (blockBytes - length % blockBytes) % blockBytes
    var writer = try SecretWriter(capacity: head.count + 4 + length + padding)
    writer.append(head + SSHWire.integer(UInt32(length + padding)) + before)
    writer.append(seed)
    writer.append(after + (0..<padding).map { UInt8($0 + 1) })
    return try PEMBlock.text(label, writer.finish(), columns: 70)
  }
}

extension Range<Int> {
  fileprivate func prefix(_ count: Int) -> Range<Int> { lowerBound..<(lowerBound + count) }
  fileprivate func dropFirst(_ count: Int) -> Range<Int> { (lowerBound + count)..<upperBound }
}
