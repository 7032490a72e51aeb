import Bytes

// Keras 1 has other names for attributes, and some in pieces (keras 1.2.2,
// keras/layers/convolutional.py; the table of Keras 2's legacy interfaces).

/// The attributes of a layer under their present names.
func currentAttributes(of className: String, _ attributes: JSON) -> JSON {
  guard let members = attributes.object else { return attributes }
  var result: [JSON.Member] = []
  var known = Set(members.map(\.name))
  func pieces(_ names: [String]) -> JSON? {
    let sizes = names.compactMap { attributes[$0] }
    return sizes.count == names.count ? .array(sizes) : nil
  }
  for (name, names) in [
    ("kernel_size", ["nb_row", "nb_col"]),
    ("kernel_size", ["kernel_dim1", "kernel_dim2", "kernel_dim3"]),
  ] {
    guard !known.contains(name), let sizes = pieces(names) else { continue }
    result.append(JSON.Member(name, sizes))
    known.insert(name)
  }
  for member in members {
    let name = oldNames[member.name] ?? (className == "Embedding" ? nil : units[member.name])
    guard let name, !known.contains(name) else {
      result.append(member)
      continue
    }
    known.insert(name)
    result.append(JSON.Member(name, currentValue(member.value)))
  }
  return .object(result)
}

/// Theano's and TensorFlow's orders of axes by their names of today.
private func currentValue(_ value: JSON) -> JSON {
  switch value.string {
  case "th": .string("channels_first")
  case "tf": .string("channels_last")
  default: value
  }
}

private let units = ["output_dim": "units"]

private let oldNames = [
  "nb_filter": "filters", "filter_length": "kernel_size", "subsample": "strides",
  "subsample_length": "strides", "border_mode": "padding", "dim_ordering": "data_format",
  "bias": "use_bias", "atrous_rate": "dilation_rate", "pool_length": "pool_size",
  "stride": "strides", "inner_activation": "recurrent_activation", "length": "size",
]

/// The present names of the classes of Keras 1.
let oldClassNames = [
  "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
  "AtrousConvolution1D": "Conv1D", "AtrousConvolution2D": "Conv2D",
  "SeparableConvolution1D": "SeparableConv1D", "SeparableConvolution2D": "SeparableConv2D",
  "Deconvolution2D": "Conv2DTranspose", "Deconvolution3D": "Conv3DTranspose",
  "Convolution2DTranspose": "Conv2DTranspose", "Convolution3DTranspose": "Conv3DTranspose",
  "Convolution1DTranspose": "Conv1DTranspose", "DepthwiseConvolution1D": "DepthwiseConv1D",
  "DepthwiseConvolution2D": "DepthwiseConv2D", "MaxPool1D": "MaxPooling1D",
  "MaxPool2D": "MaxPooling2D", "MaxPool3D": "MaxPooling3D", "AvgPool1D": "AveragePooling1D",
  "AvgPool2D": "AveragePooling2D", "AvgPool3D": "AveragePooling3D",
  "GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalMaxPool2D": "GlobalMaxPooling2D",
  "GlobalMaxPool3D": "GlobalMaxPooling3D", "GlobalAvgPool1D": "GlobalAveragePooling1D",
  "GlobalAvgPool2D": "GlobalAveragePooling2D", "GlobalAvgPool3D": "GlobalAveragePooling3D",
  "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
  "SyncBatchNormalization": "BatchNormalization",
]
