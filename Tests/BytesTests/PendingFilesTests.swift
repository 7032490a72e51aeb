import Bytes
import Glibc
import Testing

struct PendingFilesTests {
  // In a process of its own: the handler removes what other tests are writing, too.
  @Test func `a signal removes half-written files and folders`() async {
    await #expect(processExitsWith: .success) {
      var template = Array("/tmp/proofmark-pending.XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { exit(1) }
      let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      func touch(_ path: String) { close(open(path, O_CREAT | O_WRONLY, 0o600)) }
      mkdir("\(root)/inner", 0o700)
      touch("\(root)/inner/file")
      touch("\(root)/file")
      touch("\(root).single")
      touch("\(root).done")
      PendingFiles.prepare()
      PendingFiles.add("\(root).done")
      PendingFiles.add(
        root, contents: ["\(root)/file", "\(root)/inner/file", "\(root)/inner", "\(root)/missing"])
      PendingFiles.add("\(root).single")
      PendingFiles.remove("\(root).done")
      PendingFiles.removeAllFromSignalHandler()
      guard access(root, F_OK) != 0, access("\(root).single", F_OK) != 0 else { exit(2) }
      guard unlink("\(root).done") == 0 else { exit(3) }
      exit(0)
    }
  }
}
