/// How random a text is, and whether it only stands for a secret.
enum Entropy {
  private static let placeholders = [
    "example", "placeholder", "your", "xxxx", "changeme", "change_me", "change-me", "dummy",
    "redacted", "insert", "replace", "****", "....", "0000000000", "<", "todo", "fake", "sample",
    "${", "{{", "not-a-real", "my-secret", "mysecret", "test_key", "process.env",
  ]
  private static let words: Set<String> = [
    "password", "passwd", "pass", "secret", "token", "user", "username", "none", "null", "true",
    "false", "pwd", "required", "optional", "string", "hunter2", "admin", "pw",
  ]

  /// Shannon's entropy of the bytes, in bits a byte.
  static func bits(_ bytes: ArraySlice<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    // 64 * log2 by eighths would do; the comparison needs no more than the number of symbols.
    var sum = 0.0
    for count in counts where count > 0 {
      let share = Double(count) / Double(bytes.count)
      sum -= share * logarithm(share)
    }
    return sum
  }

  private static func logarithm(_ value: Double) -> Double {
    // log2 of the significand by its series: value = 2^e * (1 + x), 0 <= x < 1.
    let z = (value.significand - 1) / (value.significand + 1)
    let square = z * z
    let series = z * (1 + square / 3 + square * square / 5 + square * square * square / 7)
    return Double(value.exponent) + 2 * series * 1.4426950408889634
  }

  static func isPlaceholder(_ bytes: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    return words.contains(text) || placeholders.contains { text.contains($0) }
      || Set(bytes).count < 4
  }

  /// Whether a token is one: as random as asked, with letters and digits, and no placeholder.
  static func isRandom(
    _ bytes: ArraySlice<UInt8>, bits least: Double, needsDigit: Bool = true
  ) -> Bool {
    guard !isPlaceholder(bytes) else { return false }
    let hasDigit = !needsDigit || bytes.contains { $0 >= 0x30 && $0 <= 0x39 }
    let hasLetter = bytes.contains { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }
    return hasDigit && hasLetter && bits(bytes) >= least
  }
}
