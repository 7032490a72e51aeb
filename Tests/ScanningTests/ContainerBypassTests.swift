import Bytes
import Findings
import Scanning
import TestSupport
import Testing

private let payload = PickleBuilder.call("os", "system", "id")
private let data = PickleBuilder(protocol: 4).list().stop()

private func torch(_ change: (inout TorchBuilder) -> Void = { _ in }) -> [UInt8] {
  var builder = TorchBuilder()
  builder.add("weight", shape: [2, 3])
  change(&builder)
  return builder.bytes
}

private func legacyTorch(_ change: (inout LegacyTorchBuilder) -> Void = { _ in }) -> [UInt8] {
  var builder = LegacyTorchBuilder()
  change(&builder)
  return builder.bytes
}

private func zip(_ build: (inout ZipBuilder) -> Void) -> [UInt8] {
  var builder = ZipBuilder()
  build(&builder)
  return builder.bytes
}

private let picture: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]
private let seven: [UInt8] = [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4, 0, 0]

let containers: [Bypass] = [
  Bypass(
    "a hostile data.pkl", .dangerousImport, in: "model.pth", torch { $0.pickle = payload },
    clean: torch()),
  Bypass(
    "a storage shorter than its tensor", .strayReference, in: "model.pth",
    torch { $0.storageBytes[0] = 20 }, clean: torch()),
  Bypass(
    "a tensor that reaches past its storage", .strayReference, in: "model.pth",
    torch { $0.storageOffset = 1 }, clean: torch()),
  Bypass(
    "a storage that nothing refers to", .strayBytes, in: "model.pth",
    torch { $0.pickle = data }, clean: torch()),
  Bypass(
    "a hostile pickle among torch's old five", .dangerousImport, in: "model.pt",
    legacyTorch { $0.pickle = payload }, clean: legacyTorch()),
  Bypass(
    "bytes after torch's old storages", .unaccountedBytes, in: "model.pt",
    legacyTorch { $0.suffix = [0] }, clean: legacyTorch()),
  Bypass(
    "a pickle under an odd name in a zip", .dangerousImport, in: "model.zip",
    zip { $0.add("notes.config", payload) }, clean: zip { $0.add("notes.txt", [0x61]) }),
  Bypass(
    "a pickle in a zip in a zip", .dangerousImport, in: "model.zip",
    zip { $0.add("a.zip", ZipBuilder.one("b.pkl", payload)) },
    clean: zip { $0.add("a.zip", ZipBuilder.one("b.pkl", data)) }),
  Bypass(
    "a local header of another name", .ambiguousArchive, in: "model.pth",
    zip { $0.add("model/data.pkl", data) { $0.local?.name = Array("model/evil.pkl".utf8) } },
    clean: zip { $0.add("model/data.pkl", data) }),
  Bypass(
    "flags that stop other readers", .ambiguousArchive, in: "model.pth",
    zip { $0.add("model/data.pkl", payload) { $0.local?.flags = 1 } },
    clean: zip { $0.add("model/data.pkl", data) }),
  Bypass(
    "two members of one name", .nameCollision, in: "model.pth",
    zip {
      $0.add("model/data.pkl", data)
      $0.add("model/data.pkl", payload)
    }, clean: zip { $0.add("model/data.pkl", data) }),
  Bypass(
    "a wrong checksum", .unreadableArchive, in: "model.pth",
    zip { $0.add("model/data.pkl", payload) { $0.both { $0.checksum = 1 } } },
    clean: zip { $0.add("model/data.pkl", data) }),
  Bypass(
    "a pickle before a zip archive", .unaccountedBytes, in: "model.pth",
    data + ZipBuilder.one("a.txt", [0x61]), clean: data),
  Bypass(
    "a zip archive behind a picture", .polyglot, in: "logo.png",
    picture + ZipBuilder.one("a.txt", [0x61]), clean: picture),
  Bypass(
    "a 7z archive as .pth", .unreadableArchive, in: "model.pth", seven, clean: torch()),
  Bypass(
    "a pickle as .h5", .disguisedPickle, in: "model.h5", payload,
    clean: (try? Fixture.bytes("vectors/hdf5/keras2.h5").array) ?? []),
  Bypass(
    "a text pickle as .toml", .disguisedPickle, in: "proofmark.toml",
    PickleBuilder(protocol: nil).mark().string("'id'").inst("os", "system").stop(),
    clean: Array("name = \"os\"\n".utf8)),
  Bypass(
    "a picture as .npy", .misnamed, in: "x.npy", picture,
    clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "an ELF executable", .executable, in: "model.bin", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0],
    clean: data),
  Bypass(
    "a script", .script, in: "setup.txt", Array("#!/bin/sh\nid\n".utf8),
    clean: Array("# set up\n".utf8)),
  Bypass(
    "bytes of no kind", .unknownKind, in: "weights.raw", [0xff, 0, 0xfe, 1],
    clean: Array("text".utf8)),
]

let arrays: [Bypass] = [
  Bypass(
    "an object array", .objectArray, in: "x.npy", NumPyBuilder(pickle: data).bytes,
    clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "a hostile object array", .dangerousImport, in: "x.npy", NumPyBuilder(pickle: payload).bytes,
    clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "an object array in npz", .dangerousImport, in: "x.npz",
    ZipBuilder.one("x.npy", NumPyBuilder(pickle: payload).bytes),
    clean: ZipBuilder.one("x.npy", NumPyBuilder([1], shape: "(1,)").bytes)),
  Bypass(
    "objects in a field of a record", .objectArray, in: "x.npy",
    {
      var builder = NumPyBuilder(pickle: data)
      builder.descr = "[('a', '<f4'), ('b', '|O')]"
      return builder.bytes
    }(), clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "a pickle after the last element", .strayBytes, in: "x.npy",
    NumPyBuilder([1], shape: "(1,)").bytes + payload,
    clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "a header that is code", .arrayLie, in: "x.npy",
    {
      var builder = NumPyBuilder([1], shape: "(1,)")
      builder.header = "__import__('os').system('id')"
      return builder.bytes
    }(), clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "a shape beyond the data", .arrayLie, in: "x.npy", NumPyBuilder([1], shape: "(9,)").bytes,
    clean: NumPyBuilder([1], shape: "(1,)").bytes),
  Bypass(
    "tensors that overlap", .safetensorsLie, in: "x.safetensors",
    SafetensorsBuilder(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      buffer: SafetensorsBuilder.one.buffer
    ).bytes, clean: SafetensorsBuilder.one.bytes),
  Bypass(
    "bytes of no tensor", .safetensorsLie, in: "x.safetensors",
    SafetensorsBuilder.one.bytes + payload, clean: SafetensorsBuilder.one.bytes),
  Bypass(
    "a name twice", .safetensorsLie, in: "x.safetensors",
    SafetensorsBuilder(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{}}"#,
      buffer: SafetensorsBuilder.one.buffer
    ).bytes, clean: SafetensorsBuilder.one.bytes),
]

private let repeated = #"{"class_name": "Dense", "class_name": "Lambda"}"#

@Suite struct ContainerBypassTests {
  @Test func `what Python reads as JSON and we do not is an obstacle`() {
    let rules = Scanner().scan("model.txt", ByteSlice(utf8: repeated)).map(\.rule)
    #expect(rules == [.kerasCode, .unreadable])
    #expect(Scanner().scan("notes.txt", ByteSlice(utf8: "[draft] text")) == [])
  }

  @Test(arguments: containers)
  func `a container that hides something is a finding`(_ bypass: Bypass) { bypass.judge() }

  @Test(arguments: arrays)
  func `an array that lies is a finding`(_ bypass: Bypass) { bypass.judge() }

  @Test func `members are placed in their chain`() throws {
    let bytes = ZipBuilder.one("a.zip", ZipBuilder.one("b.pkl", payload))
    let finding = try #require(Scanner().scan("model.zip", ByteSlice(bytes)).first)
    #expect(finding.place.members == ["model.zip", "a.zip", "b.pkl"])
  }

  @Test func `archives nest as deep as the limit, then it is a finding`() {
    var bytes = ZipBuilder.one("x.txt", [0x61])
    for _ in 0..<8 { bytes = ZipBuilder.one("x.zip", bytes) }
    let rules = Scanner().scan("x.zip", ByteSlice(bytes)).map(\.rule)
    #expect(rules == [.bomb])
  }
}
