public import Bytes

/// What kind of signature a file is, by its first bytes.
public enum SignatureKind: String, Sendable, CaseIterable {
  /// minisign's, and signify's.
  case minisign
  /// OpenSSH's.
  case ssh
  /// A sigstore bundle.
  case bundle
  /// Base64 of the signature alone, as `cosign sign-blob` writes it.
  case base64
  /// OpenPGP: recognised, never judged.
  case openPGP = "OpenPGP"

  /// The kind of the file; nil when it is none of them.
  public init?(of file: ByteSlice) {
    func begins(_ text: String) -> Bool { file.starts(with: Array(text.utf8)) }
    if begins("untrusted comment:") {
      self = .minisign
    } else if begins("-----BEGIN SSH SIGNATURE-----") {
      self = .ssh
    } else if begins("-----BEGIN PGP ") || SignatureKind.isOpenPGPPacket(file) {
      self = .openPGP
    } else if SigstoreBundle.isClaimed(by: file) {
      self = .bundle
    } else if SignatureKind.base64(file) != nil {
      self = .base64
    } else {
      return nil
    }
  }

  /// A signature packet, in the old or the new form (RFC 9580, section 4.2).
  private static func isOpenPGPPacket(_ file: ByteSlice) -> Bool {
    guard let first = file.first else { return false }
    return first & 0xc0 == 0xc0 ? first & 0x3f == 2 : first & 0x80 == 0x80 && first >> 2 & 15 == 2
  }

  /// The bytes of one line of base64.
  static func base64(_ file: ByteSlice) -> [UInt8]? {
    guard file.count <= 4096, let text = file.utf8 else { return nil }
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    guard !line.isEmpty else { return nil }
    return Base64.decode(line)
  }
}
