public import Bytes
import Crypto

// OpenSSH's signature of a file (PROTOCOL.sshsig): PEM with the label SSH SIGNATURE of
//
//   "SSHSIG" | u32 1 | string public key | string namespace | string reserved | string hash
//     | string { string "ssh-ed25519" | string signature }
//
// Signed is "SSHSIG" | string namespace | string reserved | string hash | string H(file).

/// A signature by `ssh-keygen -Y sign`.
public struct SSHSignature: Sendable, Equatable {
  /// The key that made it.
  public let key: PublicKey
  /// What it was made for.
  public let namespace: String
  private let reserved: [UInt8]
  private let hashName: String
  private let signature: [UInt8]

  /// What Proofmark's own signatures are made for.
  public static let proofmarkNamespace = "proofmark"
  /// The longest signature file that is read.
  public static let byteLimit = PEMBlock.byteLimit
  private static let magic = Array("SSHSIG".utf8)
  private static let label = "SSH SIGNATURE"

  /// Reads an armoured signature.
  public init(parsing file: ByteSlice) throws(SignatureFault) {
    guard file.count <= SSHSignature.byteLimit else {
      throw .malformed("longer than \(SSHSignature.byteLimit) bytes")
    }
    let blob: ByteSlice
    do throws(TrustError) {
      let block = try PEMBlock(SecretBytes(copying: file.array), name: "signature")
      guard block.label == SSHSignature.label else {
        throw TrustError(.invalidKey, "", "expected an SSH SIGNATURE, found '\(block.label)'")
      }
      blob = ByteSlice(block.content.publicBytes(0..<block.content.count))
    } catch {
      throw .malformed(error.message)
    }
    do {
      try self.init(blob: blob)
    } catch {
      throw error.kind == .unsupported ? .unsupported(error.reason) : .malformed(error.reason)
    }
  }

  private init(blob: ByteSlice) throws(ParseError) {
    var reader = ByteReader(blob)
    try reader.expect(SSHSignature.magic, "SSHSIG")
    let version = try reader.readBigEndian(UInt32.self, "the version")
    guard version == 1 else {
      throw ParseError(
        .unsupported, at: reader.offset, expected: "version 1", found: "\(version)")
    }
    key = try ByteReader.sshPublicKey(in: reader.readSSHString("the public key"))
    namespace = try reader.readSSHText("the namespace")
    reserved = try reader.readSSHString("the reserved field").array
    hashName = try reader.readSSHText("the hash")
    guard ["sha256", "sha512"].contains(hashName) else {
      throw ParseError(
        .unsupported, at: reader.offset, expected: "sha256 or sha512",
        found: "'\(safeText(String(hashName.prefix(40))))'")
    }
    var inner = ByteReader(try reader.readSSHString("the signature"))
    guard reader.isAtEnd else {
      throw reader.malformed(expected: "the end", found: "\(reader.remaining) bytes")
    }
    let type = try inner.readSSHText("the signature's type")
    let bytes = try inner.readSSHString("the signature").array
    guard type == SSHWire.keyType, bytes.count == 64, inner.isAtEnd else {
      throw inner.malformed(
        expected: "64 bytes of \(SSHWire.keyType)",
        found: "\(bytes.count) of '\(safeText(String(type.prefix(40))))'")
    }
    signature = bytes
  }

  private init(key: PublicKey, namespace: String, signature: [UInt8]) {
    self.key = key
    self.namespace = namespace
    reserved = []
    hashName = "sha512"
    self.signature = signature
  }

  private static func signedBytes(
    _ file: ByteSlice, namespace: String, reserved: [UInt8], hashName: String
  ) -> ByteSlice {
    let digest =
      hashName == "sha256" ? Digest(of: file).bytes : Array(digest(of: file, by: SHA512.self))
    return ByteSlice(
      magic + SSHWire.string(namespace) + SSHWire.string(reserved) + SSHWire.string(hashName)
        + SSHWire.string(digest))
  }

  /// Throws unless the signature was made for the namespace, and by its key over the file. Who
  /// the key belongs to is for `AllowedSigners` to say. S + L, which OpenSSH accepts, is refused.
  public func verify(_ file: ByteSlice, namespace wanted: String) throws(SignatureFault) {
    guard namespace == wanted else {
      throw .otherNamespace(
        "the signature was made for '\(namespace)', not for '\(wanted)'")
    }
    let message = SSHSignature.signedBytes(
      file, namespace: namespace, reserved: reserved, hashName: hashName)
    guard key.verifies(signature, of: message) else {
      throw .mismatch("the signature is not over this file by the key \(key.sshFingerprint)")
    }
  }

  /// Signs the file for a namespace.
  public static func signing(
    _ file: ByteSlice, namespace: String, by signer: borrowing Ed25519Signer
  ) throws(TrustError) -> SSHSignature {
    guard !namespace.isEmpty, namespace.utf8.count <= 255,
      !namespace.unicodeScalars.contains(where: isUnsafe)
    else { throw TrustError(.invalidKey, "namespace", "expected 1 to 255 bytes of text") }
    let message = signedBytes(file, namespace: namespace, reserved: [], hashName: "sha512")
    return SSHSignature(
      key: signer.publicKey, namespace: namespace, signature: try signer.signature(of: message))
  }

  /// The file, as `ssh-keygen -Y verify` reads it.
  public var text: String {
    let inner = SSHWire.string(SSHWire.keyType) + SSHWire.string(signature)
    let blob =
      SSHSignature.magic + SSHWire.integer(1) + SSHWire.string(SSHWire.blob(of: key))
      + SSHWire.string(namespace) + SSHWire.string(reserved) + SSHWire.string(hashName)
      + SSHWire.string(inner)
    let digits = Array(Base64.encode(blob))
    let lines = stride(from: 0, to: digits.count, by: 70).map {
      String(digits[$0..<min($0 + 70, digits.count)]) + "\n"
    }
    return "-----BEGIN \(SSHSignature.label)-----\n" + lines.joined()
      + "-----END \(SSHSignature.label)-----\n"
  }
}
