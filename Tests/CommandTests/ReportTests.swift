import Bytes
import TestSupport
import Testing

/// Equal input gives equal bytes, on any machine.
@Suite struct ReportTests {
  static let formats = [
    ("text", "txt"), ("json", "json"), ("sarif", "sarif"), ("junit", "xml"), ("html", "html"),
  ]

  /// `make example` writes the files again; they are read like code.
  @Test func `the example's reports are the committed ones`() throws {
    let release = try TestRelease()
    let outputs = Self.formats.flatMap { ["-o", "\($0.0)=digits.\($0.1)"] }
    let audit = try release.audit(more: outputs)
    #expect(audit.exitCode == 0)
    for (_, suffix) in Self.formats {
      let ours = try release.scratch.read("digits.\(suffix)")
      let committed = try ByteSlice(path: "\(Fixture.root)/Reports/example/digits.\(suffix)").array
      #expect(ours == committed, "digits.\(suffix)")
    }
  }

  @Test func `another folder and thread count give the same bytes`() throws {
    let (first, second) = (try TestRelease(), try TestRelease())
    let one = try first.audit(more: ["--threads", "1"])
    let two = try second.audit(more: ["--threads", "2"])
    #expect(one.exitCode == 0)
    #expect(one.result.output == two.result.output)
  }

  @Test func `every kernel variant gives the same digests`() throws {
    let release = try TestRelease()
    func digests(_ variant: String?, threads: Int) throws -> CommandResult {
      try Command.run(
        ["probe", "digits", "--digests", "--threads", "\(threads)"], in: release.scratch,
        environment: variant.map { ["PROOFMARK_ISA": $0] } ?? [:])
    }
    let best = try digests(nil, threads: 2)
    #expect(best.exitCode == 0)
    #expect(best.output.split(separator: "\n").count == 8)
    for variant in ["avx2", "avx512", "neon"] {
      let forced = try digests(variant, threads: 1)
      // A CPU without it refuses; it never falls back in silence.
      guard forced.exitCode == 0 else {
        #expect(forced.exitCode == 2)
        continue
      }
      #expect(forced.output == best.output, "\(variant)")
    }
  }

  @Test func `the verdict alone with --quiet`() throws {
    let scratch = try ScratchFolder()
    try scratch.write("hello\n", to: "folder/a.txt")
    let result = try Command.run(["audit", "folder", "--quiet"], in: scratch)
    #expect(result.output == "pass folder\n")
  }

  @Test func `explain prints the rule from the one table`() throws {
    let result = try Command.run(["explain", "rob001"], in: ScratchFolder())
    #expect(result.exitCode == 0)
    #expect(result.output.contains("ROB001"))
  }

  @Test func `run gives the same bytes from h5 and keras`() throws {
    let scratch = try ScratchFolder()
    for suffix in ["h5", "keras"] {
      try TestRelease.succeed(
        [
          "run", Fixture.path("models/digits_cnn.\(suffix)"), "--input",
          Fixture.path("digits/goldens/x.npy"), "--output", "\(suffix).npy", "--logits",
        ], in: scratch)
    }
    #expect(try scratch.read("h5.npy") == scratch.read("keras.npy"))
    #expect(try scratch.read("h5.npy").count == 128 + 16 * 10 * 4)
  }
}
