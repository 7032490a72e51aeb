import Bytes
import Engine
import Testing

/// Pools and convolutions over any number of axes.
@Suite struct GeneralWindowTests {
  static let goldens: [GeneralGolden] = {
    do {
      return [
        GeneralGolden(
          "transposed convolution in groups",
          ConvolutionTransposeND(
            window: try WindowND(
              kernel: [2, 2], strides: [2, 3], dilations: [2, 1], begins: [1, 0], ends: [1, 0]),
            groups: 2, output: [4, 10]),
          [pattern([2, 4, 2, 3], 1), pattern([4, 1, 2, 2], 2), pattern([2], 3)],
          output: [
            -0.484375, -0.484375, -0.484375, -0.484375, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.484375, -0.484375, -1.11865234, -0.104003906,
            -0.484375, -1.23950195, 0.513671875, -0.484375, -0.352539062,
            -0.758300781, -0.484375, -0.484375, -0.484375, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.484375, -0.484375, -0.484375, -0.484375,
            -0.484375, 0.242675781, -1.55419922, -0.484375, -0.015380859,
            -0.576904297, -0.484375, -0.871826172, -0.197998047, -0.484375, -0.484375,
            0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375,
            0.09375, 0.09375, 0.179199219, -0.651855469, 0.09375, -0.615722656,
            -0.109863281, 0.09375, 0.447509766, 1.125, 0.09375, 0.09375, 0.09375,
            0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375,
            0.09375, 0.783691406, 0.205566406, 0.09375, -0.110595703, -0.020263672,
            0.09375, -1.00488281, -0.24609375, 0.09375, 0.09375, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.484375, -0.484375, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.176757812, -1.65673828, -0.484375, 0.30078125,
            -0.440673828, -0.484375, -0.418457031, -0.421386719, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.484375, -0.484375, -0.484375, -0.484375,
            -0.484375, -0.484375, -0.484375, -0.484375, -0.061279297, -1.18432617,
            -0.484375, -0.319335938, -0.20703125, -0.484375, -1.17578125, 0.171875,
            -0.484375, -0.484375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375,
            0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.973876953, 0.766113281,
            0.09375, -0.293457031, -0.329589844, 0.09375, -1.08837891, 0.212402344,
            0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375, 0.09375,
            0.09375, 0.09375, 0.09375, 0.09375, -0.113525391, 0.202636719, 0.09375,
            0.251953125, 0.071289062, 0.09375, -0.642333984, -0.154541016, 0.09375,
            0.09375,
          ],
          gradients: [
            [
              -0.665039062, -0.541992188, -0.418945312, -0.684326172, -0.354736328,
              -0.025146484, -0.326416016, -0.370361328, -0.414306641, -0.322509766,
              -0.326904297, -0.331298828, 0.790039062, -0.712158203, -0.356201172,
              -0.451660156, -1.04199219, -0.813476562, 0.497802734, -0.572998047,
              -0.384033203, -0.753173828, -0.480712891, -0.586181641, -0.6171875,
              -0.494140625, -0.37109375, -0.556152344, -0.2265625, 0.103027344,
              -0.343505859, -0.387451172, -0.431396484, -0.32421875, -0.328613281,
              -0.333007812, 0.928466797, -0.573730469, -0.217773438, -0.362792969,
              -0.953125, -0.724609375, 0.571289062, -0.499511719, -0.310546875,
              -0.794189453, -0.521728516, -0.627197266,
            ]
          ]),
        GeneralGolden(
          "max pool over three axes", MaxPoolND(try volume()), [pattern([1, 1, 3, 4, 4], 1)],
          output: [
            0.625, 0.625, 0.921875, 0.921875, 0.0625, -0.796875, 0.984375, 0.984375,
            0.984375, 0.984375, 0.421875, 0.390625,
          ],
          gradients: [
            [
              0, 0, 0, 0, 0, 0, -0.34375, 0, 0, 0, -0.046875, 0, 0.84375, 0,
              -0.59375, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.859375, 0, 0,
              0, 0, 0, 0, 0, -0.625, 0, 0, 0, 0, 0, 0.28125, 0, 0, 0,
            ]
          ]),
        GeneralGolden(
          "average pool that counts the padding",
          AveragePoolND(
            PoolWindow(
              try WindowND(
                kernel: [2, 3], strides: [2, 2], dilations: [1, 1], begins: [1, 1],
                ends: [1, 1]), rounding: .up), countsPadding: true),
          [pattern([1, 1, 4, 5], 1)],
          output: [
            -0.1796875, 0.1640625, 0.0625, 0.1796875, -0.0390625, -0.0078125,
            0.0234375, 0.1328125, -0.0703125,
          ],
          gradients: [
            [
              0.091145833, -0.057291667, -0.1484375, -0.200520833, -0.052083333,
              0.044270833, 0.184895833, 0.140625, 0.041666667, -0.098958333,
              0.044270833, 0.184895833, 0.140625, 0.041666667, -0.098958333,
              -0.002604167, 0.091145833, 0.09375, -0.052083333, -0.145833333,
            ]
          ]),
        GeneralGolden(
          "pool of the third power",
          try LpPoolND(
            PoolWindow(
              try WindowND(
                kernel: [2, 2], strides: [2, 2], dilations: [1, 1], begins: [0, 0],
                ends: [0, 0])), power: 3),
          [
            AnyTensor(
              [1, 1, 4, 5], floats: pattern([1, 1, 4, 5], 1).floats.map { abs($0) + 0.25 })
          ],
          output: [1.27532336, 1.45055694, 1.33651907, 1.41504328]),
        GeneralGolden(
          "blocks laid over an image",
          ColumnsToImage(
            image: [3, 4],
            window: try WindowND(
              kernel: [2, 2], strides: [1, 1], dilations: [1, 1], begins: [0, 0], ends: [0, 0])),
          [pattern([1, 4, 6], 1)],
          output: [
            -0.828125, 0.375, -0.484375, -0.234375, 0.96875, -0.046875, 0.25,
            0.140625, -0.21875, -0.421875, 0.734375, 0.375,
          ],
          gradients: [
            [
              0.546875, -0.890625, -0.3125, 0.84375, -0.59375, -0.015625, -0.890625,
              -0.3125, 0.265625, -0.59375, -0.015625, 0.5625, 0.84375, -0.59375,
              -0.015625, -0.875, -0.296875, 0.28125, -0.59375, -0.015625, 0.5625,
              -0.296875, 0.28125, 0.859375,
            ]
          ]),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private static func volume() throws -> PoolWindow {
    PoolWindow(
      try WindowND(
        kernel: [2, 3, 2], strides: [2, 2, 2], dilations: [1, 1, 2], begins: [1, 1, 0],
        ends: [1, 1, 0]), rounding: .up)
  }

  @Test(arguments: goldens)
  func `outputs and gradients are torch's`(_ golden: GeneralGolden) throws { try golden.check() }

  @Test func `the places of the largest are torch's, and column by column`() throws {
    let x = pattern([1, 1, 3, 4, 4], 1)
    let rows = MaxPoolND(try Self.volume(), result: .indices(firstAxisFastest: false))
    #expect(
      try rows.evaluate([x]).indices
        == [6, 6, 10, 10, 12, 14, 38, 38, 38, 38, 44, 30])
    let columns = MaxPoolND(
      PoolWindow(try window([2, 2], begins: [0, 0])), result: .indices(firstAxisFastest: true))
    let map = AnyTensor([1, 2, 2, 3], floats: [0, 1, 2, 9, 4, 5, 6, 7, 8, 3, 2, 1])
    #expect(try columns.evaluate([map]).indices == [1, 5, 8, 10])
  }

  private func window(_ kernel: [Int], begins: [Int]) throws -> WindowND {
    try WindowND(
      kernel: kernel, strides: kernel.map { _ in 1 }, dilations: kernel.map { _ in 1 },
      begins: begins, ends: begins)
  }

  @Test func `a max pool gives the first NaN, and integers as they are`() throws {
    let pool = MaxPoolND(PoolWindow(try window([3], begins: [1])))
    let y = try pool.evaluate([AnyTensor([1, 1, 4], floats: [1, .nan, 3, 2])]).floats
    #expect(y.map(\.isNaN) == [true, true, true, false])
    #expect(y[3] == 3)
    let bytes = AnyTensor([1, 1, 4], integers: [1, 200, 3, 255], element: .uint8)
    #expect(try pool.evaluate([bytes]).integers == [200, 200, 255, 255])
    let large = AnyTensor([1, 1, 2], integers: [-1, 5], element: .uint64)
    #expect(try pool.evaluate([large]).integers == [-1, -1])
  }

  @Test func `an unpooled map has its elements where they were the largest`() throws {
    let unpool = MaxUnpool(indexed: [1, 1, 2, 2], shape: [1, 1, 3, 3])
    let indices = AnyTensor(indices: [3, 0]).reshaped([1, 1, 1, 2])
    let x = AnyTensor([1, 1, 1, 2], floats: [5, 7])
    #expect(try unpool.evaluate([x, indices]).floats == [7, 0, 0, 0, 5, 0, 0, 0, 0])
    try expectSlopes(of: unpool, [x, indices])
    let wrong = AnyTensor(indices: [4, 0]).reshaped([1, 1, 1, 2])
    #expect(throws: EngineError("indices", expected: "0 to 3", found: "4")) {
      try unpool.evaluate([x, wrong])
    }
  }

  @Test func `a window without an element is refused`() throws {
    let spread = try WindowND(
      kernel: [2], strides: [1], dilations: [4], begins: [3], ends: [3])
    #expect(throws: EngineError.self) {
      try MaxPoolND(PoolWindow(spread)).outputType(of: [TensorType([1, 1, 1])])
    }
  }

  @Test func `convolutions of one row have the bits of the core`() throws {
    let (x, w, b) = (pattern([2, 4, 6, 7], 1), pattern([6, 2, 3, 2], 2), pattern([6], 3))
    let window = try WindowND(
      kernel: [3, 2], strides: [2, 1], dilations: [1, 2], begins: [1, 0], ends: [2, 1])
    let core = Operator.convolution(
      try Convolution(
        kernel: ConvolutionKernel(w.single("w"), order: .outputsInputsRowsColumns),
        bias: b.single("b"), stride: Extent(height: 2, width: 1),
        dilation: Extent(height: 1, width: 2),
        padding: Padding(top: 1, left: 0, bottom: 2, right: 1), groups: 2))
    let general = ConvolutionND(window: window, groups: 2)
    #expect(
      try general.evaluate([x, w, b]) == core.evaluate([x], layout: .batchChannelsFirst))
    try expectSlopes(of: general, [x, w, b])
  }

  @Test func `gradients are the slopes`() throws {
    let map = pattern([1, 2, 4, 5], 1)
    let pool = PoolWindow(try window([2, 3], begins: [1, 1]))
    try expectSlopes(of: AveragePoolND(pool, countsPadding: false), [map])
    try expectSlopes(of: LpPoolND(pool, power: 2), [map])
    try expectSlopes(of: MaxPoolND(pool), [map])
    let line = pattern([2, 2, 5], 2)
    try expectSlopes(
      of: ConvolutionTransposeND(
        window: WindowND(
          kernel: [3], strides: [2], dilations: [2], begins: [2], ends: [0]), groups: 1,
        output: [11]), [line, pattern([2, 3, 3], 4)])
  }
}
