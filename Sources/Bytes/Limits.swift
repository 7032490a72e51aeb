/// How much Proofmark is willing to open. A policy may tighten or widen each number.
public struct Limits: Sendable, Equatable {
  /// Members of all archives together.
  public var memberCount = 100_000
  /// Bytes of one member.
  public var memberBytes = 16 << 30
  /// Bytes of all members together.
  public var totalBytes = 64 << 30
  /// Unpacked bytes for one packed byte, after the first `ratioFreeBytes`.
  public var ratio = 200
  /// Unpacked bytes that no ratio is asked of.
  public let ratioFreeBytes = 10 << 20
  /// Archive in archive.
  public var archiveDepth = 3
  /// UTF-8 bytes of a member's path.
  public var pathBytes = 1024
  /// Bytes of memory that headers may ask for.
  public var headerBytes = 64 << 20
  /// Unpacked bytes of one archive that are kept in memory; more go to a file without a name.
  public var unpackedMemoryBytes = 48 << 20
  /// Axes of a tensor.
  public let tensorRank = 8
  /// Opcodes of a pickle.
  public let pickleOpcodes = 10_000_000
  /// Nesting of a pickle's values.
  public let pickleDepth = 512
  /// Nodes of a model's graphs together.
  public var graphNodes = 100_000
  /// Graph in graph, and type in type.
  public let graphDepth = 64
  /// Bytes of memory that the structure of a model's graphs may ask for.
  public let graphBytes = 256 << 20
  /// Bytes of one name in a model.
  public let nameBytes = 1 << 20
  /// Events of one YAML stream.
  public let yamlEvents = 1_000_000
  /// Element in element of an XML document.
  public let xmlDepth = 256
  /// Bytes of one text that are looked at; of a longer one its beginning and end.
  public let textBytes = 16 << 20
  /// Bytes of one literal, metadata value or text that are searched for secrets.
  public let secretBytes = 4 << 20
  /// Seconds that a worker process may take for a small file.
  public var workerSeconds = 20
  /// Files up to this size are read into memory, larger ones are mapped.
  public static let memoryBytes = 64 << 20

  /// The defaults.
  public init() {}
}

extension Limits {
  /// The most bytes that `packed` bytes of one file may unpack to.
  public func unpackedBytes(of packed: Int) -> Int {
    let (scaled, overflow) = packed.multipliedReportingOverflow(by: ratio)
    return min(memberBytes, max(ratioFreeBytes, overflow ? Int.max : scaled))
  }

  /// The most seconds that a worker may take for a file of so many bytes: one more for each 10 MB.
  public func workerSeconds(for packed: Int) -> Int { workerSeconds + packed / 10_000_000 }
}
