import Bytes
import Glibc

/// Whether the text equals the file `Golden/<name>` beside the calling test.
///
/// With PROOFMARK_RECORD=1 the file is rewritten and the answer is false, so that a run that
/// records never passes.
public func matchesGolden(_ text: String, _ name: String, file: String = #filePath) throws -> Bool {
  var parts = file.split(separator: "/", omittingEmptySubsequences: false)
  parts.removeLast()
  return try matchesFile(text, parts.joined(separator: "/") + "/Golden/" + name)
}

/// Whether the text equals the file at `path`; recorded like a golden file.
public func matchesFile(_ text: String, _ path: String) throws -> Bool {
  if let record = getenv("PROOFMARK_RECORD"), String(cString: record) == "1" {
    try AtomicFile.write(text, to: path)
    return false
  }
  return try ByteSlice(path: path) == ByteSlice(utf8: text)
}
