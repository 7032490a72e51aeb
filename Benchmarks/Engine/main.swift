// Times the engine in its own process: the median of REPEATS runs of one batch on one thread, in
// microseconds. `Benchmarks/compare.py` sets it beside onnxruntime. With `bound` it times the
// any-order bound of the batch, its preparation included.
//
// usage: engine-benchmark MODEL BATCH REPEATS [bound]
import Bytes
import Engine
import Models

let arguments = CommandLine.arguments
let timesBound = arguments.count == 5 && arguments[4] == "bound"
guard arguments.count == 4 || timesBound, let batch = Int(arguments[2]),
  let repeats = Int(arguments[3]), batch > 0, repeats > 0
else {
  fatalError("usage: engine-benchmark MODEL BATCH REPEATS [bound]")
}
let network = try Network(Model(parsing: ByteSlice(path: arguments[1]), limits: Limits()).graph)
let count = batch * network.graph.inputShape.reduce(1, *)
let inputs = try Tensor(
  shape: [batch] + network.graph.inputShape,
  values: (0..<count).map { Float($0 % 251) / 250 })
let clock = ContinuousClock()
var times: [Double] = []
for _ in 0..<(repeats + 3) {
  var rows = 0
  let duration = try clock.measure {
    let logits =
      timesBound ? try network.errorBounds(inputs).logits : try network.logits(inputs)
    rows = logits.shape[0]
  }
  precondition(rows == batch)
  times.append(duration / .microseconds(1))
}
print(times.dropFirst(3).sorted()[repeats / 2])
