import Bytes
import Glibc
import TestSupport
import Testing
import Trust

struct SecretKeyFileTests {
  private let folder: ScratchFolder
  private let path: String

  init() throws {
    folder = try ScratchFolder()
    path = folder.file("ana.key")
  }

  private func writeEncrypted(_ passphrase: String = "correct horse") throws -> PublicKey {
    let key = try SecretKey.generate()
    try SecretKeyFile.write(
      key, to: path, passphrase: SecretBytes(copying: Array(passphrase.utf8)), cost: .minimum)
    return key.publicKey
  }

  private func mode(of path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test func `an encrypted key comes back with its passphrase alone`() throws {
    let publicKey = try writeEncrypted()
    let file = try SecretKeyFile(path: path)
    let isEncrypted = file.isEncrypted
    #expect(isEncrypted)
    let stated = file.publicKey
    #expect(stated == publicKey)
    let right = try SecretBytes(copying: Array("correct horse".utf8))
    let key = try file.key(passphrase: right)
    let message = ByteSlice(utf8: "a release")
    let signature = key.signature(of: message)
    #expect(publicKey.verifies(signature, of: message))

    let wrong = try SecretBytes(copying: Array("correct horsf".utf8))
    do {
      _ = try file.key(passphrase: wrong)
      Issue.record("a wrong passphrase opened the file")
    } catch {
      #expect(error.kind == .wrongPassphrase)
    }
    do {
      _ = try file.key()
      Issue.record("no passphrase opened the file")
    } catch {
      #expect(error.kind == .passphraseMismatch)
    }
  }

  @Test func `an unprotected key says so`() throws {
    let key = try SecretKey.generate()
    try SecretKeyFile.writeUnprotected(key, to: path)
    let file = try SecretKeyFile(path: path)
    let isEncrypted = file.isEncrypted
    #expect(!isEncrypted)
    let (stored, written) = (try file.key().publicKey, key.publicKey)
    #expect(stored == written)
    #expect(try folder.text("ana.key").contains("protection: none\n"))
    do {
      _ = try file.key(passphrase: SecretBytes(copying: [1]))
      Issue.record("a passphrase opened an unprotected file")
    } catch {
      #expect(error.kind == .passphraseMismatch)
    }
  }

  @Test func `the default cost is written into the file and read back`() throws {
    let key = try SecretKey.generate()
    let passphrase = try SecretBytes(copying: Array("slow".utf8))
    try SecretKeyFile.write(key, to: path, passphrase: passphrase)
    #expect(try folder.text("ana.key").contains("\noperations: 3\nmemory: 268435456\n"))
    let stored = try SecretKeyFile(path: path).key(passphrase: passphrase).publicKey
    let written = key.publicKey
    #expect(stored == written)
  }

  @Test func `a key file belongs to its owner alone`() throws {
    _ = try writeEncrypted()
    #expect(mode(of: path) == 0o600)
    for exposed in [0o640, 0o604, 0o660, 0o610, 0o601] as [mode_t] {
      #expect(chmod(path, exposed) == 0)
      #expect(trustError { _ = try SecretKeyFile(path: path) }?.kind == .exposedKeyFile)
    }
    #expect(chmod(path, 0o400) == 0)
    #expect(trustError { _ = try SecretKeyFile(path: path) } == nil)
  }

  @Test func `a key is never written over another one unless that is asked`() throws {
    _ = try writeEncrypted()
    let before = try folder.read("ana.key")
    let key = try SecretKey.generate()
    #expect(trustError { try SecretKeyFile.writeUnprotected(key, to: path) }?.kind == .file)
    #expect(try folder.read("ana.key") == before)
    #expect(try folder.listing() == ["ana.key"])
    try SecretKeyFile.writeUnprotected(key, to: path, replacing: true)
    let (stored, written) = (try SecretKeyFile(path: path).publicKey, key.publicKey)
    #expect(stored == written)
    #expect(mode(of: path) == 0o600)
    #expect(try folder.listing() == ["ana.key"])
  }

  @Test func `a folder, a missing file and a long one are refused`() throws {
    #expect(trustError { _ = try SecretKeyFile(path: folder.path) }?.kind == .file)
    #expect(trustError { _ = try SecretKeyFile(path: path) }?.kind == .file)
    try folder.write([UInt8](repeating: 0x61, count: 5000), to: "ana.key")
    #expect(chmod(path, 0o600) == 0)
    #expect(trustError { _ = try SecretKeyFile(path: path) }?.kind == .malformedKeyFile)
  }

  @Test func `every truncation is an error`() throws {
    _ = try writeEncrypted()
    let whole = try folder.read("ana.key")
    for length in 0..<whole.count {
      try folder.write(whole[..<length], to: "ana.key")
      #expect(trustError { _ = try SecretKeyFile(path: path) }?.kind == .malformedKeyFile)
    }
  }

  @Test func `every changed byte is an error, at the latest with the passphrase`() throws {
    _ = try writeEncrypted()
    let whole = try folder.read("ana.key")
    let passphrase = try SecretBytes(copying: Array("correct horse".utf8))
    for index in whole.indices {
      for mask in [1, 0xff] as [UInt8] {
        var changed = whole
        changed[index] ^= mask
        // A cost of many passes is allowed, but no time for a test.
        if String(decoding: changed, as: UTF8.self).contains("operations: 1\nmemory: 8192\n") {
          try folder.write(changed, to: "ana.key")
          do {
            _ = try SecretKeyFile(path: path).key(passphrase: passphrase)
            Issue.record("byte \(index) may change by \(mask)")
          } catch {
            #expect(
              [.malformedKeyFile, .wrongPassphrase, .invalidKey].contains(error.kind), "\(error)")
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("operations: 1", "operations: 17"), ("operations: 1", "operations: 0"),
    ("operations: 1", "operations: 01"), ("operations: 1", "operations: 99999999999999999999"),
    ("memory: 8192", "memory: 1073741825"), ("memory: 8192", "memory: -8192"),
    ("memory: 8192\n", ""), ("proofmark-secret-key: 1", "proofmark-secret-key: 2"),
    ("argon2id+xchacha20poly1305", "rot13"), ("argon2id+xchacha20poly1305", "none"),
    ("\nkey: ", "\nkey:"), ("\n", "\r\n"), ("\nkey: ", "\nkey: A"), ("\npublic", "\n\npublic"),
  ])
  func `another form is refused`(_ old: String, _ new: String) throws {
    _ = try writeEncrypted()
    let text = try folder.text("ana.key")
    try folder.write(text.replacing(old, with: new), to: "ana.key")
    #expect(trustError { _ = try SecretKeyFile(path: path) }?.kind == .malformedKeyFile)
  }

  @Test func `the public key of another key is noticed`() throws {
    let key = try SecretKey.generate()
    let other = try SecretKey.generate()
    try SecretKeyFile.writeUnprotected(key, to: path)
    let text = try folder.text("ana.key")
    try folder.write(
      text.replacing("\(key.publicKey)", with: "\(other.publicKey)"), to: "ana.key")
    let error = trustError { _ = try SecretKeyFile(path: path).key() }
    #expect(error?.kind == .malformedKeyFile)
  }

  @Test(arguments: [
    ("secret\n", "secret"), ("secret\r\nmore\n", "secret"), ("secret", "secret"),
    (" sp ace \n", " sp ace "),
  ])
  func `a passphrase is the first line of its file`(_ content: String, _ passphrase: String) throws
  {
    try folder.write(content, to: "pass")
    let read = try SecretBytes(passphraseFile: folder.file("pass"))
    let length = read.count
    #expect(length == passphrase.utf8.count)
    let key = try SecretKey.generate()
    try SecretKeyFile.write(key, to: path, passphrase: read, cost: .minimum)
    let expected = try SecretBytes(copying: Array(passphrase.utf8))
    let stored = try SecretKeyFile(path: path).key(passphrase: expected).publicKey
    let written = key.publicKey
    #expect(stored == written)
  }

  @Test func `an empty or endless passphrase is refused`() throws {
    let longest = String(repeating: "x", count: SecretBytes.passphraseLimit)
    for content in ["", "\n", "\r\n", longest + "x\n", longest + longest] {
      try folder.write(content, to: "pass")
      let error = trustError { _ = try SecretBytes(passphraseFile: folder.file("pass")) }
      #expect(error?.kind == .passphraseMismatch)
    }
    try folder.write(longest + "\r\n", to: "pass")
    let length = try SecretBytes(passphraseFile: folder.file("pass")).count
    #expect(length == longest.count)
  }

  @Test func `a process that has held a secret dumps no core`() throws {
    _ = try SecretKey.generate()
    let file = open("/proc/self/limits", O_RDONLY)
    defer { close(file) }
    let limits = try ByteSlice(stream: file, name: "limits", limit: 1 << 16)
    let line = try #require(limits.utf8).split(separator: "\n")
      .first { $0.hasPrefix("Max core file size") }
    #expect(line?.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
  }
}
