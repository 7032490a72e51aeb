import Archives
import Bytes
import Formats
import TestSupport
import Testing

private let signs: [([UInt8], FileFormat?)] = [
  ([], .empty), ([0x1f, 0x8b, 8], .gzip), ([0x28, 0xb5, 0x2f, 0xfd], .zstd),
  ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], .xz), (ascii("BZh9"), .bzip2),
  ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .sevenZip), ([0x80, 4, 0x95], .pickle),
  ([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], .png), ([0xff, 0xd8, 0xff, 0xe0], .jpeg),
  (ascii(String(repeating: "\0", count: 257) + "ustar"), .tar),
  (ascii("\u{2}\0\0\0\0\0\0\0{}"), .safetensors),
  ([0, 0, 8, 1, 0, 0, 0, 2, 5, 5], .idx), ([0, 0, 8, 1, 0, 0, 0, 3, 5, 5], nil),
  ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b, 0x7d], .safetensors),
  (ascii(" [1]"), .json), (ascii("hello\n"), .text), ([0x68, 0], nil), ([0xff], nil),
  (ascii("a\u{1b}[0m"), nil), ([0x80, 0, 0x2e], .pickle), ([0x7f, 0x45, 0x4c, 0x46], .elf),
  ([0xca, 0xfe, 0xba, 0xbe], .machO), (ascii("MZ is a text"), .text),
  (ONNXBuilder().bytes, .onnx),
  // A tensor alone, a message of one number, a graph that leaves the file, one of no known field.
  (ONNXTensorBuilder.floats("w", [1], [1]).message.bytes, nil), ([8, 8], nil),
  ([8, 8, 0x3a, 4, 0x12, 1, 0x67], nil), ([8, 8, 0x3a, 2, 0x1a, 0], nil),
  ([8, 8, 0x3a, 3, 0x12, 1, 0x67], .onnx), ([8, 8, 0x3a, 0], nil),
  ([8, 8, 8, 8, 0x3a, 3, 0x12, 1, 0x67], nil),
  ([8, 0x80, 2, 0x3a, 3, 0x12, 1, 0x67], nil),
  (ascii("MZ" + String(repeating: "\0", count: 58) + "\u{40}\0\0\0PE\0\0"), .pe),
]

private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

struct FileFormatTests {
  @Test(arguments: [
    ("models/digits_cnn.h5", FileFormat.hdf5), ("models/digits_cnn.keras", .zip),
    ("models/digits_cnn.onnx", .onnx), ("models/digits_cnn_int8.onnx", .onnx),
    ("digits/evaluation/images-idx3-ubyte", .idx), ("digits/goldens/x.npy", .npy),
    ("goldens/digits_cnn.outputs16.json", .json), ("digits/proofmark.toml", .text),
    ("digits/evaluation/labels-idx1-ubyte", .idx),
  ])
  func `a real file is told from its bytes`(_ name: String, _ kind: FileFormat) throws {
    #expect(FileFormat(of: try Fixture.bytes(name)) == kind)
  }

  @Test(arguments: signs)
  func `a signature or a structure tells the kind`(_ bytes: [UInt8], _ kind: FileFormat?) {
    #expect(FileFormat(of: ByteSlice(bytes)) == kind)
  }

  @Test
  func `HDF5 may begin after a user block`() {
    let magic: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    for (place, kind) in [(512, FileFormat?.some(.hdf5)), (1024, .hdf5), (600, nil)] {
      let bytes = [UInt8](repeating: 0xee, count: place) + magic
      #expect(FileFormat(of: ByteSlice(bytes)) == kind)
    }
  }
}

struct ClaimTests {
  @Test
  func `every loader that would take the bytes has a claim`() {
    let zip = ZipBuilder.one("a.txt", [0x61])
    let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let both = FileFormat.claims(of: ByteSlice(png + zip))
    #expect(both == [Claim(.png, .signature), Claim(.zip, .tail)])
    #expect(FileFormat.claims(of: ByteSlice(zip)) == [Claim(.zip, .signature)])
    #expect(FileFormat.claims(of: ByteSlice([0xff, 0, 1])).isEmpty)
  }

  @Test(arguments: [
    ("<?xml version=\"1.0\"?><PMML>", FileFormat.pmml), ("<svg>", .svg), ("---\na: 1\n", .yaml),
    ("-----BEGIN PRIVATE KEY-----\n", .pem), ("GGUF is a word", .text), ("ggml too", .text),
    ("ab-lh", .text), ("  {\"a\": 1}", .json), ("%PDF-1.7\n", .pdf),
  ])
  func `text is told from what is written in text`(text: String, format: FileFormat) {
    #expect(FileFormat(of: ByteSlice(utf8: text)) == format)
  }

  @Test(
    arguments: [
      [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xc0, 0xaf],
      [0x61, 0x80], [0xf0, 0x9f, 0x98],
    ] as [[UInt8]])
  func `what is no UTF-8 is no text`(bytes: [UInt8]) {
    #expect(FileFormat(of: ByteSlice(bytes)) == nil)
  }

  @Test
  func `text of every length of letter is text`() {
    #expect(FileFormat(of: ByteSlice(utf8: "a\u{e9}\u{20ac}\u{d7ff}\u{1f600}\u{10ffff}")) == .text)
  }

  @Test(arguments: [
    (["m/data.pkl", "m/data/0"], [ArchivedModel.torch]),
    (["data.pkl", "code/a.py"], [.torchScript]),
    (["config.json", "metadata.json"], [.keras]), (["config.json", "model.weights.h5"], [.keras]),
    (["a.npy"], [.npz]), (["config.json"], []), ([], []),
    (["proofmark.toml", "data.pkl"], []),
    (
      ["data.pkl", "config.json", "metadata.json"],
      [.torch, .keras]
    ),
  ])
  func `a model that is an archive is told by its members`(
    names: [String], models: [ArchivedModel]
  ) {
    #expect(ArchivedModel.all(in: names) == models)
  }
}
