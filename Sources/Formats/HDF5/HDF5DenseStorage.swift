import Bytes

extension HDF5Parser {
  func denseAttributes(_ message: ByteSlice) throws(ParseError) -> [ByteSlice] {
    []
  }
  func denseLinks(_ message: ByteSlice) throws(ParseError) -> [(name: String, link: HDF5RawLink)] {
    []
  }
}
