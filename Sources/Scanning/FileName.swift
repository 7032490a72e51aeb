import Formats

/// What a file's name promises about its content.
struct FileName {
  /// The last part of the path.
  let text: String
  /// What follows the last dot, in lower case; empty without one.
  let fileExtension: String

  init(_ path: String) {
    text = path.split(separator: "/").last.map(String.init) ?? path
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    fileExtension = parts.count > 1 ? parts.last.map { $0.lowercased() } ?? "" : ""
  }

  /// Whether loaders of pickles are meant to open it.
  var mayBePickle: Bool {
    // The last one is what torch.distributed.checkpoint writes beside its data.
    fileExtension.isEmpty || Self.pickleExtensions.contains(fileExtension) || text == ".metadata"
  }

  /// Whether only loaders of pickles are meant to open it.
  var isPickle: Bool { expectedFormats?.first == .pickle }

  /// Whether it is the name of a model or of a part of one.
  var isModel: Bool { Self.modelExtensions.contains(fileExtension) }

  /// Whether a shell or interpreter runs files of this name.
  var isScript: Bool { Self.scriptExtensions.contains(fileExtension) }

  /// The formats of programs that open files of this name without looking.
  var formats: [FileFormat] {
    if text == "Dockerfile" || text.hasPrefix("Dockerfile.") || fileExtension == "dockerfile" {
      return [.dockerfile]
    }
    if text == "MLmodel" { return [.yaml] }
    return switch fileExtension {
    case "yaml", "yml": [.yaml]
    case "jinja", "jinja2", "j2": [.jinja]
    case "py", "pyw": [.python]
    case "ipynb": [.notebook]
    case _ where isScript: [.shell]
    default: []
    }
  }

  /// The formats that the extension stands for, nil when it says nothing.
  var expectedFormats: [FileFormat]? {
    // The name that PyTorch's own examples give to checkpoints.
    if text.lowercased().hasSuffix(".pth.tar") { return [.zip, .pickle, .tar] }
    return Self.kinds.first { $0.extensions.contains(fileExtension) }?.kinds
  }

  private static let pickleExtensions: Set<String> = [
    "pkl", "pickle", "p", "joblib", "dill", "pth", "pt", "bin", "ckpt", "dat",
  ]

  private static let modelExtensions: Set<String> = [
    "pkl", "pickle", "joblib", "dill", "pth", "pt", "ckpt", "h5", "hdf5", "keras", "npy", "npz",
    "onnx", "safetensors", "tflite", "gguf", "ggml", "pb", "pbtxt", "mar", "nemo", "mlmodel",
    "engine", "plan", "pdmodel", "pdiparams", "params", "pmml", "msgpack", "cbm", "pte", "skops",
  ]

  private static let scriptExtensions: Set<String> = [
    "py", "pyw", "sh", "bash", "zsh", "fish", "csh", "ps1", "bat", "cmd", "vbs", "js", "mjs",
    "rb", "pl", "php", "lua", "tcl", "awk", "r", "jl", "groovy", "ksh", "psm1", "wsf", "vbe", "jse",
  ]

  private static let text: [FileFormat] = [.text, .json, .empty]

  private static let kinds: [(extensions: [String], kinds: [FileFormat])] = [
    (["h5", "hdf5", "he5"], [.hdf5]),
    (["keras"], [.zip]),
    (["npy"], [.npy]),
    (["npz", "zip"], [.zip]),
    (["pth", "pt", "ckpt"], [.zip, .pickle, .tar]),
    // torch.save writes a zip archive under any name.
    (["pkl", "pickle"], [.pickle, .joblib, .gzip, .zlib, .bzip2, .xz, .lzma, .lz4, .zip]),
    (["joblib"], [.pickle, .joblib, .gzip, .zlib, .bzip2, .xz, .lzma, .lz4]),
    (["safetensors"], [.safetensors]),
    (["png"], [.png]),
    (["jpg", "jpeg"], [.jpeg]),
    (["tar"], [.tar]),
    (["gz", "tgz", "gzip"], [.gzip]),
    (["zst"], [.zstd]),
    (["xz"], [.xz]),
    (["bz2"], [.bzip2]),
    (["7z"], [.sevenZip]),
    (["json", "ipynb"], [.json]),
    (["txt", "md", "toml", "csv", "tsv", "yaml", "yml", "cfg", "ini", "lock", "sig"], text),
  ]
}
