import Bytes
import Glibc
import TestSupport
import Testing
import Trust

/// A real agent that lives as long as the value.
private final class RunningAgent {
  let folder: ScratchFolder
  let socket: String
  private let process: pid_t

  init() throws {
    folder = try ScratchFolder()
    socket = "/tmp/proofmark-agent-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let tool = try #require(ForeignTool("ssh-agent"))
    process = try #require(RunningAgent.start([tool.path, "-D", "-a", socket]))
    for _ in 0..<2000 where access(socket, F_OK) != 0 { usleep(2000) }
    try folder.write(SignatureVectors.bytes("ssh"), to: "ssh")
    try folder.setMode(0o600, of: "ssh")
    let add = try #require(ForeignTool("ssh-add"))
    let outcome = try add.run(["-q", "ssh"], in: folder, environment: ["SSH_AUTH_SOCK": socket])
    try #require(outcome.exitCode == 0, "\(outcome.output)")
  }

  deinit {
    // The runner blocks SIGTERM, and what it starts inherits that.
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    unlink(socket)
  }

  /// Starts a program without any descriptor of this process: Foundation learns by them when other
  /// tests' programs end, and the agent outlives those.
  private static func start(_ arguments: [String]) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    // One that is not open is passed over.
    for descriptor in (STDERR_FILENO + 1)..<512 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    let words = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, arguments[0], &actions, nil, words + [nil], nil)
    return code == 0 ? process : nil
  }
}

@Suite(.enabled(if: ["ssh-agent", "ssh-add"].allSatisfy(ForeignTool.isInstalled)))
struct SSHAgentTests {
  @Test func `a key in an agent signs what proofmark.sig is over`() throws {
    let running = try RunningAgent()
    let agent = SSHAgent(socket: running.socket)
    let keys = try agent.keys()
    #expect(keys.map(\.comment) == ["ana@example.org"])
    let (expected, _) = try PublicKey.read(SignatureVectors.bytes("ssh.pub"), name: "key")
    for name in [
      "ana@example.org", expected.fingerprint, expected.sshFingerprint, "\(expected)",
    ] {
      #expect(try agent.key(named: name).publicKey == expected)
    }
    let signer = Ed25519Signer.agent(try agent.key(named: "ana@example.org"))
    let envelope = try Envelope(payload: ByteSlice(utf8: "{}")).signed(by: signer)
    let signature = try #require(envelope.signatures.first)
    #expect(expected.verifies(signature.bytes, of: envelope.signedBytes))
    #expect(signature.keyID == expected.fingerprint)
    #expect(try envelope.signed(by: signer) == envelope)
    // The agent makes the signature that the key in the file makes.
    let named = try SignatureVectors.secretKey("ssh")
    let direct = named.key.signature(of: envelope.signedBytes)
    #expect(signature.bytes == direct)
  }

  @Test func `what the agent does not hold, or is too long, is refused`() throws {
    let running = try RunningAgent()
    let agent = SSHAgent(socket: running.socket)
    let error = try #require(trustError { _ = try agent.key(named: "nobody") })
    #expect(error.message == "the agent has no such Ed25519 key")
    let key = try agent.key(named: "ana@example.org")
    let long = ByteSlice([UInt8](repeating: 0, count: 300_000))
    #expect(trustError { _ = try key.signature(of: long) }?.kind == .resources)
    let gone = SSHAgent(socket: "/nonexistent/agent")
    #expect(trustError { _ = try gone.keys() }?.kind == .file)
    let endless = SSHAgent(socket: "/" + String(repeating: "x", count: 200))
    #expect(trustError { _ = try endless.keys() }?.kind == .file)
  }
}
