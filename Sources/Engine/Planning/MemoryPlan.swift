/// The memory that a network works in, in bytes; values outside its runs are not counted.
public struct MemoryPlan: Sendable, Equatable {
  /// The most that one input needs at a time on its way through the network.
  public let perInputBytes: Int
  /// What each thread holds while it takes a block of inputs through the network.
  public let workspaceBytes: Int
  /// The weights as the kernels read them, shared by all threads.
  public let weightBytes: Int
}
