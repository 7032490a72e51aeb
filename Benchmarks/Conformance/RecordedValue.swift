import Bytes
import Engine
import Formats
import Models

extension ONNXArgument {
  /// A recorded value of the type: a tensor, `SequenceProto` or `OptionalProto`.
  init(recorded bytes: ByteSlice, type: ONNXType?) throws {
    switch type {
    case .sequence(let element):
      var values: [ONNXArgument] = []
      var reader = ProtobufReader(bytes)
      while let field = try reader.next() {
        // The tensors, and sequences, of a sequence.
        guard field.number == 3 || field.number == 5 else { continue }
        values.append(try ONNXArgument(recorded: field.bytes("an element"), type: element))
      }
      self = .sequence(values)
    case .optional(let element):
      self = .none
      var reader = ProtobufReader(bytes)
      while let field = try reader.next() {
        guard field.number == 3 || field.number == 5 else { continue }
        self = try ONNXArgument(recorded: field.bytes("a value"), type: element)
      }
    default:
      self = .tensor(try AnyTensor(onnx: ONNXTensor(parsing: bytes, limits: Limits())))
    }
  }
}
