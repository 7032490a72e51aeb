import ArgumentParser
import Judging

/// A file for one of a network's inputs or outputs: `FILE`, or `NAME=FILE` where there are several.
struct NamedFile: ExpressibleByArgument {
  /// The value's name; nil for the next one in order.
  let name: String?
  let path: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex,
      !argument.hasPrefix("./"), !argument.hasPrefix("/")
    else {
      name = nil
      path = argument
      return
    }
    name = String(argument[..<sign])
    path = String(argument[argument.index(after: sign)...])
    if path.isEmpty { return nil }
  }
}

extension [NamedFile] {
  /// The files in the order of the names: each for its name, the others for what is left.
  ///
  /// - Throws: `CommandFailure` for a name that is none, twice, or too many files.
  func assigned(to names: [String], option: String) throws -> [NamedFile?] {
    var files = [NamedFile?](repeating: nil, count: names.count)
    for file in self {
      guard let name = file.name else { continue }
      guard let place = names.firstIndex(of: name) else {
        throw CommandFailure(
          "\(option): the network has no '\(name)'",
          help: "it has \(names.joined(separator: ", "))", code: .usage)
      }
      guard files[place] == nil else {
        throw CommandFailure("\(option): '\(name)' twice", code: .usage)
      }
      files[place] = file
    }
    for file in self where file.name == nil {
      guard let place = files.firstIndex(where: { $0 == nil }) else {
        throw CommandFailure(
          "\(option): \(count) files, the network has \(names.count): "
            + names.joined(separator: ", "), code: .usage)
      }
      files[place] = file
    }
    return files
  }
}
