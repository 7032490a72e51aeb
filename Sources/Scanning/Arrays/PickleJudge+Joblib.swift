import Bytes
import Findings
import Formats

extension PickleJudge {
  /// What joblib's reader takes from the file after BUILD.
  mutating func takeArray(
    of owner: Import, at target: Int, _ state: PickledValue, _ event: PickleEvent,
    _ graph: PickledObjects, _ reader: inout PickleReader
  ) throws(ParseError) {
    guard JoblibWrapper.modules.contains(owner.name.module) else { return }
    guard JoblibWrapper.isAnnounced(by: owner.name) else {
      return judgeFile(of: owner, state, event, graph)
    }
    guard graph[target].states.count == 1 else {
      return report(.rawDataLie, event, "an array is taken from the file twice")
    }
    do throws(ParseError) {
      let wrapper = try JoblibWrapper(state, graph, at: event.offset)
      switch wrapper.content {
      case .elements:
        let elements = try wrapper.skip(&reader)
        // pickle.load takes the elements for instructions.
        if let program = HiddenProgram(
          in: elements.prefix(64 << 10), at: place, limits: limits)
        {
          report(.rawDataLie, event, "the elements of an array are \(program.words)")
          add(program.findings)
        }
      case .pickle: try judgeInner(&reader)
      }
    } catch {
      guard error.kind == .malformed else { throw error }
      report(.rawDataLie, at: error.offset, error.reason)
      throw error
    }
  }

  /// The oldest wrappers name a file beside the pickle.
  private mutating func judgeFile(
    of owner: Import, _ state: PickledValue, _ event: PickleEvent, _ graph: PickledObjects
  ) {
    let items = graph.object(state)?.items ?? []
    for item in items where item.key == .text("filename") {
      guard case .text(let name) = item.value, !name.contains("/"), !name.contains("\\"),
        name != ".."
      else {
        report(.strayReference, event, "\(owner.name) names a file outside its folder")
        continue
      }
    }
  }
}
