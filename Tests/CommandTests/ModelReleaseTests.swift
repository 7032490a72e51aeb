import Bytes
import TestSupport
import Testing

/// Releases whose model is not a Keras file: from the lock to the audit.
@Suite struct ModelReleaseTests {
  /// A release of digits_resnet in the form of the file.
  static func release(
    _ model: String, architecture: String? = nil, in scratch: ScratchFolder
  ) throws {
    try scratch.copy(Fixture.path("digits"), to: "r")
    try scratch.remove("r/model/handwritten_digit_model.h5")
    try scratch.copy(Fixture.path("models/\(model)"), to: "r/model/\(model)")
    var lines = ["file = \"model/\(model)\""]
    if let architecture {
      try scratch.copy(Fixture.path("models/\(architecture)"), to: "r/model/\(architecture)")
      lines.append("architecture = \"model/\(architecture)\"")
    }
    let manifest = try scratch.text("r/proofmark.toml")
      .replacing("file = \"model/handwritten_digit_model.h5\"", with: lines.joined(separator: "\n"))
      .replacing("shape = [28, 28, 1]", with: "shape = [1, 28, 28]")
      .replacing("metrics = { accuracy = \"0.9530\" }", with: "metrics = { accuracy = \"0.9700\" }")
    try scratch.write(manifest, to: "r/proofmark.toml")
  }

  static let forms = [
    ("digits_resnet.onnx", nil, "onnx"), ("digits_resnet.pth", "digits_resnet.onnx", "pth"),
    ("digits_resnet.safetensors", "digits_resnet.onnx", "safetensors"),
  ]

  @Test(arguments: forms.indices)
  func `a release in any form is locked and reproduced`(_ index: Int) throws {
    let (model, architecture, format) = Self.forms[index]
    let scratch = try ScratchFolder()
    try Self.release(model, architecture: architecture, in: scratch)
    // The recorded outputs are another network's probabilities; this one's own are locked.
    let outputs = try Command.run(
      ["run", "r/model/\(model)", "--input", "r/goldens/x.npy", "--output", "r/goldens/y.npy"]
        + (architecture.map { ["--architecture", "r/model/\($0)"] } ?? []), in: scratch)
    #expect(outputs.exitCode == 0, "\(outputs.errors)")
    try TestRelease.succeed(["lock", "r"], in: scratch)
    #expect(try scratch.text("r/proofmark.lock").contains("format = \"\(format)\""))
    let result = try Command.run(["reproduce", "r", "--format", "json"], in: scratch)
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(try Command.run(["lock", "r", "--check"], in: scratch).exitCode == 0)
  }

  @Test func `an architecture that is not in the release is named`() throws {
    let scratch = try ScratchFolder()
    try Self.release(
      "digits_resnet.pth", architecture: "digits_resnet.onnx", in: scratch)
    try scratch.remove("r/model/digits_resnet.onnx")
    let result = try Command.run(["reproduce", "r"], in: scratch)
    #expect(result.exitCode == 3)
    #expect(result.output.contains("digits_resnet.onnx"))
    #expect(result.output.contains("architecture is not in the release"))
  }

  @Test(arguments: ["weights/w.bin", "../outside.bin", "/w.bin", "weights/../../outside.bin"])
  func `external data is a member below the model's folder`(_ location: String) throws {
    let scratch = try ScratchFolder()
    try scratch.write(RunTests.external(location), to: "r/model/m.onnx")
    for name in ["r/model/weights/w.bin", "r/outside.bin"] {
      try scratch.write(RunTests.oneTwo, to: name)
    }
    try scratch.write(
      """
      manifest-version = "1"
      [model]
      name = "m"
      version = "1"
      file = "model/m.onnx"
      """, to: "r/proofmark.toml")
    let result = try Command.run(["inspect", "r"], in: scratch)
    if location == "weights/w.bin" {
      #expect(result.exitCode == 0, "\(result.output)")
      #expect(result.output.contains("in weights/w.bin"))
    } else {
      #expect(result.exitCode == 3)
      #expect(result.output.contains("no network"))
    }
  }

  @Test func `a bound on working memory makes the check incomplete`() throws {
    let release = try TestRelease()
    try release.scratch.write(
      """
      policy-version = "1"
      name = "small"
      extends = "release"
      [reproduce]
      max-memory-bytes = 1000
      """, to: "small.toml")
    let audited = try release.audit(policy: "small.toml")
    #expect(audited.exitCode == 3)
    #expect(audited.status("reproduce") == "incomplete")
    #expect(audited.status("robustness") == "incomplete")
    #expect(audited.result.output.contains("expected at most 1000 bytes"))
  }

  @Test(arguments: ["models/digits_resnet.pth", "models/digits_resnet.safetensors"])
  func `bare weights are not applicable, not incomplete`(_ file: String) throws {
    let scratch = try ScratchFolder()
    try scratch.copy(Fixture.path(file), to: "weights")
    let result = try Command.run(["audit", "weights", "--format", "json"], in: scratch)
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(result.output.contains("weights alone"))
  }

  @Test func `inspect shows layers, fields, memory and places of weights`() throws {
    let scratch = try ScratchFolder()
    let model = Fixture.path("models/digits_cnn.onnx")
    let text = try Command.run(["inspect", model], in: scratch)
    #expect(text.exitCode == 0)
    for part in [
      "input   input  float32 N x 1 x 28 x 28", "693,962 parameters", "4 x 4 step 2", "#3",
      "1 x 5408", "2,768,896", "bytes for one input at a time",
    ] {
      #expect(text.output.contains(part), "\(part)")
    }
    let result = try Command.run(["inspect", model, "--format", "json"], in: scratch)
    let network = try #require(JSON(parsing: ByteSlice(utf8: result.output))["network"])
    let layers = try #require(network["layers"]?.array)
    #expect(layers.count == 7)
    #expect(layers[2]["inputs"]?.array?.first?.integer == 2)
    #expect(layers[2]["receptiveField"]?["size"]?.array?.compactMap(\.integer) == [4, 4])
    #expect(layers[2]["receptiveField"]?["stride"]?.array?.compactMap(\.integer) == [2, 2])
    #expect(layers[3]["receptiveField"] == nil)
    #expect((network["memory"]?["perInput"]?.integer ?? 0) > 4 * 28 * 28)
    // The bytes at the place are the weight's: the last bias, against the file itself.
    let bias = try #require(network["weights"]?.array?.last)
    #expect(bias["name"]?.string == "fc2.bias")
    #expect(bias["bytes"]?.integer == 40)
    #expect(
      (bias["offset"]?.integer ?? .max) + 40 <= (try Fixture.bytes("models/digits_cnn.onnx").count))
  }

  @Test func `inspect shows weights without a network, and a network with an architecture`() throws
  {
    let scratch = try ScratchFolder()
    let weights = Fixture.path("models/digits_resnet.pth")
    let alone = try Command.run(["inspect", weights], in: scratch)
    #expect(alone.exitCode == 0)
    #expect(alone.output.contains("no network: weights alone"))
    #expect(alone.output.contains("k3.b2.running_var"))
    let whole = try Command.run(
      ["inspect", weights, "--architecture", Fixture.path("models/digits_resnet.onnx")],
      in: scratch)
    #expect(whole.exitCode == 0, "\(whole.output)")
    #expect(whole.output.contains("mapping of weights: by equal names"))
    #expect(whole.output.contains("not needed: b0.num_batches_tracked"))
    let module = try Command.run(
      ["inspect", Fixture.path("models/torch/plain.pth"), "--shape", "2x12x12"], in: scratch)
    #expect(module.exitCode == 0, "\(module.output)")
    #expect(module.output.contains("3.0"))
    for shape in ["2x", "0x2", "two", "1x2x3x4x5x6x7x8"] {
      let wrong = try Command.run(["inspect", weights, "--shape", shape], in: scratch)
      #expect(wrong.exitCode == 2)
    }
  }
}
