/// The operators that the standard and the common runtime have themselves.
///
/// From `onnx.defs.get_all_schemas_with_history()` of ONNX 1.19.1 and the operators that
/// onnxruntime registers; besides, those that the standard had as experiments.
enum ONNXOperatorNames {
  /// The domains of the standard, and their operators. Its own domain is empty.
  static let standard: [String: Set<Substring>] = [
    "": names(
      """
      Abs Acos Acosh Add Affine AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention
      AveragePool BatchNormalization Bernoulli BitCast BitShift BitwiseAnd BitwiseNot
      BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu
      CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant ConstantFill
      ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh Crop CumProd CumSum DFT
      DeformConv DepthToSpace DequantizeLinear Det DisentangledAttention_TRT Div Dropout
      DynamicQuantizeLinear DynamicSlice EfficientNMS_TRT Einsum Elu Equal Erf Exp Expand
      EyeLike Flatten Floor GRU GRUUnit Gather GatherElements GatherND Gelu Gemm
      GivenTensorFill GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual
      GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax
      Identity If ImageDecoder ImageScaler InstanceNormalization IsInf IsNaN LRN LSTM
      LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop
      LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean
      MeanVarianceNormalization MelWeightMatrix MemcpyFromHost MemcpyToHost Min Mish Mod Mul
      MultilevelCropAndResize_TRT Multinomial Neg NegativeLogLikelihoodLoss
      NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or
      PRelu Pad ParametricSoftplus Pow PyramidROIAlign_TRT QLinearConv QLinearMatMul
      QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform
      RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
      ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch
      Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scale
      ScaledTanh Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct
      SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink
      Sigmoid Sign SimplifiedLayerNormalization Sin Sinh Size Slice Softmax
      SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt
      Squeeze StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh
      TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique
      Unsqueeze Upsample Where Xor
      """),
    "ai.onnx.ml": names(
      """
      ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer
      FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor Normalizer
      OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier
      TreeEnsembleRegressor ZipMap
      """),
    "ai.onnx.preview.training": names(
      """
      Adagrad Adam Gradient Momentum
      """),
    "ai.onnx.training": ["Gradient", "GraphCall", "Adagrad", "Adam", "Momentum"],
    "ai.onnx.preview": ["FlexAttention"],
  ]

  /// The domains of the common runtime.
  private static let runtime: [String: Set<Substring>] = [
    "com.microsoft": names(
      """
      Attention AttnLSTM BeamSearch BiasAdd BiasDropout BiasGelu BiasSoftmax BiasSplitGelu
      BifurcationDetector BitmaskBiasDropout BitmaskDropout BranchwiseRMSNorm CDist
      CausalConvWithState ComplexMul ComplexMulConj ConvStateReplay
      ConvTransposeWithDynamicPads CropAndResize DecoderAttention
      DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention DequantizeBFP
      DequantizeLinear DequantizeWithOrder DynamicQuantizeLSTM DynamicQuantizeMatMul
      DynamicSparseAttention DynamicTimeWarping EPContext EmbedLayerNormalization EngramGate
      ExpandDims FastGelu FusedConv FusedGemm FusedMatMul FusedMatMulActivation GatedAdd
      GatedDeltaNet GatedDeltaNetStateReplay GatedRMSNorm GatedRelativePositionBias
      GatherBlockQuantized GatherND GatherPacked Gelu GemmFastGelu GemmFloat8
      GemmaRotaryEmbedding GreedySearch GridSample GroupNorm GroupQueryAttention
      HyperConnectionLowRankMix HyperConnectionPostMix HyperConnectionPreMix Inverse Irfft
      IsAllFinite LinearAttention LinearAttentionGate LongformerAttention MRotaryEmbedding
      Mamba2Verify MatMulBlockQuantizedFp4Weight MatMulBlockQuantizedFp8Weight MatMulBnb4
      MatMulFpQ4 MatMulInteger16 MatMulIntegerToFloat MatMulNBits MatMulNBitsMlp
      MatMulNBitsQLoRA MatMulNBitsQkv MatMulPacked MaxpoolWithMask MoE MoEGroupRouter
      MoEPacked MulInteger MultiHeadAttention MurmurHash3 NGramHashMapping NGramRepeatBlock
      NhwcConv NhwcFusedConv NhwcMaxPool PackedAttention PackedMultiHeadAttention
      PackedSparseAttentionIndexer PackedSparseAttentionIndexerMerge Pad PagedAttention
      QAttention QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat
      QLinearConv QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearReduceMean
      QLinearSigmoid QLinearSoftmax QLinearWhere QMoE QOrderedAttention QOrderedGelu
      QOrderedLayerNormalization QOrderedLongformerAttention QOrderedMatMul QuantizeBFP
      QuantizeLinear QuantizeWithOrder QuickGelu RMSNormRotary Range ReduceSumInteger
      RelativePositionBias RemovePadding RestorePadding Rfft RotaryEmbedding
      RouterGateUpProj SampleOp Sampling ScaledSiLU SkipGroupNorm SkipLayerNormalization
      SkipSimplifiedLayerNormalization Snpe SparseAttention SparseAttentionIndexer
      SparsePagedAttention SparseToDenseMatMul SpeculativePrefixCommit SwiGLU Tokenizer
      TorchEmbedding TransposeMatMul Trilu UnfoldTensor Unique VarlenCausalConvWithState
      VarlenNGramHashMapping WhisperBeamSearch WordConvEmbedding
      """),
    "com.ms.internal.nhwc": names(
      """
      AveragePool BatchNormalization Conv ConvTranspose DepthToSpace GlobalAveragePool
      GlobalLpPool GlobalMaxPool GridSample InstanceNormalization LRN LpPool MaxPool
      MaxUnpool QLinearAveragePool QLinearConv QLinearConvTranspose Resize SpaceToDepth
      """),
    "com.microsoft.nchwc": names(
      """
      AveragePool Conv GlobalAveragePool GlobalMaxPool MaxPool ReorderInput ReorderOutput
      Upsample
      """),
  ]

  /// Whether the operator needs no library besides the runtime.
  static func contains(_ domain: String, _ name: String) -> Bool {
    (standard[domain] ?? runtime[domain])?.contains(name[...]) ?? false
  }

  /// Whether exporters ask for the domain in models that do not use it.
  static func isCommon(_ domain: String) -> Bool {
    standard.keys.contains(domain) || domain == "com.microsoft"
      || ["com.microsoft.", "com.ms.internal.", "org.pytorch.", "pkg.", "ai.onnx."]
        .contains { domain.hasPrefix($0) }
  }

  private static func names(_ text: String) -> Set<Substring> {
    Set(text.split { $0 == " " || $0 == "\n" })
  }
}
