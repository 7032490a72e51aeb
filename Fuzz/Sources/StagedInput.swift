import Bytes
import Glibc

/// Where inputs are put down for readers that take paths.
let stagingFolder = ".build-fuzz/staged"

/// The bytes in a file that only its owner may read: secret keys are read from nothing else.
func stage(_ bytes: ByteSlice, as name: String) -> String {
  let path = stagingFolder + "/" + name
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  precondition(written == bytes.count, "run it by Fuzz/run: \(path) cannot be written")
  close(file)
  return path
}
