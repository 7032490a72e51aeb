import CSandbox
import Glibc

/// A worker that a hostile file has taken over: it enters the sandbox as the real one does, and
/// then does what its first argument says. Never shipped.
@main
enum HostileWorker {
  static func main() {
    guard CommandLine.arguments.count == 4, let parent = pid_t(CommandLine.arguments[3]) else {
      _exit(2)
    }
    let attack = CommandLine.arguments[1]
    if attack == "parent" { beParent(of: CommandLine.arguments[2]) }
    if attack == "no-sandbox" {
      send("F", Array("no sandbox to read it in: seccomp: Function not implemented".utf8))
      _exit(0)
    }
    if attack == "frames-before-sandbox" { send("M", member("a", size: 1)) }
    if attack == "exit-at-once" { _exit(7) }
    var step: UnsafePointer<CChar>?
    let limits = sandbox_limits(memory_bytes: 1 << 30, cpu_seconds: 20)
    guard sandbox_enter(parent, limits, &step) == 0 else { _exit(3) }
    send("S")
    send("M", member("data.pkl", size: 4))
    send("D", [1, 2])
    act(attack)
    // What the sandbox let pass ends well, and the test sees it.
    send("D", [3, 4])
    send("E", [0] + integer(4, 8) + integer(0xb63c_fbcd, 4))
    send("Z", integer(1, 8))
    _exit(0)
  }

  /// Starts a worker, says its number, and waits for whatever comes.
  private static func beParent(of attack: String) -> Never {
    var output: CInt = -1
    let worker = sandbox_spawn("/proc/self/exe", attack, "7z", 0, &output)
    put(Array("\(worker)\n".utf8))
    while true { pause() }
  }

  private static func act(_ attack: String) {
    switch attack {
    case "open": _ = open("/etc/passwd", O_RDONLY)
    case "write": _ = open("/tmp/proofmark-worker-was-here", O_WRONLY | O_CREAT, 0o600)
    case "socket": _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    case "unix-socket": _ = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    case "execute": _ = execv("/bin/true", [nil])
    case "start":
      var child: pid_t = 0
      _ = posix_spawn(&child, "/bin/true", nil, nil, [nil], [nil])
    case "signal": kill(getppid(), SIGTERM)
    case "run-memory":
      _ = mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    case "memory":
      // No memory is no crime; a worker that cannot go on says so.
      if malloc(2 << 30) == nil { _exit(9) }
    case "spin": while true { spin() }
    case "hang":
      var lock = pthread_mutex_t()
      pthread_mutex_init(&lock, nil)
      while true { pthread_mutex_lock(&lock) }
    case "die": abort()
    case "end-in-a-member": _exit(0)
    case "end-in-a-frame": put([UInt8(ascii: "D"), 2, 0, 0, 0, 3]); _exit(0)
    case "close-and-spin": close(1); while true { spin() }
    default: lie(attack)
    }
  }

  /// Frames that are wrong.
  private static func lie(_ attack: String) {
    switch attack {
    case "long-member": send("D", [3, 4, 5])
    case "short-member": send("E", [0] + integer(2, 8) + integer(0xb6cc_4292, 4))
    case "wrong-size": send("E", [0] + integer(4, 8) + integer(0, 4))
    case "wrong-checksum": send("D", [3, 4]); send("E", [0] + integer(4, 8) + integer(1, 4))
    case "unknown-outcome": send("E", [9] + integer(4, 8) + integer(0, 4))
    case "unknown-frame": send("?")
    case "huge-frame": put([UInt8(ascii: "D"), 255, 255, 255, 255])
    case "sandbox-twice": send("S")
    case "member-in-member": send("M", member("b", size: 1))
    case "cut-frame": send("M", [0, 1])
    case "long-frame": send("Z", integer(0, 8) + [0])
    case "name-beyond-frame": send("M", [0] + integer(0, 4) + integer(0, 8) + integer(99, 4))
    case "end-in-the-middle": send("Z", integer(1, 8))
    case "wrong-count":
      send("D", [3, 4])
      send("E", [0] + integer(4, 8) + integer(0xb63c_fbcd, 4))
      send("Z", integer(2, 8))
    case "more-after-the-end":
      send("D", [3, 4])
      send("E", [0] + integer(4, 8) + integer(0xb63c_fbcd, 4))
      send("Z", integer(1, 8))
      put([0])
    default: break
    }
  }

  private nonisolated(unsafe) static var counter = 0

  private static func spin() { counter &+= 1 }

  private static func member(_ name: String, size: Int) -> [UInt8] {
    [0] + integer(0o644, 4) + integer(size, 8) + integer(name.utf8.count, 4) + name.utf8
  }

  private static func integer(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func send(_ kind: Unicode.Scalar, _ payload: [UInt8] = []) {
    put([UInt8(ascii: kind)] + integer(payload.count, 4) + payload)
  }

  private static func put(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
  }
}
