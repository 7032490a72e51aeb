import Bytes
import Findings
import Formats

/// Judges safetensors files and the indices of several.
struct SafetensorsScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    if file.claim.strength == .trial { return ShardIndexScan.scan(file, &context) }
    reportHeader(of: file, &context)
    do throws(ParseError) {
      let model = try SafetensorsFile(parsing: file.bytes, limits: context.limits)
      for entry in model.metadata {
        let text = MetadataText(ByteSlice(utf8: entry.text))
        text.report(named: entry.name, at: file.place, &context)
      }
      for (index, tensor) in model.tensors.enumerated() {
        if let finding = TensorName.finding(tensor.name, at: file.place) {
          context.report(finding)
        }
        TensorContent.judge(tensor.bytes, named: tensor.name, at: file.place, &context)
        // The pages around the beginnings of tensors add up to the file.
        if index % 256 == 255 { file.bytes.releasePages() }
      }
      return .whole
    } catch {
      return context.judge(error, at: file.place, as: .safetensorsLie)
    }
  }

  /// The header's length, and what stands after its last brace.
  private static func reportHeader(of file: ScannedFile, _ context: inout ScanContext) {
    guard file.bytes.count > 8 else { return }
    let length = file.bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if length > UInt64(SafetensorsFile.headerBytes) {
      context.report(
        Rule.safetensorsHeader.at(
          file.place.at(0), "a header of \(length) bytes", evidence: ["\(length)"]))
    }
    guard length <= UInt64(file.bytes.count - 8) else { return }
    let header = file.bytes.prefix(8 + Int(length)).suffix(Int(length))
    guard let brace = header.lastIndex(of: UInt8(ascii: "}")) else { return }
    let padding = header.suffix(header.count - brace - 1)
    guard let stray = padding.firstIndex(where: { $0 != 0x20 }) else { return }
    context.report(
      Rule.safetensorsHeader.at(
        file.place.at(padding.offset + stray), "the header is padded with other than spaces",
        evidence: [safeText(bytes: padding.prefix(80))]))
  }
}
