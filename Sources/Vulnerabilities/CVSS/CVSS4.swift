/// The score of CVSS 4.0 (FIRST, Common Vulnerability Scoring System version 4.0: Specification
/// Document, section 8), in whole numbers: distances are counted in steps, scores in tenths.
struct CVSS4 {
  private let vector: CVSSVector

  private static let demanded = [
    "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA",
  ]
  /// The values of each metric.
  private static let allowed: CVSSVector.Values = [
    "AV": "N A L P", "AC": "L H", "AT": "N P", "PR": "N L H", "UI": "N P A", "VC": "H L N",
    "VI": "H L N", "VA": "H L N", "SC": "H L N", "SI": "H L N", "SA": "H L N",
    "E": "X A P U", "CR": "X H M L", "IR": "X H M L", "AR": "X H M L", "MAV": "X N A L P",
    "MAC": "X L H", "MAT": "X N P", "MPR": "X N L H", "MUI": "X N P A", "MVC": "X H L N",
    "MVI": "X H L N", "MVA": "X H L N", "MSC": "X H L N", "MSI": "X S H L N", "MSA": "X S H L N",
    "S": "X N P", "AU": "X N Y", "R": "X A U I", "V": "X D C", "RE": "X L M H",
    "U": "X Clear Green Amber Red",
  ]

  /// How many steps a value is below the worst one, in the order of the letters.
  private static let steps = [
    "AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP", "VC": "HLN", "VI": "HLN",
    "VA": "HLN", "SC": "SHLN", "SI": "SHLN", "SA": "SHLN", "CR": "HML", "IR": "HML", "AR": "HML",
  ]

  init?(_ vector: CVSSVector) {
    guard vector.isValid(demanding: CVSS4.demanded, allowing: CVSS4.allowed) else { return nil }
    self.vector = vector
  }

  /// The value that counts: the modified one, and the worst for what is not defined.
  private func value(_ metric: String) -> String {
    if let modified = vector["M" + metric], modified != "X" { return modified }
    let stated = vector[metric] ?? "X"
    guard stated == "X" else { return stated }
    return metric == "E" ? "A" : "H"
  }

  private func isHigh(_ metric: String) -> Bool { value(metric) == "H" }

  /// The six equivalence classes of table 24 to 29.
  private var macrovector: [Int] {
    let (network, privileges, interaction) =
      (value("AV") == "N", value("PR") == "N", value("UI") == "N")
    let first =
      network && privileges && interaction
      ? 0 : value("AV") != "P" && (network || privileges || interaction) ? 1 : 2
    let second = value("AC") == "L" && value("AT") == "N" ? 0 : 1
    let third =
      isHigh("VC") && isHigh("VI") ? 0 : isHigh("VC") || isHigh("VI") || isHigh("VA") ? 1 : 2
    let fourth =
      value("SI") == "S" || value("SA") == "S"
      ? 0 : isHigh("SC") || isHigh("SI") || isHigh("SA") ? 1 : 2
    let fifth = ["A": 0, "P": 1, "U": 2][value("E")] ?? 0
    let sixth = [("CR", "VC"), ("IR", "VI"), ("AR", "VA")].contains {
      isHigh($0.0) && isHigh($0.1)
    }
    return [first, second, third, fourth, fifth, sixth ? 0 : 1]
  }

  var score: CVSSScore {
    let hasNoImpact = ["VC", "VI", "VA", "SC", "SI", "SA"].allSatisfy { value($0) == "N" }
    guard !hasNoImpact, let own = CVSS4.tableScore(macrovector) else {
      return CVSSScore(tenths: 0)
    }
    let classes = macrovector
    // The mean of what each class takes off: its share of the way to the next lower macrovector.
    var taken = 0
    var count = 0
    for (place, group) in CVSS4.groups(of: classes).enumerated() {
      guard let lower = CVSS4.lowerScore(classes, place) else { continue }
      count += 1
      guard let group else { continue }
      taken += (own - lower) * distance(to: group.highest) * CVSS4.common / group.depth
    }
    guard count > 0 else { return CVSSScore(tenths: own) }
    // Half a tenth is rounded up.
    let (numerator, denominator) = (own * CVSS4.common * count - taken, CVSS4.common * count)
    return CVSSScore(tenths: (2 * numerator + denominator) / (2 * denominator))
  }

  /// The steps from the first of the highest vectors of a class that this one is not above.
  private func distance(to highest: [String]) -> Int {
    for vector in highest {
      var sum = 0
      var isBelow = true
      for field in vector.split(separator: "/") {
        let parts = field.split(separator: ":").map { String($0) }
        let steps = steps(parts[0], value(parts[0])) - steps(parts[0], parts[1])
        isBelow = isBelow && steps >= 0
        sum += steps
      }
      if isBelow { return sum }
    }
    return 0
  }

  private func steps(_ metric: String, _ value: String) -> Int {
    let letters = CVSS4.steps[metric] ?? ""
    return letters.enumerated().first { String($0.element) == value }?.offset ?? 0
  }
}

extension CVSS4 {
  /// A multiple of all depths.
  private static let common = 840

  /// The highest vectors of a class, and how many steps it is deep.
  private struct Group {
    let highest: [String]
    let depth: Int

    init(_ depth: Int, _ highest: String...) {
      self.depth = depth
      self.highest = highest
    }
  }

  private static let first = [
    Group(1, "AV:N/PR:N/UI:N"), Group(4, "AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"),
    Group(5, "AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"),
  ]
  private static let second = [Group(1, "AC:L/AT:N"), Group(2, "AC:H/AT:N", "AC:L/AT:P")]
  /// EQ3 and EQ6 together: by EQ3, then EQ6. There is no 2 with 0.
  private static let third = [
    [
      Group(7, "VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"),
      Group(6, "VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"),
    ],
    [
      Group(8, "VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"),
      Group(
        8, "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
        "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M", "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
        "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M"),
    ],
    [Group(10), Group(10, "VC:L/VI:L/VA:L/CR:H/IR:H/AR:H")],
  ]
  private static let fourth = [
    Group(6, "SC:H/SI:S/SA:S"), Group(5, "SC:H/SI:H/SA:H"), Group(4, "SC:L/SI:L/SA:L"),
  ]

  /// What is measured in EQ1, EQ2, EQ3 with EQ6, EQ4 and EQ5; in EQ5 each class has one value.
  private static func groups(of classes: [Int]) -> [Group?] {
    [
      first[classes[0]], second[classes[1]], third[classes[2]][classes[5]], fourth[classes[3]],
      nil,
    ]
  }

  /// The score of the macrovector; nil when there is none such.
  private static func tableScore(_ classes: [Int]) -> Int? {
    let sizes = [3, 2, 3, 3, 3, 2]
    guard zip(classes, sizes).allSatisfy({ $0 < $1 }) else { return nil }
    let index = zip(classes, sizes).reduce(0) { $0 * $1.1 + $1.0 }
    return scores[index] == 255 ? nil : Int(scores[index])
  }

  /// The score of the macrovector below in one of the groups; nil when there is none.
  private static func lowerScore(_ classes: [Int], _ place: Int) -> Int? {
    func lowered(_ indices: Int...) -> Int? {
      var lower = classes
      for index in indices { lower[index] += 1 }
      return tableScore(lower)
    }
    switch place {
    case 0: return lowered(0)
    case 1: return lowered(1)
    case 2:
      // EQ3 and EQ6 depend on each other: from 00 there are two ways down.
      if classes[2] == 0, classes[5] == 0 { return max(lowered(5) ?? 0, lowered(2) ?? 0) }
      if classes[5] == 1 { return lowered(2) }
      return classes[2] == 1 ? lowered(5) : lowered(2, 5)
    case 3: return lowered(3)
    default: return lowered(4)
    }
  }
}
