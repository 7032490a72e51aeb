public import Bytes

// The layout of GGUF (ggml's docs/gguf.md): `GGUF`, version 4, count of tensors 8, count of pairs 8;
//   pair    key, type 4, value        text    length 8, bytes
//   array   type 4, count 8, values   tensor  name, rank 4, sizes 8 each, type 4, offset 8
// then, at the next multiple of `general.alignment`, the tensors' data without holes but alignment.
// Version 1 has counts and lengths of 4 bytes. All is in the byte order of the version.

/// A GGUF file as far as it could be read: what stands before a fault is kept.
public struct GGUFFile: Sendable {
  /// A value of the metadata.
  public enum Value: Sendable, Equatable {
    case integer(Int)
    case text(ByteSlice)
    /// The first texts of an array.
    case texts([ByteSlice])
    /// A number, a flag, or an array of those.
    case other
  }

  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The sizes, innermost first.
    public let shape: [Int]
    /// The elements.
    public let bytes: ByteSlice
  }

  /// The metadata in file order.
  public private(set) var metadata: [(key: String, value: Value, offset: Int)] = []
  /// The tensors in file order, as far as their bytes are in the file.
  public private(set) var tensors: [Tensor] = []
  /// Why reading ended before the last tensor.
  public private(set) var error: ParseError?
  /// Names that stand twice and texts that are not UTF-8.
  public private(set) var ambiguities: [ParseError] = []
  /// Bytes after the last tensor and its padding.
  public private(set) var trailing = ByteSlice.empty

  /// Reads as much as the file's structure allows.
  public init(_ bytes: ByteSlice, limits: Limits = Limits()) {
    do throws(ParseError) {
      try read(bytes, limits: limits)
    } catch {
      self.error = error
    }
  }

  private mutating func read(_ bytes: ByteSlice, limits: Limits) throws(ParseError) {
    var reader = try GGUFReader(bytes)
    let tensorCount = try reader.count("tensors", smallest: 24)
    let pairCount = try reader.count("pairs", smallest: 13)
    var keys: Set<String> = []
    for _ in 0..<pairCount {
      let offset = reader.offset
      let key = try self.name(&reader, "a key", limit: 65_535)
      if !keys.insert(key).inserted {
        ambiguities.append(
          ParseError(at: offset, expected: "the key '\(safeText(key))' once", found: "another"))
      }
      do throws(ParseError) {
        let value = try reader.value(keepsTexts: key.contains("template"))
        if case .text(let text) = value, text.utf8 == nil {
          ambiguities.append(
            ParseError(at: text.offset, expected: "a text in UTF-8", found: "other bytes")
              .inside("'\(safeText(key))'"))
        }
        metadata.append((key, value, offset))
      } catch {
        throw error.inside("'\(safeText(key))'")
      }
    }
    try readTensors(tensorCount, &reader, of: bytes)
  }

  private mutating func name(
    _ reader: inout GGUFReader, _ what: String, limit: Int
  ) throws(ParseError) -> String {
    let text = try reader.text(what)
    guard text.count <= limit else {
      throw ParseError(
        at: text.offset, expected: "\(what) of at most \(limit) bytes", found: "\(text.count)")
    }
    if text.utf8 == nil || text.contains(0) {
      ambiguities.append(
        ParseError(at: text.offset, expected: "\(what) in UTF-8", found: "other bytes"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func alignment(at offset: Int) throws(ParseError) -> Int {
    guard let pair = metadata.first(where: { $0.key == "general.alignment" }) else { return 32 }
    guard case .integer(let alignment) = pair.value, alignment > 0,
      alignment & (alignment - 1) == 0, alignment <= 1 << 20
    else {
      throw ParseError(
        at: pair.offset, expected: "an alignment that is a power of two", found: "another value")
    }
    return alignment
  }

  private mutating func readTensors(
    _ count: Int, _ reader: inout GGUFReader, of bytes: ByteSlice
  ) throws(ParseError) {
    var headers: [(name: String, shape: [Int], size: Int, place: Int, offset: Int)] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let offset = reader.offset
      // ggml keeps 64 bytes with the zero at the end.
      let name = try self.name(&reader, "a tensor's name", limit: 63)
      if !names.insert(name).inserted {
        ambiguities.append(
          ParseError(at: offset, expected: "a tensor '\(safeText(name))' once", found: "another"))
      }
      do throws(ParseError) {
        let tensor = try reader.tensor()
        headers.append((name, tensor.shape, tensor.size, tensor.place, offset))
      } catch {
        throw error.inside("'\(safeText(name))'")
      }
    }
    let alignment = try self.alignment(at: reader.offset)
    var end = try padded(reader.position, to: alignment)
    let start = end
    for header in headers {
      do throws(ParseError) {
        let place = try checkedSum(start, header.place, at: header.offset)
        guard place == end else {
          throw ParseError(
            at: header.offset, expected: "data at \(end - start)", found: "\(header.place)")
        }
        let stop = try checkedSum(place, header.size, at: header.offset)
        tensors.append(
          Tensor(name: header.name, shape: header.shape, bytes: try bytes.slice(place..<stop)))
        end = try padded(stop, to: alignment)
      } catch {
        throw error.inside("'\(safeText(header.name))'")
      }
    }
    if end < bytes.count { trailing = bytes.suffix(bytes.count - end) }
  }

  private func padded(_ place: Int, to alignment: Int) throws(ParseError) -> Int {
    try checkedSum(place, alignment - 1, at: place) / alignment * alignment
  }
}
