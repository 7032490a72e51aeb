import Archives
import Findings
import Scanning
import TestSupport
import Testing

/// Saves of keras 3.15 and TensorFlow 2.21 (Fixtures/scan/keras/make.py), and configurations as
/// transformers, diffusers, MLflow and NeMo write them.
@Suite struct CleanLoaderFilesTests {
  @Test(arguments: [
    "k3.json", "k3tv.keras", "k3f.keras", "frozen.pb", "graph.pbtxt", "config.json",
    "model_index.json", "MLmodel", "nemo.yaml",
  ])
  func `a clean file has no finding`(_ name: String) throws {
    #expect(Scanner().scan(name, try Fixture.bytes("scan/keras/\(name)")) == [])
  }

  @Test(arguments: ["sm_tf1", "sm_mod", "tf1"])
  func `a clean folder has no finding`(_ name: String) throws {
    let inventory = try Inventory(opening: "\(Fixture.root)/Fixtures/scan/keras/\(name)")
    #expect(inventory.findings == [])
    #expect(Scanner().scan(inventory) == [])
  }

  @Test(arguments: [
    ("cycle", Rule.hdf5LinkCycle), ("hard-cycle", .hdf5LinkCycle), ("plugin", .hdf5PluginFilter),
    ("userblock-script", .hdf5HiddenContent), ("attribute", .kerasCode),
    ("deleted-pickle", .hdf5HiddenContent), ("deleted-old-pickle", .hdf5HiddenContent),
    ("program", .tensorIsFile), ("program-packed", .tensorIsFile),
  ])
  func `what an HDF5 file hides is found`(name: String, rule: Rule) throws {
    let found = Scanner().scan(
      "\(name).h5", try Fixture.bytes("scan/keras/\(name).h5"))
    #expect(found.contains { $0.rule == rule }, "\(found.map(\.rule.id))")
  }

  @Test func `TensorFlow's own export of file operations is found`() throws {
    let found = Scanner().scan(
      "saved_model.pb", try Fixture.bytes("scan/keras/evil/saved_model.pb"))
    #expect(found.count { $0.rule == .tensorFlowFiles } >= 2)
  }
}
