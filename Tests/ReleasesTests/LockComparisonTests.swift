import Bytes
import Dependencies
import Findings
import Releases
import Testing

struct LockComparisonTests {
  /// What was done to a locked release, and the rules that notice.
  @Test(arguments: [
    ("nothing", []), ("add a file", ["LCK005"]), ("add a hidden file", ["LCK005"]),
    ("add an empty file", ["LCK005"]), ("add a signature", []),
    ("remove a file", ["LCK006"]), ("change a file", ["LCK003"]),
    ("change a file, same size", ["LCK003"]), ("lie about the size", ["LCK007"]),
    ("lie about the digest", ["LCK003"]), ("make executable", ["LCK008"]),
    ("upper case", ["LCK009"]), ("sharp s", ["LCK009"]), ("rename", ["LCK006", "LCK005"]),
    ("change the declaration", ["LCK003", "LCK013"]),
    ("remove the declaration", ["LCK006", "LCK013"]),
    ("another version", ["LCK003", "LCK010"]), ("another name", ["LCK003", "LCK010"]),
    ("another parent", ["LCK003", "LCK010"]), ("no parent", ["LCK003", "LCK010"]),
    ("remove the lock", ["LCK001"]), ("remove the manifest", ["LCK011", "LCK006"]),
    ("break the manifest", ["LCK012", "LCK003"]), ("break the lock", ["LCK002"]),
    ("a lock of tomorrow", ["LCK004"]),
  ])
  func `every difference is a finding`(_ attack: String, _ rules: [String]) throws {
    var world = ReleaseWorld()
    world.files["straße.txt"] = [1]
    world.lock()
    let weights = Digest(ofUTF8: "weights").hexadecimal
    switch attack {
    case "nothing": break
    case "add a file": world.files["model/evil.py"] = [1]
    case "add a hidden file": world.files[".pth"] = [1]
    case "add an empty file": world.files["__init__.py"] = []
    case "add a signature": world.files["proofmark.sig"] = [1]
    case "remove a file": world.files["CHANGELOG.md"] = nil
    case "change a file": world.files["CHANGELOG.md"] = [1]
    case "change a file, same size": world.files["model/m.h5"] = Array("weightt".utf8)
    case "lie about the size":
      try world.edit("proofmark.lock", "\(weights)\", size = 7", "\(weights)\", size = 8")
    case "lie about the digest":
      try world.edit("proofmark.lock", weights, Digest(ofUTF8: "other").hexadecimal)
    case "make executable": world.executables = ["model/labels.txt"]
    case "upper case": world.files["Model/M.h5"] = [1]
    case "sharp s": world.files["STRASSE.txt"] = [1]
    case "rename":
      world.files["model/n.h5"] = world.files["model/m.h5"]
      world.files["model/m.h5"] = nil
    case "change the declaration": world.files["requirements.txt"] = Array("h5py".utf8)
    case "remove the declaration": world.files["requirements.txt"] = nil
    case "another version": try world.edit("proofmark.toml", "1.4.0", "1.5.0")
    case "another name": try world.edit("proofmark.toml", "handwritten-digits", "digits")
    case "another parent": try world.edit("proofmark.toml", "1.3.2", "1.3.1")
    case "no parent": try world.edit("proofmark.toml", "parent = \"1.3.2\"", "")
    case "remove the lock": world.files["proofmark.lock"] = nil
    case "remove the manifest": world.files["proofmark.toml"] = nil
    case "break the manifest": try world.edit("proofmark.toml", "name =", "nmae =")
    case "break the lock": try world.edit("proofmark.lock", "\n", "\r\n")
    default: try world.edit("proofmark.lock", "lock-version = \"1\"", "lock-version = \"2\"")
    }
    #expect(world.lockRules() == rules)
  }

  @Test func `all differences come in one run`() throws {
    var world = ReleaseWorld()
    world.lock()
    world.files["model/m.h5"] = [1]
    world.files["CHANGELOG.md"] = nil
    world.files["extra"] = [1]
    world.executables = ["requirements.txt"]
    #expect(world.lockRules() == ["LCK006", "LCK003", "LCK008", "LCK005"])
  }

  @Test func `a change says what was expected and found`() throws {
    var world = ReleaseWorld()
    world.lock()
    world.files["model/m.h5"] = Array("weightt".utf8)
    let finding = try #require(world.opened().lockFindings().first)
    #expect(finding.place == Place(["model/m.h5"]))
    #expect(finding.message == "digest differs from proofmark.lock")
    #expect(
      finding.evidence == [
        "expected \(Digest(ofUTF8: "weights").prefixed), 7 bytes",
        "found \(Digest(ofUTF8: "weightt").prefixed), 7 bytes, same size",
      ])
  }

  @Test func `a renamed file is recognised by its bytes`() throws {
    var world = ReleaseWorld()
    world.lock()
    world.files["model/n.h5"] = world.files["model/m.h5"]
    world.files["model/m.h5"] = nil
    let finding = try #require(world.opened().lockFindings().first)
    #expect(finding.evidence == ["the same bytes stand in model/n.h5"])
  }

  @Test func `a lock that lists two aliases is noticed`() throws {
    var world = ReleaseWorld()
    world.files["MODEL/labels.txt"] = [1]
    world.lock()
    #expect(world.lockRules() == ["LCK009"])
  }

  @Test func `a second run gives the same bytes`() throws {
    var world = ReleaseWorld()
    world.lock()
    let first = world.files["proofmark.lock"]
    world.lock()
    #expect(world.files["proofmark.lock"] == first)
    let lock = try Lock(parsing: ByteSlice(try #require(first)))
    #expect(lock.differences(from: world.composedLock()) == [])
  }

  @Test func `a recomputed lock is compared record by record`() throws {
    let locked = ReleaseWorld().composedLock()
    let found = Lock(
      createdBy: "proofmark 0.2.0",
      model: .init(name: "handwritten-digits", version: "1.4.0", format: "onnx", parent: nil),
      contract: "proofmark-numerics/2", files: locked.files, sources: locked.sources,
      packages: [
        Package(.pypi, name: "h5py", version: "3.12.2", hashes: [Digest(ofUTF8: "w").prefixed]),
        Package(.maven, name: "org.nd4j:nd4j", version: "1.0", hashes: []),
      ],
      seed: 7, trainingData: [.init(name: "mnist", digest: Digest(ofUTF8: "t"))],
      metrics: [.init(name: "accuracy", data: "evaluation", n: 9, correct: 7)],
      goldens: locked.goldens)
    let findings = locked.differences(from: found)
    #expect(findings.allSatisfy { $0.rule.id == "LCK014" })
    #expect(
      findings.map { $0.place.detail } == [
        "model.format", "model.parent", "engine.contract", "deps.pypi.h5py",
        "deps.maven.org.nd4j:nd4j", "training.seed", "training.mnist", "data.evaluation",
        "metrics.accuracy",
      ])
    #expect(
      findings.last?.evidence == [
        "expected data = \"evaluation\", n = 9, correct = 8",
        "found data = \"evaluation\", n = 9, correct = 7",
      ])
  }
}
