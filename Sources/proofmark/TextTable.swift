import Bytes

/// Rows of cells under headings, for people.
struct TextTable {
  /// A wider cell does not widen its column, or one long name would push all lines off the screen.
  private static let widest = 40

  private let headings: [String]
  private let rightAligned: Set<Int>
  private var rows: [[String]] = []

  /// A table; columns of numbers are aligned at the right.
  init(_ headings: [String], rightAligned: Set<Int> = []) {
    self.headings = headings
    self.rightAligned = rightAligned
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row with a cell for each heading; the cells are escaped.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == headings.count, "a cell for each heading")
    rows.append(cells.map { safeText($0) })
  }

  /// The lines, without columns that have nothing in them.
  var lines: [String] {
    let columns = headings.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let all = [headings] + rows
    let widths = headings.indices.map { column in
      min(Self.widest, all.map { $0[column].count }.max() ?? 0)
    }
    return all.map { row in
      var line = " "
      for column in columns {
        let cell = row[column]
        let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
        line += " " + (rightAligned.contains(column) ? padding + cell : cell + padding) + " "
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
