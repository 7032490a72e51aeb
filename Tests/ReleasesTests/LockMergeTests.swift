import Archives
import Bytes
import Dependencies
import Releases
import Testing

struct LockMergeTests {
  /// A lock of files with the given contents, and of packages at versions.
  private static func lock(
    _ files: [String: String], packages: [String: String] = ["h5py": "3.12.1"],
    version: String = "1.4.0", correct: Int = 953, createdBy: String = "proofmark 0.1.0"
  ) -> Lock {
    Lock(
      createdBy: createdBy,
      model: .init(name: "digits", version: version, format: "keras-h5", parent: nil),
      contract: "proofmark-numerics/1",
      files: files.map {
        .init(
          path: $0.key, digest: Digest(ofUTF8: $0.value), size: $0.value.utf8.count, mode: .plain)
      },
      packages: packages.map { Package(.pypi, name: $0.key, version: $0.value) },
      metrics: [.init(name: "accuracy", data: "evaluation", n: 1000, correct: correct)])
  }

  private static let base = lock(["a": "1", "b": "2", "c": "3"])

  /// What each side did, and what comes out.
  @Test(arguments: [
    ("nothing", base, base, base),
    (
      "each adds a file", lock(["a": "1", "a1": "x", "b": "2", "c": "3"]),
      lock(["a": "1", "a2": "y", "b": "2", "c": "3"]),
      lock(["a": "1", "a1": "x", "a2": "y", "b": "2", "c": "3"])
    ),
    (
      "both make the same change", lock(["a": "9", "b": "2", "c": "3"]),
      lock(["a": "9", "b": "2", "c": "3"]), lock(["a": "9", "b": "2", "c": "3"])
    ),
    (
      "one changes, one removes another", lock(["a": "9", "b": "2", "c": "3"]),
      lock(["a": "1", "b": "2"]), lock(["a": "9", "b": "2"])
    ),
    (
      "one locks a package, one counts again",
      lock(["a": "1", "b": "2", "c": "3"], packages: ["h5py": "3.12.1", "numpy": "2.0"]),
      lock(["a": "1", "b": "2", "c": "3"], correct: 954),
      lock(
        ["a": "1", "b": "2", "c": "3"], packages: ["h5py": "3.12.1", "numpy": "2.0"], correct: 954)
    ),
    (
      "two writers", lock(["a": "1", "b": "2", "c": "3"], createdBy: "proofmark 0.2.0"),
      lock(["a": "1", "b": "2", "c": "3"], createdBy: "proofmark 0.3.0"),
      lock(["a": "1", "b": "2", "c": "3"], createdBy: "proofmark 0.2.0")
    ),
  ])
  func `changes of different records are put together`(
    _ what: String, _ ours: Lock, _ theirs: Lock, _ expected: Lock
  ) throws {
    let merged = LockMerge(base: LockMergeTests.base, ours: ours, theirs: theirs)
    #expect(merged.conflicts == [])
    #expect(merged.lock == expected)
    let text = try #require(merged.lock).serialised()
    #expect(try Lock(parsing: ByteSlice(utf8: text)) == expected)
  }

  @Test(arguments: [
    (["a": "8", "b": "2", "c": "3"], ["a": "9", "b": "2", "c": "3"], ["files \"a\""]),
    (["b": "2", "c": "3"], ["a": "9", "b": "2", "c": "3"], ["files \"a\""]),
    (
      ["a": "1", "b": "2", "c": "3", "d": "4"], ["a": "1", "b": "2", "c": "3", "d": "5"],
      ["files \"d\""]
    ),
    (
      ["a": "1", "b": "2", "c": "3", "d": "4"], ["a": "1", "b": "2", "c": "3", "D": "4"],
      ["files \"D\" and \"d\" are one name to some file systems"]
    ),
  ])
  func `two changes of one record are a conflict`(
    _ ours: [String: String], _ theirs: [String: String], _ conflicts: [String]
  ) {
    let merged = LockMerge(
      base: LockMergeTests.base, ours: LockMergeTests.lock(ours),
      theirs: LockMergeTests.lock(theirs))
    #expect(merged.lock == nil)
    #expect(merged.conflicts == conflicts)
  }

  @Test func `two versions and two counts are conflicts`() {
    let files = ["a": "1", "b": "2", "c": "3"]
    let merged = LockMerge(
      base: LockMergeTests.base,
      ours: LockMergeTests.lock(files, packages: ["h5py": "3.13"], version: "1.5.0", correct: 960),
      theirs: LockMergeTests.lock(files, packages: ["h5py": "3.14"], version: "1.6.0", correct: 961)
    )
    #expect(
      merged.conflicts == ["model.version", "deps.pypi \"h5py\"", "metrics \"accuracy\""])
  }

  @Test func `two branches that each made the lock agree where they say the same`() throws {
    let ours = Self.lock(["a": "1", "b": "2"])
    let merged = LockMerge(base: nil, ours: ours, theirs: Self.lock(["a": "1", "c": "3"]))
    #expect(merged.lock == Self.lock(["a": "1", "b": "2", "c": "3"]))
    let apart = LockMerge(
      base: nil, ours: ours, theirs: Self.lock(["a": "9"], version: "1.4.1", correct: 950))
    #expect(apart.conflicts == ["model.version", "files \"a\"", "metrics \"accuracy\""])
  }
}
