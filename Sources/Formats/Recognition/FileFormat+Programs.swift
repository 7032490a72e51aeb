import Bytes

// Programs, documents and pictures.
extension FileFormat {
  private static let programSignatures: [Signature<FileFormat>] = [
    Signature(.elf, [0x7f, 0x45, 0x4c, 0x46]),
    Signature(.machO, [0xfe, 0xed, 0xfa, 0xce]),
    Signature(.machO, [0xfe, 0xed, 0xfa, 0xcf]),
    Signature(.machO, [0xce, 0xfa, 0xed, 0xfe]),
    Signature(.machO, [0xcf, 0xfa, 0xed, 0xfe]),
    Signature(.wasm, "\0asm"),
    Signature(.dex, "dex\n0"),
    Signature(.ole, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    Signature(.pdf, "%PDF-"),
    Signature(.shortcut, [0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0]),
    Signature(.luaBytecode, "\u{1b}Lua"),
    Signature(.javaObjects, [0xac, 0xed, 0x00, 0x05]),
    Signature(.dotNetObjects, [0x00, 0x01, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff]),
    Signature(.rData, "RDX2\nX\n"),
    Signature(.rData, "RDX3\nX\n"),
    Signature(.rData, "RDA3\nX\n"),
    Signature(.png, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Signature(.jpeg, [0xff, 0xd8, 0xff]),
    Signature(.gif, "GIF87a"),
    Signature(.gif, "GIF89a"),
  ]

  static func addPrograms(of bytes: ByteSlice, to claims: inout [Claim]) {
    programSignatures.add(of: bytes, to: &claims)
    if bytes.starts(with: "RIFF".utf8), Signature(FileFormat.wave, "WAVE", at: 8).matches(bytes) {
      claims.append(Claim(.wave, .signature))
    }
    if isPE(bytes) { claims.append(Claim(.pe, .structure)) }
    // Java's classes and Mach-O for several processors share a signature: Java's version is large.
    if bytes.starts(with: [0xca, 0xfe, 0xba, 0xbe]) {
      let isClass = bytes.count >= 8 && bytes[4] == 0 && bytes[5] == 0 && bytes[7] >= 45
      claims.append(Claim(isClass ? .javaClass : .machO, .signature))
    }
    if isMarshalledCode(bytes) { claims.append(Claim(.marshal, .structure)) }
    // Two bytes that name the version of Python, then a carriage return and a line feed.
    if bytes.count >= 16, bytes[2] == 0x0d, bytes[3] == 0x0a, (0x0b...0x0e).contains(bytes[1]) {
      claims.append(Claim(.pythonBytecode, .signature))
    }
  }

  /// `MZ`, and at the place that byte 60 names, `PE`.
  private static func isPE(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 64, bytes[0] == 0x4d, bytes[1] == 0x5a else { return false }
    let place = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[60 + $1]) }
    return place <= bytes.count - 4 && bytes[place] == 0x50 && bytes[place + 1] == 0x45
      && bytes[place + 2] == 0 && bytes[place + 3] == 0
  }

  /// A code object: its type, four to six small numbers, then the bytes of its instructions.
  private static func isMarshalledCode(_ bytes: ByteSlice) -> Bool {
    guard bytes.count >= 40, bytes[0] & 0x7f == 0x63 else { return false }
    for place in [17, 21, 25] where bytes[place] == 0x73 || bytes[place] == 0xf3 {
      let isSmall = stride(from: 1, to: place, by: 4).allSatisfy {
        bytes[$0 + 2] == 0 && bytes[$0 + 3] == 0
      }
      if isSmall { return true }
    }
    return false
  }
}
