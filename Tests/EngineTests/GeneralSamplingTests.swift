import Bytes
import Engine
import Testing

/// Resizing and sampling.
@Suite struct GeneralSamplingTests {
  /// A map of 3 x 3 pixels sampled at four places, one of them outside.
  private static func sample(
    _ mode: GridSample.Mode, _ outside: GridSample.Outside, corners: Bool, output: [Double],
    gradients: [[Double]]
  ) -> GeneralGolden {
    let grid = pattern([1, 2, 2, 2], 5).doubles.map { Float($0 * 1.3) }
    return GeneralGolden(
      "grid, \(mode), \(outside), corners \(corners)",
      GridSample(mode: mode, outside: outside, alignsCorners: corners),
      [pattern([1, 1, 3, 3], 1), AnyTensor([1, 2, 2, 2], floats: grid)], output: output,
      gradients: gradients)
  }

  static let goldens: [GeneralGolden] = [
    sample(
      .linear, .zeros, corners: false,
      output: [-0.37700197, -0.026027256, -0.361428379, 0.304073725],
      gradients: [
        [
          0.00408526, 0, 0, 0.140462515, 0.058296381, 0, 0.127937511, 0.215204057,
          -0.054079059,
        ],
        [
          -1.17919922, -0.230712891, 0.695414746, -0.115850996, -0.153917322,
          -0.298290253, 0.192642981, 0.4345994,
        ],
      ]),
    sample(
      .linear, .zeros, corners: true,
      output: [-0.42841798, -0.031462376, -0.682324212, 0.529026804],
      gradients: [
        [
          -0.302461863, 0.003709411, 0, -0.03506336, 0.200559219, -0.002876283,
          0.056861116, 0.016434496, -0.060600279,
        ],
        [
          -0.786132812, -0.153808594, 0.040030252, -1.08127449, -0.180664062,
          0.087890625, -0.294833377, 0.414682388,
        ],
      ]),
    sample(
      .linear, .border, corners: false,
      output: [-0.37700197, -0.520544372, -0.636352539, 0.483496109],
      gradients: [
        [
          -0.667932099, 0, 0, 0.064957965, 0.058296381, 0, 0.127937511, 0.121330087,
          -0.095214844,
        ],
        [-1.17919922, -0.230712891, 0, -2.3170166, -0.270996094, 0, 0, 0.691040039],
      ]),
    sample(
      .linear, .border, corners: true,
      output: [-0.42841798, -0.044946248, -0.682324212, 0.529026804],
      gradients: [
        [
          -0.448997478, 0.003709411, 0, -0.155715202, 0.200559219, -0.002876283,
          0.056861116, 0.016434496, -0.060600279,
        ],
        [
          -0.786132812, -0.153808594, 0, -1.54467773, -0.180664062, 0.087890625,
          -0.294833377, 0.414682388,
        ],
      ]),
    sample(
      .linear, .reflection, corners: false,
      output: [-0.37700197, -0.520544372, -0.636352539, 0.483496109],
      gradients: [
        [
          -0.667932099, 0, 0, 0.064957965, 0.058296381, 0, 0.127937511, 0.121330087,
          -0.095214844,
        ],
        [-1.17919922, -0.230712891, 0, -2.3170166, -0.270996094, 0, 0, 0.691040039],
      ]),
    sample(
      .linear, .reflection, corners: true,
      output: [-0.42841798, -0.144562946, -0.682324212, 0.529026804],
      gradients: [
        [
          -0.302461863, -0.142826203, 0, -0.03506336, 0.079907376, -0.002876283,
          0.056861116, 0.016434496, -0.060600279,
        ],
        [
          -0.786132812, -0.153808594, -0.295737119, -1.00612802, -0.180664062,
          0.087890625, -0.294833377, 0.414682388,
        ],
      ]),
    sample(
      .cubic, .zeros, corners: false,
      output: [-0.486130137, -0.02535493, -0.502513035, 0.445943991],
      gradients: [
        [
          0.014365896, -0.012402809, 0.000817763, 0.189369123, 0.066315217,
          0.00264925, 0.156200573, 0.274746806, -0.127328718,
        ],
        [
          -1.455859, -0.123954347, 0.721364431, -0.082825665, -0.130228154,
          -0.446390774, 0.251275547, 0.591702271,
        ],
      ]),
    sample(
      .cubic, .zeros, corners: true,
      output: [-0.561868454, -0.054937621, -0.870733899, 0.628008646],
      gradients: [
        [
          -0.452904635, 0.027511198, 0.003855929, -0.094229753, 0.316230522,
          -0.028768618, 0.136809022, 0.05226809, -0.097412105,
        ],
        [
          -0.937465631, -0.227587885, 0.122347011, -1.59630173, -0.06121559,
          -0.101250512, -0.190688256, 0.443203063,
        ],
      ]),
    GeneralGolden(
      "cubic resize",
      Resize(
        [2: .init(size: 5, scale: 5.0 / 3), 3: .init(size: 3, scale: 0.75)],
        method: .init(.cubic(a: -0.75), coordinates: .halfPixel)),
      [pattern([1, 1, 3, 4], 1)],
      output: [
        -0.783690249, -0.007578125, 0.970544416, -0.661377749, 0.206193359, 0.2573057,
        -0.458315249, 0.524902344, -0.596155237, -0.255252749, 0.741570312,
        -0.517389612, -0.132940249, 0.850277344, -0.270780237,
      ],
      gradients: [
        [
          0.71589265, -0.145651982, -0.422114511, -0.612563657, -0.132390625,
          0.701184245, 0.567269748, -0.775875868, -0.725121672, -0.088988571,
          0.274043258, 1.01931698,
        ]
      ]),
    GeneralGolden(
      "linear resize of all that an output covers",
      Resize(
        [3: .init(size: 4, scale: 4.0 / 6)],
        method: .init(
          .linear, coordinates: .halfPixel, excludesOutside: true, antialiases: true)),
      [pattern([1, 1, 2, 6], 1)],
      output: [
        -0.611328125, 0.199652778, 0.362847222, -0.169921875, 0.0859375, -0.362847222,
        0.472222222, 0.0234375,
      ],
      gradients: [
        [
          0.341796875, -0.091796875, -0.529513889, -0.272569444, -0.004557292,
          0.166015625, 0.52734375, 0.118489583, -0.331597222, -0.074652778,
          0.205729167, 0.3515625,
        ]
      ]),
  ]

  @Test(arguments: goldens)
  func `outputs and gradients are torch's`(_ golden: GeneralGolden) throws { try golden.check() }

  @Test func `the nearest elements keep their type and bits`() throws {
    let twice = Resize(
      [1: .init(size: 4, scale: 2)],
      method: .init(.nearest(.floor), coordinates: .asymmetric))
    let x = AnyTensor([1, 2], floats: [.nan, -0.0])
    #expect(try twice.evaluate([x]) == AnyTensor([1, 4], floats: [.nan, .nan, -0.0, -0.0]))
    let bytes = AnyTensor([1, 2], integers: [200, 7], element: .uint8)
    #expect(try twice.evaluate([bytes]).integers == [200, 200, 7, 7])
    try expectSlopes(of: twice, [pattern([1, 2], 3)])
  }

  @Test func `an element beside one of weight 0 keeps infinities away`() throws {
    let half = Resize(
      [0: .init(size: 3, scale: 1.5)], method: .init(.linear, coordinates: .alignCorners))
    // Places 0, 0.5 and 1 of two elements.
    let same = Resize(
      [0: .init(size: 2, scale: 1)], method: .init(.linear, coordinates: .alignCorners))
    let x = AnyTensor([2], floats: [1, .infinity])
    #expect(try same.evaluate([x]).floats == [1, .infinity])
    #expect(try half.evaluate([x]).floats == [1, .infinity, .infinity])
  }

  @Test func `interpolated integers are rounded to even within their range`() throws {
    let between = Resize(
      [0: .init(size: 3, scale: 1.5)], method: .init(.linear, coordinates: .alignCorners))
    #expect(
      try between.evaluate([AnyTensor([2], integers: [0, 5], element: .uint8)]).integers
        == [0, 2, 5])
  }

  @Test(arguments: [ResizeAxis.Coordinates.torchHalfPixel, .cropAndResize])
  func `a size of one is one though its scale is rounded`(
    _ coordinates: ResizeAxis.Coordinates
  ) throws {
    // 49 times the quotient 1/49 is below 1 in binary64, 3 times the binary32 third is above.
    for (size, scale, middle) in [(49, 1.0 / 49, 24.0), (3, Double(Float(1) / 3), 1)] {
      let one = Resize(
        [0: .init(size: 1, scale: scale)], method: .init(.linear, coordinates: coordinates))
      let x = AnyTensor([size], floats: (0..<size).map { Float($0) })
      #expect(
        try one.evaluate([x]).doubles == [coordinates == .cropAndResize ? middle : 0])
    }
  }

  @Test func `sizes without a place are refused`() {
    for request in [
      ResizeAxis.Request(size: -1, scale: 1), .init(size: 1, scale: 0),
      .init(size: 1, scale: .nan), .init(size: 1, scale: 1e-30), .init(size: 1, scale: .infinity),
    ] {
      #expect(throws: EngineError.self) {
        try Resize([0: request], method: .init(.linear, coordinates: .halfPixel))
          .outputType(of: [TensorType([4])])
      }
    }
    #expect(throws: EngineError.self) {
      try Resize(
        [0: .init(size: 1 << 40, scale: 0x1p40), 1: .init(size: 1 << 40, scale: 0x1p40)],
        method: .init(.linear, coordinates: .halfPixel)
      ).outputType(of: [TensorType([1, 1])])
    }
  }

  @Test func `a crop that is no number takes the outside number`() throws {
    let crop = Resize(
      [0: .init(size: 2, scale: 1, start: .nan, end: 1)],
      method: .init(.linear, coordinates: .cropAndResize), extrapolation: 7)
    #expect(try crop.evaluate([AnyTensor([2], floats: [1, 2])]).floats == [7, 7])
  }

  @Test func `a grid of no numbers takes no elements`() throws {
    let grid = AnyTensor([1, 1, 2, 2], floats: [.nan, 0, .infinity, 1e30])
    for mode in [GridSample.Mode.nearest, .linear, .cubic] {
      let sample = GridSample(mode: mode, outside: .zeros, alignsCorners: false)
      #expect(try sample.evaluate([pattern([1, 1, 3, 3], 1), grid]).floats == [0, 0])
    }
  }

  @Test func `regions and affine maps have the slopes of their inputs`() throws {
    let regions = RoiAlign(
      mode: .average, output: Extent(2), samples: 0, scale: 0.5, isHalfPixel: true)
    try expectSlopes(
      of: regions,
      [
        pattern([2, 2, 5, 6], 1), AnyTensor([2, 4], floats: [1, 2, 9, 7, 0, 0, 11, 10]),
        AnyTensor(indices: [1, 0]),
      ])
    try expectSlopes(of: AffineGrid(sizes: [2, 3], alignsCorners: true), [pattern([2, 2, 3], 2)])
  }
}
