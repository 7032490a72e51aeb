import Bytes
import TestSupport
import Testing

/// Models that are damaged or hostile: never a crash, never a silent pass.
@Suite struct ModelAttackTests {
  static let h5 = "models/digits_resnet.h5"

  /// Audits the file and says what is wrong with how the program ended; nil when nothing is.
  static func complaint(about bytes: [UInt8], in scratch: ScratchFolder) throws -> String? {
    try scratch.write(bytes, to: "model.h5")
    let result = try Command.run(["inspect", "model.h5"], in: scratch)
    guard !result.wasSignalled, [0, 3].contains(result.exitCode) else {
      return "inspect: exit \(result.exitCode) \(result.errors.prefix(200))"
    }
    let scan = try Command.run(["scan", "model.h5"], in: scratch)
    guard !scan.wasSignalled, [0, 1, 3].contains(scan.exitCode) else {
      return "scan: exit \(scan.exitCode) \(scan.errors.prefix(200))"
    }
    return nil
  }

  // Few, since each starts the program twice; `Fuzz/run` and the readers' own tests do many.
  @Test(arguments: 0..<4)
  func `an h5 cut short is refused, not crashed on`(_ batch: Int) throws {
    let whole = try Fixture.bytes(Self.h5).array
    let scratch = try ScratchFolder()
    for index in 0..<10 {
      let length = whole.count * (batch * 10 + index) / 40
      #expect(
        try Self.complaint(about: Array(whole.prefix(length)), in: scratch) == nil,
        "cut to \(length) bytes")
    }
  }

  @Test(arguments: 0..<4)
  func `an h5 with a random byte changed is never crashed on`(_ batch: Int) throws {
    let whole = try Fixture.bytes(Self.h5).array
    let scratch = try ScratchFolder()
    var generator = RandomNumbers(seed: UInt64(batch))
    for index in 0..<10 {
      // Half of the changes hit the first pages, where the structure lies.
      let place = Int.random(
        in: 0..<(index.isMultiple(of: 2) ? whole.count : 65_536), using: &generator)
      var changed = whole
      changed[place] ^= UInt8.random(in: 1...255, using: &generator)
      #expect(
        try Self.complaint(about: changed, in: scratch) == nil,
        "byte \(place) is \(changed[place])")
    }
  }

  @Test func `a Lambda layer fails the scan`() throws {
    let scratch = try ScratchFolder()
    var bytes = try Fixture.bytes("models/digits_cnn.h5").array
    try Self.replace("\"class_name\": \"Flatten\"", "\"class_name\":  \"Lambda\"", in: &bytes)
    try scratch.write(bytes, to: "model.h5")
    let result = try Command.run(["audit", "model.h5", "--format", "json"], in: scratch)
    #expect(result.exitCode == 1)
    #expect(result.output.contains("\"KER001\""))
  }

  @Test func `an unknown layer names itself`() throws {
    let scratch = try ScratchFolder()
    var bytes = try Fixture.bytes("models/digits_cnn.h5").array
    try Self.replace("\"class_name\": \"Flatten\"", "\"class_name\": \"Softmin\"", in: &bytes)
    try scratch.write(bytes, to: "model.h5")
    let result = try Command.run(["inspect", "model.h5"], in: scratch)
    #expect(result.exitCode == 3)
    #expect(result.output.contains("flatten"))
    #expect(result.output.contains("Softmin"))
  }

  @Test func `a pickle that runs a command fails whatever its name is`() throws {
    let scratch = try ScratchFolder()
    // cos system, (S'id' tR. : os.system('id') in protocol 0.
    try scratch.write("cos\nsystem\n(S'id'\ntR.", to: "weights.h5")
    let result = try Command.run(
      ["scan", "weights.h5", "--policy", "permissive", "--format", "json"], in: scratch)
    #expect(result.exitCode == 1)
    #expect(result.output.contains("\"PKL001\""))
  }

  @Test func `an unknown kind of file is incomplete, not passed`() throws {
    let scratch = try ScratchFolder()
    try scratch.write([0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3], to: "weights.bin")
    let result = try Command.run(["scan", "weights.bin"], in: scratch)
    #expect(result.exitCode == 3)
  }

  /// Replaces the one place where the text stands; both texts have the same length.
  static func replace(_ old: String, _ new: String, in bytes: inout [UInt8]) throws {
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    precondition(old.count == new.count)
    let places = bytes.indices.dropLast(old.count).filter {
      bytes[$0] == old[0] && bytes[$0..<($0 + old.count)].elementsEqual(old)
    }
    try #require(!places.isEmpty)
    for place in places { bytes.replaceSubrange(place..<(place + old.count), with: new) }
  }
}
