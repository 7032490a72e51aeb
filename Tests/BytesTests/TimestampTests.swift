import Bytes
import Testing

struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    (951_827_696, "2000-02-29T12:34:56Z"), (1_830_297_600, "2028-01-01T00:00:00Z"),
    (4_107_542_400, "2100-03-01T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
    (253_402_300_799, "9999-12-31T23:59:59Z"),
  ])
  func `seconds and text are one moment`(_ seconds: Int, _ text: String) throws {
    #expect(Timestamp(seconds: seconds)?.description == text)
    #expect(Timestamp(text)?.seconds == seconds)
  }

  @Test func `every day of four centuries comes back`() throws {
    let first = try #require(Timestamp("1899-12-31T12:00:00Z"))
    for day in 0..<146_097 {
      let moment = try #require(Timestamp(seconds: first.seconds + day * 86_400))
      #expect(Timestamp(moment.description) == moment)
    }
  }

  @Test(arguments: [
    "", "2027-12-31", "2027-12-31 00:00:00Z", "2027-12-31T00:00:00", "2027-12-31t00:00:00z",
    "2027-12-31T00:00:00+00:00", "2027-12-31T00:00:00.0Z", "2027-13-01T00:00:00Z",
    "2027-00-01T00:00:00Z", "2027-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
    "2027-04-31T00:00:00Z", "2027-12-31T24:00:00Z", "2027-12-31T23:60:00Z",
    "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "+027-12-31T00:00:00Z",
  ])
  func `another form or a date that does not exist is none`(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `moments outside four digits of year are none`() {
    #expect(Timestamp(seconds: -62_135_596_801) == nil)
    #expect(Timestamp(seconds: 253_402_300_800) == nil)
  }
}
