import Bytes
import Glibc
import Judging
import Trust

/// Reads the trust file that a command was told to use.
enum TrustFileOption {
  /// Where the signature of the trust file lies: beside it as it was named or, for a link beside
  /// which there is none, beside what the link leads to.
  static func signaturePath(of path: String) -> String {
    let beside = path + ".sig"
    var status = stat()
    return lstat(beside, &status) == 0 ? beside : pathWithoutLinks(path) + ".sig"
  }

  /// The trust file with the signature beside it, which must hold where there is one.
  static func load(_ path: String, at time: Timestamp) throws -> TrustFile {
    let file = try read(path)
    let signaturePath = signaturePath(of: path)
    guard let bytes = try ByteSlice.ifPresent(path: signaturePath) else { return file }
    do {
      return try file.signed(bytes, at: time)
    } catch {
      throw CommandFailure(
        "trust file \(signaturePath): \(error)", help: error.help, code: .usage)
    }
  }

  /// The trust file, with its signature where that holds, else with what stands against it.
  static func examine(
    _ path: String, at time: Timestamp
  ) throws -> (trust: TrustFile, objection: String?) {
    let file = try read(path)
    guard let bytes = try ByteSlice.ifPresent(path: signaturePath(of: path)) else {
      return (file, file.root == nil ? "has no root role" : "is not signed by its root role")
    }
    do throws(ConfigurationError) {
      return (try file.signed(bytes, at: time), nil)
    } catch {
      return (file, "\(error)")
    }
  }

  /// The trust file alone.
  static func read(_ path: String) throws -> TrustFile {
    let bytes = try ByteSlice(path: path)
    do {
      return try TrustFile(parsing: bytes)
    } catch {
      throw CommandFailure("trust file \(path): \(error)", help: error.help, code: .usage)
    }
  }
}
