import Foundation
import TestSupport
import Testing

struct MemoryTests {
  /// A file and a folder of files: 192 MiB of zeros, which no disk has to hold.
  @Test(arguments: [["model.safetensors"], ["a/1.safetensors", "a/2.safetensors"]])
  func `weights are scanned in less memory than they have`(_ names: [String]) throws {
    let folder = try ScratchFolder()
    let size = 192 << 20
    for name in names {
      let shape = size / names.count / 4
      let header = #"{"w":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[0,\#(shape * 4)]}}"#
      try folder.write(SafetensorsBuilder(header: header, buffer: []).bytes, to: name)
      let length = 8 + header.utf8.count + shape * 4
      #expect(truncate(folder.file(name), length) == 0)
    }
    let subject = names.count == 1 ? names[0] : "a"
    let run = try Command.peakMemory(["scan", subject], in: folder)
    #expect(run.exitCode == 0)
    #expect((8 << 20..<100 << 20).contains(run.bytes), "\(run.bytes >> 20) MiB")
  }
}
