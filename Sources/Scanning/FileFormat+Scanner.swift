import Formats

extension FileFormat {
  /// Who judges files of the format. The members of archives that are opened are judged one by one.
  var scanner: any ContentScanner.Type {
    switch self {
    case .empty, .idx, .zip, .tar, .gzip, .zstd, .xz, .bzip2, .lz4, .lzma, .zlib, .npz,
      .sevenZip:
      InertScan.self
    case .cpio, .rar, .cab, .ar, .iso, .squashfs, .lha, .arj:
      UnopenedScan.self
    case .torchArchive: TorchScan.self
    case .torchScript: TorchScan.self
    case .torchTar: TorchTarScan.self
    case .kerasArchive: KerasArchiveScan.self
    case .skops: SkopsScan.self
    case .pickle, .torchLegacy: PickleScan.self
    case .joblib: JoblibScan.self
    case .npy: ArrayScan.self
    case .hdf5: HDF5Scan.self
    case .savedModel, .savedModelText, .graphDef: SavedModelScan.self
    case .tensorFlowCheckpoint: CheckpointScan.self
    case .tflite: TFLiteScan.self
    case .onnx: ONNXScan.self
    case .safetensors: SafetensorsScan.self
    case .gguf, .ggml: GGUFScan.self
    case .msgpack: MsgpackScan.self
    case .mxnet, .mxnetSymbol: MXNetScan.self
    case .paddle: PaddleScan.self
    case .coreML: CoreMLScan.self
    case .openVINO: OpenVINOScan.self
    case .tensorRT: TensorRTScan.self
    case .execuTorch: ExecuTorchScan.self
    case .xgboost, .catBoost, .lightGBM: TreeModelScan.self
    case .caffe: CaffeScan.self
    case .torch7, .rknn: BoundedModelScan.self
    case .pmml: PMMLScan.self
    case .rData, .javaObjects, .dotNetObjects, .luaBytecode: SerialisedObjectsScan.self
    case .pythonBytecode, .marshal: BytecodeScan.self
    case .elf, .pe, .machO, .wasm, .dex, .javaClass: ExecutableScan.self
    case .ole, .officeOpenXML, .pdf, .shortcut: OfficeScan.self
    case .png, .jpeg, .gif, .wave: PictureScan.self
    case .json: JSONScan.self
    case .notebook: NotebookScan.self
    case .yaml: YAMLScan.self
    case .xml, .svg: XMLScan.self
    case .pem: KeyFileScan.self
    case .jinja: TemplateScan.self
    case .python: PythonScan.self
    case .shell: ShellScan.self
    case .dockerfile: DockerfileScan.self
    case .text: TextScan.self
    }
  }
}
