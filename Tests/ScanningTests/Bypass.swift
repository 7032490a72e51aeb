import Bytes
import Findings
import Scanning
import Testing

/// Bytes that other scanners passed, the rule that they break here, and the nearest bytes that
/// break none.
struct Bypass: Sendable, CustomTestStringConvertible {
  let name: String
  let rule: Rule
  let file: String
  let hostile: [UInt8]
  let clean: [UInt8]

  init(
    _ name: String, _ rule: Rule, in file: String = "model.pkl", _ hostile: [UInt8],
    clean: [UInt8]
  ) {
    self.name = name
    self.rule = rule
    self.file = file
    self.hostile = hostile
    self.clean = clean
  }

  var testDescription: String { name }

  /// Expects exactly the findings that belong to each of the two.
  func judge() {
    let found = Scanner().scan(file, ByteSlice(hostile))
    #expect(found.contains { $0.rule == rule }, "\(found.map { "\($0.rule.id) \($0.message)" })")
    #expect(Scanner().scan(file, ByteSlice(clean)) == [])
  }
}

/// The bytes with one text replaced everywhere by another of the same length.
func replacing(_ old: String, with new: String, in bytes: [UInt8]) -> [UInt8] {
  let old = Array(old.utf8)
  let new = Array(new.utf8)
  precondition(old.count == new.count, "the file's structure would move")
  var copy = bytes
  var found = 0
  for place in 0...(copy.count - old.count) where copy[place..<(place + old.count)] == old[...] {
    copy.replaceSubrange(place..<(place + old.count), with: new)
    found += 1
  }
  precondition(found > 0, "nothing to replace")
  return copy
}
