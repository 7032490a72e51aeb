// Findings of the safetensors family.
extension Rule {
  static let safetensorsRules: [Rule] = []
}
