import Bytes
import Glibc

/// Sets what happens when the process is told to end, or has to.
///
/// A trap of the Swift runtime would print registers, which may hold secrets; one line and exit 4
/// replace it. A mapped file that somebody shortens raises SIGBUS: the file could not be judged,
/// exit 3. On SIGINT and SIGTERM temporary files are removed first.
enum SignalHandling {
  /// Must be called before anything else.
  static func install() {
    PendingFiles.prepare()
    signal(SIGPIPE, SIG_IGN)
    // Whoever started the program may have had it ignored, and then nobody learns how a worker ended.
    signal(SIGCHLD, SIG_DFL)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGABRT] {
      signal(number) { _ in
        SignalHandling.endFromHandler(
          "proofmark: internal error: please report it with the command line\n", 4)
      }
    }
    signal(SIGBUS) { _ in
      SignalHandling.endFromHandler("proofmark: a file changed while it was read\n", 3)
    }
    signal(SIGINT) { _ in SignalHandling.endFromHandler("", 130) }
    signal(SIGTERM) { _ in SignalHandling.endFromHandler("", 143) }
  }

  /// Only calls that POSIX allows in a handler.
  private static func endFromHandler(_ message: StaticString, _ code: CInt) {
    PendingFiles.removeAllFromSignalHandler()
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    _exit(code)
  }
}
