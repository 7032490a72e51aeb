import Bytes
import Glibc

/// The loop of libFuzzer, which hands one input after the other to the callback.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

extension FuzzTarget {
  /// The target that `FUZZ_TARGET` names. libFuzzer starts itself again with arguments of its own
  /// and its callback can hold nothing, so neither can carry the name.
  static let chosen = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }
}

guard FuzzTarget.chosen != nil else {
  print("FUZZ_TARGET must be one of:", FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))
  exit(2)
}
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
  runFuzzer(&count, &arguments) { bytes, count in
    FuzzTarget.chosen?.read(ByteSlice(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  })
