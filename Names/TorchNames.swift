// Names that pickles of PyTorch 2.13.0 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let torchNames: StaticString = """
  torch	BFloat16Storage	ref
  torch	BoolStorage	ref
  torch	ByteStorage	ref
  torch	CharStorage	ref
  torch	ComplexDoubleStorage	ref
  torch	ComplexFloatStorage	ref
  torch	DoubleStorage	ref
  torch	FloatStorage	ref
  torch	HalfStorage	ref
  torch	IntStorage	ref
  torch	LongStorage	ref
  torch	QInt8Storage	ref
  torch	QUInt8Storage	ref
  torch	ShortStorage	ref
  torch	Size	call	T
  torch	Tensor	ref
  torch	UntypedStorage	ref
  torch	bfloat16	ref
  torch	bits16	ref
  torch	bits1x8	ref
  torch	bits2x4	ref
  torch	bits4x2	ref
  torch	bits8	ref
  torch	bool	ref
  torch	complex128	ref
  torch	complex32	ref
  torch	complex64	ref
  torch	device	call	s,i*
  torch	float16	ref
  torch	float32	ref
  torch	float4_e2m1fn_x2	ref
  torch	float64	ref
  torch	float8_e4m3fn	ref
  torch	float8_e4m3fnuz	ref
  torch	float8_e5m2	ref
  torch	float8_e5m2fnuz	ref
  torch	float8_e8m0fnu	ref
  torch	int1	ref
  torch	int16	ref
  torch	int2	ref
  torch	int3	ref
  torch	int32	ref
  torch	int4	ref
  torch	int5	ref
  torch	int6	ref
  torch	int64	ref
  torch	int7	ref
  torch	int8	ref
  torch	per_channel_affine	ref
  torch	per_channel_symmetric	ref
  torch	per_tensor_affine	ref
  torch	per_tensor_symmetric	ref
  torch	qint32	ref
  torch	qint8	ref
  torch	quint2x4	ref
  torch	quint4x2	ref
  torch	quint8	ref
  torch	uint1	ref
  torch	uint16	ref
  torch	uint2	ref
  torch	uint3	ref
  torch	uint32	ref
  torch	uint4	ref
  torch	uint5	ref
  torch	uint6	ref
  torch	uint64	ref
  torch	uint7	ref
  torch	uint8	ref
  torch._C._nn	gelu	ref
  torch._tensor	_rebuild_from_type_v2	call rebuilds	C,C,D,d
  torch._utils	_rebuild_meta_tensor_no_storage	call	C,T,T,d
  torch._utils	_rebuild_nested_tensor	call	X,X,X,X
  torch._utils	_rebuild_parameter	call	X,d,X
  torch._utils	_rebuild_parameter_with_state	call	X,d,X,d
  torch._utils	_rebuild_qtensor	call	S,i,T,T,D,d,X
  torch._utils	_rebuild_sparse_tensor	call	X,D
  torch._utils	_rebuild_tensor	call ref	S,i,T,T
  torch._utils	_rebuild_tensor_v2	call ref	S,i,T,T,d,X,d*
  torch._utils	_rebuild_tensor_v3	call	S,i,T,T,d,X,C
  torch._utils	torch.channels_last	ref
  torch._utils	torch.contiguous_format	ref
  torch._utils	torch.preserve_format	ref
  torch.cuda	BFloat16Storage	ref
  torch.cuda	BoolStorage	ref
  torch.cuda	ByteStorage	ref
  torch.cuda	DoubleStorage	ref
  torch.cuda	FloatStorage	ref
  torch.cuda	HalfStorage	ref
  torch.cuda	IntStorage	ref
  torch.cuda	LongStorage	ref
  torch.distributed.checkpoint.filesystem	_StorageInfo	new state
  torch.distributed.checkpoint.metadata	BytesStorageMetadata	new
  torch.distributed.checkpoint.metadata	ChunkStorageMetadata	new state
  torch.distributed.checkpoint.metadata	Metadata	new state
  torch.distributed.checkpoint.metadata	MetadataIndex	new state
  torch.distributed.checkpoint.metadata	StorageMeta	new state
  torch.distributed.checkpoint.metadata	TensorProperties	new state
  torch.distributed.checkpoint.metadata	TensorStorageMetadata	new state
  torch.distributed.checkpoint.metadata	_MEM_FORMAT_ENCODING	call	i
  torch.nn.backends.thnn	_get_thnn_function_backend	call	
  torch.nn.functional	relu	ref
  torch.nn.modules.activation	CELU	new ref state
  torch.nn.modules.activation	ELU	new ref state
  torch.nn.modules.activation	GELU	new ref state
  torch.nn.modules.activation	GLU	new ref state
  torch.nn.modules.activation	Hardshrink	new ref state
  torch.nn.modules.activation	Hardsigmoid	new ref state
  torch.nn.modules.activation	Hardswish	new ref state
  torch.nn.modules.activation	Hardtanh	new ref state
  torch.nn.modules.activation	LeakyReLU	new ref state
  torch.nn.modules.activation	LogSigmoid	new ref state
  torch.nn.modules.activation	LogSoftmax	new ref state
  torch.nn.modules.activation	Mish	new ref state
  torch.nn.modules.activation	MultiheadAttention	new ref state
  torch.nn.modules.activation	PReLU	new ref state
  torch.nn.modules.activation	RReLU	new ref state
  torch.nn.modules.activation	ReLU	new ref state
  torch.nn.modules.activation	ReLU6	new ref state
  torch.nn.modules.activation	SELU	new ref state
  torch.nn.modules.activation	SiLU	new ref state
  torch.nn.modules.activation	Sigmoid	new ref state
  torch.nn.modules.activation	Softmax	new ref state
  torch.nn.modules.activation	Softmax2d	new ref state
  torch.nn.modules.activation	Softmin	new ref state
  torch.nn.modules.activation	Softplus	new ref state
  torch.nn.modules.activation	Softshrink	new ref state
  torch.nn.modules.activation	Softsign	new ref state
  torch.nn.modules.activation	Tanh	new ref state
  torch.nn.modules.activation	Tanhshrink	new ref state
  torch.nn.modules.activation	Threshold	new ref state
  torch.nn.modules.adaptive	AdaptiveLogSoftmaxWithLoss	new ref state
  torch.nn.modules.batchnorm	BatchNorm1d	new ref state
  torch.nn.modules.batchnorm	BatchNorm2d	new ref state
  torch.nn.modules.batchnorm	BatchNorm3d	new ref state
  torch.nn.modules.batchnorm	LazyBatchNorm1d	new ref state
  torch.nn.modules.batchnorm	LazyBatchNorm2d	new ref state
  torch.nn.modules.batchnorm	LazyBatchNorm3d	new ref state
  torch.nn.modules.batchnorm	SyncBatchNorm	new ref state
  torch.nn.modules.channelshuffle	ChannelShuffle	new ref state
  torch.nn.modules.container	Container	new ref state
  torch.nn.modules.container	ModuleDict	new ref state
  torch.nn.modules.container	ModuleList	new ref state
  torch.nn.modules.container	ParameterDict	new ref state
  torch.nn.modules.container	ParameterList	new ref state
  torch.nn.modules.container	Sequential	new ref state
  torch.nn.modules.conv	Conv1d	new ref state
  torch.nn.modules.conv	Conv2d	new ref state
  torch.nn.modules.conv	Conv3d	new ref state
  torch.nn.modules.conv	ConvTranspose1d	new ref state
  torch.nn.modules.conv	ConvTranspose2d	new ref state
  torch.nn.modules.conv	ConvTranspose3d	new ref state
  torch.nn.modules.conv	LazyConv1d	new ref state
  torch.nn.modules.conv	LazyConv2d	new ref state
  torch.nn.modules.conv	LazyConv3d	new ref state
  torch.nn.modules.conv	LazyConvTranspose1d	new ref state
  torch.nn.modules.conv	LazyConvTranspose2d	new ref state
  torch.nn.modules.conv	LazyConvTranspose3d	new ref state
  torch.nn.modules.distance	CosineSimilarity	new ref state
  torch.nn.modules.distance	PairwiseDistance	new ref state
  torch.nn.modules.dropout	AlphaDropout	new ref state
  torch.nn.modules.dropout	Dropout	new ref state
  torch.nn.modules.dropout	Dropout1d	new ref state
  torch.nn.modules.dropout	Dropout2d	new ref state
  torch.nn.modules.dropout	Dropout3d	new ref state
  torch.nn.modules.dropout	FeatureAlphaDropout	new ref state
  torch.nn.modules.flatten	Flatten	new ref state
  torch.nn.modules.flatten	Unflatten	new ref state
  torch.nn.modules.fold	Fold	new ref state
  torch.nn.modules.fold	Unfold	new ref state
  torch.nn.modules.instancenorm	InstanceNorm1d	new ref state
  torch.nn.modules.instancenorm	InstanceNorm2d	new ref state
  torch.nn.modules.instancenorm	InstanceNorm3d	new ref state
  torch.nn.modules.instancenorm	LazyInstanceNorm1d	new ref state
  torch.nn.modules.instancenorm	LazyInstanceNorm2d	new ref state
  torch.nn.modules.instancenorm	LazyInstanceNorm3d	new ref state
  torch.nn.modules.linear	Bilinear	new ref state
  torch.nn.modules.linear	Identity	new ref state
  torch.nn.modules.linear	LazyLinear	new ref state
  torch.nn.modules.linear	Linear	new ref state
  torch.nn.modules.linear	NonDynamicallyQuantizableLinear	new ref state
  torch.nn.modules.loss	BCELoss	new ref state
  torch.nn.modules.loss	BCEWithLogitsLoss	new ref state
  torch.nn.modules.loss	CTCLoss	new ref state
  torch.nn.modules.loss	CosineEmbeddingLoss	new ref state
  torch.nn.modules.loss	CrossEntropyLoss	new ref state
  torch.nn.modules.loss	GaussianNLLLoss	new ref state
  torch.nn.modules.loss	HingeEmbeddingLoss	new ref state
  torch.nn.modules.loss	HuberLoss	new ref state
  torch.nn.modules.loss	KLDivLoss	new ref state
  torch.nn.modules.loss	L1Loss	new ref state
  torch.nn.modules.loss	LinearCrossEntropyLoss	new ref state
  torch.nn.modules.loss	MSELoss	new ref state
  torch.nn.modules.loss	MarginRankingLoss	new ref state
  torch.nn.modules.loss	MultiLabelMarginLoss	new ref state
  torch.nn.modules.loss	MultiLabelSoftMarginLoss	new ref state
  torch.nn.modules.loss	MultiMarginLoss	new ref state
  torch.nn.modules.loss	NLLLoss	new ref state
  torch.nn.modules.loss	NLLLoss2d	new ref state
  torch.nn.modules.loss	PoissonNLLLoss	new ref state
  torch.nn.modules.loss	SmoothL1Loss	new ref state
  torch.nn.modules.loss	SoftMarginLoss	new ref state
  torch.nn.modules.loss	TripletMarginLoss	new ref state
  torch.nn.modules.loss	TripletMarginWithDistanceLoss	new ref state
  torch.nn.modules.module	Module	new ref state
  torch.nn.modules.module	_WrappedHook	new state
  torch.nn.modules.normalization	CrossMapLRN2d	new ref state
  torch.nn.modules.normalization	GroupNorm	new ref state
  torch.nn.modules.normalization	LayerNorm	new ref state
  torch.nn.modules.normalization	LocalResponseNorm	new ref state
  torch.nn.modules.normalization	RMSNorm	new ref state
  torch.nn.modules.padding	CircularPad1d	new ref state
  torch.nn.modules.padding	CircularPad2d	new ref state
  torch.nn.modules.padding	CircularPad3d	new ref state
  torch.nn.modules.padding	ConstantPad1d	new ref state
  torch.nn.modules.padding	ConstantPad2d	new ref state
  torch.nn.modules.padding	ConstantPad3d	new ref state
  torch.nn.modules.padding	ReflectionPad1d	new ref state
  torch.nn.modules.padding	ReflectionPad2d	new ref state
  torch.nn.modules.padding	ReflectionPad3d	new ref state
  torch.nn.modules.padding	ReplicationPad1d	new ref state
  torch.nn.modules.padding	ReplicationPad2d	new ref state
  torch.nn.modules.padding	ReplicationPad3d	new ref state
  torch.nn.modules.padding	ZeroPad1d	new ref state
  torch.nn.modules.padding	ZeroPad2d	new ref state
  torch.nn.modules.padding	ZeroPad3d	new ref state
  torch.nn.modules.pixelshuffle	PixelShuffle	new ref state
  torch.nn.modules.pixelshuffle	PixelUnshuffle	new ref state
  torch.nn.modules.pooling	AdaptiveAvgPool1d	new ref state
  torch.nn.modules.pooling	AdaptiveAvgPool2d	new ref state
  torch.nn.modules.pooling	AdaptiveAvgPool3d	new ref state
  torch.nn.modules.pooling	AdaptiveMaxPool1d	new ref state
  torch.nn.modules.pooling	AdaptiveMaxPool2d	new ref state
  torch.nn.modules.pooling	AdaptiveMaxPool3d	new ref state
  torch.nn.modules.pooling	AvgPool1d	new ref state
  torch.nn.modules.pooling	AvgPool2d	new ref state
  torch.nn.modules.pooling	AvgPool3d	new ref state
  torch.nn.modules.pooling	FractionalMaxPool2d	new ref state
  torch.nn.modules.pooling	FractionalMaxPool3d	new ref state
  torch.nn.modules.pooling	LPPool1d	new ref state
  torch.nn.modules.pooling	LPPool2d	new ref state
  torch.nn.modules.pooling	LPPool3d	new ref state
  torch.nn.modules.pooling	MaxPool1d	new ref state
  torch.nn.modules.pooling	MaxPool2d	new ref state
  torch.nn.modules.pooling	MaxPool3d	new ref state
  torch.nn.modules.pooling	MaxUnpool1d	new ref state
  torch.nn.modules.pooling	MaxUnpool2d	new ref state
  torch.nn.modules.pooling	MaxUnpool3d	new ref state
  torch.nn.modules.rnn	GRU	new ref state
  torch.nn.modules.rnn	GRUCell	new ref state
  torch.nn.modules.rnn	LSTM	new ref state
  torch.nn.modules.rnn	LSTMCell	new ref state
  torch.nn.modules.rnn	RNN	new ref state
  torch.nn.modules.rnn	RNNBase	new ref state
  torch.nn.modules.rnn	RNNCell	new ref state
  torch.nn.modules.sparse	Embedding	new ref state
  torch.nn.modules.sparse	EmbeddingBag	new ref state
  torch.nn.modules.transformer	Transformer	new ref state
  torch.nn.modules.transformer	TransformerDecoder	new ref state
  torch.nn.modules.transformer	TransformerDecoderLayer	new ref state
  torch.nn.modules.transformer	TransformerEncoder	new ref state
  torch.nn.modules.transformer	TransformerEncoderLayer	new ref state
  torch.nn.modules.upsampling	Upsample	new ref state
  torch.nn.modules.upsampling	UpsamplingBilinear2d	new ref state
  torch.nn.modules.upsampling	UpsamplingNearest2d	new ref state
  torch.nn.parallel.data_parallel	DataParallel	new ref state
  torch.nn.parameter	UninitializedBuffer	call	d
  torch.nn.parameter	UninitializedParameter	call	d
  torch.nn.utils.spectral_norm	SpectralNorm	new state
  torch.nn.utils.spectral_norm	SpectralNormLoadStateDictPreHook	new state
  torch.nn.utils.spectral_norm	SpectralNormStateDictHook	new state
  torch.nn.utils.weight_norm	WeightNorm	new state
  torch.optim	Adafactor	new state
  torch.optim	Muon	new state
  torch.optim.adadelta	Adadelta	new state
  torch.optim.adagrad	Adagrad	new state
  torch.optim.adam	Adam	new state
  torch.optim.adamax	Adamax	new state
  torch.optim.adamw	AdamW	new state
  torch.optim.asgd	ASGD	new state
  torch.optim.lbfgs	LBFGS	new state
  torch.optim.nadam	NAdam	new state
  torch.optim.radam	RAdam	new state
  torch.optim.rmsprop	RMSprop	new state
  torch.optim.rprop	Rprop	new state
  torch.optim.sgd	SGD	new state
  torch.optim.sparse_adam	SparseAdam	new state
  torch.serialization	_get_layout	call	s
  torch.storage	TypedStorage	new ref state
  torch.storage	UntypedStorage	ref
  torch.storage	_TypedStorage	new ref state
  torch.storage	_UntypedStorage	ref
  torch.tensor	_rebuild_from_type_v2	call rebuilds	C,C,dDX,dDX
  torch.utils.data.dataset	TensorDataset	new state
  """
