import Bytes
import TestSupport
import Testing

/// `proofmark run`: what goes in, what comes out, what is said.
@Suite struct RunTests {
  /// A .npy file of float32.
  static func array(_ values: [Float], _ shape: String) -> [UInt8] {
    NumPyBuilder(values, shape: shape).bytes
  }

  /// The float32 numbers of a .npy file that the program wrote.
  static func floats(_ file: [UInt8]) -> [Float] {
    let start = 10 + Int(file[8]) + 256 * Int(file[9])
    return stride(from: start, to: file.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(file[place + $1]) << (8 * UInt32($1)) })
    }
  }

  /// sum = a + b, and b's picked row: two inputs, one of them of integers, two outputs.
  static var twoInputs: [UInt8] {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("a", [-1, 2])
    model.graph.input("n", [-1, 2], type: 7)
    model.graph.node("Cast", ["n"], ["f"], [.integer("to", 1)])
    model.graph.node("Add", ["a", "f"], ["sum"])
    model.graph.node("Add", ["n", "n"], ["twice"])
    model.graph.output("sum", [-1, 2])
    model.graph.output("twice", [-1, 2], type: 7)
    return model.bytes
  }

  @Test func `several inputs and outputs go by name, integers stay integers`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(Self.twoInputs, to: "m.onnx")
    try scratch.write(Self.array([1, 2, 3, 4], "(2, 2)"), to: "a.npy")
    var integers = NumPyBuilder()
    (integers.descr, integers.shape) = ("'<i4'", "(2, 2)")
    integers.data = [5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 248, 255, 255, 255]
    try scratch.write(integers.bytes, to: "n.npy")
    let result = try Command.run(
      [
        "run", "m.onnx", "--input", "n=n.npy", "--input", "a.npy", "--output", "twice=t.npy",
        "--output", "sum=s.npy",
      ], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(Self.floats(try scratch.read("s.npy")) == [6, 8, 10, -4])
    let twice = try scratch.read("t.npy")
    #expect(String(decoding: twice.prefix(60), as: UTF8.self).contains("'<i8'"))
    #expect(Array(twice.suffix(8)) == [240, 255, 255, 255, 255, 255, 255, 255])
    #expect(result.errors.contains("sum: 2 rows, sha256:"))
    #expect(result.output.isEmpty)
    let first = try Command.run(
      ["run", "m.onnx", "--input", "a.npy", "--input", "n.npy", "--output", "-"], in: scratch)
    #expect(first.exitCode == 0)
    #expect(first.errors.contains("not written: twice"))
  }

  @Test func `inputs and outputs of a Keras model go by the names of its layers`() throws {
    let scratch = try ScratchFolder()
    for name in ["merging.keras", "merging.x0.npy", "merging.x1.npy", "merging.x2.npy"] {
      try scratch.write(Fixture.bytes("models/layers/\(name)").array, to: name)
    }
    let result = try Command.run(
      [
        "run", "merging.keras", "--input", "merging.x0.npy", "--input", "merging.x1.npy",
        "--input", "merging.x2.npy", "--output", "y0.npy", "--output", "y1.npy",
      ], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    for number in 0..<2 {
      let recorded = try Fixture.bytes("models/layers/merging.y\(number).npy").array
      let pairs = zip(Self.floats(try scratch.read("y\(number).npy")), Self.floats(recorded))
      #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
    }
    let unknown = try Command.run(
      ["run", "merging.keras", "--input", "none=merging.x0.npy", "--output", "y.npy"], in: scratch)
    #expect(unknown.exitCode == 2)
    #expect(unknown.errors.contains("no 'none'"))
  }

  @Test func `an array of the shape that an input is fixed at stands beside a batch of one`() throws
  {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [-1, 2])
    model.graph.input("h", [3, 2])
    model.graph.input("s", [])
    model.graph.node("Add", ["x", "h"], ["a"])
    model.graph.node("Mul", ["a", "s"], ["y"])
    model.graph.output("y", [3, 2])
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    try scratch.write(Self.array([1, 2], "(1, 2)"), to: "x.npy")
    try scratch.write(Self.array([1, 2, 3, 4, 5, 6], "(3, 2)"), to: "h.npy")
    try scratch.write(Self.array([2], "()"), to: "s.npy")
    let result = try Command.run(
      [
        "run", "m.onnx", "--input", "x.npy", "--input", "h.npy", "--input", "s.npy", "--output",
        "y.npy",
      ], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(Self.floats(try scratch.read("y.npy")) == [4, 8, 8, 12, 12, 16])
  }

  /// States whose second axis is the batch's: `rows` of them beside as many inputs.
  private func runStates(rows: Int) throws -> (result: CommandResult, header: String, y: [Float]) {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [-1, 1])
    model.graph.input("h", [2, -1, 1])
    model.graph.node("Add", ["h", "x"], ["y"])
    model.graph.output("y", [2, -1, 1])
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    let numbers = (1...2 * rows).map { Float($0) }
    try scratch.write(Self.array(Array(numbers.prefix(rows)), "(\(rows), 1)"), to: "x.npy")
    try scratch.write(Self.array(numbers, "(2, \(rows), 1)"), to: "h.npy")
    let result = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--input", "h.npy", "--output", "y.npy"], in: scratch)
    let file = try scratch.read("y.npy")
    return (result, String(decoding: file.prefix(80), as: UTF8.self), Self.floats(file))
  }

  @Test func `states have the shape that the file says, for one row and for several`() throws {
    let one = try runStates(rows: 1)
    #expect(one.result.exitCode == 0, "\(one.result.errors)")
    #expect(one.header.contains("(2, 1, 1)"))
    #expect(one.y == [2, 3])
    let three = try runStates(rows: 3)
    #expect(three.result.exitCode == 0, "\(three.result.errors)")
    #expect(three.header.contains("(2, 3, 1)"))
    #expect(three.y == [2, 4, 6, 5, 7, 9])
  }

  @Test func `what cannot be built for one row is evaluated for the arrays at hand`() throws {
    // torch's tracer writes the number of rows into a reshape though it leaves the axis open.
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [-1, 3])
    model.graph.initializer(.integers("shape", [2], [2, -1]))
    model.graph.node("Reshape", ["x", "shape"], ["y"])
    model.graph.output("y", [-1, 3])
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    try scratch.write(Self.array([1, 2, 3, 4, 5, 6], "(2, 3)"), to: "x.npy")
    let result = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.contains("one by one"))
    #expect(Self.floats(try scratch.read("y.npy")) == [1, 2, 3, 4, 5, 6])
  }

  static let wrong: [(arguments: [String], code: Int, says: String)] = [
    (["--input", "a.npy", "--output", "y.npy"], 2, "nothing for 'n'"),
    (["--input", "b=a.npy", "--input", "n.npy", "--output", "y.npy"], 2, "no 'b'"),
    (["--input", "a=a.npy", "--input", "a=a.npy", "--output", "y.npy"], 2, "twice"),
    (
      ["--input", "a.npy", "--input", "a.npy", "--input", "a.npy", "--output", "y.npy"], 2,
      "3 files"
    ),
    (["--input", "a.npy", "--input", "n.npy", "--output", "z=y.npy"], 2, "no 'z'"),
    (["--input", "a.npy", "--input", "n.npy", "--output", "-", "--output", "-"], 2, "one output"),
    (["--input", "a.npy", "--input", "a.npy", "--output", "y.npy"], 3, "int64"),
    (["--input", "a.npy", "--input", "none.npy", "--output", "y.npy"], 2, "none.npy"),
    (["--input", "m.onnx", "--input", "a.npy", "--output", "y.npy"], 3, "m.onnx"),
    (
      ["--input", "a.npy", "--input", "n.npy", "--output", "y.npy", "--architecture", "m.onnx"], 3,
      "a graph of its own"
    ),
  ]

  @Test(arguments: wrong.indices)
  func `what does not fit is said and nothing is written`(_ index: Int) throws {
    let (arguments, code, says) = Self.wrong[index]
    let scratch = try ScratchFolder()
    try scratch.write(Self.twoInputs, to: "m.onnx")
    try scratch.write(Self.array([1, 2, 3, 4], "(2, 2)"), to: "a.npy")
    var integers = NumPyBuilder()
    (integers.descr, integers.shape) = ("'<i8'", "(2, 2)")
    integers.data = [UInt8](repeating: 0, count: 32)
    try scratch.write(integers.bytes, to: "n.npy")
    let result = try Command.run(["run", "m.onnx"] + arguments, in: scratch)
    #expect(result.exitCode == code, "\(result.errors)")
    #expect(result.errors.contains(says), "\(result.errors)")
    #expect(!scratch.exists("y.npy"))
  }

  @Test func `a fixed batch runs as it is, and so does a batch of such batches`() throws {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [3, 2])
    model.graph.node("Relu", ["x"], ["y"])
    model.graph.output("y", [3, 2])
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    try scratch.write(Self.array([1, -2, 3, -4, 5, -6], "(3, 2)"), to: "x.npy")
    let result = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    let written = try scratch.read("y.npy")
    #expect(Self.floats(written) == [1, 0, 3, 0, 5, 0])
    #expect(String(decoding: written.prefix(100), as: UTF8.self).contains("(3, 2)"))
  }

  @Test func `an output keeps the axis of 1 that a file of fixed sizes gives it`() throws {
    var model = ONNXBuilder(opset: 11)
    model.graph.input("x", [3, 2])
    model.graph.node("ReduceMax", ["x"], ["y"], [.integers("axes", [0])])
    model.graph.output("y", [1, 2])
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    try scratch.write(Self.array([1, -2, 3, -4, 5, -6], "(3, 2)"), to: "x.npy")
    let result = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    let written = try scratch.read("y.npy")
    #expect(Self.floats(written) == [5, -2])
    #expect(String(decoding: written.prefix(100), as: UTF8.self).contains("(1, 2)"))
  }

  @Test func `shapes that depend on numbers are evaluated node by node`() throws {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [-1, 2])
    model.graph.node("NonZero", ["x"], ["y"])
    model.graph.output("y", [2, -1], type: 7)
    let scratch = try ScratchFolder()
    try scratch.write(model.bytes, to: "m.onnx")
    try scratch.write(Self.array([0, -2, 3, 0], "(2, 2)"), to: "x.npy")
    let result = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.errors.contains("one by one"))
    let written = try scratch.read("y.npy")
    #expect(
      written.suffix(32).enumerated().filter { $0.offset % 8 == 0 }.map(\.element) == [0, 1, 1, 0])
    let logits = try Command.run(
      ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy", "--logits"], in: scratch)
    #expect(logits.exitCode == 2)
  }

  @Test func `weights take their graph from the architecture`() throws {
    let scratch = try ScratchFolder()
    try scratch.copy(Fixture.path("digits/goldens/x.npy"), to: "x.npy")
    let architecture = ["--architecture", Fixture.path("models/digits_resnet.onnx")]
    var digests: Set<String> = []
    for (file, more) in [("onnx", []), ("pth", architecture), ("safetensors", architecture)] {
      let result = try Command.run(
        ["run", Fixture.path("models/digits_resnet.\(file)"), "--input", "x.npy"]
          + ["--output", "y.npy"] + more, in: scratch)
      #expect(result.exitCode == 0, "\(result.errors)")
      digests.insert(result.errors)
    }
    #expect(digests.count == 1)
    let alone = try Command.run(
      ["run", Fixture.path("models/digits_resnet.pth"), "--input", "x.npy", "--output", "z.npy"],
      in: scratch)
    #expect(alone.exitCode == 3)
    #expect(alone.errors.contains("weights alone"))
    #expect(!scratch.exists("z.npy"))
  }

  // External data.

  /// y = x + w, with w where the location says.
  static func external(_ location: String) -> [UInt8] {
    var model = ONNXBuilder(opset: 17)
    model.graph.input("x", [-1, 2])
    model.graph.initializer(.external("w", [2], [("location", location), ("length", "8")]))
    model.graph.node("Add", ["x", "w"], ["y"])
    model.graph.output("y", [-1, 2])
    return model.bytes
  }

  /// 1 and 2 as little-endian binary32.
  static let oneTwo: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64]

  @Test func `external data is read from the model's own folder`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(Self.external("w.bin"), to: "models/m.onnx")
    try scratch.write(Self.oneTwo, to: "models/w.bin")
    try scratch.write(Self.array([10, 20], "(1, 2)"), to: "x.npy")
    let result = try Command.run(
      ["run", "models/m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(Self.floats(try scratch.read("y.npy")) == [11, 22])
    let shown = try Command.run(["inspect", "models/m.onnx"], in: scratch)
    #expect(shown.exitCode == 0, "\(shown.output)")
    #expect(shown.output.contains("in w.bin"))
    // An audit's subject is the file alone: what its digest does not cover is not read.
    let audited = try Command.run(
      ["reproduce", "models/m.onnx", "--format", "json"], in: scratch)
    #expect(audited.exitCode != 0)
    #expect(audited.output.contains("stands alone"))
  }

  static let locations = [
    "../w.bin", "/etc/passwd", "a/../../w.bin", "a/w.bin", "a\\w.bin", "link.bin", "pipe", "w.bin/",
    "C:w.bin", "none.bin", ".",
  ]

  @Test(arguments: locations)
  func `external data elsewhere is refused`(_ location: String) throws {
    let scratch = try ScratchFolder()
    try scratch.write(Self.external(location), to: "m/m.onnx")
    for name in ["w.bin", "m/a/w.bin"] { try scratch.write(Self.oneTwo, to: name) }
    try scratch.link("m/link.bin", to: "../w.bin")
    try scratch.write(Self.array([10, 20], "(1, 2)"), to: "x.npy")
    let result = try Command.run(
      ["run", "m/m.onnx", "--input", "x.npy", "--output", "y.npy"], in: scratch)
    #expect(result.exitCode == 3, "\(result.errors)")
    #expect(!scratch.exists("y.npy"))
  }

  @Test func `a slow kernel is said once, and the bits are the same`() throws {
    let scratch = try ScratchFolder()
    try scratch.write(Self.array([1, 2, 3, 4], "(2, 2)"), to: "x.npy")
    try scratch.write(Self.oneTwo, to: "w.bin")
    try scratch.write(Self.external("w.bin"), to: "m.onnx")
    let arguments = ["run", "m.onnx", "--input", "x.npy", "--output", "y.npy"]
    let plain = try Command.run(arguments, in: scratch, environment: ["PROOFMARK_ISA": "plain"])
    #expect(plain.exitCode == 0)
    let notes = plain.errors.split(separator: "\n").filter { $0.contains("note:") }
    #expect(notes.count == 1)
    #expect(notes.first?.contains("'plain'") == true)
    let best = try Command.run(arguments, in: scratch)
    #expect(best.errors.split(separator: "\n").last == plain.errors.split(separator: "\n").last)
    // A command that runs no network does not speak of kernels.
    let scan = try Command.run(
      ["scan", "x.npy"], in: scratch, environment: ["PROOFMARK_ISA": "plain"])
    #expect(!scan.errors.contains("note:"))
  }
}
