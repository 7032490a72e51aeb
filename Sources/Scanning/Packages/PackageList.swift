import Archives
import Bytes
import Findings

/// Compares the list of files that a package carries with the files that it holds.
enum PackageList {
  /// Everything that a list says and the files do not, or the reverse; a list of another kind of
  /// package says nothing.
  static func findings(in inventory: Inventory, at place: Place) -> [Finding] {
    // In a folder, an installed package has files that its installer made.
    guard inventory.container == .zip else { return [] }
    return WheelRecord.findings(in: inventory, at: place)
      + ModelArchiveManifest.findings(in: inventory, at: place)
  }
}

/// `NAME.dist-info/RECORD` of a wheel: path, digest and size of every file, as CSV ("Recording
/// installed projects", packaging.python.org).
private enum WheelRecord {
  static func findings(in inventory: Inventory, at place: Place) -> [Finding] {
    inventory.members.map(\.path).filter { $0.parts.count == 2 && $0.parts[1] == "WHEEL" }
      .map { $0.parts[0] }.filter { $0.hasSuffix(".dist-info") }
      .flatMap { compare(inventory, with: $0 + "/RECORD", at: place) }
  }

  private static func compare(
    _ inventory: Inventory, with path: String, at place: Place
  ) -> [Finding] {
    let list = place.member(path)
    guard let text = inventory[path]?.bytes.utf8 else {
      return [Rule.wrongFileList.at(list, "a wheel without a list of its files")]
    }
    var findings: [Finding] = []
    var listed: Set<String> = []
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = fields(of: line)
      guard fields.count == 3 else {
        findings.append(Rule.wrongFileList.at(list, "a line that is not path, digest and size"))
        continue
      }
      if !listed.insert(fields[0]).inserted {
        findings.append(
          Rule.wrongFileList.at(place.member(fields[0]), "the wheel's RECORD lists it twice"))
      }
      guard let member = inventory[fields[0]] else {
        findings.append(
          Rule.wrongFileList.at(
            place.member(fields[0]), "the wheel's RECORD lists a file that is not there"))
        continue
      }
      if let fault = fault(of: member, digest: fields[1], size: fields[2]) {
        findings.append(Rule.wrongFileList.at(place.member(fields[0]), fault))
      }
    }
    let unlisted = inventory.members.map(\.path.text).filter {
      !listed.contains($0) && ![path, path + ".jws", path + ".p7s"].contains($0)
    }
    return findings
      + unlisted.map {
        Rule.wrongFileList.at(place.member($0), "the wheel's RECORD does not list it")
      }
  }

  /// What the list says of the file that it is not; nothing where the list says nothing.
  private static func fault(of member: Member, digest: String, size: String) -> String? {
    if !size.isEmpty, size != "\(member.size)" {
      return "\(member.size) bytes, and \(size) by the wheel's RECORD"
    }
    guard let equals = digest.firstIndex(of: "=") else { return nil }
    guard digest[..<equals] == "sha256" else { return nil }
    let expected = digest[digest.index(after: equals)...]
    let actual = Base64.encode(member.digest.bytes).prefix { $0 != "=" }
      .map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
    return expected.elementsEqual(actual)
      ? nil : "SHA-256 \(String(actual)), and \(expected) by the wheel's RECORD"
  }

  /// The fields of a line of CSV, with quotes doubled inside quotes.
  private static func fields(of line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      switch character {
      case "\"":
        // The second of two quotes stands for one.
        isQuoted.toggle()
        if isQuoted, fields[fields.count - 1].isEmpty == false {
          fields[fields.count - 1].append(character)
        }
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}

/// `MAR-INF/MANIFEST.json` of TorchServe's model archive: the files that it will load.
private enum ModelArchiveManifest {
  private static let path = "MAR-INF/MANIFEST.json"

  static func findings(in inventory: Inventory, at place: Place) -> [Finding] {
    guard let member = inventory[path] else { return [] }
    let manifest = place.member(path)
    let json: JSON
    do throws(ParseError) {
      json = try JSON(parsing: member.bytes)
    } catch {
      return [Rule.wrongFileList.at(manifest, error)]
    }
    guard let model = json["model"] else {
      return [Rule.wrongFileList.at(manifest, "a manifest without a model")]
    }
    return ["serializedFile", "modelFile", "handler", "requirementsFile"].compactMap { key in
      guard let name = model[key]?.string, !name.isEmpty else { return nil }
      if name.contains("/") || name.contains("\\") {
        return Rule.wrongFileList.at(
          manifest, "'\(key)' is a path, not a file of the archive", evidence: [name])
      }
      // A handler may be one of TorchServe's own, and name a function behind a colon.
      let file = name.prefix { $0 != ":" }
      guard key != "handler" || file.hasSuffix(".py") else { return nil }
      guard inventory[String(file)] == nil else { return nil }
      return Rule.wrongFileList.at(
        manifest, "'\(key)' names a file that is not in the archive", evidence: [name])
    }
  }
}
