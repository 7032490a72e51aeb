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
  /// Soft links and where they lead, by their paths.
  private var softLinks: [String: String] = [:]
  private var groups: Set<String> = []
  /// What may still be unpacked and read: many data sets may name the same bytes.
  private var bytesLeft = 2 * HDF5Dataset.textBytes
  private let heaps = HDF5Heaps()
  /// Files inside the file, to be scanned next.
  private(set) var hidden: [(name: String, bytes: ByteSlice)] = []

  private init(place: Place, limits: Limits, byteCount: Int) {
    self.place = place
    self.limits = limits
    self.byteCount = byteCount
  }

  /// Everything wrong with the file, and the files hidden in it.
  static func findings(
    in bytes: ByteSlice, at place: Place, limits: Limits
  ) -> (findings: [Finding], hidden: [(name: String, bytes: ByteSlice)]) {
    var scan = HDF5Scan(place: place, limits: limits, byteCount: bytes.count)
    do throws(ParseError) {
      let file = try HDF5File(parsing: bytes, limits: limits)
      scan.judgeSurroundings(of: file)
      scan.judgeConfigurations(of: file.root)
      scan.walk(file.root)
      scan.judgeCircles()
      scan.judgeGaps(of: bytes, in: file)
    } catch {
      scan.findings.append(Rule.unreadable.at(place, error))
    }
    return (scan.findings, scan.hidden)
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
      hide(file.trailing, "trailing")
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
        // Python reads names that stand twice and NaN; so does YAML.
        for document in YAMLStream(parsing: text, limits: limits).documents {
          findings += KerasConfigScan.findings(in: document, at: inside)
        }
        findings.append(Rule.unreadable.at(inside, error))
      }
    }
  }

  /// Bytes that HDF5 passes over and another loader would take.
  private mutating func hide(_ bytes: ByteSlice, _ name: String) {
    let claims = FileFormat.claims(of: bytes.asFile())
    let isScript = bytes.starts(with: "#!".utf8)
    guard isScript || claims.contains(where: { $0.format.family != .text && $0.format != .empty })
    else { return }
    let format = claims.first?.format ?? .text
    findings.append(
      Rule.hdf5HiddenContent.at(place.at(bytes.offset), "the \(name) is \(format.article)"))
    hidden.append((name, bytes))
  }

  /// What stands in no data set and no attribute, and is a file to others.
  private mutating func judgeGaps(of bytes: ByteSlice, in file: HDF5File) {
    let gaps = HDF5Gaps(of: file, in: bytes)
    for found in gaps.programs(at: place, limits: limits) {
      findings.append(
        Rule.hdf5HiddenContent.at(
          place.at(found.bytes.offset), "bytes of no object hold \(found.what)"))
      hidden.append(("byte \(found.bytes.offset)", found.bytes))
    }
    if gaps.unseen > 0 {
      findings.append(
        Rule.unreadable.at(place, "\(gaps.unseen) bytes of no object were not looked at"))
    }
  }

  /// Soft links that lead to each other, or to a group around them.
  private mutating func judgeCircles() {
    for (path, target) in softLinks.sorted(by: { $0.key < $1.key }) {
      var seen: Set<String> = [path]
      var place: String? = target
      while let next = place {
        let isAround = next.isEmpty || path == next || path.hasPrefix(next + "/")
        if isAround && groups.contains(next) || !seen.insert(next).inserted {
          findings.append(
            Rule.hdf5LinkCycle.at(self.place.detail(path), "leads back to itself"))
          break
        }
        place = softLinks[next]
      }
    }
  }

  /// The path from the root that a soft link in the group leads to.
  private static func resolve(_ target: String, in group: String) -> String {
    var parts = target.hasPrefix("/") ? [] : group.split(separator: "/").map(String.init)
    for part in target.split(separator: "/") where part != "." { parts.append(String(part)) }
    return parts.joined(separator: "/")
  }

  private mutating func walk(_ group: HDF5Group) {
    groups.insert(group.path)
    judge(group.attributes, of: group.path)
    for link in group.links {
      let path = group.path.isEmpty ? link.name : "\(group.path)/\(link.name)"
      let inside = place.detail(path)
      if let finding = TensorName.finding(link.name, at: inside) { findings.append(finding) }
      switch link.target {
      case .group(let inner): walk(inner)
      case .dataset(let dataset): judge(dataset, at: inside)
      case .datatype: break
      case .alias(let known):
        if known.isEmpty || path.hasPrefix(known + "/"), groups.contains(known) {
          findings.append(Rule.hdf5LinkCycle.at(inside, "leads back to '/\(known)'"))
        }
      case .soft(let target):
        softLinks[path] = Self.resolve(target, in: group.path)
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
      let name = "\(path)@\(attribute.name)"
      switch attribute.value {
      case .texts(let contents):
        for content in contents { judge(content, of: name) }
      case .contents(let contents, let unknown):
        for content in contents { judge(content, of: name) }
        if let unknown { noteUnread(unknown, of: name) }
      case .unsupported(let type): noteUnread(type, of: name)
      case .numbers, .none: continue
      }
    }
  }

  private mutating func noteUnread(_ type: String, of attribute: String) {
    findings.append(
      Rule.unreadable.at(place.detail(attribute), "an attribute of type \(type) was not read"))
  }

  /// Configurations in attributes that Keras does not read by these names, and pickles, which
  /// PyTables reads out of attributes.
  private mutating func judge(_ text: ByteSlice, of attribute: String) {
    guard attribute != "@model_config", attribute != "@training_config", text.count > 8 else {
      return
    }
    let inside = place.detail(attribute)
    judgeConfiguration(text, at: inside)
    if text.first == 0x80 {
      findings.append(Rule.hdf5HiddenContent.at(inside, "holds a pickle"))
      hidden.append((attribute, text))
      return
    }
    if let program = HiddenProgram(in: text, at: inside, limits: limits) {
      findings.append(Rule.hdf5HiddenContent.at(inside, "holds \(program.words)"))
      findings += program.findings
    }
    _ = judgeCode(text, of: attribute)
    judgeWords(text, of: attribute)
  }

  /// A configuration of Keras in a text; any other JSON, and what is none, says nothing here.
  private mutating func judgeConfiguration(_ text: ByteSlice, at inside: Place) {
    guard text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") else { return }
    do throws(ParseError) {
      let config = try JSON(parsing: text)
      if text.contains("class_name") {
        findings += KerasConfigScan.findings(in: config, at: inside)
      }
    } catch {
      return
    }
  }

  /// Reports code in a text; whether there is any. Scripts among the texts name their interpreters
  /// in lines of their own, which say nothing of what they do.
  private mutating func judgeCode(_ bytes: ByteSlice, of name: String) -> Bool {
    var text = bytes
    if bytes.contains(0x0a) {
      let lines = bytes.prefix(limits.secretBytes).array.split(separator: 0x0a)
      text = ByteSlice(
        Array(lines.filter { !$0.starts(with: "#!".utf8) }.joined(separator: [0x0a])))
    }
    guard case .code(let sign)? = MetadataText(text).sign(limits: limits) else { return false }
    findings.append(Rule.modelText.at(place.detail(name), "'\(name)' holds '\(sign)'"))
    return true
  }

  /// What the scanners of texts must see: templates and secrets.
  private mutating func judgeWords(_ bytes: ByteSlice, of name: String) {
    let text = MetadataText(bytes)
    guard bytes.count >= 20, text.isTemplate || !SecretScan.matches(in: bytes.array).isEmpty else {
      return
    }
    hidden.append((name, bytes))
  }

  private mutating func judge(_ dataset: HDF5Dataset, at inside: Place) {
    judge(dataset.attributes, of: dataset.path)
    if case .chunked(let chunks) = dataset.storage {
      for number in chunks.pluginFilters {
        findings.append(
          Rule.hdf5PluginFilter.at(inside, "needs the library of filter \(number)"))
      }
    }
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
      if let name = dataset.type.unknown {
        findings.append(Rule.unreadable.at(inside, "data of type \(name) was not read"))
      }
    }
    judgeContent(of: dataset, at: inside)
    if dataset.claimedBytes > limits.unpackedBytes(of: byteCount) {
      findings.append(
        Rule.hdf5Bomb.at(
          inside, "claims \(dataset.claimedBytes) bytes in a file of \(byteCount)"))
    }
  }

  /// A data set that begins as a file is one to whoever writes it out, and each of its texts is to
  /// whoever loads that.
  private mutating func judgeContent(of dataset: HDF5Dataset, at inside: Place) {
    do throws(ParseError) {
      let limit = min(HDF5Dataset.textBytes, bytesLeft)
      let starts = try dataset.starts(upTo: limit, limits: limits)
      spend(HDF5Dataset.startCost * (starts.count - 1))
      if case .chunked = dataset.storage { spend(min(limit, dataset.claimedBytes)) }
      for bytes in starts {
        guard let what = TensorContent.kind(of: bytes, at: inside, limits: limits) else { continue }
        findings.append(Rule.tensorIsFile.at(inside.at(bytes.offset), "the data is \(what)"))
        hidden.append((dataset.path, bytes))
        break
      }
      try judgeElements(of: dataset, upTo: limit, at: inside)
    } catch {
      findings.append(Rule.unreadable.at(inside, error))
    }
  }

  private mutating func spend(_ count: Int) { bytesLeft = max(0, bytesLeft - count) }

  /// Each text and row of bytes by itself, and all together for their words.
  private mutating func judgeElements(
    of dataset: HDF5Dataset, upTo limit: Int, at inside: Place
  ) throws(ParseError) {
    guard dataset.hasContent else { return }
    spend(min(limit, dataset.readingCost))
    var scan = self
    var words: [UInt8] = []
    var holdsCode = false
    defer { self = scan }
    try dataset.readContents(upTo: limit, limits: limits, heaps: heaps) { content in
      scan.spend(content.count)
      if words.count + content.count > limits.secretBytes {
        scan.judgeWords(ByteSlice(words), of: dataset.path)
        words = []
      }
      words += content
      words.append(0x0a)
      guard content.count > 8 else { return }
      scan.judgeConfiguration(content, at: inside)
      // One of many says enough.
      holdsCode = holdsCode || scan.judgeCode(content, of: dataset.path)
      scan.judgeProgram(content, of: dataset.path, at: inside)
    }
    scan.judgeWords(ByteSlice(words), of: dataset.path)
  }

  private mutating func judgeProgram(_ content: ByteSlice, of path: String, at inside: Place) {
    if let program = HiddenProgram(in: content, at: inside, limits: limits) {
      findings.append(Rule.tensorIsFile.at(inside, "an element is \(program.words)"))
      findings += program.findings
    } else if let what = TensorContent.kind(of: content, at: inside, limits: limits) {
      findings.append(Rule.tensorIsFile.at(inside, "an element is \(what)"))
      hidden.append((path, content))
    }
  }
}
