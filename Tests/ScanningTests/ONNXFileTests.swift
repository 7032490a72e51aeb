import Bytes
import Findings
import Formats
import Scanning
import TestSupport
import Testing

@Suite struct ONNXFileTests {
  @Test func `a model of the standard gives no finding`() throws {
    let findings = Scanner().scan("m.onnx", try Fixture.bytes("models/digits_resnet.onnx"))
    #expect(findings == [])
  }

  @Test func `a zip archive behind a model is opened all the same`() {
    let hidden =
      ONNXBuilder().bytes + ZipBuilder.one("a.pkl", PickleBuilder.call("os", "system", "id"))
    #expect(FileFormat(of: ByteSlice(hidden)) == .onnx)
    let findings = Scanner().scan("m.onnx", ByteSlice(hidden))
    #expect(findings.contains { $0.rule == .dangerousImport }, "\(findings.map(\.message))")
  }
}
