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
    "vectors/hdf5/chunked.h5", "vectors/hdf5/latest.h5", "vectors/hdf5/dense.h5",
    "digits/goldens/x.npy", "digits/evaluation/images-idx3-ubyte", "digits/proofmark.toml",
    "digits/requirements.txt", "digits/model/labels.txt", "digits/CHANGELOG.md",
  ])
  func `a real file gives no finding`(name: String) throws {
    #expect(Scanner().scan(name, try Fixture.bytes(name)) == [])
  }

  @Test(arguments: ["digits", "digits-fragile"])
  func `a real release gives no finding`(name: String) throws {
    #expect(Scanner().scan(try Inventory(opening: Fixture.path(name))) == [])
  }

  @Test func `a state_dict in torch's archive gives no finding`() {
    var torch = TorchBuilder()
    torch.add("conv.weight", shape: [32, 1, 3, 3])
    torch.add("conv.bias", shape: [32])
    torch.add("empty", shape: [0, 4])
    #expect(Scanner().scan("model.pth", ByteSlice(torch.bytes)) == [])
  }
}
