import Bytes
import Formats
import TestSupport
import Testing

/// The files were saved by torch 2.13.0 (Fixtures/models/torch/make.py), which also said what is
/// in expected.json.
@Suite struct TorchFileTests {
  static func file(_ name: String) throws -> TorchFile {
    try TorchFile(parsing: Fixture.bytes("models/torch/\(name)"))
  }

  /// The number of tensors in each file.
  static let files = [
    ("state_dict.pth", 9), ("state_dict_legacy.pth", 9), ("checkpoint.pth", 9), ("views.pth", 20),
    ("views_legacy.pth", 20), ("untyped.pth", 2), ("tensor.pth", 1), ("module.pth", 9),
    ("block.pth", 3), ("module_legacy.pth", 1),
  ]

  @Test(arguments: files)
  func `tensors are what torch says they are`(name: String, count: Int) throws {
    let file = try Self.file(name)
    let json = try JSON(parsing: Fixture.bytes("models/torch/expected.json"))
    let expected = try #require(json[name]?.array)
    #expect(expected.count == count)
    #expect(file.tensors.map(\.name) == expected.map { $0["name"]?.string })
    for (named, golden) in zip(file.tensors, expected) {
      let stored = try named.tensor.storedTensor()
      #expect(stored.shape == golden["shape"]?.array?.map(\.integer), "\(named.name)")
      #expect(stored.elementType.rawValue == golden["type"]?.string, "\(named.name)")
      #expect(Digest(of: stored.bytes).hexadecimal == golden["sha256"]?.string, "\(named.name)")
      if let first = golden["first"]?.double, stored.elementType == .float32 {
        #expect(try stored.floats().first == Float(first), "\(named.name)")
      }
    }
  }

  @Test(
    arguments: [
      ("state_dict.pth", "archive", nil, "state dict"),
      ("state_dict_legacy.pth", "legacy", nil, "state dict"),
      ("checkpoint.pth", "archive", "state_dict", "state dict"),
      ("tensor.pth", "archive", nil, "tensor"), ("module.pth", "archive", nil, "module"),
      ("module_legacy.pth", "legacy", nil, "module"), ("block.pth", "archive", "model", "module"),
    ] as [(String, String, String?, String)])
  func `the form, the key and the content are told`(
    name: String, container: String, key: String?, content: String
  ) throws {
    let file = try Self.file(name)
    #expect(file.container.rawValue == container)
    #expect(file.key == key)
    let found =
      switch file.content {
      case .tensor: "tensor"
      case .stateDict: "state dict"
      case .module: "module"
      }
    #expect(found == content)
  }

  @Test(arguments: ["views.pth", "views_legacy.pth"])
  func `contiguous tensors are ranges of the file, others are copies`(name: String) throws {
    let bytes = try Fixture.bytes("models/torch/\(name)")
    let file = try TorchFile(parsing: bytes)
    let range = bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    for named in file.tensors where named.tensor.byteCount > 0 {
      let place = try named.tensor.storedTensor().bytes.withUnsafeBytes {
        UInt(bitPattern: $0.baseAddress)
      }
      let isInside = place >= range && place < range + UInt(bytes.count)
      #expect(isInside == named.tensor.isContiguous, "\(named.name)")
    }
    let copied = file.tensors.filter { !$0.tensor.isContiguous }.map(\.name)
    #expect(
      copied == ["transposed", "strided", "expanded", "permuted", "bfloat16_t", "parameter"])
    #expect(file["base"]?.storageKey == file["row"]?.storageKey)
    #expect(file["row"]?.storageOffset == 12)
    #expect(file["transposed"]?.strides == [1, 6])
    #expect(file["parameter"]?.isParameter == true)
  }

  @Test func `a module gives its layers in order with their attributes`() throws {
    guard case .module(let module) = try Self.file("module.pth").content else {
      Issue.record("no module")
      return
    }
    #expect(module.className == "torch.nn.modules.container.Sequential")
    let layers = module.children.map(\.module)
    #expect(module.children.map(\.name) == (0..<9).map(String.init))
    #expect(
      layers.map { String($0.className.split(separator: ".").last ?? "") } == [
        "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "AdaptiveAvgPool2d", "Flatten", "Dropout",
        "Linear", "Softmax",
      ])
    #expect(layers[0].className == "torch.nn.modules.conv.Conv2d")
    #expect(layers[0].attribute("kernel_size")?.integers == [3, 3])
    #expect(layers[0].attribute("stride")?.integers == [2, 2])
    #expect(layers[0].attribute("padding")?.integers == [1, 1])
    #expect(layers[0].attribute("padding_mode") == .text("zeros"))
    #expect(layers[0].attribute("output_padding")?.integers == [0, 0])
    #expect(layers[0].tensor("weight")?.shape == [4, 1, 3, 3])
    #expect(layers[0].parameters.map(\.name) == ["weight", "bias"])
    #expect(layers[1].attribute("eps") == .double(1e-5))
    #expect(layers[1].attribute("training") == .bool(false))
    #expect(
      layers[1].buffers.map(\.name) == ["running_mean", "running_var", "num_batches_tracked"])
    #expect(layers[3].attribute("kernel_size")?.integers == [2])
    #expect(layers[3].attribute("ceil_mode") == .bool(false))
    #expect(layers[4].attribute("output_size")?.integers == [2, 2])
    #expect(layers[5].attribute("start_dim") == .integer(1))
    #expect(layers[6].attribute("p") == .double(0.25))
    #expect(layers[8].attribute("dim") == .integer(1))
    #expect(layers[0].attribute("_parameters") == nil)
  }

  @Test func `a module of another package leaves out what its state dict does`() throws {
    let file = try Self.file("block.pth")
    guard case .module(let module) = file.content else {
      Issue.record("no module")
      return
    }
    #expect(module.className == "blocks.Block")
    #expect(module.buffers.map(\.name) == ["steps", "cache"])
    #expect(module.transientBuffers == ["cache"])
    #expect(file.tensors.map(\.name) == ["scale", "steps", "inner.fc.weight"])
    let linear = try #require(module.children.first?.module.children.first?.module)
    #expect(linear.parameters.map(\.name) == ["weight"])
    #expect(linear.parameters.first?.tensor.isParameter == true)
  }

  @Test(arguments: [
    ("torchscript.pt", "a TorchScript program"), ("quantized.pth", "_rebuild_qtensor"),
    ("sparse.pth", "_rebuild_sparse_tensor"),
  ])
  func `what is no dense tensor is refused by name`(name: String, found: String) {
    let error = #expect(throws: ParseError.self) { try Self.file(name) }
    #expect(error?.kind == .unsupported)
    #expect(error?.found.contains(found) == true, "\(error?.description ?? "")")
  }

  @Test func `the tar files of torch 0_1 are refused by name`() {
    var tar = [UInt8](repeating: 0, count: 1024)
    tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
    let error = #expect(throws: ParseError.self) { try TorchFile(parsing: ByteSlice(tar)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.found == "a tar archive")
  }

  @Test(arguments: [
    "state_dict.pth", "state_dict_legacy.pth", "checkpoint.pth", "views_legacy.pth",
    "module_legacy.pth", "block.pth",
  ])
  func `damage is refused or read, never more`(name: String) throws {
    for copy in Mutations(of: try Fixture.bytes("models/torch/\(name)"), cases: 1_200) {
      do throws(ParseError) {
        for named in try TorchFile(parsing: copy).tensors { _ = try named.tensor.storedTensor() }
      } catch {
        #expect(error.offset >= 0)
      }
    }
  }

  @Test(arguments: ["state_dict.pth", "state_dict_legacy.pth"])
  func `a file that is cut anywhere is refused`(name: String) throws {
    let bytes = try Fixture.bytes("models/torch/\(name)")
    for copy in Mutations(of: bytes, damages: [.truncation]) {
      #expect(throws: ParseError.self) { try TorchFile(parsing: copy) }
    }
  }
}
