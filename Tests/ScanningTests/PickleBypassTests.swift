import Bytes
import Findings
import Scanning
import TestSupport
import Testing

private let v4 = PickleBuilder(protocol: 4)
private let plain = PickleBuilder(protocol: nil)
private let clean = PickleBuilder.call("collections", "Counter", "aab")

/// The call of a gadget beside the same call of a harmless name.
private func gadget(
  _ module: String, _ name: String, _ rule: Rule = .dangerousImport
) -> Bypass {
  Bypass("\(module).\(name)", rule, PickleBuilder.call(module, name, "id"), clean: clean)
}

/// A list in a list in a list.
private func nested(_ depth: Int) -> [UInt8] {
  var builder = v4
  for _ in 0..<depth { builder = builder.list() }
  for _ in 1..<depth { builder = builder.append() }
  return builder.stop()
}

/// Lists of which each holds the one before twice.
private func doubling(_ steps: Int) -> [UInt8] {
  var builder = v4.list().put(0).pop()
  for _ in 0..<steps {
    builder = builder.list().get(0).append().get(0).append().put(0).pop()
  }
  return builder.get(0).stop()
}

let machineTricks: [Bypass] = [
  Bypass(
    "a memo that MEMOIZE made and PUT overwrote", .dangerousImport,
    v4.text("collections").memoize().pop().text("os").put(0).pop().get(0).text("system")
      .stackGlobal().stop(),
    clean: v4.text("os").memoize().pop().text("collections").put(0).pop().get(0)
      .text("OrderedDict").stackGlobal().stop()),
  Bypass(
    "a memo slot that MEMOIZE overwrites after a gap", .dangerousImport,
    v4.text("collections").put(1).pop().text("os").memoize().pop().get(1).text("system")
      .stackGlobal().stop(),
    clean: v4.text("os").put(1).pop().text("collections").memoize().pop().get(1)
      .text("OrderedDict").stackGlobal().stop()),
  Bypass(
    "a second pickle after the first", .unaccountedBytes, clean + clean, clean: clean),
  Bypass(
    "a hostile pickle after a harmless one", .dangerousImport,
    clean + PickleBuilder.call("os", "system", "id"), clean: clean),
  Bypass(
    "a stream that breaks after the call", .dangerousImport,
    Array(PickleBuilder.call("os", "system", "id").dropLast()) + [0xff], clean: clean),
  Bypass(
    "a stream that breaks", .malformedPickle, Array(clean.dropLast()) + [0xff], clean: clean),
  Bypass("a stream without STOP", .malformedPickle, Array(clean.dropLast()), clean: clean),
  Bypass(
    "INST instead of REDUCE", .dangerousImport,
    plain.mark().string("'id'").inst("os", "system").stop(),
    clean: plain.mark().inst("collections", "OrderedDict").stop()),
  Bypass(
    "OBJ instead of REDUCE", .dangerousImport,
    plain.mark().global("os", "system").string("'id'").obj().stop(),
    clean: plain.mark().global("collections", "OrderedDict").obj().stop()),
  Bypass(
    "NEWOBJ instead of REDUCE", .dangerousImport,
    v4.stackGlobal("subprocess", "Popen").text("id").tuple(of: 1).newObj().stop(),
    clean: v4.stackGlobal("collections", "OrderedDict").tuple(of: 0).newObj().stop()),
  Bypass(
    "NEWOBJ_EX instead of REDUCE", .dangerousImport,
    v4.stackGlobal("subprocess", "Popen").tuple(of: 0).dict().newObjEx().stop(),
    clean: v4.stackGlobal("collections", "OrderedDict").tuple(of: 0).dict().newObjEx().stop()),
  Bypass(
    "a class instantiated that may only be named", .misusedImport,
    v4.stackGlobal("torch", "FloatStorage").tuple(of: 0).newObj().stop(),
    clean: v4.stackGlobal("torch", "FloatStorage").stop()),
  Bypass(
    "BUILD that plants __setstate__", .misusedImport,
    v4.stackGlobal("argparse", "Namespace").tuple(of: 0).newObj().dict().text("__setstate__")
      .stackGlobal("builtins", "list").setItem().build().stop(),
    clean: v4.stackGlobal("argparse", "Namespace").tuple(of: 0).newObj().dict().text("epochs")
      .integer(3).setItem().build().stop()),
  Bypass(
    "BUILD on an imported function", .misusedImport,
    v4.stackGlobal("numpy.core.multiarray", "_reconstruct").dict().text("x").none().setItem()
      .build().stop(),
    clean: v4.stackGlobal("types", "SimpleNamespace").tuple(of: 0).newObj().dict().text("x")
      .none().setItem().build().stop()),
  Bypass(
    "SETITEM on an import", .misusedImport,
    v4.stackGlobal("numpy", "dtype").text("x").none().setItem().stop(),
    clean: v4.stackGlobal("collections", "OrderedDict").tuple(of: 0).reduce().text("x").none()
      .setItem().stop()),
  Bypass(
    "numpy.__builtins__ that becomes getattr", .dangerousImport,
    v4.stackGlobal("numpy", "__builtins__").text("getattr").none().setItem().stop(),
    clean: v4.stackGlobal("numpy", "float32").stop()),
  Bypass(
    "an extension code", .computedImport,
    PickleBuilder().extension1(7).text("id").tuple(of: 1).reduce().stop(),
    clean: PickleBuilder().integer(7).text("id").tuple(of: 2).stop()),
  Bypass(
    "a dotted name under protocol 4", .computedImport,
    v4.stackGlobal("collections", "OrderedDict.__init__.__globals__").stop(),
    clean: v4.stackGlobal("collections", "OrderedDict").stop()),
  Bypass(
    "a dotted walk into os", .dangerousImport,
    v4.stackGlobal("os", "path.os.system").text("id").tuple(of: 1).reduce().stop(),
    clean: clean),
  Bypass(
    "a name computed with rot13", .computedImport,
    v4.text("os").stackGlobal("_codecs", "encode").text("flfgrz").text("rot13").tuple(of: 2)
      .reduce().stackGlobal().stop(),
    clean: v4.stackGlobal("_codecs", "encode").text("flfgrz").text("latin1").tuple(of: 2)
      .reduce().stop()),
  Bypass(
    "decoys popped before STACK_GLOBAL", .dangerousImport,
    v4.text("os").text("system").mark().text("collections").text("OrderedDict").popMark()
      .stackGlobal().stop(),
    clean: v4.text("collections").text("OrderedDict").mark().text("os").text("system").popMark()
      .stackGlobal().stop()),
  Bypass(
    "a decoy that DUP and POP leave", .dangerousImport,
    v4.text("os").dup().pop().text("system").stackGlobal().stop(),
    clean: v4.text("collections").dup().pop().text("deque").stackGlobal().stop()),
  Bypass(
    "an escaped STRING", .dangerousImport,
    v4.string(#"'\x6f\163'"#).string(#"'sys\x74em'"#).stackGlobal().stop(),
    clean: v4.string(#"'collec\x74ions'"#).string(#"'deque'"#).stackGlobal().stop()),
  Bypass(
    "an escaped UNICODE", .dangerousImport,
    v4.unicode(#"\u006fs"#).unicode(#"\U00000073ystem"#).stackGlobal().stop(),
    clean: v4.unicode(#"\u0063ollections"#).unicode("deque").stackGlobal().stop()),
  Bypass(
    "Python 2's names", .dangerousImport, PickleBuilder.call("__builtin__", "eval", "1"),
    clean: PickleBuilder().global("__builtin__", "set").list().tuple(of: 1).reduce().stop()),
  Bypass(
    "sys.modules overwritten", .dangerousImport,
    v4.stackGlobal("sys", "modules").text("os").none().setItem().stop(),
    clean: v4.dict().text("os").none().setItem().stop()),
  Bypass(
    "a call of what a call returned", .computedImport,
    v4.stackGlobal("collections", "deque").tuple(of: 0).reduce().tuple(of: 0).reduce().stop(),
    clean: v4.stackGlobal("collections", "deque").tuple(of: 0).reduce().stop()),
  Bypass(
    "a function among the data", .misusedImport,
    v4.stackGlobal("collections", "defaultdict").stackGlobal("_codecs", "encode").tuple(of: 1)
      .reduce().stop(),
    clean: v4.stackGlobal("collections", "defaultdict").stackGlobal("builtins", "list")
      .tuple(of: 1).reduce().stop()),
  Bypass(
    "a persistent reference outside torch", .strayReference,
    PickleBuilder().text("id").persistentID().stop(),
    clean: PickleBuilder().text("id").stop()),
  Bypass(
    "a memo index that reserves gigabytes", .pickleBomb,
    v4.list().longPut(1 << 30).stop(), clean: v4.list().longPut(1000).stop()),
  Bypass("lists nested a thousand deep", .pickleBomb, nested(1000), clean: nested(100)),
  Bypass("references that multiply", .pickleBomb, doubling(64), clean: doubling(8)),
  Bypass(
    "a byte array by its size", .pickleBomb,
    v4.stackGlobal("builtins", "bytearray").integer(1 << 30).tuple(of: 1).reduce().stop(),
    clean: v4.stackGlobal("builtins", "bytearray").binary([1, 2]).tuple(of: 1).reduce().stop()),
  Bypass(
    "an array reserved before its state", .misusedImport,
    v4.stackGlobal("numpy.core.multiarray", "_reconstruct").stackGlobal("numpy", "ndarray")
      .integer(1 << 30).tuple(of: 1).binary([98]).tuple(of: 3).reduce().stop(),
    clean: v4.stackGlobal("numpy.core.multiarray", "_reconstruct").stackGlobal("numpy", "ndarray")
      .integer(0).tuple(of: 1).binary([98]).tuple(of: 3).reduce().stop()),
  Bypass(
    "protocol 0 without a signature", .dangerousImport, in: "model",
    plain.mark().string("'id'").inst("os", "system").stop(),
    clean: plain.mark().inst("collections", "OrderedDict").stop()),
]

let gadgets: [Bypass] = [
  gadget("os", "system"), gadget("posix", "system"), gadget("nt", "system"),
  gadget("subprocess", "Popen"), gadget("builtins", "eval"), gadget("builtins", "getattr"),
  gadget("pip", "main"), gadget("ensurepip", "_run_pip"), gadget("timeit", "timeit"),
  gadget("profile", "run"), gadget("cProfile", "runctx"), gadget("operator", "methodcaller"),
  gadget("operator", "attrgetter"), gadget("functools", "partial"),
  gadget("pkgutil", "resolve_name"), gadget("importlib", "import_module"),
  gadget("runpy", "run_path"), gadget("code", "InteractiveInterpreter"),
  gadget("asyncio.unix_events", "_UnixSubprocessTransport"), gadget("ctypes", "CDLL"),
  gadget("numpy.core", "_ufunc_reconstruct"), gadget("numpy.f2py.crackfortran", "myeval"),
  gadget("numpy.testing._private.utils", "runstring"),
  gadget("torch._inductor.codecache", "compile_file"),
  gadget("torch.jit.unsupported_tensor_ops", "execWrapper"), gadget("torch.fx", "Interpreter"),
  gadget("_interpreters", "run_string"), gadget("webbrowser", "open"),
  gadget("commands", "getoutput"), gadget("pickle", "loads", .nestedPickle),
  gadget("_pickle", "loads", .nestedPickle), gadget("marshal", "loads", .nestedPickle),
  gadget("types", "CodeType", .nestedPickle), gadget("joblib", "load", .nestedPickle),
  gadget("torch", "load", .nestedPickle),
  gadget("torch.storage", "_load_from_bytes", .nestedPickle),
  gadget("logging.config", "dictConfig", .nestedPickle),
  gadget("shutil", "rmtree", .resourceImport), gadget("_io", "FileIO", .resourceImport),
  gadget("builtins", "open", .resourceImport), gadget("pathlib", "Path", .resourceImport),
  gadget("numpy", "fromfile", .resourceImport), gadget("socket", "socket", .resourceImport),
  gadget("urllib.request", "urlopen", .resourceImport),
  gadget("distutils.file_util", "write_file"), gadget("mylibrary", "Model", .unknownImport),
  gadget("collections", "namedtuple", .unknownImport),
  gadget("fickling", "always_check_safety", .unknownImport),
]

@Suite struct PickleBypassTests {
  @Test(arguments: machineTricks)
  func `a trick of the pickle machine is a finding`(_ bypass: Bypass) { bypass.judge() }

  @Test(arguments: gadgets)
  func `a gadget breaks its rule`(_ bypass: Bypass) { bypass.judge() }

  @Test func `a finding names import, place and instruction`() throws {
    let bytes = PickleBuilder.call("os", "system", "id")
    let finding = try #require(Scanner().scan("model.pkl", ByteSlice(bytes)).first)
    #expect(finding.message == "imports os.system, which runs commands or code")
    #expect(finding.place == Place(["model.pkl"], offset: 2, instruction: 1))
    #expect(finding.evidence == ["GLOBAL os system"])
  }

  @Test(arguments: [
    "cat\ndog\nhorse\n", "channels:\n  - defaults\ndependencies:\n  - pip\n", "N. Smith wrote this",
    "import numpy as np\nprint(np.e)\n", "(c) 2026 the authors\n", "I am text\n", "0\n1\n2\n", "]",
    "cos\nsin\ntan\n", "changes\n1.2.3 first\n",
  ])
  func `text that begins with opcodes stays text`(text: String) {
    #expect(Scanner().scan("notes.txt", ByteSlice(utf8: text)) == [])
  }

  @Test func `many findings of one rule do not crowd out another`() {
    var builder = PickleBuilder()
    for number in 0..<300 { builder = builder.global("library", "name\(number)").pop() }
    let bytes = builder.global("os", "system").stop()
    let rules = Scanner().scan("model.pkl", ByteSlice(bytes)).map(\.rule)
    #expect(rules.count { $0 == .unknownImport } == 200)
    #expect(rules.contains(.dangerousImport))
  }

  @Test func `damage is a finding or clean, never more`() {
    let hostile = machineTricks.map(\.hostile).reduce([], +)
    _ = Array(Mutations(of: hostile, cases: 4_000)).concurrentMap {
      Scanner().scan("model.pkl", $0).count
    }
  }
}
