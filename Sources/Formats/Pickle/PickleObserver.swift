public import Bytes

/// An instruction that a machine follows, and its number.
public struct PickleEvent: Sendable {
  /// The instruction.
  public let instruction: PickleInstruction
  /// How many instructions of its pickle came before it.
  public let number: Int

  /// The place of the opcode in the file or member.
  public var offset: Int { instruction.offset }
}

/// How a pickle makes an object of an import.
public enum PickleCreation: Sendable {
  /// REDUCE calls a function.
  case call
  /// NEWOBJ and NEWOBJ_EX make an instance without its initializer.
  case new
  /// OBJ and INST call a class, or make an instance without arguments.
  case instantiate
}

/// What Python takes and no writer of pickles has a reason for.
public enum PickleOddity: Sendable, Equatable {
  /// STACK_GLOBAL of values that are no literal texts.
  case computedImport
  /// A name by its number in the reader's registry.
  case extensionCode(Int)
  /// A buffer that the reader must supply.
  case outsideBuffer
  /// A FRAME that is not as long as it says.
  case lyingFrame
  /// A memo index far above what the pickle has filled.
  case memoGap(Int)
  /// A decimal number of so many digits.
  case longNumber(digits: Int)
  /// Values in values, deeper than the limit.
  case tooDeep
  /// References that multiply beyond the limit.
  case tooMany
}

/// Watches a machine and judges, prints or refuses what it makes. An error stops the machine.
///
/// Each object carries a mark that only the observer gives and reads. The graph is as it stands
/// after the instruction.
public protocol PickleObserver {
  /// GLOBAL, INST or STACK_GLOBAL names an import.
  ///
  /// - Returns: the mark of the object that stands for it.
  mutating func imported(
    _ name: PickledGlobal, _ event: PickleEvent, _ graph: PickledObjects, protocol version: Int
  ) throws(ParseError) -> Int
  /// A call or an instance at a place of the graph.
  ///
  /// - Returns: the mark of the object that stands for what it gives.
  mutating func made(
    _ place: Int, _ how: PickleCreation, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) -> Int
  /// BUILD gives an object its state. Readers of joblib then take raw bytes from the stream.
  mutating func built(
    _ target: PickledValue, _ state: PickledValue, _ event: PickleEvent, _ graph: PickledObjects,
    _ reader: inout PickleReader
  ) throws(ParseError)
  /// APPEND, APPENDS, ADDITEMS, SETITEM or SETITEMS gives an object elements or items; the last
  /// of it are new.
  mutating func filled(
    _ place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError)
  /// An import goes into a container, an argument or a state, or is the result.
  mutating func passed(
    _ place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError)
  /// PERSID or BINPERSID asks for an object outside the pickle.
  ///
  /// - Returns: the mark of the object that stands for it.
  mutating func referred(
    to identification: PickledValue, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) -> Int
  /// A text or bytes long enough to hold something else.
  mutating func literal(_ bytes: ByteSlice, _ event: PickleEvent)
  /// Something that Python takes and no writer writes.
  mutating func noted(_ oddity: PickleOddity, _ event: PickleEvent) throws(ParseError)
}

/// Takes pickles as data: what Python's machine would have to ask elsewhere is refused, and so is
/// what changes an import. A call is as good as any other.
public struct PickleReading: PickleObserver, Sendable {
  /// An observer without state.
  public init() {}

  private func refusal(_ event: PickleEvent, _ expected: String) -> ParseError {
    ParseError(
      at: event.offset, expected: expected, found: event.instruction.opcode.name)
  }

  /// Every name is taken.
  public mutating func imported(
    _ name: PickledGlobal, _ event: PickleEvent, _ graph: PickledObjects, protocol version: Int
  ) -> Int { 0 }

  /// Every call is taken.
  public mutating func made(
    _ place: Int, _ how: PickleCreation, _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int { 0 }

  /// Only what a call gives takes a state.
  public mutating func built(
    _ target: PickledValue, _ state: PickledValue, _ event: PickleEvent, _ graph: PickledObjects,
    _ reader: inout PickleReader
  ) throws(ParseError) {
    if state == .none { return }
    guard case .call = graph.object(target)?.kind else {
      throw refusal(event, "an instance to set the state of")
    }
  }

  /// Only containers and what calls give take elements or items.
  public mutating func filled(
    _ place: Int, _ event: PickleEvent, _ graph: PickledObjects
  ) throws(ParseError) {
    let isItems = [.setItem, .setItems, .dict].contains(event.instruction.opcode)
    switch graph[place].kind {
    case .call: return
    case .list, .set: if !isItems { return }
    case .dict: if isItems { return }
    default: break
    }
    throw refusal(event, isItems ? "a dict on the stack" : "a list or set on the stack")
  }

  /// Imports may stand anywhere.
  public mutating func passed(_ place: Int, _ event: PickleEvent, _ graph: PickledObjects) {}

  /// The caller looks references up.
  public mutating func referred(
    to identification: PickledValue, _ event: PickleEvent, _ graph: PickledObjects
  ) -> Int { 0 }

  /// Literals are data.
  public mutating func literal(_ bytes: ByteSlice, _ event: PickleEvent) {}

  /// What is not in the file is refused.
  public mutating func noted(_ oddity: PickleOddity, _ event: PickleEvent) throws(ParseError) {
    switch oddity {
    case .computedImport: throw refusal(event, "texts of a module and a name")
    case .outsideBuffer:
      throw ParseError(
        .unsupported, at: event.offset, expected: "a pickle that holds its own buffers",
        found: event.instruction.opcode.name)
    case .longNumber: throw refusal(event, "a decimal integer of bounded length")
    case .extensionCode, .lyingFrame, .memoGap, .tooDeep, .tooMany: break
    }
  }
}
