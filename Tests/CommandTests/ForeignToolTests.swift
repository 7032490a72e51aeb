import Bytes
import TestSupport
import Testing

/// What other tools say of our signatures, and we of theirs. Each test skips where its tool is not
/// installed.
@Suite struct ForeignToolTests {
  /// A folder with the published keys of Fixtures/vectors/signatures and a file to sign.
  private func workplace() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    for name in try Fixture.names(in: "vectors/signatures") where name != "model" {
      try folder.copy(Fixture.path("vectors/signatures/\(name)"), to: name)
      try folder.setMode(0o600, of: name)
    }
    try folder.write("release\n", to: "file")
    return folder
  }

  private func exitCode(_ arguments: String..., in folder: ScratchFolder) throws -> Int {
    try Command.run(arguments, in: folder).exitCode
  }

  @Test(.enabled(if: ForeignTool.isInstalled("minisign")))
  func `minisign and we verify each other's signatures`() throws {
    let folder = try workplace()
    let minisign = try #require(ForeignTool("minisign"))
    for key in ["ed25519.pem", "minisign.key"] {
      try TestRelease.succeed(["sign", "file", "--key", key, "--minisign"], in: folder)
      let export = try TestRelease.succeed(
        ["key", "export", key, "--format", "minisign"], in: folder)
      try folder.write(export.output, to: "key.pub")
      let outcome = try minisign.run(["-V", "-m", "file", "-p", "key.pub"], in: folder)
      #expect(outcome.exitCode == 0, "\(outcome.output)")
      #expect(try exitCode("verify", "file", "--minisign-key", "key.pub", in: folder) == 0)
      let line = try #require(export.output.split(separator: "\n").last)
      #expect(try exitCode("verify", "file", "--minisign-key", String(line), in: folder) == 0)
    }
    try folder.remove("file.minisig")
    let signed = try minisign.run(
      ["-S", "-m", "file", "-s", "minisign.key", "-t", "by minisign"], in: folder)
    #expect(signed.exitCode == 0, "\(signed.output)")
    #expect(try exitCode("verify", "file", "--minisign-key", "minisign.pub", in: folder) == 0)
    try folder.change("file") { $0[0] ^= 1 }
    #expect(try exitCode("verify", "file", "--minisign-key", "minisign.pub", in: folder) == 1)
    // A key that minisign wrote no file for.
    try TestRelease.succeed(
      ["key", "export", "ed25519.pem", "--format", "minisign", "--secret", "-o", "own.key"],
      in: folder)
    let own = try minisign.run(["-S", "-m", "file", "-s", "own.key"], in: folder)
    #expect(own.exitCode == 0, "\(own.output)")
  }

  @Test(.enabled(if: ForeignTool.isInstalled("ssh-keygen")))
  func `ssh-keygen and we verify each other's signatures`() throws {
    let folder = try workplace()
    let keygen = try #require(ForeignTool("ssh-keygen"))
    try folder.write(
      "ana namespaces=\"proofmark\" \(try folder.text("ssh.pub"))", to: "allowed")
    func sshVerifies() throws -> Bool {
      try keygen.run(
        ["-Y", "verify", "-f", "allowed", "-I", "ana", "-n", "proofmark", "-s", "file.sig"],
        in: folder, input: folder.text("file")
      ).exitCode == 0
    }
    try TestRelease.succeed(["sign", "file", "--key", "ssh", "--ssh"], in: folder)
    #expect(try sshVerifies())
    let verify = ["verify", "file", "--allowed-signers", "allowed", "--principal", "ana"]
    #expect(try Command.run(verify, in: folder).exitCode == 0)
    try folder.remove("file.sig")
    let signed = try keygen.run(
      ["-q", "-Y", "sign", "-f", "ssh", "-n", "proofmark", "file"], in: folder)
    #expect(signed.exitCode == 0, "\(signed.output)")
    #expect(try Command.run(verify, in: folder).exitCode == 0)
    #expect(try Command.run(verify + ["--namespace", "file"], in: folder).exitCode == 1)
    try folder.change("file") { $0[0] ^= 1 }
    #expect(try !sshVerifies())
    #expect(try Command.run(verify, in: folder).exitCode == 1)
    // Keys that we write, ssh-keygen reads.
    try TestRelease.succeed(
      ["key", "export", "ed25519.pem", "--format", "openssh", "--secret", "-o", "own"], in: folder)
    let line = try TestRelease.succeed(
      ["key", "export", "ed25519.pem", "--format", "openssh"], in: folder
    ).output
    let read = try keygen.run(["-y", "-f", "own"], in: folder)
    #expect(read.exitCode == 0 && read.output.hasPrefix(line.dropLast()), "\(read.output)")
  }

  @Test(.enabled(if: ForeignTool.isInstalled("openssl")))
  func `OpenSSL verifies proofmark.sig with the documented recipe's steps`() throws {
    let release = try TestRelease()
    let folder = release.scratch
    let envelope = try JSON(
      parsing: ByteSlice(utf8: folder.text("digits/proofmark.sig")))
    let payload = try #require(envelope["payload"]?.string.flatMap { Base64.decode($0) })
    let signature = try #require(envelope["signatures"]?.array?.first?["sig"]?.string)
    try folder.write(
      Array("DSSEv1 28 application/vnd.in-toto+json \(payload.count) ".utf8) + payload, to: "signed"
    )
    try folder.write(try #require(Base64.decode(signature)), to: "signature")
    let pem = try TestRelease.succeed(["key", "export", "ana.key", "--format", "pem"], in: folder)
    try folder.write(pem.output, to: "ana.pem")
    let openssl = try #require(ForeignTool("openssl"))
    let outcome = try openssl.run(
      [
        "pkeyutl", "-verify", "-pubin", "-inkey", "ana.pem", "-rawin", "-in", "signed", "-sigfile",
        "signature",
      ], in: folder)
    #expect(outcome.exitCode == 0, "\(outcome.output)")
  }

  @Test(
    .enabled(if: ForeignTool.isInstalled("model_signing")), arguments: ["p256", "p384", "p521"])
  func `model_signing verifies model.sig`(_ curve: String) throws {
    let release = try TestRelease()
    let folder = release.scratch
    for name in ["\(curve).pem", "\(curve).pub.pem"] {
      try folder.copy(Fixture.path("vectors/signatures/\(name)"), to: name)
      try folder.setMode(0o600, of: name)
    }
    try TestRelease.succeed(["sign", "digits", "--oms", "\(curve).pem"], in: folder)
    let tool = try #require(ForeignTool("model_signing"))
    func verify() throws -> Int {
      try tool.run(
        [
          "verify", "key", "digits", "--public_key", "\(curve).pub.pem", "--signature",
          "digits/model.sig",
        ], in: folder
      ).exitCode
    }
    #expect(try verify() == 0)
    #expect(try exitCode("verify", "digits", "--oms-key", "\(curve).pub.pem", in: folder) == 0)
    try folder.change("digits/CHANGELOG.md") { $0[0] ^= 1 }
    #expect(try verify() != 0)
    #expect(try exitCode("verify", "digits", "--oms-key", "\(curve).pub.pem", in: folder) == 1)
  }
}

/// `sign`, `verify` and `key` with keys and signatures of other tools, as a user calls them.
@Suite struct ForeignSignatureCommandTests {
  private func model() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.copy(Fixture.path("vectors/signatures/model"), to: "model")
    for name in [
      "oms.p256.sig", "oms.certificate.sig", "authority.pem", "p256.pub.pem", "ed25519.pub.pem",
      "p256.pem",
      "ed25519.pem",
      "release.bin", "release.cosign.sig", "release.minisig", "minisign.pub", "ssh.locked",
    ] {
      try folder.copy(Fixture.path("vectors/signatures/\(name)"), to: name)
      try folder.setMode(0o600, of: name)
    }
    return folder
  }

  private func exitCode(_ arguments: String..., in folder: ScratchFolder) throws -> Int {
    try Command.run(arguments, in: folder).exitCode
  }

  @Test func `a folder that another tool signed verifies without a manifest`() throws {
    let folder = try model()
    let verify = ["verify", "model", "--oms-key", "p256.pub.pem"]
    let outside = try Command.run(verify + ["--foreign-signature", "oms.p256.sig"], in: folder)
    #expect(outside.exitCode == 0)
    #expect(outside.output.contains("signed by oms:"))
    #expect(try Command.run(verify, in: folder).exitCode == 1)
    // A signature that lies outside excuses no file of its name inside.
    try folder.write("another", to: "model/oms.p256.sig")
    let namesake = try Command.run(verify + ["--foreign-signature", "oms.p256.sig"], in: folder)
    #expect(namesake.exitCode == 1 && namesake.output.contains("SIG011"))
    try folder.remove("model/oms.p256.sig")
    try folder.copy(folder.file("oms.p256.sig"), to: "model/model.sig")
    #expect(try Command.run(verify, in: folder).exitCode == 0)
    let certificate = try Command.run(
      verify + ["--foreign-signature", "oms.certificate.sig"], in: folder)
    #expect(certificate.exitCode == 3)
    try folder.remove("model/model.sig")
    let rooted = ["verify", "model", "--foreign-signature", "oms.certificate.sig", "--oms-root"]
    let at = ["--at", "2027-01-01T00:00:00Z"]
    let signer = try Command.run(rooted + ["authority.pem"] + at, in: folder)
    #expect(signer.exitCode == 0 && signer.output.contains("oms:CN=leaf"))
    let late = try Command.run(
      rooted + ["authority.pem", "--at", "2040-01-01T00:00:00Z"], in: folder)
    #expect(late.exitCode == 1 && late.output.contains("SIG051"))
    #expect(try Command.run(rooted + ["p256.pub.pem"] + at, in: folder).exitCode == 2)
    let both = rooted + ["authority.pem", "--oms-key", "p256.pub.pem"]
    #expect(try Command.run(both, in: folder).exitCode == 2)
    try folder.copy(folder.file("oms.p256.sig"), to: "model/model.sig")
    try folder.write("x", to: "model/.gitignore")
    let ignored = try Command.run(verify, in: folder)
    #expect(ignored.exitCode == 1 && ignored.output.contains("SIG039"))
  }

  @Test func `a release with both signatures says which is judged`() throws {
    let release = try TestRelease()
    for name in ["p256.pem", "p256.pub.pem"] {
      try release.scratch.copy(Fixture.path("vectors/signatures/\(name)"), to: name)
      try release.scratch.setMode(0o600, of: name)
    }
    try TestRelease.succeed(["sign", "digits", "--oms", "p256.pem"], in: release.scratch)
    let both = try release.verify(trust: TestRelease.trust + ["--oms-key", "p256.pub.pem"])
    #expect(both.exitCode == 0 && both.rules("signature") == ["SIG019", "SIG026"])
    let own = try release.verify()
    #expect(own.exitCode == 0 && own.rules("signature") == ["SIG019", "SIG026", "SIG042"])
    let foreign = try release.verify(trust: ["--oms-key", "p256.pub.pem"])
    #expect(foreign.exitCode == 0 && foreign.rules("signature") == ["SIG042"])
    #expect(foreign.status("lock") == "pass")
    try release.scratch.change("digits/CHANGELOG.md") { $0[0] ^= 1 }
    let changed = try release.verify(trust: ["--oms-key", "p256.pub.pem"])
    #expect(changed.exitCode == 1 && changed.rules("signature").contains("SIG013"))
  }

  @Test func `a file is verified by the signature beside it`() throws {
    let folder = try model()
    try folder.copy(folder.file("release.cosign.sig"), to: "release.bin.sig")
    #expect(try exitCode("verify", "release.bin", "--cosign-key", "p256.pub.pem", in: folder) == 0)
    let minisign = ["verify", "release.bin", "--minisign-key", "minisign.pub"]
    #expect(try Command.run(minisign, in: folder).exitCode == 1)
    #expect(
      try Command.run(minisign + ["--foreign-signature", "release.minisig"], in: folder).exitCode
        == 0)
    let folderOnly = try Command.run(
      ["verify", "model", "--minisign-key", "minisign.pub"], in: folder)
    #expect(folderOnly.exitCode == 3 && folderOnly.output.contains("SIG049"))
    #expect(try exitCode("verify", "release.bin", "--cosign-key", "ed25519.pem", in: folder) == 2)
  }

  @Test func `a key is imported, shown, and gets another passphrase`() throws {
    let folder = try model()
    try folder.write("one\n", to: "one")
    try folder.write("two\n", to: "two")
    let imported = try TestRelease.succeed(
      ["key", "import", "ed25519.pem", "ana.key", "--new-passphrase-file", "one"], in: folder)
    #expect(try folder.text("ana.key.pub") == imported.output)
    #expect(try folder.text("ana.key").contains("argon2id"))
    try TestRelease.succeed(
      [
        "key", "change-passphrase", "ana.key", "--passphrase-file", "one", "--new-passphrase-file",
        "two",
      ], in: folder)
    let export = ["key", "export", "ana.key", "--format", "pem", "--secret", "-o", "out.pem"]
    #expect(try Command.run(export + ["--passphrase-file", "one"], in: folder).exitCode == 2)
    #expect(try Command.run(export + ["--passphrase-file", "two"], in: folder).exitCode == 0)
    #expect(try folder.read("out.pem") == folder.read("ed25519.pem"))
    let shown = try TestRelease.succeed(["key", "show", "ana.key"], in: folder)
    #expect(shown.output.contains("encrypted") && shown.output.contains(imported.output))
  }

  @Test(arguments: [
    ["key", "export", "ed25519.pem", "--format", "pem", "--secret"],
    ["key", "import", "ed25519.pem", "new.key"], ["key", "import", "ssh.locked", "new.key"],
    ["key", "show", "p256.pem"], ["key", "change-passphrase", "ed25519.pem", "--no-passphrase"],
    ["sign", "release.bin", "--minisign"], ["sign", "release.bin", "--agent", "x", "--ssh"],
    ["sign", "release.bin", "--key", "p256.pem", "--ssh"], ["sign", "model", "--add"],
    ["sign", "model", "--oms", "ed25519.pem"], ["sign", "model", "--key", "a", "--agent", "b"],
    ["verify", "model", "--foreign-signature", "x"],
    ["verify", "model", "--oms-key", "release.bin"],
    ["verify", "model", "--oms-key", "ed25519.pub.pem"],
    ["verify", "release.bin", "--minisign-key", "p256.pub.pem"],
    ["verify", "release.bin", "--allowed-signers", "release.bin"],
  ])
  func `what cannot work is said before anything is done`(_ arguments: [String]) throws {
    let folder = try model()
    let before = try folder.listing()
    let result = try Command.run(arguments, in: folder)
    #expect(result.exitCode == 2, "\(result.errors)")
    #expect(result.errors.hasPrefix("proofmark: error: "))
    #expect(try folder.listing() == before)
  }
}
