import ArgumentParser
import Bytes

/// A moment on the command line.
struct TimeOption: ExpressibleByArgument {
  /// How a moment is written, for help and errors.
  static let form = "2027-12-31T00:00:00Z"

  let time: Timestamp

  init?(argument: String) {
    guard let time = Timestamp(argument) else { return nil }
    self.time = time
  }
}
