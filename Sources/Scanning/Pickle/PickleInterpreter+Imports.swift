import Bytes
import Findings
import Formats

extension PickleInterpreter {
  mutating func followImport(_ instruction: PickleInstruction) throws(ParseError) {
    hasImports = true
    switch (instruction.opcode, instruction.argument) {
    case (.stackGlobal, _):
      let name = try pop(instruction)
      let module = try pop(instruction)
      guard let moduleText = text(module), let nameText = text(name) else {
        report(.computedImport, at: instruction.offset, "imports a name that it computes")
        stack.append(make(.unknown))
        return
      }
      stack.append(importName(moduleText, nameText, instruction))
    case (.inst, .pair(let module, let name)):
      let arguments = try popToMark(instruction)
      let value = importName(safeText(bytes: module), safeText(bytes: name), instruction)
      construct(value, arguments: arguments, instruction)
    case (_, .pair(let module, let name)):
      stack.append(importName(safeText(bytes: module), safeText(bytes: name), instruction))
    case (_, .integer(let code)):
      report(
        .computedImport, at: instruction.offset, "imports extension \(code) of Python's registry")
      stack.append(make(.unknown))
    default: throw malformed(instruction, "an import")
    }
  }

  private mutating func importName(
    _ module: String, _ name: String, _ instruction: PickleInstruction
  ) -> PickleValue {
    let resolved = PickleName(asWritten: module, name)
    if let use = PickleAllowList.use(of: resolved) {
      return make(.imported(PickleImport(name: resolved, use: use)))
    }
    let evidence = ["\(instruction.opcode.name) \(module) \(name)"]
    let known = PickleDenyList.match(resolved)
    if let known {
      report(
        known.rule, at: instruction.offset, "imports \(resolved), which \(known.what)",
        evidence: evidence)
    }
    if name.utf8.contains(UInt8(ascii: ".")) {
      report(
        .computedImport, at: instruction.offset, "walks through attributes to \(resolved)",
        evidence: evidence)
    } else if known == nil {
      report(
        .unknownImport, at: instruction.offset, "imports \(resolved), which is not allowed",
        evidence: evidence)
    }
    return make(.imported(PickleImport(name: resolved, use: [])))
  }

  /// A value goes into a container, an argument or a state, or is the result. Functions may not.
  mutating func useAsValue(_ value: PickleValue, _ instruction: PickleInstruction) {
    guard let name = imported(value), !name.use.isEmpty else { return }
    if name.use.isDisjoint(with: [.reference, .construct]), !isForwarded(name) {
      report(.misusedImport, at: instruction.offset, "passes the function \(name.name) on")
    }
  }

  /// torch's rebuilding functions stand among the arguments of the one that calls them.
  func isForwarded(_ name: PickleImport) -> Bool {
    name.name.module == "torch._utils"
  }
}
