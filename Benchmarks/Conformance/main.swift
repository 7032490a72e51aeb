import Bytes
import Engine
import Formats
import Foundation
import Models

// Runs the test data of the ONNX standard: folders with `model.onnx` and `test_data_set_*`.
//
//     onnx-conformance [--kernels-only] FOLDER...      each a test, or a folder of tests
//
// Prints a line for each test and a sum. A test passes when every output agrees within the
// standard's own tolerance (relative 1e-3, absolute 1e-7), when the graph is evaluated and, where
// it can be compiled, when it is run on the kernels; the two must agree to the bit.

var verdicts: [(name: String, verdict: Verdict)] = []
let arguments = CommandLine.arguments.dropFirst()
let kernelsOnly = arguments.contains("--kernels-only")
for argument in arguments where argument != "--kernels-only" {
  for folder in testFolders(in: argument) {
    let name = (folder as NSString).lastPathComponent
    let verdict = ConformanceTest(folder: folder, kernelsOnly: kernelsOnly).verdict()
    verdicts.append((name, verdict))
    print("\(verdict.word)\t\(name)\t\(verdict.reason)")
  }
}
let passed = verdicts.count { $0.verdict.word == "pass" }
print(
  "\(passed) of \(verdicts.count) pass, \(verdicts.count { $0.verdict.ranOnKernels }) on the kernels too"
)

/// The folders below one that hold a test.
func testFolders(in path: String) -> [String] {
  let files = FileManager.default
  if files.fileExists(atPath: path + "/model.onnx") { return [path] }
  let names = ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted()
  return names.map { path + "/" + $0 }.filter { files.fileExists(atPath: $0 + "/model.onnx") }
}
