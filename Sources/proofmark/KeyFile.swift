import Bytes
import Trust

/// A key's file as the user names it: secret or public, in any form.
enum KeyFile {
  /// What a file shows of a key.
  struct Shown {
    let key: MinisignPublicKey
    let format: KeyFormat
    let isSecret: Bool
    let isEncrypted: Bool
  }

  /// The file's key. A secret key's file states the public one, or is opened.
  static func open(_ path: String, _ passphrase: PassphraseOptions) throws -> Shown {
    let refusal: TrustError
    do throws(TrustError) {
      let source = try SecretKeySource(path: path)
      return try shown(source, path, passphrase)
    } catch {
      // A public key's file may be read by all, and is no secret key.
      guard error.kind == .exposedKeyFile || error.kind == .malformedKeyFile else { throw error }
      refusal = error
    }
    let bytes = try ByteSlice(path: path)
    do {
      let (key, format) = try PublicKey.read(bytes, name: path)
      let named =
        format == .minisign
        ? try MinisignPublicKey(parsing: bytes, name: path) : MinisignPublicKey(key)
      return Shown(key: named, format: format, isSecret: false, isEncrypted: false)
    } catch {
      throw KeyFile.isSecret(bytes) ? refusal : error
    }
  }

  private static func shown(
    _ source: borrowing SecretKeySource, _ path: String, _ passphrase: PassphraseOptions
  ) throws(TrustError) -> Shown {
    let key: MinisignPublicKey
    if let stated = source.statedPublicKey {
      key = MinisignPublicKey(stated)
    } else if source.isEncrypted {
      guard let given = try passphrase.given() else {
        throw TrustError(
          .passphraseMismatch, path, "the key is encrypted and needs its passphrase",
          help: "use --passphrase-file or --passphrase-fd, or show its public key's file")
      }
      key = try source.key(passphrase: given).minisignKey
    } else {
      key = try source.key().minisignKey
    }
    return Shown(
      key: key, format: source.format, isSecret: true, isEncrypted: source.isEncrypted)
  }

  /// Whether the file looks like a secret key, so that what is wrong with it as one is told.
  static func isSecret(_ bytes: ByteSlice) -> Bool {
    let head = bytes.prefix(128)
    return ["proofmark-secret-key", "PRIVATE KEY", "secret key"].contains { head.contains($0) }
  }
}
