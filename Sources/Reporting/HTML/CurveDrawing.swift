import Bytes
import Findings

/// Accuracy against eps as an SVG picture: the curve, its interval as a band, the policy's bound.
///
/// Colours come from the page's style sheet, so that light and dark look alike.
struct CurveDrawing {
  private let curve: AccuracyCurve
  private let left = 56.0
  private let right = 700.0
  private let top = 16.0
  private let bottom = 280.0
  private let largestEps: Double

  init(_ curve: AccuracyCurve) {
    self.curve = curve
    largestEps = max(curve.points.map(\.eps).max() ?? 0, 1e-9)
  }

  /// The `svg` element. All text in it is escaped.
  var svg: String {
    """
    <svg class="chart" viewBox="0 0 720 336" role="img" aria-label="\(markupText(description))">
    \(grid)\(band)\(line)\(bounds)</svg>
    """
  }

  /// The picture in words.
  private var description: String {
    curve.title + ": "
      + curve.points.map {
        "\(fixedDecimal($0.measurement.value, places: 3)) at eps \(shortestDecimal($0.eps))"
      }.joined(separator: ", ")
  }

  private func x(_ eps: Double) -> Double { left + (right - left) * eps / largestEps }
  private func y(_ value: Double) -> Double { bottom - (bottom - top) * min(1, max(0, value)) }
  private func text(_ value: Double) -> String { fixedDecimal(value, places: 1) }

  private var grid: String {
    var out = ""
    for step in 0...4 {
      let value = Double(step) / 4
      let height = text(y(value))
      let style = step == 0 ? "axis" : "grid"
      out += "<line class=\"\(style)\" x1=\"\(text(left))\" x2=\"\(text(right))\" "
      out += "y1=\"\(height)\" y2=\"\(height)\"/>\n"
      let tick = step.isMultiple(of: 2) ? "tick" : "tick fine"
      out += "<text class=\"\(tick)\" x=\"\(text(left - 10))\" y=\"\(text(y(value) + 5))\" "
      out += "text-anchor=\"end\">\(shortestDecimal(value))</text>\n"
    }
    var lastLabel = -Double.infinity
    for point in curve.points {
      let place = x(point.eps)
      out += "<line class=\"axis\" x1=\"\(text(place))\" x2=\"\(text(place))\" "
      out += "y1=\"\(text(bottom))\" y2=\"\(text(bottom + 6))\"/>\n"
      guard place - lastLabel >= 56 else { continue }
      lastLabel = place
      out += "<text class=\"tick\" x=\"\(text(place))\" y=\"\(text(bottom + 24))\" "
      out += "text-anchor=\"middle\">\(shortestDecimal(point.eps))</text>\n"
    }
    let middle = text((left + right) / 2)
    return out + "<text class=\"tick\" x=\"\(middle)\" y=\"330.0\" text-anchor=\"middle\">"
      + "eps</text>\n"
  }

  private var band: String {
    let upper = curve.points.compactMap { point in
      point.measurement.interval.map { "\(text(x(point.eps))),\(text(y($0.high)))" }
    }
    let lower = curve.points.reversed().compactMap { point in
      point.measurement.interval.map { "\(text(x(point.eps))),\(text(y($0.low)))" }
    }
    return "<polygon class=\"band\" points=\"\((upper + lower).joined(separator: " "))\"/>\n"
  }

  private var line: String {
    let places = curve.points.map { (text(x($0.eps)), text(y($0.measurement.value)), $0) }
    let path = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
    return "<polyline class=\"curve\" points=\"\(path)\"/>\n"
      + places.map { place in
        let (x, y, point) = place
        let value = fixedDecimal(point.measurement.value, places: 3)
        return "<circle class=\"point\" cx=\"\(x)\" cy=\"\(y)\" r=\"4\"><title>"
          + "eps \(shortestDecimal(point.eps)): \(value)</title></circle>\n"
      }.joined()
  }

  /// A bar that the band must lie above. The curve falls, so a bar that is reached has room for its
  /// label on the lower left, a missed one on the upper right.
  private var bounds: String {
    curve.points.compactMap { point in
      point.bound.map { bound in
        let isReached = point.reachesBound == true
        let style = isReached ? "bound reached" : "bound missed"
        let (place, height) = (x(point.eps), y(bound))
        let anchor = isReached || place > right - 200 ? "end" : "start"
        var out = "<line class=\"\(style)\" x1=\"\(text(place - 22))\" x2=\"\(text(place + 22))\" "
        out += "y1=\"\(text(height))\" y2=\"\(text(height))\"/>\n"
        out += "<text class=\"\(style)\" x=\"\(text(anchor == "end" ? place + 22 : place - 22))\" "
        out += "y=\"\(text(isReached ? height + 26 : height - 10))\" text-anchor=\"\(anchor)\">"
        out += "policy \u{2265} \(shortestDecimal(bound))</text>\n"
        return out
      }
    }.joined()
  }
}
