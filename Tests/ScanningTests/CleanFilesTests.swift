import Archives
import Bytes
import Findings
import Scanning
import TestSupport
import Testing

/// Files as people make them: none of them may give a finding.
@Suite struct CleanFilesTests {
  @Test(arguments: [
    "models/digits_cnn.h5", "models/digits_cnn.keras", "models/digits_resnet.h5",
    "models/digits_resnet.keras", "models/digits_resnet_masked.h5", "vectors/hdf5/keras2.h5",
    "vectors/keras/nested.keras", "vectors/keras/nested.h5",
    "scan/keras/deleted.h5", "scan/keras/sources.h5", "scan/keras/texts.h5", "scan/keras/chunks.h5",
    "vectors/hdf5/chunked.h5",
    "vectors/hdf5/latest.h5", "vectors/hdf5/dense.h5",
    "digits/goldens/x.npy", "digits/evaluation/images-idx3-ubyte", "digits/proofmark.toml",
    "digits/requirements.txt", "digits/model/labels.txt", "digits/CHANGELOG.md",
  ])
  func `a real file gives no finding`(name: String) throws {
    #expect(Scanner().scan(name, try Fixture.bytes(name)) == [])
  }

  @Test func `models as the libraries of their formats write them give no finding`() throws {
    #expect(Scanner().scan(try Inventory(opening: Fixture.path("scan/models"))) == [])
  }

  @Test func `a description behind a TFLite model is looked into, and is no second file`() throws {
    let model = try Fixture.bytes("scan/models/dense.tflite").array
    let labels = ZipBuilder.one("labels.txt", Array("zero\none\n".utf8))
    #expect(Scanner().scan("a.tflite", ByteSlice(model + labels)) == [])
    let pickle = ZipBuilder.one("labels.txt", PickleBuilder.call("os", "system", "id"))
    let found = Scanner().scan("a.tflite", ByteSlice(model + pickle))
    #expect(found.contains { $0.rule == .dangerousImport })
  }

  @Test(arguments: ["digits", "digits-fragile"])
  func `a real release gives no finding`(name: String) throws {
    #expect(Scanner().scan(try Inventory(opening: Fixture.path(name))) == [])
  }

  /// Saves of plain containers, numpy, pandas, scikit-learn, joblib and torch in every protocol.
  @Test func `a real save gives no finding`() throws {
    let names = try Fixture.names(in: "scan/pickle")
    #expect(names.count > 90)
    for name in names {
      let path = "scan/pickle/\(name)"
      #expect(Scanner().scan(path, try Fixture.bytes(path)) == [], "\(name)")
    }
  }

  @Test func `a real save in each of joblib's compressions gives no finding`() throws {
    for name in try Fixture.names(in: "scan/joblib") {
      let path = "scan/joblib/\(name)"
      #expect(Scanner().scan(path, try Fixture.bytes(path)) == [], "\(name)")
      // joblib keeps whatever name it was given.
      #expect(Scanner().scan("model.joblib", try Fixture.bytes(path)) == [], "\(name)")
    }
  }

  @Test(
    arguments: [
      "state_dict", "state_dict_legacy", "checkpoint", "views", "views_legacy", "untyped", "tensor",
      "module", "module_legacy", "quantized", "sparse",
    ])
  func `a real file of torch gives no finding`(name: String) throws {
    let path = "models/torch/\(name).pth"
    #expect(Scanner().scan(path, try Fixture.bytes(path)) == [])
  }

  @Test func `what torch writes beside a distributed checkpoint gives no finding`() throws {
    let bytes = try Fixture.bytes("scan/pickle/torch_distributed.pkl")
    #expect(Scanner().scan(".metadata", bytes) == [])
  }

  @Test func `a real TorchScript archive gives no finding`() throws {
    let path = "models/torch/torchscript.pt"
    #expect(Scanner().scan(path, try Fixture.bytes(path)) == [])
  }

  @Test func `a state_dict in torch's archive gives no finding`() {
    var torch = TorchBuilder()
    torch.add("conv.weight", shape: [32, 1, 3, 3])
    torch.add("conv.bias", shape: [32])
    torch.add("empty", shape: [0, 4])
    #expect(Scanner().scan("model.pth", ByteSlice(torch.bytes)) == [])
  }
}
