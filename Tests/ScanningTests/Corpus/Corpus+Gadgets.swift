import Findings
import TestSupport

// Gadgets that scanners missed, with the advisory that says so, called in each way a pickle can.
extension Corpus {
  private static let published: [(path: String, name: String, rule: Rule, source: String)] = [
    ("pip", "main", .dangerousImport, "CVE-2025-1716"),
    ("ensurepip", "_run_pip", .dangerousImport, "GHSA-xp4f-hrf8-rxw7"),
    ("torch.utils.bottleneck.__main__", "run_cprofile", .dangerousImport, "GHSA-4r9r-ch6f-vxmx"),
    (
      "torch.utils.bottleneck.__main__", "run_autograd_prof", .dangerousImport,
      "GHSA-4whj-rm5r-c2v8"
    ),
    ("torch._dynamo.guards", "GuardBuilder.get", .dangerousImport, "GHSA-86cj-95qr-2p4f"),
    (
      "torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression",
      .dangerousImport, "GHSA-f4x7-rfwp-v3xw"
    ),
    ("torch.utils.collect_env", "run", .dangerousImport, "GHSA-f745-w6jp-hpxx"),
    (
      "torch.utils.data.datapipes.utils.decoder", "basichandlers", .nestedPickle,
      "GHSA-h3qp-7fh3-f8h4"
    ),
    ("torch.jit.unsupported_tensor_ops", "execWrapper", .dangerousImport, "GHSA-vr7h-p6mm-wpmh"),
    (
      "torch.utils._config_module", "ConfigModule.load_config", .nestedPickle, "GHSA-vv6j-3g6g-2pvj"
    ),
    ("trace", "Trace.run", .dangerousImport, "GHSA-5qwp-399c-mjwf"),
    ("trace", "Trace.runctx", .dangerousImport, "GHSA-g344-hcph-8vgg"),
    ("profile", "Profile.run", .dangerousImport, "GHSA-x696-vm39-cp64"),
    ("profile", "Profile.runctx", .dangerousImport, "GHSA-6vqj-c2q5-j97w"),
    ("lib2to3.pgen2.grammar", "Grammar.loads", .nestedPickle, "GHSA-f54q-57x4-jg88"),
    ("lib2to3.pgen2.pgen", "ParserGenerator.make_label", .dangerousImport, "GHSA-p9w7-82w4-7q8m"),
    ("idlelib.debugobj", "ObjectTreeItem.SetText", .dangerousImport, "GHSA-3vg9-h568-4w9m"),
    ("idlelib.autocomplete", "AutoComplete.get_entity", .dangerousImport, "GHSA-6w4w-5w54-rjvr"),
    (
      "idlelib.autocomplete", "AutoComplete.fetch_completions", .dangerousImport,
      "GHSA-7cq8-mj8x-j263"
    ),
    ("idlelib.run", "Executive.runcode", .dangerousImport, "GHSA-m869-42cg-3xwr"),
    ("idlelib.pyshell", "ModifiedInterpreter.runcommand", .nestedPickle, "GHSA-j343-8v2j-ff7w"),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode", .nestedPickle, "GHSA-3gf5-cxq9-w223"),
    ("doctest", "debug_script", .dangerousImport, "GHSA-fqq6-7vqf-w3fg"),
    ("cProfile", "runctx", .dangerousImport, "GHSA-9w88-8rmg-7g2p"),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", .dangerousImport, "CVE-2025-10157"),
    ("distutils.file_util", "write_file", .dangerousImport, "GHSA-m273-6v24-x4m4"),
    ("ctypes", "CDLL", .dangerousImport, "GHSA-4675-36f9-wf6r"),
    ("pydoc", "locate", .dangerousImport, "GHSA-84r2-jw7c-4r5q"),
    ("pty", "spawn", .dangerousImport, "GHSA-vqmv-47xg-9wpr"),
    ("numpy.f2py.crackfortran", "getlincoef", .dangerousImport, "GHSA-r8g5-cgf2-4m4m"),
    ("pkgutil", "resolve_name", .dangerousImport, "GHSA-vvpj-8cmc-gx39"),
    ("types", "FunctionType", .nestedPickle, "fickling GHSA-565g-hwwr-4pp3"),
    ("marshal", "loads", .nestedPickle, "fickling GHSA-565g-hwwr-4pp3"),
    ("_interpreters", "run_string", .dangerousImport, "fickling GHSA-6ggj-6f2q-f7mx"),
    ("uuid", "_get_command_stdout", .dangerousImport, "CVE-2026-56315"),
    ("imaplib", "IMAP4_stream", .resourceImport, "CVE-2026-56315"),
    ("_pyrepl.pager", "pipe_pager", .dangerousImport, "CVE-2026-56315"),
    ("_osx_support", "_read_output", .dangerousImport, "CVE-2026-56315"),
    ("_aix_support", "_read_cmd_output", .dangerousImport, "CVE-2026-56315"),
    ("logging", "FileHandler", .resourceImport, "CVE-2026-56304"),
    ("multiprocessing.util", "spawnv_passfds", .dangerousImport, "modelscan#338"),
    ("pandas", "read_csv", .resourceImport, "modelscan#338"),
    ("pandas", "read_pickle", .nestedPickle, "own"),
    ("mailcap", "findmatch", .dangerousImport, "modelaudit"),
    ("setuptools._distutils.spawn", "spawn", .dangerousImport, "modelaudit"),
    ("typing", "get_type_hints", .dangerousImport, "modelaudit"),
    ("dataclasses", "_create_fn", .dangerousImport, "modelaudit"),
    ("operator", "call", .dangerousImport, "modelaudit"),
    ("cloudpickle.cloudpickle", "_make_function", .nestedPickle, "picklescan"),
    ("dill._dill", "_create_code", .nestedPickle, "own"),
    ("re", "sub", .dangerousImport, "own"), ("string", "Formatter", .dangerousImport, "own"),
    ("itertools", "starmap", .dangerousImport, "own"),
    ("concurrent.futures", "Future", .dangerousImport, "own"),
    ("copyreg", "add_extension", .nestedPickle, "own"),
    ("torch.distributed.rpc", "rpc_sync", .resourceImport, "CVE-2024-48063"),
  ]

  static let gadgetRows: [HostileFile] = published.flatMap { gadget in
    let (module, name) = (gadget.path, gadget.name)
    let ways: [(String, @Sendable () -> [UInt8])] = [
      ("GLOBAL", { PickleBuilder.call(module, name, "id") }),
      (
        "STACK_GLOBAL",
        {
          PickleBuilder(protocol: 4).stackGlobal(module, name).text("id").tuple(of: 1).reduce()
            .stop()
        }
      ),
      (
        "INST",
        { PickleBuilder(protocol: nil).mark().string("'id'").inst(module, name).stop() }
      ),
    ]
    return ways.map { way in
      HostileFile(
        "\(module).\(name) by \(way.0)", gadget.rule, gadget.rule.severity, in: "model.pkl",
        source: gadget.source, bytes: way.1)
    }
  }
}
