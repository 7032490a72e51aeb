import Bytes
import Findings
import Formats

/// Judges the tensors of an ONNX model that are said to be in other files.
struct ONNXExternalScan {
  private typealias Range = Swift.Range<Int>

  /// The keys that the standard knows, and that runtimes add for themselves.
  private static let keys: Set<String> = ["location", "offset", "length", "checksum", "basepath"]

  private let tensors: [ONNXWalk.External]
  private let file: ScannedFile

  init(_ tensors: [ONNXWalk.External], of file: ScannedFile) {
    self.tensors = tensors
    self.file = file
  }

  /// Reports everything wrong, explains the files that the tensors lie in, and returns the
  /// obstacle of data that is not there.
  func report(_ context: inout ScanContext) -> Finding? {
    var ranges: [String: [(range: Range, tensor: String)]] = [:]
    var missing: Finding?
    for tensor in tensors {
      let place = file.place.detail(tensor.tensor).at(tensor.offset)
      guard let location = location(of: tensor, at: place, &context) else { continue }
      guard let bytes = file.siblings.bytes(location) else {
        missing =
          missing ?? Rule.unreadable.at(place, "the external data '\(location)' is not there")
        continue
      }
      guard let range = range(of: tensor, in: bytes, at: place, &context) else { continue }
      context.explain(file.siblings.path(location), range, by: file.place)
      ranges[location, default: []].append((range, tensor.tensor))
      do throws(ParseError) {
        TensorContent.judge(
          try bytes.slice(range), named: tensor.tensor, at: file.place, &context)
      } catch {
        preconditionFailure("the range was checked: \(error)")
      }
    }
    for location in ranges.keys.sorted() {
      judge(ranges[location] ?? [], of: location, &context)
    }
    return missing
  }

  /// The path of the file beside the model; nil after a finding.
  private func location(
    of tensor: ONNXWalk.External, at place: Place, _ context: inout ScanContext
  ) -> String? {
    var seen: Set<String> = []
    for pair in tensor.pairs {
      if !Self.keys.contains(pair.key), !pair.key.hasPrefix("prepacked_") {
        context.report(
          Rule.onnxExternalDataLie.at(
            place, "external data has the unknown key '\(pair.key)'",
            evidence: ["\(pair.key)=\(pair.value)"]))
      } else if !seen.insert(pair.key).inserted {
        context.report(
          Rule.onnxExternalDataLie.at(
            place, "external data has two values of '\(pair.key)'",
            evidence: ["\(pair.key)=\(pair.value)"]))
      }
    }
    var isInside = true
    for pair in tensor.pairs where pair.key == "location" || pair.key == "basepath" {
      guard let reason = OutsidePath.reason(pair.value) else { continue }
      isInside = false
      context.report(
        Rule.onnxOutside.at(
          place, "'\(tensor.tensor)' is taken from '\(pair.value)': \(reason)",
          evidence: [pair.value]))
    }
    let location = tensor.pairs.first { $0.key == "location" }.map { OutsidePath.normal($0.value) }
    guard let location, !location.isEmpty else {
      context.report(Rule.onnxExternalDataLie.at(place, "external data without a location"))
      return nil
    }
    return isInside ? location : nil
  }

  private func range(
    of tensor: ONNXWalk.External, in bytes: ByteSlice, at place: Place,
    _ context: inout ScanContext
  ) -> Range? {
    func number(_ key: String) -> (text: String, value: Int?)? {
      tensor.pairs.first { $0.key == key }.map { ($0.value, Int($0.value)) }
    }
    for key in ["offset", "length"] {
      guard let number = number(key) else { continue }
      guard let value = number.value, value >= 0 else {
        context.report(
          Rule.onnxExternalDataLie.at(
            place, "external data has the \(key) '\(number.text)'", evidence: [number.text]))
        return nil
      }
    }
    let offset = number("offset")?.value ?? 0
    let rest = bytes.count - offset
    let length = number("length")?.value ?? tensor.size ?? rest
    guard rest >= 0, length <= rest else {
      context.report(
        Rule.onnxExternalDataLie.at(
          place, "external data of \(length) bytes at \(offset) leaves a file of \(bytes.count)",
          evidence: ["offset \(offset)", "length \(length)"]))
      return nil
    }
    if let size = tensor.size, size != length {
      context.report(
        Rule.onnxExternalDataLie.at(
          place, "external data of \(length) bytes for a tensor of \(size)",
          evidence: ["length \(length)", "tensor \(size)"]))
    }
    return offset..<(offset + length)
  }

  /// Tensors may share their bytes as a whole, not in part; between them stand zeros.
  private func judge(
    _ ranges: [(range: Range, tensor: String)], of location: String, _ context: inout ScanContext
  ) {
    let sorted = ranges.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    var last: Range?
    for (range, tensor) in sorted where !range.isEmpty {
      if range.lowerBound < end, range != last {
        context.report(
          Rule.onnxExternalDataLie.at(
            file.place.detail(tensor),
            "'\(tensor)' shares a part of '\(location)' with another tensor",
            evidence: ["\(location) \(range)"]))
      } else if range.lowerBound > end, isZero(end..<range.lowerBound, of: location) {
        context.explain(
          file.siblings.path(location), end..<range.lowerBound, by: file.place)
      }
      last = range
      end = max(end, range.upperBound)
    }
  }

  private func isZero(_ range: Range, of location: String) -> Bool {
    file.siblings.range(location, range)?.allSatisfy { $0 == 0 } ?? false
  }
}
