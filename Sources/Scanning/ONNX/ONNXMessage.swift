/// The messages of an ONNX file and the fields that they have (onnx.proto, ONNX 1.19).
enum ONNXMessage {
  /// What stands in a field.
  enum Field {
    /// A message that is walked.
    case message(ONNXMessage)
    /// A message that is walked and may stand once.
    case single(ONNXMessage)
    /// Numbers, names, types.
    case value
    /// Text for people.
    case documentation
  }

  case model, graph, node, attribute, tensor, sparseTensor, function, operatorSet, pair, valueInfo
  case training

  /// What the field of the number holds; nil when no version of the format has it.
  func field(_ number: Int) -> Field? {
    switch self {
    case .model:
      switch number {
      case 1...5, 26: .value
      case 6: .documentation
      case 7: .single(.graph)
      case 8: .message(.operatorSet)
      case 14: .message(.pair)
      case 20: .message(.training)
      case 25: .message(.function)
      default: nil
      }
    case .graph:
      switch number {
      case 1: .message(.node)
      case 5: .message(.tensor)
      case 2, 14: .value
      case 10: .documentation
      case 11, 12, 13: .message(.valueInfo)
      case 15: .message(.sparseTensor)
      case 16: .message(.pair)
      default: nil
      }
    case .node:
      switch number {
      case 1...4, 7, 8, 10: .value
      case 5: .message(.attribute)
      case 6: .documentation
      case 9: .message(.pair)
      default: nil
      }
    case .attribute:
      switch number {
      case 1...4, 7...9, 14, 15, 20, 21: .value
      case 5: .single(.tensor)
      case 6: .single(.graph)
      case 10: .message(.tensor)
      case 11: .message(.graph)
      case 13: .documentation
      case 22: .single(.sparseTensor)
      case 23: .message(.sparseTensor)
      default: nil
      }
    case .tensor:
      switch number {
      case 1...11, 14: .value
      case 12: .documentation
      case 13, 16: .message(.pair)
      default: nil
      }
    case .sparseTensor:
      switch number {
      case 1, 2: .single(.tensor)
      case 3: .value
      default: nil
      }
    case .function:
      switch number {
      case 1...6, 10, 13: .value
      case 7: .message(.node)
      case 8: .documentation
      case 9: .message(.operatorSet)
      case 11: .message(.attribute)
      case 12: .message(.valueInfo)
      case 14: .message(.pair)
      default: nil
      }
    case .operatorSet, .pair: number == 1 || number == 2 ? .value : nil
    case .valueInfo:
      switch number {
      case 1, 2: .value
      case 3: .documentation
      case 4: .message(.pair)
      default: nil
      }
    case .training:
      switch number {
      case 1, 2: .single(.graph)
      case 3, 4: .message(.pair)
      default: nil
      }
    }
  }
}
