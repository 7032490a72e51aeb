import Archives
import Bytes
import Dependencies
import Releases
import TestSupport
import Testing

struct LockTests {
  private static let text = """
    lock-version = "1"
    created-by = "proofmark 0.1.0"
    [model]
    name = "handwritten-digits"
    version = "1.4.0"
    format = "keras-h5"
    parent = { version = "1.3.2", lock = "sha256:\(Digest(ofUTF8: "parent").hexadecimal)" }
    [engine]
    contract = "proofmark-numerics/1"
    [files]
    "CHANGELOG.md" = { sha256 = "\(Digest(ofUTF8: "").hexadecimal)", size = 0, mode = "0644" }
    "model/m.h5" = { sha256 = "\(Digest(ofUTF8: "weights").hexadecimal)", size = 7, mode = "0755" }
    [sources]
    "requirements.txt" = { sha256 = "\(Digest(ofUTF8: "r").hexadecimal)", kind = "requirements" }
    [deps.pypi]
    "h5py" = { version = "3.12.1", hashes = ["sha256:\(Digest(ofUTF8: "h").hexadecimal)"] }
    [deps.npm]
    "left-pad 1.2.0" = { version = "1.2.0" }
    "left-pad 1.3.0" = { version = "1.3.0", hashes = ["sha512:\(String(repeating: "5a", count: 64))"] }
    [training]
    seed = 2
    "mnist-train" = { sha256 = "\(Digest(ofUTF8: "t").hexadecimal)" }
    [data]
    "evaluation" = { inputs = "\(Digest(ofUTF8: "x").prefixed)", labels = "\(Digest(ofUTF8: "y").prefixed)", n = 1000 }
    [metrics]
    "accuracy" = { data = "evaluation", n = 1000, correct = 953 }
    [golden]
    "g16" = { n = 16, input = "\(Digest(ofUTF8: "i").prefixed)", output = "\(Digest(ofUTF8: "o").prefixed)", engine = "\(Digest(ofUTF8: "e").prefixed)" }

    """

  private static let lock = Lock(
    createdBy: "proofmark 0.1.0",
    model: .init(
      name: "handwritten-digits", version: "1.4.0", format: "keras-h5",
      parent: .init(version: "1.3.2", lock: Digest(ofUTF8: "parent"))),
    contract: "proofmark-numerics/1",
    files: [
      .init(path: "model/m.h5", digest: Digest(ofUTF8: "weights"), size: 7, mode: .executable),
      .init(path: "CHANGELOG.md", digest: Digest(ofUTF8: ""), size: 0, mode: .plain),
    ],
    sources: [.init(path: "requirements.txt", digest: Digest(ofUTF8: "r"), kind: "requirements")],
    packages: [
      Package(
        .npm, name: "left-pad", version: "1.3.0",
        hashes: ["sha512:" + String(repeating: "5a", count: 64)]),
      Package(.npm, name: "left-pad", version: "1.2.0"),
      Package(.pypi, name: "h5py", version: "3.12.1", hashes: [Digest(ofUTF8: "h").prefixed]),
    ], seed: 2, trainingData: [.init(name: "mnist-train", digest: Digest(ofUTF8: "t"))],
    dataSets: [
      .init(name: "evaluation", inputs: Digest(ofUTF8: "x"), labels: Digest(ofUTF8: "y"), n: 1000)
    ],
    metrics: [.init(name: "accuracy", data: "evaluation", n: 1000, correct: 953)],
    goldens: [
      .init(
        name: "g16", n: 16, input: Digest(ofUTF8: "i"), output: Digest(ofUTF8: "o"),
        engine: Digest(ofUTF8: "e"))
    ])

  @Test func `a lock has one text`() throws {
    #expect(LockTests.lock.serialised() == LockTests.text)
    #expect(try Lock(parsing: ByteSlice(utf8: LockTests.text)) == LockTests.lock)
  }

  @Test func `the least lock is read as it is written`() throws {
    let lock = Lock(
      createdBy: "proofmark 0.1.0",
      model: .init(name: "m", version: "1", format: "onnx", parent: nil),
      contract: "proofmark-numerics/1", files: [])
    #expect(try Lock(parsing: ByteSlice(utf8: lock.serialised())) == lock)
    #expect(lock.serialised().hasSuffix("[engine]\ncontract = \"proofmark-numerics/1\"\n[files]\n"))
  }

  @Test func `a parent may be known by its version alone`() throws {
    let text = LockTests.text.replacing(
      ", lock = \"\(Digest(ofUTF8: "parent").prefixed)\"", with: "")
    let parent = try Lock(parsing: ByteSlice(utf8: text)).model.parent
    #expect(parent == .init(version: "1.3.2", lock: nil))
  }

  @Test func `quotes, backslashes and letters of all scripts survive`() throws {
    let path = "modèle/\"quoted\" 数.h5"
    let lock = Lock(
      createdBy: "a\\b", model: .init(name: "m", version: "1", format: "onnx", parent: nil),
      contract: "c", files: [.init(path: path, digest: Digest(ofUTF8: ""), size: 0, mode: .plain)])
    let read = try Lock(parsing: ByteSlice(utf8: lock.serialised()))
    #expect(read == lock)
    #expect(read.files.first?.path == path)
  }

  @Test func `a TOML reader sees the same values`() throws {
    var document = try TOML.parse(ByteSlice(utf8: LockTests.text))
    #expect(try document.string("lock-version") == "1")
    var model = try #require(try document.table("model"))
    #expect(try model.string("name") == "handwritten-digits")
    var files = try #require(try document.table("files"))
    #expect(files.keys == ["CHANGELOG.md", "model/m.h5"])
    var file = try #require(try files.table("model/m.h5"))
    #expect(try file.integer("size") == 7)
    var deps = try #require(try document.table("deps"))
    var pypi = try #require(try deps.table("pypi"))
    var package = try #require(try pypi.table("h5py"))
    #expect(try package.strings("hashes") == [Digest(ofUTF8: "h").prefixed])
  }

  @Test(arguments: [
    ("carriage returns", "\n", "\r\n"), ("a comment", "[files]\n", "[files]\n# all of them\n"),
    ("a comment behind a value", "\"1.4.0\"\n", "\"1.4.0\" # current\n"),
    ("a blank line", "[engine]\n", "\n[engine]\n"),
    ("a space", "name = \"hand", "name  = \"hand"), ("a tab", "size = 7", "size =\t7"),
    ("no space", "{ sha256", "{sha256"), ("a literal string", "\"keras-h5\"", "'keras-h5'"),
    ("a bare key", "\"accuracy\" =", "accuracy ="),
    ("an escape", "keras-h5", "keras\\u002dh5"), ("a leading zero", "size = 7", "size = 07"),
    ("a seed that is no number", "seed = 2", "seed = \"2\""),
    ("one version with a version in its key", "\"h5py\" =", "\"h5py 3.12.1\" ="),
    ("tables of dependencies in another order", "[deps.npm]", "[deps.maven]\n[deps.npm]"),
    ("a sign", "size = 7", "size = +7"), ("an underscore", "n = 1000", "n = 1_000"),
    ("a float", "correct = 953", "correct = 953.0"), ("hexadecimal", "size = 7", "size = 0x7"),
    ("a number too large", "size = 7", "size = 99999999999999999999"),
    ("a negative number", "size = 7", "size = -7"),
    ("other fields", ", size = 7", ""),
    ("fields in another order", "n = 1000, correct = 953", "correct = 953, n = 1000"),
    ("an unknown field", "size = 7", "size = 7, owner = \"x\""),
    ("a mode of its own", "0755", "0777"), ("a setuid mode", "0755", "4755"),
    ("more correct than all", "correct = 953", "correct = 1001"),
    (
      "upper case", Digest(ofUTF8: "weights").hexadecimal,
      Digest(ofUTF8: "weights").hexadecimal.uppercased()
    ),
    (
      "a short digest", Digest(ofUTF8: "weights").hexadecimal,
      String(Digest(ofUTF8: "weights").hexadecimal.dropLast(2))
    ),
    (
      "a padded digest", Digest(ofUTF8: "weights").hexadecimal,
      Digest(ofUTF8: "weights").hexadecimal + "00"
    ),
    (
      "no hexadecimal", Digest(ofUTF8: "weights").hexadecimal,
      "zz" + Digest(ofUTF8: "weights").hexadecimal.dropFirst(2)
    ),
    ("another algorithm", "{ sha256 = ", "{ md5 = "), ("a weak hash", "[\"sha256:", "[\"md5:"),
    ("no hash", "[\"sha256:\(Digest(ofUTF8: "h").hexadecimal)\"]", "[]"),
    ("another prefix", "input = \"sha256:", "input = \"sha512:"),
    ("a table too many", "[metrics]", "[attacks]"),
    ("an empty table", "[sources]", "[patches]\n[sources]"),
    (
      "a table twice", "[data]",
      "[sources]\n\"a\" = { sha256 = \"\(Digest(ofUTF8: "r").hexadecimal)\", kind = \"x\" }\n[data]"
    ),
    ("a merge mark", "[files]\n", "[files]\n<<<<<<< ours\n"),
    ("a path outside", "\"model/m.h5\"", "\"model/../../m.h5\""),
    ("an absolute path", "\"model/m.h5\"", "\"/model/m.h5\""),
    ("a doubled slash", "\"model/m.h5\"", "\"model//m.h5\""),
    ("a dot", "\"model/m.h5\"", "\"model/./m.h5\""),
    ("a backslash", "\"model/m.h5\"", "\"model\\\\m.h5\""),
    ("a decomposed letter", "\"model/m.h5\"", "\"mode\u{301}l/m.h5\""),
    ("an invisible character", "\"model/m.h5\"", "\"model/\u{202e}m.h5\""),
    (
      "an unknown field of the head", "format = \"keras-h5\"\n",
      "format = \"keras-h5\"\nopset = \"17\"\n"
    ),
    ("a byte order mark", "lock-version", "\u{feff}lock-version"),
    (
      "no last line end", "\"\(Digest(ofUTF8: "e").prefixed)\" }\n",
      "\"\(Digest(ofUTF8: "e").prefixed)\" }"
    ),
    (
      "more behind the end", "\"\(Digest(ofUTF8: "e").prefixed)\" }\n",
      "\"\(Digest(ofUTF8: "e").prefixed)\" }\n\n"
    ),
  ])
  func `another form is refused`(_ what: String, _ old: String, _ new: String) throws {
    let text = LockTests.text.replacing(old, with: new)
    #expect(text != LockTests.text)
    let error = try #require(throws: ParseError.self) {
      try Lock(parsing: ByteSlice(utf8: text))
    }
    #expect(error.kind == .malformed)
  }

  @Test func `records in another order or twice are refused`() throws {
    var lines = LockTests.text.split(separator: "\n", omittingEmptySubsequences: false)
    lines.swapAt(10, 11)
    #expect(lines[11].hasPrefix("\"CHANGELOG"))
    let swapped = try #require(throws: ParseError.self) {
      try Lock(parsing: ByteSlice(utf8: lines.joined(separator: "\n")))
    }
    #expect(swapped.found == "'CHANGELOG.md' after 'model/m.h5'")
    lines[10] = lines[11]
    let doubled = try #require(throws: ParseError.self) {
      try Lock(parsing: ByteSlice(utf8: lines.joined(separator: "\n")))
    }
    #expect(doubled.found == "'CHANGELOG.md' after 'CHANGELOG.md'")
  }

  @Test func `another version is not understood`() throws {
    let text = LockTests.text.replacing("lock-version = \"1\"", with: "lock-version = \"2\"")
    let error = try #require(throws: ParseError.self) { try Lock(parsing: ByteSlice(utf8: text)) }
    #expect(
      error == ParseError(.unsupported, at: 0, expected: "lock-version \"1\"", found: "\"2\""))
  }

  @Test func `every damaged lock is refused or written as it is read`() throws {
    for bytes in Mutations(
      of: Array(LockTests.text.utf8), cases: 2_500, damages: [.truncation, .inversion, .lowestBit])
    {
      do {
        let lock = try Lock(parsing: bytes)
        #expect(ByteSlice(utf8: lock.serialised()) == bytes)
      } catch {
        #expect(!error.expected.isEmpty)
      }
    }
  }

  @Test func `a line without end is refused at once`() {
    let text = "lock-version = \"1\"\ncreated-by = \"" + String(repeating: "x", count: 1 << 20)
    #expect(throws: ParseError.self) { try Lock(parsing: ByteSlice(utf8: text)) }
  }

  @Test func `the lock lists neither itself nor signatures`() {
    let paths = ["a", "proofmark.lock", "proofmark.sig", "model.sig", "proofmark.toml"]
    let files = paths.map {
      FileRecord(path: $0, digest: Digest(ofUTF8: $0), size: 1, mode: .plain)
    }
    #expect(Lock.files(from: files).map(\.path) == ["a", "proofmark.toml"])
  }
}
