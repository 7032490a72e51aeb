import Bytes

// Tensors (torch/_utils.py, `_rebuild_...`).
extension TorchInterpreter {
  struct Call {
    let function: PickledGlobal
    let arguments: [PickledValue]
    let offset: Int
  }

  func call(_ value: PickledValue) -> Call? {
    guard let object = objects.object(value), case .call(let function, let arguments) = object.kind,
      let function = objects.global(function), let arguments = objects.tuple(arguments),
      object.keywords == nil
    else { return nil }
    return Call(function: function, arguments: arguments, offset: object.offset)
  }

  /// Whether it is a call of one of torch's functions that make tensors again.
  func isTensor(_ value: PickledValue) -> Bool {
    guard let function = call(value)?.function else { return false }
    return ["torch._utils", "torch._tensor"].contains(function.module)
      && function.name.hasPrefix("_rebuild_")
  }

  mutating func tensor(_ value: PickledValue) throws(ParseError) -> TorchTensor {
    guard let call = call(value), isTensor(value) else {
      throw ParseError(
        at: objects.object(value)?.offset ?? 0, expected: "a tensor",
        found: objects.summary(of: value))
    }
    let tensor = try tensor(call, depth: 1)
    try spend(4, at: call.offset)
    guard tensor.byteCount <= bytesLeft else {
      throw ParseError(
        .limit, at: call.offset, expected: "tensors of bounded size", found: "more")
    }
    bytesLeft -= tensor.byteCount
    return tensor
  }

  /// The depth is 1 for a call in the file, more for the call inside a wrapper.
  private mutating func tensor(_ call: Call, depth: Int) throws(ParseError) -> TorchTensor {
    let arguments = call.arguments
    switch (call.function.description, arguments.count) {
    case ("torch._utils._rebuild_tensor", 4), ("torch._utils._rebuild_tensor_v2", 6...7):
      try demandPlain(arguments.dropFirst(6).first, at: call.offset)
      return try view(arguments, type: nil, at: call.offset)
    case ("torch._utils._rebuild_tensor_v3", 7...8):
      try demandPlain(arguments.dropFirst(7).first, at: call.offset)
      guard let type = objects.global(arguments[6]), type.module == "torch",
        let elementType = ElementType(rawValue: type.name)
      else {
        throw ParseError(
          .unsupported, at: call.offset, expected: "a common number type",
          found: objects.summary(of: arguments[6]))
      }
      return try view(arguments, type: elementType, at: call.offset)
    case ("torch._utils._rebuild_parameter", 3), ("torch._utils._rebuild_parameter_with_state", 4):
      guard depth == 1, let data = self.call(arguments[0]) else { break }
      var tensor = try tensor(data, depth: depth + 1)
      tensor.isParameter = true
      return tensor
    case ("torch._tensor._rebuild_from_type_v2", 4):
      // (function, class, arguments, attributes): a tensor that carries attributes.
      guard depth < 3, let function = objects.global(arguments[0]),
        let inner = objects.tuple(arguments[2]),
        objects.global(arguments[1]) == PickledGlobal(module: "torch", name: "Tensor")
      else { break }
      return try tensor(
        Call(function: function, arguments: inner, offset: call.offset), depth: depth + 1)
    default: break
    }
    throw ParseError(
      .unsupported, at: call.offset, expected: "a dense tensor or a parameter",
      found: "\(call.function.shortened) of \(arguments.count) arguments")
  }

  /// The last argument says when a tensor is the negative or conjugate of what is stored.
  private func demandPlain(_ metadata: PickledValue?, at place: Int) throws(ParseError) {
    guard let metadata, metadata != .none else { return }
    guard let object = objects.object(metadata), items(of: object)?.isEmpty == true else {
      throw ParseError(
        .unsupported, at: place, expected: "a tensor as it is stored", found: "a lazy view")
    }
  }

  /// Storage, offset, sizes, strides.
  private mutating func view(
    _ arguments: [PickledValue], type: ElementType?, at place: Int
  ) throws(ParseError) -> TorchTensor {
    guard case .persistent(let identification) = objects.object(arguments[0])?.kind,
      let reference = try TorchStorageReference(identification, in: objects, at: place)
    else {
      throw ParseError(
        at: place, expected: "a storage", found: objects.summary(of: arguments[0]))
    }
    guard case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3])
    else {
      throw ParseError(at: place, expected: "an offset, sizes and strides", found: "other values")
    }
    guard let elementType = type ?? reference.elementType else {
      throw ParseError(at: place, expected: "a type of the elements", found: "none")
    }
    return try TorchTensor(
      shape: shape, strides: strides, storageOffset: offset, elementType: elementType,
      in: storages.storage(reference, at: place), at: place)
  }

  /// The integers of a tuple or a torch.Size.
  private func integers(_ value: PickledValue) -> [Int]? {
    // One axis too many is enough to be refused.
    guard let elements = objects.tuple(sizes(value))?.prefix(limits.tensorRank + 1) else {
      return nil
    }
    let integers = elements.compactMap { (element) -> Int? in
      guard case .integer(let integer) = element else { return nil }
      return integer
    }
    return integers.count == elements.count ? integers : nil
  }

  /// The tuple in a torch.Size; other values as they are.
  func sizes(_ value: PickledValue) -> PickledValue {
    guard let call = call(value), call.arguments.count == 1,
      call.function == PickledGlobal(module: "torch", name: "Size")
    else { return value }
    return call.arguments[0]
  }
}
