import ArgumentParser
import Bytes

/// A moment on the command line: `2027-12-31T00:00:00Z`.
struct TimeOption: ExpressibleByArgument {
  let time: Timestamp

  init?(argument: String) {
    guard let time = Timestamp(argument) else { return nil }
    self.time = time
  }
}
