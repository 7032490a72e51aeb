// Findings of the scan in NumPy arrays.
extension Rule {
  /// The header does not describe the data.
  public static let arrayLie = Rule(
    "NPY001", .high, cwe: 130,
    title: "an array's header does not describe its data",
    why: "readers differ on what such an array holds, or read past it",
    fix: "write the array again with numpy.save")
  /// An array whose elements are pickled.
  public static let objectArray = Rule(
    "NPY002", .high, cwe: 502,
    title: "an array holds pickled Python objects",
    why: "numpy.load(allow_pickle=True) runs what the pickle asks for",
    fix: "save arrays of numbers; drop the object columns")
  /// An array's header is not the literal that its format allows.
  public static let arrayHeaderCode = Rule(
    "NPY003", .high, cwe: 95,
    title: "an array's header is not the literal that its format allows",
    why: "old readers evaluate the header as Python",
    fix: "write the array again with numpy.save")
  /// A file without numpy's mark that numpy.load would unpickle.
  public static let unmarkedArray = Rule(
    "NPY004", .high, cwe: 434,
    title: "a file without numpy's mark that numpy.load would unpickle",
    why: "numpy.load falls back to pickle where the mark is missing",
    fix: "do not load the file; write arrays with numpy.save")

  static let arrayRules: [Rule] = [
    arrayLie, objectArray, arrayHeaderCode, unmarkedArray,
  ]
}
