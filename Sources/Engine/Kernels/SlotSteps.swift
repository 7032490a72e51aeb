import CKernels

/// The tensors that general operators take and give, for the images of one block.
///
/// Belongs to one worker.
final class SlotTensors {
  private var tensors: [[AnyTensor?]]
  /// The first error of each image that had one.
  private(set) var errors: [Int: EngineError] = [:]

  init(slots: Int, images: Int) {
    tensors = (0..<slots).map { _ in .init(repeating: nil, count: images) }
  }

  /// The tensor of an image; nil after an error.
  subscript(slot: Int, image: Int) -> AnyTensor? {
    get { tensors[slot][image] }
    set { tensors[slot][image] = newValue }
  }

  /// Forgets tensors that no later step takes.
  func release(_ slots: [Int], images: Range<Int>) {
    for slot in slots {
      for image in images { tensors[slot][image] = nil }
    }
  }

  func fail(_ error: EngineError, image: Int) {
    if errors[image] == nil { errors[image] = error }
  }
}

/// A row of an input that is no map of floats.
struct SlotInputStep: ImageStep {
  let number: Int
  let slot: Int

  var buffers: [Buffer] { [] }
  var slots: [Int] { [slot] }

  func run(_ run: borrowing Run, image: Int) {
    let row = run.index(image)
    let input = run.transfer.inputs[number]
    run.tensors[slot, run.first + image] = input.rows(row..<row + 1)
      .reshaped(run.transfer.rowShapes[number])
  }
}

/// A tensor of the model.
struct ConstantStep: ImageStep {
  let tensor: AnyTensor
  let slot: Int

  var buffers: [Buffer] { [] }
  var slots: [Int] { [slot] }

  func run(_ run: borrowing Run, image: Int) {
    run.tensors[slot, run.first + image] = tensor
  }
}

/// Hands a tensor of another type than binary32 to the caller.
struct SlotOutputStep: ImageStep {
  let slot: Int
  let number: Int

  var buffers: [Buffer] { [] }
  var slots: [Int] { [slot] }

  func run(_ run: borrowing Run, image: Int) {
    guard let tensor = run.tensors[slot, run.first + image] else { return }
    run.transfer.others.store(tensor, output: number, row: run.index(image))
  }
}

/// Lays a tensor out as a map.
struct LayOutStep: ImageStep {
  let slot: Int
  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)

  var buffers: [Buffer] { [map.buffer] }
  var slots: [Int] { [slot] }

  func run(_ run: borrowing Run, image: Int) {
    guard let tensor = run.tensors[slot, run.first + image],
      case .single(let storage) = tensor.elements
    else { return }
    let features = map.geometry.features
    ck_import(
      storage.start, features.channels, features.height, features.width, strides.channel,
      strides.row, strides.column, run.view(map, image), map.geometry.lanes)
  }
}

/// Puts a map together as a tensor.
struct TakeTogetherStep: ImageStep {
  let map: MapBuffer
  let strides: (channel: Int, row: Int, column: Int)
  let type: TensorType
  let slot: Int

  var buffers: [Buffer] { [map.buffer] }
  var slots: [Int] { [slot] }

  func run(_ run: borrowing Run, image: Int) {
    let features = map.geometry.features
    let storage = TensorStorage(count: features.count)
    ck_export(
      run.view(map, image), map.geometry.lanes, features.channels, features.height,
      features.width, strides.channel, strides.row, strides.column, storage.start)
    run.tensors[slot, run.first + image] = AnyTensor(type, elements: .single(storage))
  }
}

/// A general operator.
struct GeneralStep: ImageStep {
  let operation: any GeneralOperator
  let layer: String
  let inputs: [Int]
  let output: Int

  var buffers: [Buffer] { [] }
  var slots: [Int] { inputs + [output] }

  func run(_ run: borrowing Run, image: Int) {
    let place = run.first + image
    let tensors = run.tensors
    let taken = inputs.compactMap { tensors[$0, place] }
    guard taken.count == inputs.count else { return }
    do {
      tensors[output, place] = try operation.evaluate(taken)
    } catch {
      tensors.fail(error.inside(layer: layer), image: place)
    }
  }
}

/// The input gradients of a general operator.
struct GeneralGradientStep: ImageStep {
  let operation: any GeneralOperator
  let layer: String
  let dy: Int
  let inputs: [Int]
  let output: Int
  /// Where the gradient of each input goes; nil where nobody asks.
  let results: [Int?]

  var buffers: [Buffer] { [] }
  var slots: [Int] { [dy, output] + inputs + results.compactMap(\.self) }

  func run(_ run: borrowing Run, image: Int) {
    let place = run.first + image
    let tensors = run.tensors
    let taken = inputs.compactMap { tensors[$0, place] }
    guard taken.count == inputs.count, let dy = tensors[dy, place],
      let output = tensors[output, place]
    else { return }
    do {
      let parts = try operation.gradients(dy, inputs: taken, output: output)
      for (index, result) in results.enumerated() {
        guard let result else { continue }
        tensors[result, place] =
          parts[index]
          ?? AnyTensor(
            taken[index].shape, floats: .init(repeating: 0, count: taken[index].count))
      }
    } catch {
      tensors.fail(error.inside(layer: layer), image: place)
    }
  }
}
