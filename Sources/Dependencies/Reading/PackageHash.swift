import Bytes
import Findings

/// A hash of a package's file as a lock gives it, judged by its strength.
enum PackageHash: Equatable {
  /// SHA-256 or stronger, `ALGORITHM:HEX` in lower case.
  case strong(String)
  /// Of an algorithm for which a second file can be made, or that is not accepted.
  case weak(String)
  /// No hash at all, though it looks like one.
  case malformed(String)

  /// The hash written `ALGORITHM:HEX`.
  init(_ text: String) {
    let parts = text.lowercased().utf8.split(
      separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false
    ).map { String(Substring($0)) }
    let algorithm = parts[0]
    let digits = parts.count == 2 ? parts[1] : ""
    guard let length = PackageHash.lengths[algorithm] else {
      self = .weak(algorithm)
      return
    }
    guard bytes(lowerCaseHexadecimal: digits)?.count == length / 2 else {
      self = .malformed(
        "a \(algorithm) hash has \(length) hexadecimal digits, not '\(digits.prefix(140))'")
      return
    }
    self = .strong("\(algorithm):\(digits)")
  }

  /// The hash written `ALGORITHM-BASE64` (Subresource Integrity, as npm has it).
  init(integrity text: Substring) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 1)
    let algorithm = Substring(parts.first ?? text.utf8[...]).lowercased()
    guard let length = PackageHash.lengths[algorithm] else {
      self = .weak(algorithm)
      return
    }
    // Options may follow a question mark.
    let base64 = parts.dropFirst().first?.prefix { $0 != UInt8(ascii: "?") } ?? "".utf8[...]
    guard let decoded = Base64.decode(String(Substring(base64))), decoded.count == length / 2 else {
      self = .malformed("a \(algorithm) integrity has \(length / 2) bytes in base64")
      return
    }
    self = .strong("\(algorithm):\(hexadecimal(decoded))")
  }

  private static let lengths = ["sha256": 64, "sha384": 96, "sha512": 128]
}

extension DependencyContent {
  /// A file of a package with its hashes, of which one that is strong is enough.
  struct Artifact {
    let hashes: [PackageHash]
  }

  /// The accepted hashes of a package's files, sorted; each way in which they fall short is one
  /// finding of the package.
  mutating func accept(_ artifacts: [Artifact], of name: String, at place: Place) -> [String] {
    var accepted: Set<String> = []
    var hasUnhashed = artifacts.isEmpty
    var weak: String?
    var malformed: String?
    for artifact in artifacts {
      var isStrong = false
      var algorithm: String?
      for hash in artifact.hashes {
        switch hash {
        case .strong(let text):
          isStrong = true
          accepted.insert(text)
        case .weak(let name): algorithm = algorithm ?? name
        case .malformed(let reason): malformed = malformed ?? reason
        }
      }
      if !isStrong { weak = weak ?? algorithm }
      if artifact.hashes.isEmpty { hasUnhashed = true }
    }
    if let malformed { report(.malformedDependencyFile, place, malformed) }
    if let weak { report(.weakHash, place, "'\(name)' has no hash but of '\(weak)'") }
    if hasUnhashed { report(.unhashedDependency, place, "'\(name)' has no hash") }
    return accepted.sorted { $0.precedesInBytes($1) }
  }
}
