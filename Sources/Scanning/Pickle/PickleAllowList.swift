import Formats

/// What a pickle may do with an imported name.
struct PickleUse: OptionSet, Sendable {
  let rawValue: Int

  /// Called with REDUCE.
  static let call = PickleUse(rawValue: 1)
  /// Instantiated with NEWOBJ, OBJ or INST.
  static let construct = PickleUse(rawValue: 2)
  /// Stands as a value: a data type, a class that something else instantiates.
  static let reference = PickleUse(rawValue: 4)
  /// Its instances take state with BUILD.
  static let state = PickleUse(rawValue: 8)
  /// Its instances take items with APPEND and SETITEM.
  static let items = PickleUse(rawValue: 16)
  /// Instantiates the class that is its first argument.
  static let instantiates = PickleUse(rawValue: 32)
  /// Calls the function that is its first argument.
  static let forwards = PickleUse(rawValue: 64)

  /// A class of plain data.
  static let dataClass: PickleUse = [.call, .construct, .reference, .state, .items]
  /// A class of a network's parts.
  static let moduleClass: PickleUse = [.construct, .reference, .state]
}

/// The names that saves of real models ask for, each with what it is used for. Whatever is not
/// here is a finding.
///
/// Recorded with an audit hook over saves of torch 2, numpy 1 and 2 and plain containers; exact
/// names only, since a prefix would let attribute walks through.
enum PickleAllowList {
  /// How the name may be used, nil when it is not allowed at all.
  static func use(of name: PickledGlobal) -> PickleUse? {
    table[name]
  }

  private static func entries(
    _ module: String, _ names: String, _ use: PickleUse
  ) -> [(PickledGlobal, PickleUse)] {
    names.split(whereSeparator: \.isWhitespace).map {
      (PickledGlobal(module: module, name: String($0)), use)
    }
  }

  private static let table: [PickledGlobal: PickleUse] = Dictionary(
    uniqueKeysWithValues: (plain + numpy + torch + torchModules).map { $0 })

  private static let plain: [(PickledGlobal, PickleUse)] = [
    entries("builtins", "set frozenset list dict tuple complex", .dataClass),
    entries("builtins", "int float str bool bytes object", .reference),
    entries("builtins", "bytearray slice", [.call]),
    entries("collections", "OrderedDict defaultdict deque Counter", .dataClass),
    entries("_codecs", "encode", .call),
    entries("copyreg", "_reconstructor __newobj__", [.call, .instantiates]),
    entries("datetime", "date datetime time timedelta timezone", [.call, .reference]),
    entries("decimal", "Decimal", .call),
    entries("uuid", "UUID", [.construct, .state]),
    entries("argparse", "Namespace", .dataClass),
    entries("types", "SimpleNamespace", .dataClass),
  ].flatMap { $0 }

  private static let numpy: [(PickledGlobal, PickleUse)] = [
    entries("numpy.core.multiarray", "_reconstruct", [.call, .instantiates]),
    entries("numpy.core.multiarray", "scalar", .call),
    entries("numpy.core.numeric", "_frombuffer", .call),
    entries("numpy", "ndarray", [.reference, .state]),
    entries("numpy", "dtype", [.call, .reference, .state]),
    entries(
      "numpy",
      """
      bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 \
      complex64 complex128 str_ bytes_
      """, .reference),
    entries("numpy.ma.core", "_mareconstruct", [.call, .instantiates]),
    entries("numpy.ma.core", "MaskedArray", [.reference, .state]),
    entries("numpy.ma", "MaskedArray", [.reference, .state]),
    entries(
      "numpy.random._pickle",
      "__randomstate_ctor __generator_ctor __bit_generator_ctor", [.call, .reference, .state]),
    entries("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence", [.call, .state]),
    entries("numpy.random.bit_generator", "SeedSequence", .reference),
    entries("numpy.random._mt19937", "MT19937", .reference),
    entries("numpy.random._pcg64", "PCG64 PCG64DXSM", .reference),
    entries("numpy.random._philox", "Philox", .reference),
    entries("numpy.random._sfc64", "SFC64", .reference),
  ].flatMap { $0 }

  private static let torch: [(PickledGlobal, PickleUse)] = [
    entries(
      "torch._utils",
      """
      _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter \
      _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor \
      _rebuild_meta_tensor_no_storage
      """, .call),
    entries("torch._tensor", "_rebuild_from_type_v2", [.call, .forwards]),
    entries("torch", "Size device", [.call, .reference]),
    entries("torch", "Tensor", .reference),
    entries("torch.nn.parameter", "Parameter Buffer", .reference),
    entries("torch.serialization", "_get_layout", .call),
    entries(
      "torch",
      """
      float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8 uint16 \
      uint32 uint64 short int long bool complex32 complex64 complex128 cfloat cdouble quint8 \
      qint8 qint32 float8_e4m3fn float8_e5m2 per_tensor_affine per_channel_affine \
      per_tensor_symmetric per_channel_symmetric strided sparse_coo contiguous_format \
      channels_last preserve_format
      """, .reference),
    entries("torch.storage", "UntypedStorage TypedStorage", .reference),
    entries("torch", PickleStorage.itemSizes.map(\.name).joined(separator: " "), .reference),
  ].flatMap { $0 }

  /// Layers of whole saved modules. Functions that they keep as attributes stay out.
  private static let torchModules: [(PickledGlobal, PickleUse)] = [
    entries("torch.nn.modules.container", "Sequential ModuleList ModuleDict", .moduleClass),
    entries("torch.nn.modules.linear", "Linear Identity Bilinear", .moduleClass),
    entries(
      "torch.nn.modules.conv",
      "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d", .moduleClass),
    entries(
      "torch.nn.modules.batchnorm", "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
      .moduleClass),
    entries(
      "torch.nn.modules.instancenorm", "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
      .moduleClass),
    entries(
      "torch.nn.modules.normalization", "LayerNorm GroupNorm LocalResponseNorm RMSNorm",
      .moduleClass),
    entries(
      "torch.nn.modules.activation",
      """
      ReLU ReLU6 LeakyReLU PReLU ELU SELU CELU GELU Sigmoid Tanh Softmax LogSoftmax Softmin \
      Softplus Softsign Hardtanh Hardsigmoid Hardswish SiLU Mish Threshold MultiheadAttention
      """, .moduleClass),
    entries(
      "torch.nn.modules.pooling",
      """
      MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d AdaptiveAvgPool1d \
      AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d
      """, .moduleClass),
    entries("torch.nn.modules.flatten", "Flatten Unflatten", .moduleClass),
    entries(
      "torch.nn.modules.dropout", "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout",
      .moduleClass),
    entries(
      "torch.nn.modules.padding",
      "ZeroPad2d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad2d ReplicationPad2d",
      .moduleClass),
    entries("torch.nn.modules.upsampling", "Upsample UpsamplingNearest2d", .moduleClass),
    entries("torch.nn.modules.sparse", "Embedding EmbeddingBag", .moduleClass),
    entries("torch.nn.modules.rnn", "RNN LSTM GRU RNNCell LSTMCell GRUCell", .moduleClass),
    entries("torch.nn.modules.pixelshuffle", "PixelShuffle PixelUnshuffle", .moduleClass),
    entries(
      "torch.nn.modules.transformer",
      "Transformer TransformerEncoder TransformerEncoderLayer TransformerDecoder "
        + "TransformerDecoderLayer", .moduleClass),
  ].flatMap { $0 }
}

/// torch's storage classes.
enum PickleStorage {
  /// Bytes of an element by the class's name in the module `torch`.
  static let itemSizes: [(name: String, bytes: Int)] = [
    ("DoubleStorage", 8), ("FloatStorage", 4), ("HalfStorage", 2), ("BFloat16Storage", 2),
    ("LongStorage", 8), ("IntStorage", 4), ("ShortStorage", 2), ("CharStorage", 1),
    ("ByteStorage", 1), ("BoolStorage", 1), ("ComplexFloatStorage", 8),
    ("ComplexDoubleStorage", 16), ("QInt8Storage", 1), ("QUInt8Storage", 1),
    ("QInt32Storage", 4),
  ]

  /// Bytes of an element of the class, nil when it is no storage.
  static func itemSize(of name: PickledGlobal) -> Int? {
    if name.module == "torch.storage", name.name == "UntypedStorage" { return 1 }
    guard name.module == "torch" else { return nil }
    return itemSizes.first { $0.name == name.name }?.bytes
  }
}
