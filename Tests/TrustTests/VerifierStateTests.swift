import Bytes
import TestSupport
import Testing
import Trust

struct VerifierStateTests {
  private static func release(_ version: String, _ seed: String = "a") throws
    -> VerifierState.Release
  {
    .init(
      version: try #require(ReleaseVersion(version)), lock: Digest(ofUTF8: "lock \(seed)"),
      payload: Digest(ofUTF8: "payload \(seed)"),
      time: try #require(Timestamp("2026-11-26T00:00:00Z")))
  }

  private static func full() throws -> VerifierState {
    var world = TrustWorld()
    world.role += "[role.root]\nthreshold = 1\nowners = [\"ana\", \"eve\"]\n"
    var state = VerifierState()
    state.remember(try world.trustFile())
    state.remember(try release("1.4.0"), of: "handwritten-digits")
    state.remember(try release("0.1.0-rc.1+b"), of: "a \"quoted\" näme")
    state.remember(try #require(Timestamp("2026-11-26T00:00:00Z")))
    return state
  }

  @Test func `a state reads as it was written`() throws {
    for state in [VerifierState(), try Self.full()] {
      #expect(try VerifierState(parsing: ByteSlice(utf8: state.serialised())) == state)
    }
    #expect(try Self.full().trust?.root?.keys.map(\.owner) == ["ana", "ana", "eve"])
  }

  @Test(arguments: ["\u{301}ana", " eve", "a na"])
  func `every owner that a trust file may name is remembered`(_ owner: String) throws {
    var world = TrustWorld()
    world.keys[3].owner = owner
    world.role += "[role.root]\nthreshold = 1\nowners = [\"\(owner)\"]\n"
    var state = VerifierState()
    state.remember(try world.trustFile())
    #expect(try VerifierState(parsing: ByteSlice(utf8: state.serialised())) == state)
    #expect(state.trust?.root?.keys.map(\.owner) == [owner])
  }

  @Test func `nothing remembered becomes older`() throws {
    var state = try Self.full()
    state.remember(try Self.release("1.3.9", "b"), of: "handwritten-digits")
    #expect(state.releases["handwritten-digits"]?.version.text == "1.4.0")
    state.remember(try Self.release("1.10.0", "c"), of: "handwritten-digits")
    #expect(state.releases["handwritten-digits"]?.version.text == "1.10.0")
    state.remember(try #require(Timestamp("2025-01-01T00:00:00Z")))
    #expect(state.time?.description == "2026-11-26T00:00:00Z")
    let text = try TrustWorld().text()
    state.remember(
      try TrustFile(
        parsing: ByteSlice(utf8: text.replacing("version = 7", with: "version = 6"))))
    #expect(state.trust?.version == 7)
    state.remember(
      try TrustFile(
        parsing: ByteSlice(utf8: text.replacing("version = 7", with: "version = 8"))))
    #expect(state.trust?.version == 8)
  }

  @Test func `a cut and a changed byte are errors, never a fresh start`() throws {
    let whole = Array(try Self.full().serialised().utf8)
    for length in stride(from: 0, to: whole.count, by: 13) { expectError(Array(whole[..<length])) }
    for index in stride(from: 0, to: whole.count, by: 13) {
      var changed = whole
      changed[index] ^= [1, 0x20, 0xff][index % 3]
      expectError(changed)
    }
    // At the end of a line, where what is left is TOML.
    for index in whole.indices.dropLast() where whole[index] == 0x0a {
      expectError(Array(whole[...index]))
    }
    expectError(whole + [0x0a])
    expectError(Array("# comment\n".utf8) + whole)
  }

  private func expectError(_ bytes: [UInt8]) {
    #expect(throws: ConfigurationError.self) { try VerifierState(parsing: ByteSlice(bytes)) }
  }

  @Test func `a state file is made once, replaced whole, and read again`() throws {
    let scratch = try ScratchFolder()
    let path = scratch.file("seen.toml")
    #expect(trustError { _ = try StateFile(opening: path) }?.help?.contains("state init") == true)
    #expect(!scratch.exists("seen.toml.lock"))
    try StateFile.create(path)
    #expect(trustError { try StateFile.create(path) }?.kind == .file)
    do {
      let file = try StateFile(opening: path)
      #expect(file.state == VerifierState())
      try file.save(Self.full())
    }
    #expect(try StateFile.read(path) == Self.full())
    try scratch.change("seen.toml") { $0.removeLast() }
    #expect(trustError { _ = try StateFile(opening: path) }?.kind == .malformedStateFile)
    try scratch.write(VerifierState().serialised(), to: "elsewhere.toml")
    try scratch.link("link.toml", to: "elsewhere.toml")
    try StateFile(opening: scratch.file("link.toml")).save(Self.full())
    #expect(try StateFile.read(scratch.file("elsewhere.toml")) == Self.full())
    for name in ["elsewhere.toml", "link.toml", "elsewhere.toml.lock"] { try scratch.remove(name) }
    try scratch.write("", to: "seen.toml")
    #expect(trustError { _ = try StateFile(opening: path) }?.kind == .malformedStateFile)
    #expect(try scratch.listing() == ["seen.toml", "seen.toml.lock"])
  }
}
