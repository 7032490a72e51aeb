/// What a file may be, told from its bytes. The extension is never asked here; it is only compared.
public enum FileFormat: String, Sendable, CaseIterable {
  case empty

  // Archives, and models that are archives.
  case zip
  case tar
  case gzip
  case zstd
  case xz
  case bzip2
  case lz4
  case lzma
  case zlib
  case sevenZip = "7z"
  case cpio
  case rar
  case cab
  case ar
  case iso
  case squashfs
  case lha
  case arj
  case torchArchive = "torch"
  case torchScript = "torchscript"
  case torchTar = "torch-tar"
  case kerasArchive = "keras"
  case npz
  case skops

  // Python's own data.
  case pickle
  case torchLegacy = "torch-legacy"
  case joblib
  case npy

  // Keras and TensorFlow.
  case hdf5
  case savedModel = "savedmodel"
  case savedModelText = "savedmodel-text"
  case graphDef = "graphdef"
  case tensorFlowCheckpoint = "tensorflow-checkpoint"
  case tflite

  // Graphs and weights.
  case onnx
  case safetensors
  case gguf
  case ggml
  case msgpack
  case mxnet
  case mxnetSymbol = "mxnet-symbol"
  case paddle
  case coreML = "coreml"
  case openVINO = "openvino"
  case tensorRT = "tensorrt"
  case execuTorch = "executorch"
  case xgboost
  case catBoost = "catboost"
  case lightGBM = "lightgbm"
  case pmml
  case idx
  case caffe
  case torch7
  case rknn

  // Other languages' objects.
  case rData = "r-data"
  case javaObjects = "java-objects"
  case dotNetObjects = "dotnet-objects"
  case luaBytecode = "lua-bytecode"
  case pythonBytecode = "python-bytecode"
  case marshal

  // Programs and documents.
  case elf
  case pe
  case machO = "mach-o"
  case wasm
  case dex
  case javaClass = "java-class"
  case ole
  case officeOpenXML = "ooxml"
  case pdf
  case shortcut
  case png
  case jpeg
  case gif
  case wave

  // Text.
  case json
  case notebook
  case yaml
  case xml
  case svg
  case pem
  case jinja
  case python
  case shell
  case dockerfile
  case text

  /// A group of formats that are readings of one content.
  public enum Family: Hashable, Sendable {
    case zip
    case tar
    case pickle
    case protobuf
    case text
    case only(FileFormat)
  }

  /// The formats that a file of this one may be taken for as well without being two files.
  public var family: Family {
    switch self {
    case .zip, .torchArchive, .torchScript, .kerasArchive, .npz, .skops, .officeOpenXML: .zip
    case .tar, .torchTar: .tar
    case .pickle, .torchLegacy: .pickle
    case .savedModel, .graphDef, .onnx, .coreML, .paddle, .caffe: .protobuf
    case .savedModelText, .mxnetSymbol, .openVINO, .lightGBM, .pmml, .json, .notebook, .yaml, .xml,
      .svg, .pem, .jinja, .python, .shell, .dockerfile, .text:
      .text
    default: .only(self)
    }
  }
}
