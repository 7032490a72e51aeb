// Runs a model in its own process, on request, so that `Benchmarks/engine.py` can take turns with
// onnxruntime.
//
// usage: engine-benchmark MODEL
//
// It first writes the milliseconds from the file's name to a network ready to run, and the
// network's multiply-accumulates for one input. Then it reads requests, one a line,
//
//     forward|gradient|bound BATCH THREADS REPEATS
//
// and answers each with one line: for each run the microseconds that passed and those that all
// threads computed, separated by spaces.
import Bytes
import Engine
import Glibc
import Models

guard CommandLine.arguments.count == 2 else { fatalError("usage: engine-benchmark MODEL") }
let clock = ContinuousClock()
let begin = clock.now
let network = try Network(
  Model(parsing: ByteSlice(path: CommandLine.arguments[1]), limits: Limits()).graph)
answer("\((clock.now - begin) / .milliseconds(1)) \(network.multiplyAccumulates)")

var inputs: [Int: Tensor] = [:]
while let line = readLine() {
  let words = line.split(separator: " ")
  guard words.count == 4, let batch = Int(words[1]), let threads = Int(words[2]),
    let repeats = Int(words[3]), batch > 0, threads > 0
  else { fatalError("no request: \(line)") }
  let x = try inputs[batch] ?? images(batch)
  inputs[batch] = x
  var times: [String] = []
  for _ in 0..<repeats {
    let computedBefore = processMicroseconds()
    let before = clock.now
    if words[0] == "gradient" {
      _ = try network.lossGradient(
        x, labels: [Int](repeating: 0, count: batch), threads: threads)
    } else if words[0] == "bound" {
      _ = try network.errorBounds(x, threads: threads)
    } else {
      _ = try network.logits(x, threads: threads)
    }
    let passed = (clock.now - before) / .microseconds(1)
    times.append("\(passed) \(processMicroseconds() - computedBefore)")
  }
  answer(times.joined(separator: " "))
}

func answer(_ line: String) {
  print(line)
  fflush(nil)
}

/// Images of numbers between 0 and 1.
func images(_ batch: Int) throws -> Tensor {
  let count = batch * network.graph.inputShape.reduce(1, *)
  return try Tensor(
    shape: [batch] + network.graph.inputShape,
    values: (0..<count).map { Float($0 % 251) / 250 })
}

/// The processor time of all threads so far.
func processMicroseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}
