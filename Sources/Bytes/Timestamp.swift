import Glibc

/// A moment in UTC to the second, between the years 1 and 9999.
///
/// Written `2027-12-31T00:00:00Z`: RFC 3339, section 5.6, with the zone `Z`, without fractions
/// and without leap seconds. No time zone data and no locale take part.
public struct Timestamp: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
  public let seconds: Int

  private static let secondsOfDay = 86_400
  private static let firstSecond = -62_135_596_800
  private static let lastSecond = 253_402_300_799

  /// The moment that many seconds after 1970-01-01T00:00:00Z; nil outside the years 1 to 9999.
  public init?(seconds: Int) {
    guard (Timestamp.firstSecond...Timestamp.lastSecond).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  /// The moment written `YYYY-MM-DDTHH:MM:SSZ`; nil for any other form and for dates and times
  /// that do not exist.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let form = Array("0000-00-00T00:00:00Z".utf8)
    guard bytes.count == form.count else { return nil }
    for (byte, pattern) in zip(bytes, form) {
      let isDigit = (0x30...0x39).contains(byte)
      guard pattern == 0x30 ? isDigit : byte == pattern else { return nil }
    }
    func number(_ range: Range<Int>) -> Int {
      bytes[range].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard year >= 1, (1...12).contains(month), hour < 24, minute < 60, second < 60,
      (1...Timestamp.dayCount(ofMonth: month, year: year)).contains(day)
    else { return nil }
    let days = Timestamp.days(year: year, month: month, day: day)
    self.init(seconds: days * Timestamp.secondsOfDay + hour * 3600 + minute * 60 + second)
  }

  /// What the system's clock says. Reports never call this: they show the time they are given.
  public static func systemClock() -> Timestamp {
    var time = timespec()
    guard clock_gettime(CLOCK_REALTIME, &time) == 0,
      let now = Timestamp(seconds: Int(time.tv_sec))
    else { preconditionFailure("the system clock gives no time") }
    return now
  }

  /// How many days the month has.
  static func dayCount(ofMonth month: Int, year: Int) -> Int {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so
  /// that the leap day is the last of its year.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }

  /// Year, month and day of the day that many days after 1970-01-01: the inverse of `days`.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}

extension Timestamp: Comparable {
  /// Earlier before later.
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.seconds < b.seconds }
}

extension Timestamp: CustomStringConvertible {
  /// The moment written `YYYY-MM-DDTHH:MM:SSZ`.
  public var description: String {
    var days = seconds / Timestamp.secondsOfDay
    var rest = seconds % Timestamp.secondsOfDay
    if rest < 0 {
      rest += Timestamp.secondsOfDay
      days -= 1
    }
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = Timestamp.date(days: days)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
      + "\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
  }
}
