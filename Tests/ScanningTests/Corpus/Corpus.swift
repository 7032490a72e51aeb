/// Every hostile file, by who looks for it: one file of rows for each area.
enum Corpus {
  static let all: [HostileFile] =
    archives + corners + settings + images + pickles + keras + models + texts + hidden + companions
    + places + objectNames
    + (machineTricks + gadgets + containers + arrays).map(\.row)

  /// Rows with a twin that is clean.
  static let withClean = all.filter(\.hasClean)
}
