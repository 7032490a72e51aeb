import Bytes
import Findings
import Formats
import Scanning
import TestSupport
import Testing

@Suite struct ONNXFileTests {
  @Test func `a model without rules for it is an obstacle, never clean`() throws {
    let findings = Scanner().scan("m.onnx", try Fixture.bytes("models/digits_resnet.onnx"))
    #expect(findings.map(\.rule) == [.unknownKind])
    #expect(findings.first?.message.contains("ONNX") == true)
  }

  @Test func `a zip archive behind a model is opened all the same`() {
    let hidden =
      ONNXBuilder().bytes + ZipBuilder.one("a.pkl", PickleBuilder.call("os", "system", "id"))
    #expect(FileFormat(of: ByteSlice(hidden)) == .onnx)
    let findings = Scanner().scan("m.onnx", ByteSlice(hidden))
    #expect(findings.contains { $0.rule == .dangerousImport }, "\(findings.map(\.message))")
  }
}
