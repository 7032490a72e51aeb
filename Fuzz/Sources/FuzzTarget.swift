import Bytes
import Formats
import Scanning

/// Readers of untrusted bytes that belong together.
///
/// The targets of content go through the scan under the name that their files have: it opens
/// archives and calls the readers of whatever the bytes are taken for; some readers are called by
/// name besides, as the engine calls them. Each of the other targets hands the bytes to all its
/// readers, and holds what they read to what must be true of it.
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
  case release
  case trust
  case envelope
  case signature
  case key
  case requirements
  case lockfile
  case maven
  case docker
  case advisory
  case version

  /// The name of the target's files, whose ending chooses scanners besides; nil for targets that
  /// no scan reads.
  private var scannedName: String? {
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
    case .release, .trust, .envelope, .signature, .key, .requirements, .lockfile, .maven, .docker,
      .advisory, .version:
      nil
    }
  }

  /// Reads the bytes in every way of the target. Errors are what a reader is expected to give.
  func read(_ bytes: ByteSlice) {
    if let scannedName { _ = Scanner().scan(scannedName, bytes) }
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
    case .release: readRelease(bytes)
    case .trust: readTrust(bytes)
    case .envelope: readEnvelopes(bytes)
    case .signature: readSignatures(bytes)
    case .key: readKeys(bytes)
    case .requirements: readDependencies(bytes, namedAs: requirementsNames)
    case .lockfile: readDependencies(bytes, namedAs: lockfileNames)
    case .maven: readDependencies(bytes, namedAs: mavenNames)
    case .docker: readDependencies(bytes, namedAs: dockerNames)
    case .advisory: readAdvisory(bytes)
    case .version: readVersions(bytes)
    }
  }
}
