import Bytes
import Findings
import Formats

/// Bounds TensorRT's engines: compiled for one device, of a layout that only their runtime knows.
struct TensorRTScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let start = file.bytes.prefix(context.limits.textBytes)
    for sign in ["PluginV2", "PluginV3", "IPlugin", "_plugin", "_TRT", ".so", ".dll"]
    where start.contains(sign) {
      context.report(
        Rule.modelPlugin.at(
          file.place, "the engine names a plugin or library: '\(sign)'", evidence: [sign]))
    }
    return .none(
      Rule.boundedOnly.at(file.place, "a TensorRT engine holds machine code for a device"))
  }
}
