import Bytes
import Glibc

/// A connection to a socket in the file system.
struct StreamSocket: ~Copyable {
  private let descriptor: CInt
  private let path: String
  // An agent may ask its user before it signs.
  private static let patienceSeconds = 120

  /// Connects.
  init(path: String) throws(FileError) {
    self.path = path
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FileError(path: path, action: "connect") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw FileError(path: path, action: "connect", reason: "the path is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    var patience = timeval(tv_sec: StreamSocket.patienceSeconds, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw FileError(path: path, action: "connect") }
  }

  deinit { close(descriptor) }

  /// Sends all bytes.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let result = bytes[done...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { throw FileError(path: path, action: "write") }
      done += result
    }
  }

  /// Receives that many bytes.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes[done...].withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw FileError(path: path, action: "read") }
      guard result > 0 else {
        throw FileError(path: path, action: "read", reason: "the connection ended")
      }
      done += result
    }
    return bytes
  }
}
