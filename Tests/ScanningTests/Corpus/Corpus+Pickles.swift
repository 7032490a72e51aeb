import Bytes
import Findings
import Scanning
import TestSupport

// Hostile files: pickles, torch, joblib and arrays.

private let v4 = PickleBuilder(protocol: 4)
private let plain = PickleBuilder(protocol: nil)
private let clean = PickleBuilder.call("collections", "Counter", "aab")
private let payload = PickleBuilder.call("os", "system", "id")

private func row(
  _ name: String, _ rule: Rule, in file: String = "model.pkl", source: String = "own",
  _ bytes: @escaping @autoclosure @Sendable () -> [UInt8], clean: (@Sendable () -> [UInt8])? = nil
) -> HostileFile {
  HostileFile(
    name, rule, rule.severity, in: file, source: source, isHygiene: rule.severity < .high,
    bytes: bytes, clean: clean)
}

extension Corpus {
  static let pickles: [HostileFile] =
    machineRows + hiddenRows + argumentRows + joblibRows + torchRows + torchScriptRows + arrayRows
    + gadgetRows

  private static let machineRows: [HostileFile] = [
    row(
      "FLOAT before the payload", .dangerousImport, source: "fickling#322",
      PickleBuilder().raw(Array("F1.5\n".utf8)).pop().raw(payload).bytes),
    row(
      "BYTEARRAY8 before the payload", .dangerousImport, source: "fickling#322",
      PickleBuilder(protocol: 5).raw([0x96, 1, 0, 0, 0, 0, 0, 0, 0, 7]).pop().raw(payload).bytes),
    row(
      "NEXT_BUFFER before the payload", .dangerousImport, source: "fickling#322",
      PickleBuilder(protocol: 5).raw([0x97]).pop().raw(payload).bytes),
    row(
      "a buffer that the reader must bring", .strayReference, source: "fickling#322",
      PickleBuilder(protocol: 5).raw([0x97]).stop(),
      clean: { PickleBuilder(protocol: 5).binary([1]).stop() }),
    row(
      "a list in itself before the payload", .dangerousImport, source: "fickling#196",
      v4.list().memoize().get(0).append().pop().raw(payload).bytes,
      clean: { v4.list().memoize().get(0).append().stop() }),
    row(
      "BUILD with a slot state on a function", .misusedImport, source: "modelscan#85",
      v4.stackGlobal("numpy", "float32").none().dict().text("x").none().setItem().tuple(of: 2)
        .build().stop(), clean: { v4.stackGlobal("numpy", "float32").stop() }),
    row(
      "a module that is bytes", .computedImport, source: "modelscan#338",
      v4.binary(Array("os".utf8)).text("system").stackGlobal().stop()),
    row(
      "a module that is an integer", .computedImport, source: "modelscan#338",
      v4.integer(42).text("system").stackGlobal().stop()),
    row(
      "a name that is None", .computedImport, source: "modelscan#338",
      v4.text("os").none().stackGlobal().stop()),
    row(
      "a call that POP takes away", .dangerousImport, source: "fickling GHSA-mhc9-48gj-9gp3",
      v4.stackGlobal("os", "system").text("id").tuple(of: 1).reduce().pop().none().stop()),
    row(
      "BUILD after the call", .dangerousImport, source: "fickling GHSA-mhc9-48gj-9gp3",
      v4.stackGlobal("os", "system").text("id").tuple(of: 1).reduce().dict().build().stop()),
    row(
      "OBJ of pty.spawn", .dangerousImport, source: "fickling#108",
      plain.mark().global("pty", "spawn").string("'id'").obj().stop()),
    row(
      "a memo index with an underscore", .dangerousImport,
      v4.text("os").put(10).pop().text("collections").put(1).pop().raw(Array("g1_0\n".utf8))
        .text("system").stackGlobal().stop(),
      clean: {
        v4.text("collections").put(10).pop().raw(Array("g1_0\n".utf8)).text("Counter")
          .stackGlobal().stop()
      }),
    row(
      "a memo index with a sign", .dangerousImport,
      v4.text("os").put(1).pop().raw(Array("g +1\n".utf8)).text("system").stackGlobal().stop()),
    row(
      "a frame longer than the file", .malformedPickle,
      v4.raw([0x95, 255, 0, 0, 0, 0, 0, 0, 0]).none().stop(),
      clean: { v4.raw([0x95, 2, 0, 0, 0, 0, 0, 0, 0]).none().stop() }),
    row(
      "a frame that ends inside an instruction", .malformedPickle,
      v4.raw([0x95, 3, 0, 0, 0, 0, 0, 0, 0]).text("text").stop(),
      clean: { v4.raw([0x95, 7, 0, 0, 0, 0, 0, 0, 0]).text("text").stop() }),
    row("protocol 6", .malformedPickle, [0x80, 2, 0x4e, 0x30, 0x80, 6, 0x4e, 0x2e]),
    row(
      "PROTO in the middle", .dangerousImport,
      PickleBuilder().none().pop().raw([0x80, 4]).stackGlobal("os", "system").stop(),
      clean: { PickleBuilder().none().pop().raw([0x80, 4]).none().stop() }),
    row(
      "an extension code of four bytes", .computedImport,
      PickleBuilder().raw([0x84, 1, 2, 0, 0]).stop()),
    row("an extension code 0", .malformedPickle, PickleBuilder().none().pop().extension1(0).stop()),
    row(
      "a number of ten thousand digits", .pickleBomb,
      PickleBuilder().raw(Array("L".utf8) + [UInt8](repeating: 0x39, count: 10_000))
        .raw(Array("L\n".utf8)).stop(),
      clean: { PickleBuilder().raw(Array("L123456789012345678901234567890L\n".utf8)).stop() }),
    row("STOP missing after a call", .dangerousImport, Array(payload.dropLast())),
    row(
      "a persistent reference in a line", .strayReference,
      PickleBuilder().raw(Array("P7\n".utf8)).stop()),
    row(
      "an instance that plants __class__", .misusedImport,
      v4.stackGlobal("argparse", "Namespace").tuple(of: 0).newObj().dict().text("__class__")
        .text("x").setItem().build().stop()),
    row(
      "an instance that plants __reduce_ex__ as a slot", .misusedImport,
      v4.stackGlobal("argparse", "Namespace").tuple(of: 0).newObj().none().dict()
        .text("__reduce_ex__").text("x").setItem().tuple(of: 2).build().stop()),
    row(
      "a keyword argument for a class", .unknownImport,
      v4.stackGlobal("library", "Model").tuple(of: 0).dict().text("cmd").text("id").setItem()
        .newObjEx().stop()),
    row(
      "Python 2's name under protocol 4", .dangerousImport,
      v4.stackGlobal("commands", "getoutput").text("id").tuple(of: 1).reduce().stop()),
    row(
      "Python 2's name that moved", .dangerousImport,
      PickleBuilder.call("itertools", "imap", "id")),
    row(
      "getattr on an allowed class", .dangerousImport,
      v4.stackGlobal("builtins", "getattr").stackGlobal("collections", "OrderedDict")
        .text("__init__").tuple(of: 2).reduce().stop(),
      clean: {
        v4.stackGlobal("builtins", "getattr").stackGlobal("zoneinfo", "ZoneInfo")
          .text("_unpickle").tuple(of: 2).reduce().text("UTC").raw([0x88]).tuple(of: 2).reduce()
          .stop()
      }),
    row(
      "a factory that is a function", .misusedImport, source: "modelaudit#1064",
      v4.stackGlobal("collections", "defaultdict").stackGlobal("copyreg", "_reconstructor")
        .tuple(of: 1).reduce().stop(),
      clean: {
        v4.stackGlobal("collections", "defaultdict").stackGlobal("builtins", "int").tuple(of: 1)
          .reduce().stop()
      }),
    row(
      "a mapping that only looks through", .misusedImport, source: "modelaudit#1064",
      v4.stackGlobal("collections", "ChainMap").dict().tuple(of: 1).reduce().stop()),
    row(
      "a callback on a dying object", .dangerousImport,
      v4.stackGlobal("weakref", "finalize").stackGlobal("collections", "Counter").tuple(of: 1)
        .reduce().stop()),
    row(
      "an import and a join of texts", .dangerousImport, source: "modelscan#331",
      v4.stackGlobal("importlib", "import_module").stackGlobal("builtins", "str.join").text("")
        .list().text("o").append().text("s").append().tuple(of: 2).reduce().tuple(of: 1).reduce()
        .stop()),
    row(
      "a magic number that eval makes", .dangerousImport, in: "model.pt", source: "picklescan",
      PickleBuilder.call("builtins", "eval", "0x1950a86a20f9469cfc6c") + clean + clean),
  ]

  private static let hiddenRows: [HostileFile] = [
    row(
      "a pickle in bytes", .hiddenProgram, source: "modelscan#338",
      v4.binary(payload).stop(), clean: { v4.binary(Array(repeating: 7, count: 40)).stop() }),
    row(
      "a pickle of protocol 0 in a text", .hiddenProgram,
      v4.text("cos\nsystem\n(S'id'\ntR.").stop(), clean: { v4.text("cos\nsin\ntan of x\n").stop() }),
    row(
      "a pickle in base64", .hiddenProgram, source: "modelscan#338",
      v4.text(Base64.encode(payload)).stop(),
      clean: { v4.text(Base64.encode(Array("gAAA not a pickle at all".utf8))).stop() }),
    row(
      "a pickle in hexadecimal digits", .hiddenProgram, source: "modelaudit",
      v4.text(hexadecimal(payload)).stop(),
      clean: { v4.text(String(repeating: "80045f", count: 12)).stop() }),
    row(
      "a pickle in a pickle in a pickle", .hiddenProgram, source: "modelaudit",
      v4.binary(v4.binary(payload).stop()).stop(),
      clean: { v4.binary(v4.binary(v4.integer(1).stop()).stop()).stop() }),
    row(
      "compiled code in bytes", .hiddenProgram,
      v4.binary(
        [0xe3] + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x40, 0, 0, 0]
          + [0x73, 4, 0, 0, 0, 1, 2, 3, 4, 0x29]
      ).stop(),
      clean: {
        v4.binary([0xe3] + [UInt8](repeating: 0, count: 30)).stop()
      }),
  ]

  private static let argumentRows: [HostileFile] = [
    row(
      "a byte array with a codec", .misusedImport,
      v4.stackGlobal("builtins", "bytearray").text("bf").text("rot13").tuple(of: 2).reduce().stop(),
      clean: {
        v4.stackGlobal("builtins", "bytearray").text("bf").text("latin-1").tuple(of: 2).reduce()
          .stop()
      }),
    row(
      "a device made of an import", .unusualArguments,
      v4.stackGlobal("torch", "device").stackGlobal("torch", "float32").tuple(of: 1).reduce()
        .stop(),
      clean: { v4.stackGlobal("torch", "device").text("cpu").tuple(of: 1).reduce().stop() }),
    row(
      "a date with too many arguments", .unusualArguments,
      v4.stackGlobal("datetime", "date").integer(1).integer(2).tuple(of: 2).reduce().stop(),
      clean: {
        v4.stackGlobal("datetime", "date").binary([7, 232, 1, 2]).tuple(of: 1).reduce().stop()
      }),
  ]

  /// A wrapper of joblib with its state up to BUILD.
  private static func wrapper(_ count: Int, type: String = "f4") -> PickleBuilder {
    v4.stackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper").tuple(of: 0).newObj().dict().mark()
      .text("subclass").stackGlobal("numpy", "ndarray")
      .text("shape").integer(count).tuple(of: 1).text("order").text("C")
      .text("dtype").stackGlobal("numpy", "dtype").text(type).no().raw([0x88]).tuple(of: 3).reduce()
      .text("allow_mmap").raw([0x88]).text("numpy_array_alignment_bytes").integer(16)
      .setItems().build()
  }

  private static let joblibRows: [HostileFile] = [
    row(
      "a payload after joblib's first array", .dangerousImport, in: "model.joblib",
      source: "aisbom#91", wrapper(1).raw([1, 0xff, 0, 0, 0, 0]).pop().raw(payload).bytes,
      clean: { wrapper(1).raw([1, 0xff, 0, 0, 0, 0]).stop() }),
    row(
      "an array longer than the file", .rawDataLie, in: "model.joblib",
      wrapper(1 << 20).raw([0, 0, 0, 0, 0]).stop()),
    row(
      "padding that holds something", .rawDataLie, in: "model.joblib",
      wrapper(1).raw([2, 0x2e, 0x2e, 0, 0, 0, 0]).stop()),
    row(
      "elements that are a pickle", .rawDataLie, in: "model.joblib",
      wrapper(payload.count, type: "u1").raw([0] + payload).stop(),
      clean: { wrapper(4, type: "u1").raw([0, 1, 2, 3, 4]).stop() }),
    row(
      "an array of objects with a payload", .dangerousImport, in: "model.joblib",
      wrapper(1, type: "O8").raw(payload).stop(),
      clean: { wrapper(1, type: "O8").raw(v4.list().stop()).stop() }),
    row(
      "a wrapper of a file outside", .strayReference, in: "model.joblib",
      v4.stackGlobal("joblib.numpy_pickle_compat", "NDArrayWrapper").tuple(of: 0).newObj().dict()
        .text("filename").text("../../etc/x.npy").setItem().build().stop()),
  ]

  private static func torch(_ change: (inout TorchBuilder) -> Void = { _ in }) -> [UInt8] {
    var builder = TorchBuilder()
    builder.add("w", shape: [3, 4])
    change(&builder)
    return builder.bytes
  }

  private static func archive(_ members: [(String, [UInt8])]) -> [UInt8] {
    var zip = ZipBuilder()
    for (name, bytes) in members { zip.add(name, bytes) }
    return zip.bytes
  }

  /// A tensor of bytes whose storage is given.
  private static func torch(storage: [UInt8]) -> [UInt8] {
    let pickle = PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").mark()
      .mark().text("storage").global("torch", "ByteStorage").text("0").text("cpu")
      .integer(storage.count).tuple().persistentID()
      .integer(0).integer(storage.count).tuple(of: 1).integer(1).tuple(of: 1).no()
      .global("collections", "OrderedDict").tuple(of: 0).reduce().tuple().reduce().stop()
    return archive([
      ("m/data.pkl", pickle), ("m/byteorder", Array("little".utf8)), ("m/data/0", storage),
      ("m/version", Array("3\n".utf8)),
    ])
  }

  private static let torchRows: [HostileFile] = [
    row(
      "a storage that is a pickle", .storageIsProgram, in: "model.pth", torch(storage: payload),
      clean: { torch(storage: [UInt8](repeating: 3, count: 40)) }),
    row(
      "a storage that is an executable", .storageIsProgram, in: "model.pth",
      torch(storage: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 30))),
    row(
      "a storage that is a script", .storageIsProgram, in: "model.pth",
      torch(storage: Array("#!/bin/sh\nid\n    \n".utf8))),
    row(
      "two data.pkl", .strayReference, in: "model.pth",
      archive([
        ("a/data.pkl", TorchBuilder().dataPickle),
        (
          "b/data.pkl",
          PickleBuilder().mark().text("storage").global("torch", "FloatStorage").text("0")
            .text("cpu").integer(1).tuple().persistentID().stop()
        ),
      ])),
    row(
      "a further pickle beside data.pkl", .dangerousImport, in: "model.pth",
      archive([("m/data.pkl", TorchBuilder().dataPickle), ("m/extra.bin", payload)])),
    row(
      "a negative stride", .strayReference, in: "model.pth", source: "CVE-2026-24747",
      torch {
        $0.pickle = PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").mark()
          .mark().text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(12)
          .tuple().persistentID().integer(0).integer(3).tuple(of: 1).integer(-1).tuple(of: 1).no()
          .global("collections", "OrderedDict").tuple(of: 0).reduce().tuple().reduce().stop()
      }, clean: { torch() }),
    row(
      "items on a tensor", .misusedImport, in: "model.pth", source: "CVE-2026-24747",
      torch {
        $0.pickle = PickleBuilder().global("torch._utils", "_rebuild_tensor_v2").mark()
          .mark().text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(12)
          .tuple().persistentID().integer(0).integer(3).tuple(of: 1).integer(1).tuple(of: 1).no()
          .global("collections", "OrderedDict").tuple(of: 0).reduce().tuple().reduce()
          .text("x").integer(1).setItem().stop()
      }, clean: { torch() }),
  ]

  private static func script(_ code: String, constants: [UInt8]? = nil) -> [UInt8] {
    archive([
      (
        "m/data.pkl",
        PickleBuilder().global("__torch__", "M").tuple(of: 0).newObj().dict().build().stop()
      ),
      ("m/code/__torch__.py", Array(code.utf8)),
      ("m/constants.pkl", constants ?? PickleBuilder().tuple(of: 0).stop()),
      ("m/version", Array("3\n".utf8)),
    ])
  }

  private static let harmless = """
    class M(Module):
      __parameters__ = []
      def forward(self: __torch__.M, x: Tensor) -> Tensor:
        return torch.relu(ops.aten.add(x, x))

    """

  private static let torchScriptRows: [HostileFile] = [
    row(
      "TorchScript that reads a file", .torchScriptCode, in: "model.pt",
      script(
        harmless + "def f() -> Tensor:\n  return torch.from_file(\"/etc/passwd\", False, 9)\n"),
      clean: { script(harmless) }),
    row(
      "TorchScript with operators of a library", .torchScriptCode, in: "model.pt",
      script(harmless + "def f(x: Tensor) -> Tensor:\n  return ops.evil.run(x)\n")),
    row(
      "TorchScript with Python in a type comment", .torchScriptCode, in: "model.pt",
      source: "CVE-2022-45907",
      script(
        harmless + "def f(x):\n  # type: (__import__('os').system('id')) -> Tensor\n  return x\n")),
    row(
      "TorchScript that reaches for a class", .torchScriptCode, in: "model.pt",
      script(harmless + "def f(x):\n  return getattr(x, \"__class__\")\n"),
      // As torch 2.13 writes the members of a Sequential and of a ModuleDict.
      clean: {
        script(harmless + "def f(x):\n  a_b = getattr(x, \"a-b\")\n  _0 = getattr(a_b, \"0\")\n")
      }),
    row(
      "TorchScript that imports", .torchScriptCode, in: "model.pt",
      script("import os\n" + harmless)),
    row(
      "a hostile constants.pkl", .dangerousImport, in: "model.pt",
      script(harmless, constants: payload)),
  ]

  private static func skops(_ loader: String, _ module: String, _ name: String) -> [UInt8] {
    archive([
      (
        "schema.json",
        Array(
          #"{"__class__": "\#(name)", "__module__": "\#(module)", "__loader__": "\#(loader)"}"#.utf8
        )
      )
    ])
  }

  private static let arrayRows: [HostileFile] = [
    row(
      "a method in a schema of skops", .computedImport, in: "m.skops",
      skops("MethodNode", "builtins", "dict"),
      clean: { skops("DictNode", "builtins", "dict") }),
    row(
      "a function in a schema of skops", .dangerousImport, in: "m.skops",
      skops("FunctionNode", "os", "system"),
      clean: { skops("ObjectNode", "sklearn.linear_model._base", "LinearRegression") }),
    row(
      "a header that calls", .arrayHeaderCode, in: "x.npy",
      {
        var builder = NumPyBuilder([1], shape: "(1,)")
        builder.header = "{'descr': '<f4', 'fortran_order': False, 'shape': (eval('1'),), }"
        return builder.bytes
      }(), clean: { NumPyBuilder([1], shape: "(1,)").bytes }),
    row(
      "a pickle named as an array", .unmarkedArray, in: "x.npy", source: "CVE-2019-6446", payload),
    row(
      "a pickle without suffix in npz", .dangerousImport, in: "x.npz",
      archive([("x.npy", NumPyBuilder([1], shape: "(1,)").bytes), ("y", payload)])),
    row(
      "weights in .keras that are a pickle", .dangerousImport, in: "m.keras",
      source: "modelscan#262",
      archive([("model.weights.npz", ZipBuilder.one("w.npy", NumPyBuilder(pickle: payload).bytes))])
    ),
  ]
}
