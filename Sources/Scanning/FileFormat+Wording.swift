import Formats

extension FileFormat {
  /// The format as a noun with its article.
  var article: String {
    switch self {
    case .empty: "empty"
    case .hdf5: "an HDF5 file"
    case .elf: "an ELF executable"
    case .pe: "a Windows executable"
    case .machO: "a Mach-O executable"
    case .wasm: "a WebAssembly module"
    case .dex, .javaClass: "a program of Java's machine"
    case .npy: "a NumPy array"
    case .npz: "an archive of NumPy arrays"
    case .idx: "an IDX array"
    case .onnx: "an ONNX model"
    case .execuTorch: "an ExecuTorch model"
    case .openVINO: "an OpenVINO model"
    case .xgboost: "an XGBoost model"
    case .torchScript: "a TorchScript program"
    case .kerasArchive: "a Keras model"
    case .savedModel, .savedModelText: "a SavedModel"
    case .graphDef: "a TensorFlow graph"
    case .tensorFlowCheckpoint: "a TensorFlow checkpoint"
    case .tflite: "a TFLite model"
    case .coreML: "a Core ML model"
    case .caffe: "a Caffe model"
    case .torch7: "objects of Torch 7"
    case .rknn: "an RKNN model"
    case .rData: "objects of R"
    case .javaObjects: "objects of Java"
    case .dotNetObjects: "objects of .NET"
    case .luaBytecode: "compiled Lua"
    case .pythonBytecode: "compiled Python"
    case .marshal: "marshalled Python"
    case .ole, .officeOpenXML: "an Office document"
    case .shortcut: "a shortcut of Windows"
    case .json: "JSON"
    case .xml, .svg, .pmml: "\(rawValue.uppercased())"
    case .yaml: "YAML"
    case .pem: "a key or certificate"
    case .text: "text"
    case .python: "Python"
    case .shell: "a script"
    case .zip, .tar, .sevenZip, .cpio, .rar, .cab, .iso, .squashfs, .lha: "a \(rawValue) archive"
    case .ar, .arj: "an \(rawValue) archive"
    default: "a \(rawValue) file"
    }
  }

  /// Whether the format is an archive or compression that is opened, and its members scanned.
  var isOpened: Bool {
    switch self {
    case .zip, .tar, .gzip, .zstd, .xz, .bzip2, .lz4, .lzma, .zlib, .sevenZip: true
    default: false
    }
  }
}
