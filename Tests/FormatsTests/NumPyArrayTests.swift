import Bytes
import Formats
import TestSupport
import Testing

@Suite struct NumPyArrayTests {
  static func read(_ builder: NumPyBuilder) throws(ParseError) -> NumPyArray {
    try NumPyArray(parsing: ByteSlice(builder.bytes))
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func `every version gives shape and values`(version: UInt8) throws {
    var builder = NumPyBuilder([1, 2, 3, 4, 5, 6], shape: "(2, 3)")
    builder.version = version
    let tensor = try Self.read(builder).tensor()
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.floats() == [1, 2, 3, 4, 5, 6])
  }

  /// Written by NumPy; shape and first values as the framework's goldens document them.
  @Test func `a real file is read`() throws {
    let array = try NumPyArray(parsing: Fixture.bytes("digits/goldens/x.npy"))
    #expect(array.datatype == .number(.float32, .little))
    #expect(array.shape == [16, 28, 28, 1])
    #expect(array.trailing.isEmpty)
    let values = try array.tensor().floats()
    #expect(values.count == 16 * 784)
    #expect(values.allSatisfy { (0...1).contains($0) })
  }

  @Test func `columns become rows`() throws {
    var builder = NumPyBuilder([1, 4, 2, 5, 3, 6], shape: "(2, 3)")
    builder.fortranOrder = "True"
    #expect(try Self.read(builder).tensor().floats() == [1, 2, 3, 4, 5, 6])
  }

  @Test(
    arguments: [
      ("'>f4'", "(1,)", [0x3f, 0xc0, 0, 0], [1.5]),
      ("'<f2'", "(3,)", [0, 0x3e, 1, 0, 0, 0xfc], [1.5, 5.960464477539063e-08, -.infinity]),
      ("'<f8'", "()", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]),
      ("'|u1'", "(2,)", [0, 255], [0, 255]),
      ("'|i1'", "(2,)", [1, 255], [1, -1]),
      ("'>i2'", "(1L,)", [255, 254], [-2]),
      ("'|b1'", "(2, )", [0, 1], [0, 1]),
      ("'<f4'", "(0, 5)", [], []),
    ] as [(String, String, [UInt8], [Float])])
  func `number types of either byte order are widened`(
    descr: String, shape: String, data: [UInt8], values: [Float]
  ) throws {
    var builder = NumPyBuilder()
    builder.descr = descr
    builder.shape = shape
    builder.data = data
    #expect(try Self.read(builder).tensor().floats() == values)
  }

  @Test func `an integer that binary32 cannot hold is refused, not rounded`() throws {
    var builder = NumPyBuilder()
    builder.descr = "'<i4'"
    builder.shape = "(2,)"
    builder.data = [0, 0, 0, 1, 1, 0, 0, 1]
    let tensor = try Self.read(builder).tensor()
    #expect(try tensor.integers() == [1 << 24, 1 << 24 + 1])
    #expect(throws: ParseError.self) { try tensor.floats() }
  }

  @Test(arguments: [
    ("'|O'", NumPyArray.Datatype.object),
    ("[('a', '<f4'), ('b', '|O')]", .record(hasObjects: true)),
    ("[('a', [('b', '|O', (2,))])]", .record(hasObjects: true)),
    ("[('a', ('|O', (2,)))]", .record(hasObjects: true)),
    ("[(('title', 'a'), '<f4')]", .record(hasObjects: false)),
    ("'<U10'", .unsupported("<U10")),
    ("'<c8'", .unsupported("<c8")),
  ])
  func `other types are recognised`(descr: String, datatype: NumPyArray.Datatype) throws {
    var builder = NumPyBuilder()
    builder.descr = descr
    let array = try Self.read(builder)
    #expect(array.datatype == datatype)
    #expect(throws: ParseError.self) { try array.tensor() }
  }

  @Test(arguments: [
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
    "((((((((((((((((((((((((((((",
  ])
  func `a header outside its grammar is refused`(header: String) {
    var builder = NumPyBuilder()
    builder.header = header
    builder.data = [0, 0, 0, 0]
    #expect(throws: ParseError.self) { try Self.read(builder) }
  }

  @Test func `fewer bytes than the shape demands are refused, more are kept apart`() throws {
    var builder = NumPyBuilder([1, 2, 3], shape: "(4,)")
    #expect(throws: ParseError.self) { try Self.read(builder) }
    builder.shape = "(2,)"
    #expect(try Self.read(builder).trailing.count == 4)
  }

  @Test func `damage is refused or read, never more`() throws {
    var builder = NumPyBuilder([1, 2, 3, 4, 5, 6], shape: "(2, 3)")
    builder.fortranOrder = "True"
    for copy in Mutations(of: builder.bytes) {
      do throws(ParseError) { _ = try NumPyArray(parsing: copy).tensor() } catch {
        #expect(error.offset >= 0)
      }
    }
  }
}

@Suite struct IDXArrayTests {
  /// The file's documented content: 1,000 digits, 100 of each class.
  @Test func `the digits' labels are balanced`() throws {
    let labels = try IDXArray(parsing: Fixture.bytes("digits/evaluation/labels-idx1-ubyte"))
    #expect(labels.tensor.shape == [1000])
    let values = try labels.tensor.integers()
    for digit in 0..<10 { #expect(values.count { $0 == digit } == 100) }
    let images = try IDXArray(parsing: Fixture.bytes("digits/evaluation/images-idx3-ubyte"))
    #expect(images.tensor.shape == [1000, 28, 28])
  }

  @Test(
    arguments: [
      [0, 0, 8, 1, 0, 0, 0, 2, 7], [0, 0, 8, 1, 0, 0, 0, 1, 7, 7], [0, 0, 7, 1, 0, 0, 0, 1, 7],
      [0, 1, 8, 1, 0, 0, 0, 1, 7], [0, 0, 8, 9] + [UInt8](repeating: 0, count: 36), [0, 0, 8],
      [0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    ] as [[UInt8]])
  func `a file that its header does not describe is refused`(bytes: [UInt8]) {
    #expect(throws: ParseError.self) { try IDXArray(parsing: ByteSlice(bytes)) }
  }

  @Test func `numbers are big-endian`() throws {
    let bytes: [UInt8] = [0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0]
    #expect(try IDXArray(parsing: ByteSlice(bytes)).tensor.floats() == [1.5])
  }
}
