// Sizes and counts from a file are untrusted: their sums and products go through these two.

/// The sum, or an error that names the place, when it does not fit an `Int`.
@inlinable
public func checkedSum(_ a: Int, _ b: Int, at offset: Int) throws(ParseError) -> Int {
  let (value, overflow) = a.addingReportingOverflow(b)
  guard !overflow else {
    throw ParseError(at: offset, expected: "a sum that fits 64 bits", found: "\(a) + \(b)")
  }
  return value
}

/// The product, or an error that names the place, when it does not fit an `Int`.
@inlinable
public func checkedProduct(_ a: Int, _ b: Int, at offset: Int) throws(ParseError) -> Int {
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  guard !overflow else {
    throw ParseError(at: offset, expected: "a product that fits 64 bits", found: "\(a) x \(b)")
  }
  return value
}
