import Findings
import Testing

struct IntervalTests {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: Wilson's score interval.
  @Test(arguments: [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
  ])
  func `intervals agree with the published ones`(
    _ correct: Int, _ n: Int, _ low: Double, _ high: Double
  ) {
    let interval = Interval.wilson(correct: correct, of: n)
    #expect(abs(interval.low - low) < 5.1e-5)
    #expect(abs(interval.high - high) < 5.1e-5)
    #expect(interval.confidence == 0.95)
  }

  @Test(arguments: [(837, 0.813), (612, 0.581)])
  func `the lower bounds of the two releases`(_ correct: Int, _ low: Double) {
    let found = Interval.wilson(correct: correct, of: 1000).low
    #expect((found * 1000).rounded() / 1000 == low)
  }

  @Test(arguments: [1, 2, 10, 1000, 1_000_000])
  func `bounds stay within the fractions and around the share`(_ n: Int) {
    for correct in [0, 1, n / 2, n - 1, n] {
      let interval = Interval.wilson(correct: correct, of: n)
      let share = Double(correct) / Double(n)
      #expect(interval.low >= 0 && interval.high <= 1)
      #expect(interval.low <= share && share <= interval.high)
      let mirrored = Interval.wilson(correct: n - correct, of: n)
      #expect(abs(interval.low - (1 - mirrored.high)) < 1e-12)
    }
  }

  @Test
  func `an empty sample shows nothing`() {
    let interval = Interval.wilson(correct: 0, of: 0)
    #expect(interval.low == 0 && interval.high == 1)
    #expect(Measurement("accuracy", correct: 0, of: 0).value == 0)
  }
}
