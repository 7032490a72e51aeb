import Bytes
import Findings
import Formats

/// Judges an HDF5 file: what its links lead to, where its data is, and the Keras configurations
/// in its attributes.
struct HDF5Scan {
  private let place: Place
  private let limits: Limits
  private let byteCount: Int
  private var findings: [Finding] = []

  private init(place: Place, limits: Limits, byteCount: Int) {
    self.place = place
    self.limits = limits
    self.byteCount = byteCount
  }

  /// Everything wrong with the file.
  static func findings(in bytes: ByteSlice, at place: Place, limits: Limits) -> [Finding] {
    var scan = HDF5Scan(place: place, limits: limits, byteCount: bytes.count)
    do throws(ParseError) {
      let file = try HDF5File(parsing: bytes, limits: limits)
      scan.judgeSurroundings(of: file)
      scan.judgeConfigurations(of: file.root)
      scan.walk(file.root)
    } catch {
      scan.findings.append(Rule.unreadable.at(place, error))
    }
    return scan.findings
  }

  private mutating func judgeSurroundings(of file: HDF5File) {
    if !file.userBlock.isEmpty {
      findings.append(
        Rule.strayBytes.at(place.at(0), "\(file.userBlock.count) bytes stand before the file"))
    }
    if !file.trailing.isEmpty {
      findings.append(
        Rule.strayBytes.at(
          place.at(file.trailing.offset), "\(file.trailing.count) bytes follow the file"))
    }
  }

  /// Keras reads `model_config` when it loads the model and `training_config` when it compiles it.
  private mutating func judgeConfigurations(of root: HDF5Group) {
    for name in ["model_config", "training_config"] {
      guard let attribute = root.attribute(name) else { continue }
      let inside = place.detail(name)
      guard let text = attribute.text else {
        findings.append(Rule.unreadable.at(inside, "the attribute is no text"))
        continue
      }
      do throws(ParseError) {
        findings += KerasConfigScan.findings(in: try JSON(parsing: text), at: inside)
      } catch {
        findings.append(Rule.unreadable.at(inside, error))
      }
    }
  }

  private mutating func walk(_ group: HDF5Group) {
    judge(group.attributes, of: group.path)
    for link in group.links {
      let path = group.path.isEmpty ? link.name : "\(group.path)/\(link.name)"
      let inside = place.detail(path)
      switch link.target {
      case .group(let inner): walk(inner)
      case .dataset(let dataset): judge(dataset, at: inside)
      case .datatype, .alias: break
      case .soft(let target):
        findings.append(Rule.hdf5SoftLink.at(inside, "links to '\(target)'"))
      case .external(let file, let target):
        findings.append(
          Rule.modelReadsFile.at(inside, "links to another file", evidence: [file, target]))
      case .userDefined(let kind):
        findings.append(
          Rule.modelReadsFile.at(inside, "is a link of kind \(kind), which only its writer knows"))
      case .unreadable(let error): findings.append(Rule.unreadable.at(inside, error))
      }
    }
  }

  private mutating func judge(_ attributes: [HDF5Attribute], of path: String) {
    for attribute in attributes {
      guard case .unsupported(let type) = attribute.value else { continue }
      findings.append(
        Rule.unreadable.at(
          place.detail("\(path)@\(attribute.name)"), "an attribute of type \(type) was not read"))
    }
  }

  private mutating func judge(_ dataset: HDF5Dataset, at inside: Place) {
    judge(dataset.attributes, of: dataset.path)
    switch dataset.storage {
    case .external(let files):
      findings.append(
        Rule.modelReadsFile.at(
          inside, "keeps its data in another file",
          evidence: files.map { "\($0.name), \($0.size) bytes from byte \($0.offset)" }))
    case .virtual:
      findings.append(Rule.modelReadsFile.at(inside, "is made of other files' data"))
    case .unsupported(let name):
      findings.append(Rule.unreadable.at(inside, "\(name) was not read"))
    case .contiguous, .chunked, .unallocated:
      if case .unsupported(let name, _) = dataset.type {
        findings.append(Rule.unreadable.at(inside, "data of type \(name) was not read"))
      }
    }
    if dataset.claimedBytes > limits.unpackedBytes(of: byteCount) {
      findings.append(
        Rule.hdf5Bomb.at(
          inside, "claims \(dataset.claimedBytes) bytes in a file of \(byteCount)"))
    }
  }
}
