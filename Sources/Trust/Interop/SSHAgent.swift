public import Bytes

// The agent protocol (draft-ietf-sshm-ssh-agent): each message is its length in four bytes, a type
// and fields.
//
//   11  list keys                              12  u32 count | { string key | string comment } ...
//   13  string key | string message | u32 0    14  string { string type | string signature }
//    5  failure

/// An OpenSSH agent, which signs with keys that it does not give away: its own or a token's.
public struct SSHAgent: Sendable {
  /// A key that the agent holds.
  public struct Key: Sendable {
    /// The public half.
    public let publicKey: PublicKey
    /// What the agent calls it.
    public let comment: String
    fileprivate let agent: SSHAgent

    /// The signature that the agent makes of the message; checked, for the agent is not trusted.
    public func signature(of message: ByteSlice) throws(TrustError) -> [UInt8] {
      try agent.signature(of: message, by: self)
    }
  }

  private enum Message {
    static let listKeys: UInt8 = 11
    static let keys: UInt8 = 12
    static let sign: UInt8 = 13
    static let signature: UInt8 = 14
  }

  private let path: String
  // OpenSSH's agent reads no longer messages.
  private static let messageLimit = 256 << 10

  /// The agent that listens at the path, which SSH_AUTH_SOCK tells.
  public init(socket path: String) { self.path = path }

  /// Its Ed25519 keys.
  public func keys() throws(TrustError) -> [Key] {
    var reader = ByteReader(try ask([Message.listKeys], answer: Message.keys))
    do {
      let count = try reader.readBigEndian(UInt32.self, "the number of keys")
      var keys: [Key] = []
      for _ in 0..<count {
        let blob = try reader.readSSHString("a key")
        let comment = try reader.readSSHString("a comment")
        guard let key = try SSHAgent.ed25519Key(in: blob) else { continue }
        keys.append(Key(publicKey: key, comment: safeText(bytes: comment), agent: self))
      }
      return keys
    } catch {
      throw TrustError(.file, path, "the agent's answer makes no sense: \(error.reason)")
    }
  }

  /// The one key with the fingerprint, Proofmark's or SSH's, or with the comment.
  public func key(named name: String) throws(TrustError) -> Key {
    let keys = try keys()
    let found = keys.filter { key in
      [key.publicKey.fingerprint, key.publicKey.sshFingerprint, "\(key.publicKey)", key.comment]
        .contains(name)
    }
    guard let key = found.first, found.count == 1 else {
      let list = keys.map { "\($0.publicKey.sshFingerprint) \($0.comment)" }
      throw TrustError(
        .invalidKey, name,
        found.isEmpty ? "the agent has no such Ed25519 key" : "the agent has several such keys",
        help: list.isEmpty ? "ssh-add KEYFILE adds one" : "it has " + list.joined(separator: ", "))
    }
    return key
  }

  /// The key in the blob, nil when it is of another type.
  private static func ed25519Key(in blob: ByteSlice) throws(ParseError) -> PublicKey? {
    do {
      return try ByteReader.sshPublicKey(in: blob)
    } catch {
      guard error.kind == .unsupported else { throw error }
      return nil
    }
  }

  fileprivate func signature(of message: ByteSlice, by key: Key) throws(TrustError) -> [UInt8] {
    let request =
      [Message.sign] + SSHWire.string(SSHWire.blob(of: key.publicKey)) + SSHWire.string(message)
      + SSHWire.integer(0)
    guard request.count <= SSHAgent.messageLimit else {
      throw TrustError(
        .resources, path,
        "\(message.count) bytes are more than an agent signs: \(SSHAgent.messageLimit)")
    }
    var reader = ByteReader(try ask(request, answer: Message.signature))
    do {
      var inner = ByteReader(try reader.readSSHString("the signature"))
      let type = try inner.readSSHText("the signature's type")
      let bytes = try inner.readSSHString("the signature").array
      if type == SSHWire.keyType, key.publicKey.verifies(bytes, of: message) { return bytes }
    } catch {
      throw TrustError(.file, path, "the agent's answer makes no sense: \(error.reason)")
    }
    throw TrustError(.invalidKey, path, "the agent gave no signature by the key it was asked for")
  }

  /// Sends a message and gives the fields of the answer.
  private func ask(_ message: [UInt8], answer: UInt8) throws(TrustError) -> ByteSlice {
    let bytes: [UInt8]
    do throws(FileError) {
      let socket = try StreamSocket(path: path)
      try socket.write(SSHWire.string(message))
      let length = try socket.read(4).reduce(0) { $0 << 8 | Int($1) }
      guard (1...SSHAgent.messageLimit).contains(length) else {
        throw FileError(path: path, action: "read", reason: "an answer of \(length) bytes")
      }
      bytes = try socket.read(length)
    } catch {
      throw TrustError(
        .file, error.path, "cannot \(error.action): \(error.reason)",
        help: "is the agent that SSH_AUTH_SOCK names running?")
    }
    guard bytes.first == answer else {
      throw TrustError(
        .file, path, "the agent refused",
        help: "is the key there ('ssh-add -l'), and was the request confirmed?")
    }
    return ByteSlice(bytes.dropFirst())
  }
}
