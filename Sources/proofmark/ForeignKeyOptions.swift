import ArgumentParser
import Bytes
import Judging
import Trust

/// Keys of signatures that other tools made, for `verify`.
struct ForeignKeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Judge the OpenSSF model signature, model.sig, by this public key (PEM).",
      valueName: "file"))
  var omsKey: String?

  @Option(
    help: ArgumentHelp(
      "Judge the OpenSSF model signature, model.sig, by certificates up to one of these (PEM).",
      valueName: "file"))
  var omsRoot: String?

  @Option(
    help: ArgumentHelp(
      "Judge RELEASE.minisig by this public key: minisign's file, or its line of base64.",
      valueName: "file or base64"))
  var minisignKey: String?

  @Option(
    help: ArgumentHelp(
      "Judge the OpenSSH signature RELEASE.sig by these allowed signers.", valueName: "file"))
  var allowedSigners: String?

  @Option(help: "As whom the OpenSSH signer must be allowed. Default: as anybody.")
  var principal: String?

  @Option(help: "What the OpenSSH signature must be made for.")
  var namespace = SSHSignature.proofmarkNamespace

  @Option(
    help: ArgumentHelp(
      "Judge the cosign signature RELEASE.sig or bundle RELEASE.sigstore.json by this public key.",
      valueName: "file"))
  var cosignKey: String?

  @Option(
    help: ArgumentHelp(
      "The signature that these keys are for, where it lies elsewhere.", valueName: "file"))
  var foreignSignature: String?

  /// Whether the user named one.
  var isGiven: Bool {
    omsKey != nil || omsRoot != nil || minisignKey != nil || allowedSigners != nil
      || cosignKey != nil
  }

  func validate() throws {
    guard isGiven || foreignSignature == nil else {
      throw ValidationError("--foreign-signature needs a key of another tool, such as --oms-key")
    }
    guard allowedSigners != nil || principal == nil else {
      throw ValidationError("--principal needs --allowed-signers")
    }
    guard omsKey == nil || omsRoot == nil else {
      throw ValidationError("model.sig is judged by --oms-key or by --oms-root: give one of them")
    }
    let count = [omsKey ?? omsRoot, minisignKey, allowedSigners, cosignKey].count { $0 != nil }
    guard foreignSignature == nil || count == 1 else {
      throw ValidationError("--foreign-signature is for one key: give one alone")
    }
  }

  /// Reads the keys.
  func load() throws -> ForeignKeys {
    var keys = ForeignKeys()
    if let omsKey {
      let key = try VerificationKey(pem: ByteSlice(path: omsKey), name: omsKey)
      guard case .ecdsa = key else {
        throw CommandFailure(
          "\(omsKey): an Ed25519 key, where one of ECDSA is needed",
          help: "OpenSSF model signatures are ECDSA on P-256, P-384 or P-521", code: .usage)
      }
      keys.oms = .key(key)
    }
    if let omsRoot {
      keys.oms = .anchors(try TrustAnchors(pem: ByteSlice(path: omsRoot), name: omsRoot))
    }
    if let cosignKey {
      keys.cosign = try VerificationKey(pem: ByteSlice(path: cosignKey), name: cosignKey)
    }
    if let minisignKey { keys.minisign = try ForeignKeyOptions.minisign(minisignKey) }
    if let allowedSigners {
      do {
        keys.ssh = try AllowedSigners(parsing: ByteSlice(path: allowedSigners))
      } catch let error as ConfigurationError {
        throw CommandFailure("\(allowedSigners): \(error)", help: error.help, code: .usage)
      }
    }
    keys.principal = principal
    keys.namespace = namespace
    return keys
  }

  private static func minisign(_ text: String) throws -> MinisignPublicKey {
    if text.utf8.count == 56, Base64.decode(text) != nil {
      return try MinisignPublicKey(base64: text, name: "--minisign-key")
    }
    return try MinisignPublicKey(parsing: ByteSlice(path: text), name: text)
  }
}
