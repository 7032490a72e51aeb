import Archives
import Bytes
import Findings
import TestSupport

// Hostile files: what stands in further chunks, texts and names of models, and in streams that only
// one unpacker follows.
extension Corpus {
  static let places: [HostileFile] = dataSets + tensorNames + streams + classes

  private static func row(
    _ name: String, _ rule: Rule, _ file: String, source: String = "own",
    _ bytes: @escaping @Sendable () -> [UInt8], clean: (@Sendable () -> [UInt8])? = nil
  ) -> HostileFile {
    HostileFile(
      name, rule, rule.severity, in: file, source: source, isHygiene: rule.severity < .high,
      bytes: bytes, clean: clean)
  }

  private static func fixture(_ path: String) -> [UInt8] {
    (try? Fixture.bytes("scan/\(path)").array) ?? []
  }

  /// Files of h5py, one hostile and the nearest clean one.
  private static func dataSet(
    _ name: String, _ rule: Rule, _ hostile: String, clean: String = "texts"
  ) -> HostileFile {
    row(name, rule, "model.h5") {
      fixture("keras/\(hostile).h5")
    } clean: {
      fixture("keras/\(clean).h5")
    }
  }

  private static let dataSets: [HostileFile] = [
    dataSet("HDF5: a pickle in a text of any length", .tensorIsFile, "texts-pickle"),
    dataSet("HDF5: what a pickle in a text imports", .dangerousImport, "texts-pickle"),
    dataSet("HDF5: a pickle in base64 in a text", .dangerousImport, "texts-base64"),
    dataSet("HDF5: code in a text of a later chunk", .modelText, "texts-code"),
    dataSet("HDF5: a pickle in a text of one length", .dangerousImport, "texts-fixed"),
    dataSet("HDF5: a pickle in base64 in an attribute", .hdf5HiddenContent, "attribute-base64"),
    dataSet("HDF5: a pickle in a later chunk", .tensorIsFile, "chunks-pickle", clean: "chunks"),
    dataSet("HDF5: a pickle longer than its chunks", .tensorIsFile, "chunks-span", clean: "chunks"),
    dataSet("HDF5: a pickle in a member, in LZF", .dangerousImport, "parts-member", clean: "parts"),
    dataSet("HDF5: a pickle in opaque bytes", .dangerousImport, "parts-opaque", clean: "parts"),
    dataSet("HDF5: a pickle in a row of any length", .dangerousImport, "parts-row", clean: "parts"),
    dataSet("HDF5: code of several lines in a text", .modelText, "parts-lines", clean: "parts"),
    dataSet("HDF5: code of several lines in an attribute", .modelText, "attribute-lines"),
    dataSet("HDF5: opaque bytes in an attribute", .hdf5HiddenContent, "attribute-opaque"),
  ]

  private static func safetensors(_ name: String) -> [UInt8] {
    let tensor = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    return SafetensorsBuilder(
      header: "{\"\(name)\":\(tensor)}", buffer: [UInt8](repeating: 0, count: 8)
    ).bytes
  }

  private static func torch(_ name: String) -> [UInt8] {
    var model = TorchBuilder()
    model.add(name, shape: [2])
    return model.bytes
  }

  private static func gguf(_ name: String) -> [UInt8] {
    var file = GGUFBuilder()
    file.text("general.architecture", "llama")
    file.tensor(name, [4])
    file.data = [UInt8](repeating: 0, count: 32)
    return file.bytes
  }

  private static func onnx(_ name: String) -> [UInt8] {
    var model = ONNXBuilder()
    model.graph.initializer(.floats(name, [2], [1, 2]))
    return model.bytes
  }

  private static let tensorNames: [HostileFile] = [
    row("safetensors: a name that leads out", .tensorName, "a.safetensors") {
      safetensors("../../x")
    } clean: {
      safetensors("model/layers.0/weight:0")
    },
    row("safetensors: a name that turns its text round", .tensorName, "b.safetensors") {
      safetensors("a\\u202eb")
    } clean: {
      safetensors("größe")
    },
    row("safetensors: a name with a NUL byte", .tensorName, "c.safetensors") {
      safetensors("a\\u0000b")
    },
    row("torch: a key that leads out", .tensorName, "a.pth") {
      torch("..\\x.weight")
    } clean: {
      torch("features.0.weight")
    },
    row("GGUF: a name from the root", .tensorName, "a.gguf") {
      gguf("/etc/cron.d/x")
    } clean: {
      gguf("blk.0.attn_q.weight")
    },
    row("ONNX: a name of a system's folder", .tensorName, "a.onnx") {
      onnx("/etc/cron.d/x")
    } clean: {
      onnx("/model/conv/Constant_output_0")
    },
  ]

  /// 120 bytes that unpack to themselves: stored blocks of 20 bytes and blocks that repeat the last
  /// 20, after Russ Cox's "Zip files all the way down" (2010); gzip 1.12 gives the same.
  private static let quine =
    "H4sICAAAAAAA/3IuZ3oAABQA6/8fiwgIAAAAAAD/ci5negAAFADr/0KIIcQAABQA6/9CiCHEAAAUAOv/QoghxAAAFADr"
    + "/0KIIcQAABQA6/9CiCHEAAIIEAAA//8zTKDeeAAAAEKIIcQAAggQAAD//zNMoN54AAAA"

  /// 428 bytes of zip whose member they are, by the same means: its header has an extra field, and
  /// its CRC-32 solves the equations of its eight places; Info-ZIP 6.0 finds no fault in it.
  private static let zipQuine =
    "UEsDBBQAAAAIAAAAIVwiSyZ3JwEAAKwBAAAFABkAci56aXD+yhUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEEAvv9QSwMEFA"
    + "AAAAgAAAAhXCJLJncnAQAArAEAAAUAGQByLnppcP7KFQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQQC+/6LYAIAAAAUA+v+i"
    + "2ACAAAAFAPr/AAUA+v8AFADr/6LYAIAAAAUA+v8ABQD6/wAUAOv/QoghxAAAFADr/0KIIcQAABQA6/9CiCHEAAAUAOv/Qo"
    + "ghxAAAFADr/0KIIcQAAAAA//8AAAD//wBUAKv/QoghxAAAAAD//wAAAP//AFQAq/+ihZkAAAAA//8DAFBLAQIUABQAAAAI"
    + "AAAAIVwiSyZ3JwEAAKwBAAAFAAAAAAAAAAAAAAAAAAAAAAByLnppcFBLBQYAAAAAAQABADMAAABjAQAAAACihZkAAAAA//"
    + "8DAFBLAQIUABQAAAAIAAAAIVwiSyZ3JwEAAKwBAAAFAAAAAAAAAAAAAAAAAAAAAAByLnppcFBLBQYAAAAAAQABADMAAABj"
    + "AQAAAAA="

  /// A call of os.system in xz, once more in xz, by Python 3.11.
  private static let twice =
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQBP/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAUY29zCnN5c3RlbQooUy"
    + "dpZCcKdFIuAAAAALWMMK4LlRasAAEtFS8LcW0ftvN9AQAAAAAEWVoAQpBqhugTszYAAWhQcAXJ5h+2830BAAAAAARZ"
    + "Wg=="

  /// The 7z archive with bytes between its streams and its header, which only its start knows of.
  private static func sevenZip(gap: [UInt8]) -> [UInt8] {
    var bytes = fixture("7z/plain-header.7z")
    guard bytes.count > 32 else { return [] }
    let place = bytes[12..<20].reversed().reduce(0) { $0 << 8 | Int($1) }
    bytes.insert(contentsOf: gap, at: 32 + place)
    bytes.replaceSubrange(12..<20, with: little(UInt64(place + gap.count), 8))
    bytes.replaceSubrange(
      8..<12, with: little(UInt64(CRC32(of: ByteSlice(bytes[12..<32])).value), 4))
    return bytes
  }

  /// A stored text in which a descriptor and a member stand.
  private static func descriptor(size: UInt64, behind length: Int = 0) -> [UInt8] {
    let payload = ZipBuilder.one("b.pkl", PickleBuilder.call("os", "system", "id"))
    let content = [UInt8](repeating: 0x20, count: length) + Array("some text\n".utf8)
    let checksum = little(UInt64(CRC32(of: ByteSlice(content)).value), 4)
    let descriptor = [0x50, 0x4b, 7, 8] + checksum + little(size, 4) + little(size, 4)
    return ZipBuilder.one("a.txt", content + (size == 0 ? [] : descriptor + payload)) {
      $0.useDescriptor()
    }
  }

  private static let streams: [HostileFile] = [
    row(
      "a gzip file that unpacks to itself", .selfContainedArchive, "r.gz",
      source: "research.swtch.com/zip"
    ) {
      Base64.decode(quine) ?? []
    },
    row(
      "a zip archive that unpacks to itself", .selfContainedArchive, "r.zip",
      source: "research.swtch.com/zip"
    ) {
      Base64.decode(zipQuine) ?? []
    },
    row("xz in xz", .ambiguousCompression, "a.pkl.xz") { Base64.decode(twice) ?? [] },
    row("a pickle in xz in xz", .dangerousImport, "a.pkl.xz") { Base64.decode(twice) ?? [] },
    row("7z: bytes of no stream", .hiddenBytes, "a.7z") { sevenZip(gap: [1, 2, 3]) },
    row("7z: a pickle of no stream", .dangerousImport, "a.7z") {
      sevenZip(gap: PickleBuilder.call("os", "system", "id"))
    },
    row("7z: an item that deletes a file", .specialFile, "a.7z") { fixture("7z/anti.7z") },
    row("a member behind a descriptor in another's data", .ambiguousArchive, "a.zip") {
      descriptor(size: 10)
    } clean: {
      descriptor(size: 0)
    },
    // The last byte of one window of the pass and the first ones of the next.
    row("a descriptor across two windows", .dangerousImport, "b.zip") {
      descriptor(size: 262_100, behind: 262_090)
    } clean: {
      descriptor(size: 0, behind: 262_090)
    },
    row("a pickle behind a descriptor in another's data", .dangerousImport, "a.zip") {
      descriptor(size: 10)
    },
  ]

  /// Classes beside those of clean saves, which run what they are given.
  private static let classes: [HostileFile] = [
    row("a distribution whose state is source", .unknownImport, "a.pkl") {
      PickleBuilder(protocol: 4).stackGlobal("scipy.stats._continuous_distns", "norm_gen")
        .tuple(of: 0).newObj().dict().text("_parse_arg_template")
        .text("import os\nos.system('id')\n").setItem().build().stop()
    },
    row("numpy.vectorize of what it is given", .unknownImport, "a.pkl") {
      PickleBuilder(protocol: 4).stackGlobal("numpy.lib._function_base_impl", "vectorize")
        .stackGlobal("builtins", "int").tuple(of: 1).reduce().stop()
    } clean: {
      PickleBuilder(protocol: 4).stackGlobal("builtins", "int").stop()
    },
    row("another attribute of interp1d", .dangerousImport, "a.pkl") {
      PickleBuilder().global("builtins", "getattr")
        .global("scipy.interpolate._interpolate", "interp1d").text("__init__").tuple(of: 2)
        .reduce().stop()
    } clean: {
      PickleBuilder().global("builtins", "getattr")
        .global("scipy.interpolate._interpolate", "interp1d").text("_call_linear").tuple(of: 2)
        .reduce().stop()
    },
  ]
}
