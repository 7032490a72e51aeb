import Bytes
import Glibc
import TestSupport
import Testing

/// A new folder that is removed with everything in it.
private final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/proofmark-bytes-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Every name in the folder, sorted.
  var names: [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

private func mode(of path: String) -> UInt32 {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

struct AtomicFileTests {
  @Test
  func `a file appears whole, with its mode, and alone`() throws {
    let folder = try Folder()
    let path = folder.path + "/report.txt"
    try AtomicFile.write("first\n", to: path)
    #expect(try ByteSlice(path: path).utf8 == "first\n")
    #expect(mode(of: path) == 0o644)
    try AtomicFile.write(ByteSlice([1, 2]), to: path, mode: 0o600)
    #expect(try ByteSlice(path: path).array == [1, 2])
    #expect(mode(of: path) == 0o600)
    #expect(folder.names == ["report.txt"])
  }

  @Test
  func `what is not committed leaves the old file and nothing else`() throws {
    let folder = try Folder()
    let path = folder.path + "/report.txt"
    try AtomicFile.write("old", to: path)
    do {
      var file = try AtomicFile(path: path)
      try [UInt8](repeating: 7, count: 9).withUnsafeBytes { try file.write($0) }
      #expect(folder.names.count == 2)
    }
    #expect(folder.names == ["report.txt"])
    #expect(try ByteSlice(path: path).utf8 == "old")
  }

  @Test
  func `a folder that is not there or a name that is one is an error`() throws {
    let folder = try Folder()
    let missing = folder.path + "/none/report.txt"
    let error = try #require(throws: FileError.self) { try AtomicFile.write("x", to: missing) }
    #expect(error == FileError(path: missing, action: "write", reason: "No such file or directory"))
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path) }
    #expect(folder.names.isEmpty)
  }
}

struct FileReadingTests {
  @Test
  func `a file is read whole, an empty one as no bytes`() throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(ByteSlice(bytes), to: path)
    #expect(try ByteSlice(path: path).array == bytes)
    try AtomicFile.write("", to: path)
    #expect(try ByteSlice(path: path).isEmpty)
  }

  @Test
  func `what is no regular file is an error and never waited for`() throws {
    let folder = try Folder()
    let fifo = folder.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    for path in [fifo, folder.path, "/dev/zero", folder.path + "/none"] {
      let error = try #require(throws: FileError.self) { try ByteSlice(path: path) }
      #expect(error.path == path && error.action == "read")
    }
  }

  @Test
  func `a stream is read up to its limit`() throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    try AtomicFile.write("0123456789", to: path)
    for (limit, isEnough) in [(10, true), (9, false)] {
      let descriptor = open(path, O_RDONLY)
      defer { close(descriptor) }
      if isEnough {
        let bytes = try ByteSlice(stream: descriptor, name: "standard input", limit: limit)
        #expect(bytes.utf8 == "0123456789")
      } else {
        #expect(
          throws: FileError(path: "standard input", action: "read", reason: "more than 9 bytes")
        ) { try ByteSlice(stream: descriptor, name: "standard input", limit: limit) }
      }
    }
  }
}

private let signs: [([UInt8], FileKind)] = [
  ([], .empty), ([0x1f, 0x8b, 8], .gzip), ([0x28, 0xb5, 0x2f, 0xfd], .zstd),
  ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], .xz), (ascii("BZh9"), .bzip2),
  ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], .sevenZip), ([0x80, 4, 0x95], .pickle),
  ([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], .png), ([0xff, 0xd8, 0xff, 0xe0], .jpeg),
  (ascii(String(repeating: "\0", count: 257) + "ustar"), .tar),
  (ascii("\u{2}\0\0\0\0\0\0\0{}"), .safetensors),
  ([0, 0, 8, 1, 0, 0, 0, 2, 5, 5], .idx), ([0, 0, 8, 1, 0, 0, 0, 3, 5, 5], .unknown),
  ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x7b, 0x7d], .unknown),
  (ascii(" [1]"), .json), (ascii("hello\n"), .text), ([0x68, 0], .unknown), ([0xff], .unknown),
  (ascii("a\u{1b}[0m"), .unknown), ([0x80, 0, 0x2e], .pickle), ([0x7f, 0x45, 0x4c, 0x46], .elf),
  ([0xca, 0xfe, 0xba, 0xbe], .machO), (ascii("MZ is a text"), .text),
  (ONNXBuilder().bytes, .onnx),
  // A tensor alone, a message of one number, a graph that leaves the file, one of no known field.
  (ONNXTensorBuilder.floats("w", [1], [1]).message.bytes, .unknown), ([8, 8], .unknown),
  ([8, 8, 0x3a, 4, 0x12, 1, 0x67], .unknown), ([8, 8, 0x3a, 2, 0x1a, 0], .unknown),
  ([8, 8, 0x3a, 3, 0x12, 1, 0x67], .onnx), ([8, 8, 0x3a, 0], .unknown),
  ([8, 8, 8, 8, 0x3a, 3, 0x12, 1, 0x67], .unknown),
  ([8, 0x80, 2, 0x3a, 3, 0x12, 1, 0x67], .unknown),
  (ascii("MZ" + String(repeating: "\0", count: 58) + "\u{40}\0\0\0PE\0\0"), .pe),
]

private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

struct FileKindTests {
  @Test(arguments: [
    ("models/digits_cnn.h5", FileKind.hdf5), ("models/digits_cnn.keras", .zip),
    ("models/digits_cnn.onnx", .onnx), ("models/digits_cnn_int8.onnx", .onnx),
    ("digits/evaluation/images-idx3-ubyte", .idx), ("digits/goldens/x.npy", .npy),
    ("goldens/digits_cnn.outputs16.json", .json), ("digits/proofmark.toml", .text),
    ("digits/evaluation/labels-idx1-ubyte", .idx),
  ])
  func `a real file is told from its bytes`(_ name: String, _ kind: FileKind) throws {
    #expect(FileKind(of: try Fixture.bytes(name)) == kind)
  }

  @Test(arguments: signs)
  func `a signature or a structure tells the kind`(_ bytes: [UInt8], _ kind: FileKind) {
    #expect(FileKind(of: ByteSlice(bytes)) == kind)
  }

  @Test
  func `HDF5 may begin after a user block`() {
    let magic: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
    for (place, kind) in [(512, FileKind.hdf5), (1024, .hdf5), (600, .unknown)] {
      let bytes = [UInt8](repeating: 0xee, count: place) + magic
      #expect(FileKind(of: ByteSlice(bytes)) == kind)
    }
  }
}
