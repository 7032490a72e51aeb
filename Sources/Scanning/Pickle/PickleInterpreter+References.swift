import Bytes
import Findings
import Formats

extension PickleInterpreter {
  mutating func followReference(_ instruction: PickleInstruction) throws(ParseError) {
    var reference: PickleValue?
    if instruction.opcode == .binPersID { reference = try pop(instruction) }
    guard case .torch(let storages) = context else {
      report(
        .strayReference, at: instruction.offset,
        "asks its reader for an object that is not in the file")
      stack.append(make(.unknown))
      return
    }
    // ('storage', class, key, location, number of elements), older files with a view as sixth.
    guard let reference, let parts = object(reference)?.elements, (5...6).contains(parts.count),
      text(parts[0]) == "storage", let type = imported(parts[1]),
      let itemSize = PickleStorage.itemSize(of: type.name), let key = text(parts[2]),
      text(parts[3]) != nil, case .integer(let elements) = parts[4], elements >= 0
    else {
      report(
        .strayReference, at: instruction.offset, "a persistent reference that is no storage")
      stack.append(make(.unknown))
      return
    }
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: itemSize)
    if let storages, overflow || storages[key] != bytes {
      let found = storages[key].map { "\($0) bytes" } ?? "no such member"
      report(
        .strayReference, at: instruction.offset,
        "storage '\(safeText(key))' should have \(overflow ? "too many" : "\(bytes)") bytes",
        evidence: ["found: \(found)"])
    }
    if knownStorages.insert(key).inserted {
      storageBytes.append((key, elements, overflow ? Int.max : bytes))
    }
    stack.append(make(.storage(elements: elements)))
  }
}
