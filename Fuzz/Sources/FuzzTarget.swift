import Bytes
import Formats
import Scanning

/// A reader of untrusted bytes, with the name that its files have.
///
/// Every target goes through the scan, which opens archives and calls the readers of whatever the
/// bytes are taken for; some readers are called by name besides, as the engine calls them.
enum FuzzTarget: String, CaseIterable {
  case pickle
  case torch
  case zip
  case tar
  case codec
  case hdf5
  case keras
  case npy
  case safetensors
  case onnx
  case tensorflow
  case gguf
  case tflite
  case weights
  case yaml
  case json
  case toml
  case xml
  case template
  case script

  /// The name of the target's files: their ending chooses scanners besides.
  private var fileName: String {
    switch self {
    case .pickle: "a.pkl"
    case .torch: "a.pth"
    case .zip: "a.zip"
    case .tar: "a.tar"
    case .codec: "a.tar.gz"
    case .hdf5: "a.h5"
    case .keras: "a.keras"
    case .npy: "a.npy"
    case .safetensors: "a.safetensors"
    case .onnx: "a.onnx"
    case .tensorflow: "saved_model.pb"
    case .gguf: "a.gguf"
    case .tflite: "a.tflite"
    case .weights: "a.bin"
    case .yaml: "a.yaml"
    case .json: "config.json"
    case .toml: "proofmark.toml"
    case .xml: "a.pmml"
    case .template: "chat_template.jinja"
    case .script: "handler.py"
    }
  }

  /// Reads the bytes in every way of the target. Errors are what a reader is expected to give.
  func read(_ bytes: ByteSlice) {
    _ = Scanner().scan(fileName, bytes)
    switch self {
    case .pickle: _ = PickleDecompilation(bytes)
    case .torch: _ = try? TorchFile(parsing: bytes)
    case .hdf5, .keras: _ = try? KerasModelFile(parsing: bytes)
    case .npy: _ = try? NumPyArray(parsing: bytes)
    case .safetensors: _ = try? SafetensorsFile(parsing: bytes)
    case .onnx: _ = try? ONNXModel(parsing: bytes)
    case .toml: _ = try? TOML.parse(bytes)
    case .json: _ = try? JSON(parsing: bytes)
    case .zip, .tar, .codec, .tensorflow, .gguf, .tflite, .weights, .yaml, .xml, .template,
      .script:
      break
    }
  }
}
