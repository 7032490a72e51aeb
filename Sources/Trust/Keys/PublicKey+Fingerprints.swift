import Bytes

// What people compare: the same key as words, and as OpenSSH shows it.
extension PublicKey {
  /// The fingerprint's 32 bytes as words of the PGP word list, eight a line.
  public var fingerprintWords: [String] {
    let words = FingerprintWords.words(for: Digest(of: ByteSlice(bytes)).bytes)
    return stride(from: 0, to: words.count, by: 8).map {
      words[$0..<min($0 + 8, words.count)].joined(separator: " ")
    }
  }

  /// The fingerprint that `ssh-keygen -l` shows: SHA-256 of SSH's form of the key.
  public var sshFingerprint: String {
    "SHA256:" + String(Base64.encode(sshDigest).prefix { $0 != "=" })
  }

  /// The picture that `ssh-keygen -lv` draws of it.
  public var sshPicture: [String] { DrunkenBishop(sshDigest).lines }

  private var sshDigest: [UInt8] { Digest(of: ByteSlice(SSHWire.blob(of: self))).bytes }
}

/// OpenSSH's picture of a digest: a bishop starts in the middle of a board and moves diagonally,
/// two bits a move; a field shows how often he was there (D. Loss and others: The drunken bishop).
private struct DrunkenBishop {
  private static let (columns, rows) = (17, 9)
  private static let marks = Array(" .o+=*BOX@%&#/^")
  private var visits = [Int](repeating: 0, count: columns * rows)
  private var (x, y) = (columns / 2, rows / 2)

  init(_ digest: [UInt8]) {
    for byte in digest {
      for move in 0..<4 {
        let bits = byte >> UInt8(2 * move)
        x = min(max(x + (bits & 1 == 0 ? -1 : 1), 0), Self.columns - 1)
        y = min(max(y + (bits & 2 == 0 ? -1 : 1), 0), Self.rows - 1)
        visits[y * Self.columns + x] += 1
      }
    }
  }

  var lines: [String] {
    let board = (0..<Self.rows).map { row in
      "|" + String((0..<Self.columns).map { mark(column: $0, row: row) }) + "|"
    }
    return ["+--[ED25519 256]--+"] + board + ["+----[SHA256]-----+"]
  }

  private func mark(column: Int, row: Int) -> Character {
    if (column, row) == (x, y) { return "E" }
    if (column, row) == (Self.columns / 2, Self.rows / 2) { return "S" }
    return Self.marks[min(visits[row * Self.columns + column], Self.marks.count - 1)]
  }
}
