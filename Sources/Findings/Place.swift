import Bytes

/// Where in a subject something was found.
public struct Place: Sendable, Hashable {
  /// The chain of members from the subject inwards, outermost first; empty for the subject.
  public let members: [String]
  /// The byte offset in the innermost member.
  public let offset: Int?
  /// The number of the instruction in its pickle stream, from 0.
  public let instruction: Int?
  /// A tensor, layer, line or key inside the innermost member.
  public let detail: String?

  /// Creates a place.
  public init(
    _ members: [String] = [], offset: Int? = nil, instruction: Int? = nil, detail: String? = nil
  ) {
    self.members = members
    self.offset = offset
    self.instruction = instruction
    self.detail = detail
  }

  /// The whole subject.
  public static let subject = Place()

  /// A member inside this place's innermost member.
  public func member(_ name: String) -> Place { Place(members + [name]) }

  /// A byte of the innermost member, and the number of the instruction that begins there.
  public func at(_ offset: Int?, instruction: Int? = nil) -> Place {
    Place(members, offset: offset, instruction: instruction, detail: detail)
  }

  /// A tensor, layer, line or key of the innermost member.
  public func detail(_ text: String) -> Place {
    Place(members, offset: offset, instruction: instruction, detail: text)
  }

  /// The chain written `outer.tar.zst!inner/model.h5`, unescaped; empty for the subject.
  public var chain: String { members.joined(separator: "!") }
}

extension Place: CustomStringConvertible {
  /// Chain, detail, offset and instruction, escaped for people.
  public var description: String {
    var text = members.isEmpty ? "release" : safeText(chain)
    if let detail { text += " (\(safeText(detail)))" }
    if let offset { text += " at byte \(offset)" }
    if let instruction { text += ", instruction \(instruction)" }
    return text
  }
}
