/// Numbers that kernels read through pointers which outlive a call, at addresses that stay.
///
/// `@unchecked Sendable`: written by the initialiser, never after.
final class Table<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let start: UnsafePointer<Element>

  init(_ elements: [Element]) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    memory.initialize(from: elements, count: elements.count)
    start = UnsafePointer(memory)
  }

  deinit { start.deallocate() }
}
