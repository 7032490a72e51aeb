import Bytes
import Releases
import TestSupport
import Testing

struct ManifestTests {
  private static let text = """
    manifest-version = "1"
    [model]
    name = "handwritten-digits"
    version = "1.4.0"
    parent = "1.3.2"
    license = "Apache-2.0"
    file = "model/m.h5"
    framework = "keras 3.15.1"
    [input]
    name = "image"
    shape = [28, 28, 1]
    range = [0.0, 1.0]
    scale = "1/255"
    [output]
    labels = "model/labels.txt"
    [[golden]]
    name = "g16"
    input = "goldens/x.npy"
    output = "goldens/y.npy"
    [evaluation]
    inputs = "evaluation/images"
    labels = "evaluation/labels"
    metrics = { accuracy = "0.9530" }
    [training]
    data = [{ name = "mnist-train", sha256 = "\(Digest(ofUTF8: "d").hexadecimal)" }]
    seed = 1
    [dependencies]
    files = ["requirements.txt"]
    """

  @Test func `a manifest says what the model is`() throws {
    let manifest = try Manifest(parsing: ByteSlice(utf8: ManifestTests.text))
    #expect(manifest.model.name == "handwritten-digits")
    #expect(manifest.model.parent == "1.3.2")
    #expect(manifest.model.architecture == nil)
    #expect(manifest.input?.shape == [28, 28, 1])
    #expect(manifest.input?.range == 0...1)
    #expect(manifest.input?.scale == .fraction(numerator: 1, denominator: 255))
    #expect(manifest.labels == "model/labels.txt")
    #expect(manifest.goldens.map(\.output) == ["goldens/y.npy"])
    #expect(manifest.evaluation?.accuracy?.text == "0.9530")
    #expect(manifest.trainingData.map(\.digest) == [Digest(ofUTF8: "d")])
    #expect(manifest.seed == 1)
    #expect(manifest.dependencyFiles == ["requirements.txt"])
  }

  @Test(arguments: ["digits", "digits-fragile"])
  func `the manifests of the fixtures are read`(_ folder: String) throws {
    let manifest = try Manifest(parsing: Fixture.bytes("\(folder)/proofmark.toml"))
    #expect(manifest.model.name.hasPrefix("handwritten-digits"))
    #expect(manifest.goldens.count == 1)
  }

  @Test func `the least manifest names a model`() throws {
    let text = """
      manifest-version = "1"
      [model]
      name = "m"
      version = "1"
      file = "m.onnx"
      """
    let manifest = try Manifest(parsing: ByteSlice(utf8: text))
    #expect(manifest.input == nil)
    #expect(manifest.evaluation == nil)
    #expect(manifest.dependencyFiles == [])
  }

  @Test func `each channel may have its own mean`() throws {
    let text = ManifestTests.text.replacing(
      "\"1/255\"", with: "{ mean = [0.5, 1, 2.0], std = [0.25, 1.0, 2] }")
    let manifest = try Manifest(parsing: ByteSlice(utf8: text))
    #expect(
      manifest.input?.scale == .standardised(mean: [0.5, 1, 2], deviation: [0.25, 1, 2]))
  }

  @Test(arguments: [
    ("manifest-version = \"1\"", "manifest-version = \"2\"", "manifest-version"),
    ("manifest-version = \"1\"", "", "manifest-version"),
    ("name = \"handwritten-digits\"", "name = \"\"", "model.name"),
    ("name = \"handwritten-digits\"", "name = \"../digits\"", "model.name"),
    ("name = \"handwritten-digits\"", "name = \"a b\"", "model.name"),
    ("version = \"1.4.0\"", "version = 1.4", "model.version"),
    ("version = \"1.4.0\"", "", "model.version"),
    ("license =", "licence =", "model.licence"),
    ("file = \"model/m.h5\"", "", "model.file"),
    ("\"model/m.h5\"", "\"/model/m.h5\"", "model.file"),
    ("\"model/m.h5\"", "\"../m.h5\"", "model.file"),
    ("\"model/m.h5\"", "\"model\\\\m.h5\"", "model.file"),
    ("\"keras 3.15.1\"", "\"keras\\u001b[2J\"", "model.framework"),
    ("shape = [28, 28, 1]", "shape = []", "input.shape"),
    ("shape = [28, 28, 1]", "shape = [28, 0, 1]", "input.shape"),
    ("shape = [28, 28, 1]", "shape = [1,1,1,1,1,1,1,1,1]", "input.shape"),
    ("range = [0.0, 1.0]", "range = [1.0, 0.0]", "input.range"),
    ("range = [0.0, 1.0]", "range = [0.0]", "input.range"),
    ("range = [0.0, 1.0]", "range = [0.0, nan]", "input.range"),
    ("range = [0.0, 1.0]", "range = [0.0, inf]", "input.range"),
    ("\"1/255\"", "\"1/0\"", "input.scale"), ("\"1/255\"", "\"-1/255\"", "input.scale"),
    ("\"1/255\"", "\"1\"", "input.scale"), ("\"1/255\"", "255", "input.scale"),
    ("\"1/255\"", "{ mean = [0.5], std = [0.0] }", "input.scale"),
    ("\"1/255\"", "{ mean = [0.5], std = [0.5, 1.0] }", "input.scale"),
    ("\"1/255\"", "{ mean = [0.5], std = [0.5], max = 1 }", "input.scale.max"),
    ("output = \"goldens/y.npy\"", "", "golden[0].output"),
    (
      "[evaluation]", "[[golden]]\nname=\"g16\"\ninput=\"a\"\noutput=\"b\"\n[evaluation]",
      "golden[1].name"
    ),
    ("\"0.9530\"", "0.9530", "evaluation.metrics.accuracy"),
    ("\"0.9530\"", "\"95.3\"", "evaluation.metrics.accuracy"),
    ("accuracy =", "acuracy =", "evaluation.metrics.acuracy"),
    ("seed = 1", "sead = 1", "training.sead"),
    ("sha256 = \"", "sha256 = \"0", "training.data[0].sha256"),
    (
      "[\"requirements.txt\"]", "[\"requirements.txt\", \"requirements.txt\"]", "dependencies.files"
    ),
    ("[\"requirements.txt\"]", "[\"https://example.com/r.txt\"]", "dependencies.files"),
    ("[dependencies]", "[dependancies]", "dependancies"),
    ("[output]", "[model]", ""),
  ])
  func `a mistake names its key`(_ old: String, _ new: String, _ key: String) throws {
    let text = ManifestTests.text.replacing(old, with: new)
    #expect(text != ManifestTests.text)
    let error = try #require(throws: ConfigurationError.self) {
      try Manifest(parsing: ByteSlice(utf8: text))
    }
    #expect(error.key == key, "\(error)")
  }

  @Test func `a misspelt key names the nearest one`() throws {
    let text = ManifestTests.text.replacing("framework =", with: "framewrok =")
    let error = try #require(throws: ConfigurationError.self) {
      try Manifest(parsing: ByteSlice(utf8: text))
    }
    #expect(error.help == "did you mean 'framework'?")
  }

  @Test func `a manifest of many megabytes is refused`() {
    let text = ManifestTests.text + "\n# " + String(repeating: "x", count: Manifest.byteLimit)
    #expect(throws: ConfigurationError.self) { try Manifest(parsing: ByteSlice(utf8: text)) }
  }

  @Test func `every damaged manifest is refused or another manifest`() {
    for bytes in Mutations(
      of: Array(ManifestTests.text.utf8), cases: 1000,
      damages: [.truncation, .inversion, .lowestBit])
    {
      do {
        _ = try Manifest(parsing: bytes)
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test(arguments: [
    ("0.953", 953, 1000, true), ("0.9530", 953, 1000, true), ("0.954", 953, 1000, false),
    ("0.95", 953, 1000, true), ("0.96", 953, 1000, false), ("0.333", 1, 3, true),
    ("0.334", 1, 3, false), ("0.5", 9, 20, true), ("0.4", 9, 20, true), ("1.0", 7, 7, true),
    ("1.0", 0, 0, false), ("0.000000001", 1, 1_000_000_000, true),
  ])
  func `a claim holds when the count rounds to it`(
    _ text: String, _ correct: Int, _ n: Int, _ holds: Bool
  ) throws {
    let claim = try #require(Claim(text))
    #expect(claim.holds(correct: correct, of: n) == holds)
  }

  @Test(arguments: ["", "1", "0.", ".5", "1.1", "2.0", "-0.5", "0.5e1", "0.1234567890", "0,5"])
  func `a claim is a decimal between 0 and 1`(_ text: String) {
    #expect(Claim(text) == nil)
  }
}
