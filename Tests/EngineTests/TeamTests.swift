import Synchronization
import Testing

@testable import Engine

@Suite struct TeamTests {
  /// Counts of the pieces done.
  private final class Tally: Sendable {
    private let counts: Mutex<[Int]>

    init(_ pieces: Int) { counts = Mutex(.init(repeating: 0, count: pieces)) }

    func add(_ piece: Int) { counts.withLock { $0[piece] += 1 } }
    var all: [Int] { counts.withLock(\.self) }
  }

  @Test(arguments: [1, 2, 3, 8])
  func `each piece is done once, before the work is given back`(_ threads: Int) {
    let team = Team(threads: threads)
    for round in 0..<400 {
      let pieces = round * 7 % 23
      let tally = Tally(pieces)
      team.share(pieces: pieces) { tally.add($0) }
      #expect(tally.all == [Int](repeating: 1, count: pieces))
    }
    team.dismiss()
  }

  @Test func `helpers that sleep are woken, and those that come late find nothing to do`()
    async throws
  {
    for pause in [0, 1, 5] {
      let team = Team(threads: 4)
      for _ in 0..<5 {
        let tally = Tally(40)
        team.share(pieces: 40) { tally.add($0) }
        #expect(tally.all == [Int](repeating: 1, count: 40))
        try await Task.sleep(for: .milliseconds(pause))
      }
      team.dismiss()
    }
  }
}
