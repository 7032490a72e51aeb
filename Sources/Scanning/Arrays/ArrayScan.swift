import Bytes
import Findings
import Formats

/// Judges NumPy arrays.
struct ArrayScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    let place = file.place
    do throws(ParseError) {
      let array = try NumPyArray(parsing: file.bytes)
      switch array.datatype {
      case .number, .unsupported:
        let trailing = array.trailing
        if !trailing.isEmpty {
          context.report(
            Rule.strayBytes.at(
              place.at(trailing.offset), "\(trailing.count) bytes follow the last element"))
        }
        TensorContent.judge(array.data, named: file.name.text, at: place, &context)
      case .record(hasObjects: false):
        TensorContent.judge(array.data, named: file.name.text, at: place, &context)
      case .object, .record(hasObjects: true):
        context.report(Rule.objectArray.at(place, "an array of \(array.datatype.name)"))
        context.report(PickleScan(array.data, at: place, limits: context.limits).run())
      }
      return .whole
    } catch {
      if NumPyArray.headerMayBeCode(file.bytes) {
        context.report(
          Rule.arrayHeaderCode.at(
            place.at(error.offset), "the header is no literal: \(error.reason)"))
      }
      return context.judge(error, at: place, as: .arrayLie)
    }
  }
}
