import Archives
import Bytes
import Findings
import Foundation
import TestSupport
import Testing

/// Tests that start workers, one at a time: they look for what workers leave behind.
@Suite(.serialized) struct WorkerTests {}

/// What a worker does that a file has taken over, and what is said of it.
private struct Attack: CustomTestStringConvertible, Sendable {
  let name: String
  let reason: String
  let rule: Rule
  var testDescription: String { name }

  init(_ name: String, _ reason: String, _ rule: Rule = .workerEnded) {
    self.name = name
    self.reason = reason
    self.rule = rule
  }

  /// What the parent makes of a 7z archive that this worker reads.
  func inventory(seconds: Int = Limits().workerSeconds) throws -> Inventory {
    var limits = Limits()
    limits.workerSeconds = seconds
    return Inventory(
      of: try Fixture.bytes("scan/7z/copy.7z"), named: "x.7z", limits: limits,
      worker: WorkerCommand(executable: Command.built("hostile-worker"), mode: name))
  }
}

private let forbidden = [
  "open", "write", "socket", "unix-socket", "execute", "start", "signal", "run-memory",
].map { Attack($0, "it tried what the sandbox forbids") }

private let deaths = [
  Attack("memory", "it ended with code 9"), Attack("die", "it tried what the sandbox forbids"),
  Attack("exit-at-once", "it ended with code 7"),
  Attack("end-in-a-member", "it ended in the middle"),
  Attack("end-in-a-frame", "it ended in the middle"),
  Attack("close-and-spin", "killed by signal 9"),
]

private let lies = [
  Attack("frames-before-sandbox", "no sandbox before"),
  Attack("long-member", "longer than the 4 bytes announced"),
  Attack("short-member", "shorter than the 4 bytes announced"),
  Attack("wrong-size", "not those that were sent"),
  Attack("wrong-checksum", "not those that were sent"),
  Attack("unknown-outcome", "expected an outcome"),
  Attack("unknown-frame", "expected a kind of frame"),
  Attack("huge-frame", "a frame of 4294967295 bytes"),
  Attack("sandbox-twice", "the sandbox twice"),
  Attack("member-in-member", "a member inside a member"),
  Attack("cut-frame", "a frame that is none"), Attack("long-frame", "the end of a frame"),
  Attack("name-beyond-frame", "a frame that is none"),
  Attack("end-in-the-middle", "the end after 1 members of 1"),
  Attack("wrong-count", "the end after 2 members of 1"),
  Attack("more-after-the-end", "bytes after the last frame"),
]

extension WorkerTests {
  @Suite struct Attacks {
    @Test(arguments: forbidden + deaths + lies)
    private func `an attack by a worker is an obstacle and reaches nothing`(
      _ attack: Attack
    ) throws {
      let inventory = try attack.inventory()
      #expect(inventory.findings.map(\.rule.id) == [attack.rule.id])
      let message = inventory.findings.first?.message ?? ""
      #expect(message.contains(attack.reason), "\(message)")
      #expect(!FileManager.default.fileExists(atPath: "/tmp/proofmark-worker-was-here"))
      #expect(try leftovers() == [])
    }

    @Test(arguments: ["spin", "hang"])
    func `a worker that never ends is ended`(_ name: String) throws {
      let inventory = try Attack(name, "").inventory(seconds: 1)
      #expect(inventory.findings.map(\.rule.id) == ["ARC022"])
      #expect(inventory.findings.first?.message.contains("more than 1.0 seconds") == true)
      #expect(try leftovers() == [])
    }

    @Test func `slow files stop the others`() throws {
      var limits = Limits()
      limits.workerSeconds = 0
      let bytes = try Fixture.bytes("scan/7z/copy.7z")
      let inventory = Inventory(
        of: bytes, named: "x.7z", limits: limits,
        worker: WorkerCommand(executable: Command.executable))
      #expect(inventory.findings.map(\.rule.id) == ["ARC013"])
    }

    @Test func `a worker that does nothing wrong is believed`() throws {
      let inventory = try Attack("nothing", "").inventory()
      #expect(inventory.findings == [])
      #expect(inventory["data.pkl"]?.bytes == ByteSlice([1, 2, 3, 4]))
    }

    @Test func `what a worker sent before it died is scanned`() throws {
      let inventory = try Attack("die", "").inventory()
      #expect(inventory.members.isEmpty)
      #expect(inventory.suspects.map(\.name) == ["data.pkl"])
      #expect(inventory.suspects.map(\.bytes) == [ByteSlice([1, 2])])
    }

    @Test func `without a sandbox nothing is read`() throws {
      let inventory = try Attack("no-sandbox", "").inventory()
      #expect(inventory.findings.map(\.rule.id) == ["ARC009"])
      #expect(inventory.findings.first?.message.contains("no sandbox") == true)
      #expect(inventory.members.isEmpty && inventory.suspects.isEmpty)
    }

    @Test func `a worker ends with its parent`() throws {
      let parent = Process()
      let output = Pipe()
      parent.executableURL = URL(fileURLWithPath: Command.built("hostile-worker"))
      parent.arguments = ["parent", "hang", "0"]
      parent.standardOutput = output
      try parent.run()
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      let worker = try #require(pid_t(line.dropLast()))
      #expect(kill(worker, 0) == 0)
      kill(parent.processIdentifier, SIGKILL)
      parent.waitUntilExit()
      var rounds = 0
      while isRunning(worker), rounds < 500 {
        usleep(10_000)
        rounds += 1
      }
      #expect(!isRunning(worker))
    }
  }
}

/// Whether the process is there and is no zombie, which another program has to wait for.
private func isRunning(_ process: pid_t) -> Bool {
  guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
    return false
  }
  return !status.contains(") Z ")
}

/// Children and descriptors that workers left with this process.
private func leftovers() throws -> [String] {
  let files = FileManager.default
  let own = "/proc/self/fd"
  // What another test closes meanwhile is not there to be read.
  let descriptors = try files.contentsOfDirectory(atPath: own).compactMap {
    try? files.destinationOfSymbolicLink(atPath: "\(own)/\($0)")
  }
  let children = try files.contentsOfDirectory(atPath: "/proc").compactMap { name -> String? in
    guard pid_t(name) != nil,
      let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
      status.contains("(hostile-worker)"), status.contains(") Z \(getpid()) ")
    else { return nil }
    return status
  }
  return descriptors.filter { $0.contains("memfd:proofmark") } + children
}
