// Numbers for people. Nothing here depends on a locale.

/// The number with a fixed count of digits after the point, rounded to nearest; the shortest form
/// for what is not finite or has no room for the digits in 53 bits.
public func fixedDecimal(_ value: Double, places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled.isFinite, scaled < 0x1p53 else { return shortestDecimal(value) }
  let digits = String(Int(scaled))
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard places > 0 else { return sign + padded }
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

/// The integer with a comma between groups of three digits.
public func groupedDecimal(_ value: Int) -> String {
  var text = ""
  let digits = String(value.magnitude)
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index).isMultiple(of: 3) { text += "," }
    text.append(digit)
  }
  return (value < 0 ? "-" : "") + text
}
