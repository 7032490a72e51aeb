import Bytes
import Findings
import KnownNames
import Scanning
import TestSupport
import Testing

@Suite struct KnownNamesTests {
  @Test func `every name in the tables is found by the search`() {
    let names = KnownNames.all
    #expect(names.count > 900)
    for (module, name) in names {
      #expect(KnownNames.use(of: module, name) != nil, "\(module).\(name)")
    }
    for path in KnownNames.gadgetPaths { #expect(KnownNames.gadget(path)?.path == path) }
  }

  @Test func `no name is allowed that lies below a gadget, but for those that saves need`() {
    var kept: Set<String> = [
      "builtins.getattr", "types.SimpleNamespace", "torch.serialization._get_layout",
      "torch._C._nn.gelu", "zoneinfo.ZoneInfo", "zoneinfo.ZoneInfo._unpickle",
      "torch._utils.torch.contiguous_format", "torch._utils.torch.channels_last",
      "torch._utils.torch.preserve_format", "functools.partial",
      "torch.utils.data.dataset.TensorDataset",
      "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper",
      "torch.distributed.checkpoint.filesystem._StorageInfo",
    ]
    let metadata = [
      "BytesStorageMetadata", "ChunkStorageMetadata", "Metadata", "MetadataIndex", "StorageMeta",
      "TensorProperties", "TensorStorageMetadata", "_MEM_FORMAT_ENCODING",
    ]
    kept.formUnion(metadata.map { "torch.distributed.checkpoint.metadata.\($0)" })
    let paths = ["pathlib", "pathlib._local"].flatMap { module in
      ["PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"].map { "\(module).\($0)" }
    }
    kept.formUnion(paths)
    for (module, name) in KnownNames.all where KnownNames.gadget("\(module).\(name)") != nil {
      #expect(kept.contains("\(module).\(name)"))
    }
  }

  @Test(
    arguments: [
      ("__builtin__", "unicode", "builtins", "str"),
      ("copy_reg", "_reconstructor", "copyreg", "_reconstructor"),
      ("itertools", "imap", "builtins", "map"), ("UserDict", "UserDict", "collections", "UserDict"),
      ("os", "system", "os", "system"),
    ] as [(String, String, String, String)])
  func `Python 2's names are those of _compat_pickle`(
    module: String, name: String, present: String, presentName: String
  ) {
    let found = KnownNames.python3(module, name)
    #expect(found.module == present)
    #expect(found.name == presentName)
  }

  /// An allowed name is allowed to the letter: its neighbours are findings.
  @Test func `no name beside an allowed one is allowed`() {
    for (module, name) in KnownNames.all {
      for (module, name) in [(module, name + "_"), (module + "_", name), (module, name + ".x")]
      where KnownNames.use(of: module, name) == nil {
        let found = Scanner().scan("m.pkl", ByteSlice(PickleBuilder.call(module, name, "id")))
        #expect(!found.isEmpty, "\(module).\(name)")
      }
    }
  }
}
