public import Bytes

/// An instruction of Python's pickle machine, protocols 0 to 5 (Lib/pickletools.py).
public enum PickleOpcode: UInt8, Sendable, CaseIterable {
  // Protocol 0
  case mark = 0x28
  case stop = 0x2e
  case pop = 0x30
  case dup = 0x32
  case float = 0x46
  case int = 0x49
  case long = 0x4c
  case none = 0x4e
  case persID = 0x50
  case reduce = 0x52
  case string = 0x53
  case unicode = 0x56
  case append = 0x61
  case build = 0x62
  case global = 0x63
  case dict = 0x64
  case get = 0x67
  case inst = 0x69
  case list = 0x6c
  case put = 0x70
  case setItem = 0x73
  case tuple = 0x74
  // Protocol 1
  case emptyTuple = 0x29
  case popMark = 0x31
  case binFloat = 0x47
  case binInt = 0x4a
  case binInt1 = 0x4b
  case binInt2 = 0x4d
  case binPersID = 0x51
  case binString = 0x54
  case shortBinString = 0x55
  case binUnicode = 0x58
  case emptyList = 0x5d
  case appends = 0x65
  case binGet = 0x68
  case longBinGet = 0x6a
  case obj = 0x6f
  case binPut = 0x71
  case longBinPut = 0x72
  case setItems = 0x75
  case emptyDict = 0x7d
  // Protocol 2
  case proto = 0x80
  case newObj = 0x81
  case ext1 = 0x82
  case ext2 = 0x83
  case ext4 = 0x84
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case newTrue = 0x88
  case newFalse = 0x89
  case long1 = 0x8a
  case long4 = 0x8b
  // Protocol 3
  case binBytes = 0x42
  case shortBinBytes = 0x43
  // Protocol 4
  case shortBinUnicode = 0x8c
  case binUnicode8 = 0x8d
  case binBytes8 = 0x8e
  case emptySet = 0x8f
  case addItems = 0x90
  case frozenSet = 0x91
  case newObjEx = 0x92
  case stackGlobal = 0x93
  case memoize = 0x94
  case frame = 0x95
  // Protocol 5
  case byteArray8 = 0x96
  case nextBuffer = 0x97
  case readonlyBuffer = 0x98

  /// The name that Python's pickletools gives it.
  public var name: String {
    let joined = "\(self)".uppercased()
    return Self.divided.first { $0.filter { $0 != "_" } == joined } ?? joined
  }

  /// The names that have an underscore.
  private static let divided = [
    "POP_MARK", "EMPTY_TUPLE", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_SET", "LONG_BINGET",
    "LONG_BINPUT", "SHORT_BINSTRING", "SHORT_BINBYTES", "SHORT_BINUNICODE", "STACK_GLOBAL",
    "NEWOBJ_EX", "NEXT_BUFFER", "READONLY_BUFFER",
  ]

  /// What follows the opcode in the stream.
  enum Operand {
    case none
    /// A little-endian integer of so many bytes; `isSigned` for BININT.
    case integer(width: Int, isSigned: Bool)
    /// A big-endian binary64.
    case double
    /// Bytes after a little-endian length of so many bytes.
    case bytes(lengthWidth: Int)
    /// One line, without its end.
    case line
    /// Two lines: a module and a name.
    case twoLines
  }

  var operand: Operand {
    switch self {
    case .binInt: .integer(width: 4, isSigned: true)
    case .binInt1, .binGet, .binPut, .proto, .ext1: .integer(width: 1, isSigned: false)
    case .binInt2, .ext2: .integer(width: 2, isSigned: false)
    case .longBinGet, .longBinPut, .ext4: .integer(width: 4, isSigned: false)
    case .frame: .integer(width: 8, isSigned: false)
    case .binFloat: .double
    case .shortBinString, .shortBinBytes, .shortBinUnicode, .long1: .bytes(lengthWidth: 1)
    case .binString, .binBytes, .binUnicode, .long4: .bytes(lengthWidth: 4)
    case .binUnicode8, .binBytes8, .byteArray8: .bytes(lengthWidth: 8)
    case .float, .int, .long, .string, .unicode, .get, .put, .persID: .line
    case .global, .inst: .twoLines
    case .mark, .stop, .pop, .dup, .none, .reduce, .append, .build, .dict, .list, .setItem,
      .tuple, .emptyTuple, .popMark, .binPersID, .emptyList, .appends, .obj, .setItems,
      .emptyDict, .newObj, .tuple1, .tuple2, .tuple3, .newTrue, .newFalse, .emptySet, .addItems,
      .frozenSet, .newObjEx, .stackGlobal, .memoize, .nextBuffer, .readonlyBuffer:
      .none
    }
  }
}

/// One instruction of a pickle.
public struct PickleInstruction: Sendable, Equatable {
  /// The place of the opcode in the file or member.
  public let offset: Int
  /// The opcode.
  public let opcode: PickleOpcode
  /// What follows it.
  public let argument: Argument

  /// What follows an opcode.
  public enum Argument: Sendable, Equatable {
    case none
    case integer(Int)
    case double(Double)
    /// Bytes of any kind; texts are not decoded yet.
    case bytes(ByteSlice)
    /// The lines of module and name.
    case pair(ByteSlice, ByteSlice)
  }
}
