import Bytes
import Formats
import TestSupport
import Testing

/// Vectors and expected values: Fixtures/vectors/hdf5/make.py (h5py 3.16.0 with HDF5 2.0.0).
@Suite struct HDF5FileTests {
  static func vector(_ name: String) throws -> HDF5File {
    try HDF5File(parsing: Fixture.bytes("vectors/hdf5/\(name)"))
  }

  @Test(arguments: [
    "chunked.h5", "dense.h5", "keras2.h5", "latest.h5", "ordered.h5", "symbols.h5", "types.h5",
    "userblock.h5",
  ])
  func `every data set holds what h5py reads`(name: String) throws {
    let file = try Self.vector(name)
    let expected = try #require(
      JSON(parsing: Fixture.bytes("vectors/hdf5/expected.json"))[name]?.object)
    #expect(!expected.isEmpty)
    for member in expected {
      let dataset = try file.root.dataset(member.name)
      guard case .unsupported = dataset.storage else {
        let tensor = try dataset.tensor()
        #expect(tensor.shape == member.value["shape"]?.array?.compactMap(\.integer))
        #expect(tensor.elementType.rawValue == member.value["type"]?.string)
        #expect(
          Digest(of: tensor.bytes).hexadecimal == member.value["sha256"]?.string, "\(member.name)")
        continue
      }
      Issue.record("\(member.name): \(dataset.storage)")
    }
  }

  @Test func `dense groups list all links and attributes`() throws {
    let root = try Self.vector("dense.h5").root
    #expect(root.links.count == 40)
    #expect(root.attributes.count == 40)
    for index in 0..<40 {
      let number = index < 10 ? "0\(index)" : "\(index)"
      let tensor = try root.dataset("weight_\(number)").tensor()
      #expect(try tensor.floats() == [Float(index - 50), Float(index - 13)])
      guard case .numbers(let value) = root.attribute("attribute_\(number)")?.value else {
        Issue.record("attribute_\(number)")
        continue
      }
      #expect(try value.integers() == [index])
    }
  }

  @Test func `attributes of every kind keep their values`() throws {
    let layer = try Self.vector("latest.h5").root.group("layer")
    #expect(layer.attribute("text")?.texts == ["text of any length"])
    #expect(layer.attribute("texts")?.texts == ["kernel", "bias"])
    #expect(layer.attribute("fixed")?.texts == ["kernel:0", "bias:0"])
    guard case .numbers(let number) = layer.attribute("number")?.value,
      case .numbers(let integers) = layer.attribute("integers")?.value
    else {
      Issue.record("number or integers")
      return
    }
    #expect(try number.floats() == [0.5])
    #expect(number.shape == [])
    #expect(try integers.integers() == [1, -2, 3])
    #expect(integers.shape == [3])
  }

  @Test func `types that are no numbers are named`() throws {
    let root = try Self.vector("types.h5").root
    #expect(root.attribute("accented")?.texts == ["\u{e9}\u{4e2d}"])
    #expect(root.attribute("null")?.value == HDF5Attribute.Value.none)
    let names = [
      "records": "compound of 2 members", "complex": "compound of 2 members",
      "opaque": "opaque, 5 bytes", "reference": "reference",
      "texts": "text of any length",
    ]
    for (name, type) in names.sorted(by: { $0.key < $1.key }) {
      let dataset = try root.dataset(name)
      #expect(dataset.type.name == type, "\(name)")
      #expect(dataset.type.unknown == nil)
      #expect(throws: ParseError.self) { try dataset.tensor() }
    }
    #expect(try root.dataset("truth").tensor().integers() == [1, 0, 1])
  }

  @Test func `links that leave the file stay visible`() throws {
    let root = try Self.vector("links.h5").root
    guard case .soft(let path) = root.link("soft")?.target,
      case .external(let file, let inside) = root.link("outside")?.target,
      case .alias(let first) = root.link("own")?.target,
      case .datatype = root.link("named")?.target
    else {
      Issue.record("\(root.links)")
      return
    }
    #expect(path == "/own")
    #expect(file == "../secret.h5")
    #expect(inside == "/weights")
    #expect(first == "again")
  }

  @Test func `data outside the file is never read`() throws {
    let root = try Self.vector("storage.h5").root
    let external = try root.dataset("external")
    guard case .external(let files) = external.storage else {
      Issue.record("\(external.storage)")
      return
    }
    #expect(files.map(\.name) == ["/etc/passwd"])
    #expect(files.map(\.size) == [16])
    for name in ["external", "virtual", "never"] {
      #expect(throws: ParseError.self) { try root.dataset(name).tensor() }
    }
    #expect(try root.dataset("compact").tensor().floats() == [-50, -13, 24, -40, -3])
  }

  @Test func `a shape far beyond the file reserves no memory`() throws {
    let vast = try Self.vector("storage.h5").root.dataset("vast")
    #expect(vast.claimedBytes == 4 << 40)
    let error = #expect(throws: ParseError.self) { try vast.tensor() }
    #expect(error?.kind == .limit)
  }

  @Test func `bytes before and after the file are kept apart`() throws {
    let file = try Self.vector("userblock.h5")
    #expect(file.userBlock.count == 1024)
    #expect(file.trailing.isEmpty)
    let longer = try Fixture.bytes("vectors/hdf5/links.h5").array + [1, 2, 3]
    #expect(try HDF5File(parsing: ByteSlice(longer)).trailing == ByteSlice([1, 2, 3]))
  }

  @Test func `the layout of Keras 2 gives weights in its own order`() throws {
    let model = try KerasModelFile(parsing: Fixture.bytes("vectors/hdf5/keras2.h5"))
    #expect(model.kerasVersion == "2.0.5")
    #expect(model.layers.map(\.name) == ["dense_1", "batch_normalization_1"])
    #expect(model.layers[0].weights.map(\.name) == ["dense_1/kernel:0", "dense_1/bias:0"])
    let norm = model.weights(of: "batch_normalization_1")
    #expect(norm.map(\.name).last == "bn/moving_variance:0")
    #expect(try norm.map { try $0.tensor.floats()[0] } == [-50, -49, -48, -47])
  }

  @Test(arguments: [
    "chunked.h5", "dense.h5", "keras2.h5", "latest.h5", "links.h5", "ordered.h5", "storage.h5",
    "symbols.h5", "types.h5", "userblock.h5",
  ])
  func `a damaged file is refused or read, never more`(name: String) throws {
    for copy in Mutations(of: try Fixture.bytes("vectors/hdf5/\(name)"), cases: 600) {
      touchHDF5(copy)
    }
  }

  @Test(arguments: ["latest.h5", "links.h5"])
  func `damage at every byte is refused or read, never more`(name: String) throws {
    let bytes = try Fixture.bytes("vectors/hdf5/\(name)")
    for copy in Mutations(of: bytes, damages: [.truncation, .inversion]) { touchHDF5(copy) }
  }

  @Test(arguments: ["models/digits_cnn.h5", "models/digits_resnet.keras"])
  func `a damaged model is refused or read, never more`(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for copy in Mutations(of: bytes, cases: 60) {
      do throws(ParseError) {
        for layer in try KerasModelFile(parsing: copy).layers {
          for weight in layer.weights { _ = weight.tensor.count }
        }
      } catch {
        #expect(error.offset >= 0)
      }
    }
  }
}

/// Reads everything that can be read.
func touchHDF5(_ bytes: ByteSlice) {
  do throws(ParseError) {
    touch(try HDF5File(parsing: bytes).root)
  } catch {
    #expect(error.offset >= 0)
  }
}

private func touch(_ group: HDF5Group) {
  for link in group.links {
    switch link.target {
    case .group(let inner): touch(inner)
    case .dataset(let dataset):
      do throws(ParseError) { _ = try dataset.tensor() } catch { #expect(error.offset >= 0) }
    default: break
    }
  }
}
