import Archives
import Auditing
import Bytes
import Engine
import Findings
import Judging
import Scanning
import StockPolicies
import TestSupport
import Testing

/// Container images that are in order, and where findings in others are placed.
struct ImageTests {
  private static let pickle = [0x80, 2, 0x7d, 0x2e] as [UInt8]
  private static let payload = Array("cos\nsystem\n(S'id'\ntR.".utf8)
  private static let program = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57)

  /// A small root file system like Alpine's, an application over it with an environment of its
  /// own, and a layer that cleans up.
  private static var layers: [ImageBuilder.Layer] {
    let base = ImageBuilder.Layer { tar in
      tar.add("bin", type: "5")
      tar.add("bin/busybox", program) { $0.mode = 0o755 }
      for name in ["sh", "ls", "[", "cat"] {
        tar.add("bin/\(name)", type: "2") { $0.linkName = Array("/bin/busybox".utf8) }
      }
      tar.add("bin/su", program) { $0.mode = 0o4755 }
      tar.add("lib/libc.so.6", program) { $0.mode = 0o755 }
      tar.add("lib64", type: "2") { $0.linkName = Array("lib".utf8) }
      tar.add("etc/passwd", Array("root:x:0:0:root:/root:/bin/sh\n".utf8))
      tar.add("etc/mtab", type: "2") { $0.linkName = Array("../proc/mounts".utf8) }
      tar.add("etc/profile", Array("export PATH=/bin\n".utf8))
      tar.add("dev/null", type: "3") { $0.mode = 0o666 }
      tar.add("usr/share/doc/libc6:amd64/README", Array("text\n".utf8))
      tar.add("usr/share/terminfo/N/a", [1, 2, 3, 0xff])
      tar.add("usr/share/terminfo/n/a", [1, 2, 3, 0xfe])
      tar.add("usr/bin/perl", program) { $0.mode = 0o755 }
      tar.add("usr/bin/perl5", type: "1") { $0.linkName = Array("usr/bin/perl".utf8) }
      tar.add("var/cache/old.bin", [0, 1, 2, 0xff])
      tar.add("tmp", type: "5") { $0.mode = 0o1777 }
    }
    let application = ImageBuilder.Layer { tar in
      tar.add("opt/venv/bin/python", type: "2") { $0.linkName = Array("/usr/bin/python3".utf8) }
      tar.add("opt/venv/pyvenv.cfg", Array("home = /usr/bin\n".utf8))
      tar.add(
        "opt/venv/lib/python3.11/site-packages/distutils-precedence.pth",
        Array(
          ("import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') "
            + "== 'local'; enabled and __import__('_distutils_hack').add_shim(); \n").utf8))
      tar.add(
        "opt/venv/lib/python3.11/site-packages/pip/__init__.py", Array("import subprocess\n".utf8))
      tar.add("opt/app/serve.py", Array("import json\nprint(json.dumps({}))\n".utf8))
      tar.add("opt/app/model.pkl", pickle)
      tar.add("entrypoint.sh", Array("#!/bin/sh\nexec python /opt/app/serve.py\n".utf8)) {
        $0.mode = 0o755
      }
    }
    let cleaning = ImageBuilder.Layer { tar in
      tar.add("var/cache/.wh.old.bin")
      tar.add("usr/share/doc/.wh..wh..opq")
    }
    return [base, application, cleaning]
  }

  private static var image: ImageBuilder {
    var builder = ImageBuilder(layers.map { $0.gzipped() })
    builder.settings = """
      "User":"app","Env":["PATH=/usr/local/bin:/usr/bin:/bin","LANG=C.UTF-8"],\
      "Entrypoint":["/entrypoint.sh"],"WorkingDir":"/opt/app","ExposedPorts":{"8080/tcp":{}}
      """
    builder.history = [
      #""created":"2024-01-01T00:00:00Z","created_by":"/bin/sh -c #(nop) ADD file:0 in / ""#,
      #""created_by":"RUN pip install --no-cache-dir -r requirements.txt""#,
      #""created_by":"RUN rm -rf /var/cache/old.bin # buildkit""#,
    ]
    return builder
  }

  private func audit(_ path: String) throws -> AuditReport {
    var policy = try Policy(stock: .ciGate)
    for check in [CheckName.unpack, .scan] { policy[check].demand = .required }
    let settings = try AuditSettings(
      policy: policy, checks: [.unpack, .scan], trust: nil, at: nil,
      compute: Compute(threads: 1, variant: .plain))
    return try Audit(settings).run(path)
  }

  private func lines(_ report: AuditReport) -> [String] {
    report.checks.flatMap(\.findings).map {
      "\($0.finding.rule.id) \($0.finding.place): \($0.finding.message)"
    }
  }

  @Test(arguments: ["docker", "oci", "both", "oci.tar.gz", "folder"])
  func `an image like those in use is clean in every layout`(_ layout: String) throws {
    let image = Self.image
    let folder = try ScratchFolder()
    let name = layout == "folder" ? "image" : "image.tar"
    switch layout {
    case "docker": try folder.write(ImageBuilder.tar(image.docker), to: name)
    case "oci": try folder.write(ImageBuilder.tar(image.oci), to: name)
    case "both": try folder.write(ImageBuilder.tar(image.both), to: name)
    case "oci.tar.gz": try folder.write(gzip(ImageBuilder.tar(image.oci)), to: "image.tar.gz")
    default: for file in image.oci { try folder.write(file.bytes, to: "image/\(file.name)") }
    }
    let report = try audit(folder.file(layout == "oci.tar.gz" ? "image.tar.gz" : name))
    #expect(lines(report) == [])
    #expect(report.verdict == .pass)
  }

  @Test(arguments: [false, true])
  func `a finding stands at its file in its layer, with the layer that deletes it`(
    isFolder: Bool
  ) throws {
    var image = Self.image
    let hostile = ImageBuilder.Layer { $0.add("opt/model.pkl", Self.payload) }
    image.layers += [hostile, ImageBuilder.Layer { $0.add("opt/.wh.model.pkl") }]
    let folder = try ScratchFolder()
    if isFolder {
      for file in image.oci { try folder.write(file.bytes, to: "image/\(file.name)") }
    } else {
      try folder.write(ImageBuilder.tar(image.oci), to: "image")
    }
    let findings = Scanner().scan(try Inventory(opening: folder.file("image")))
    let place = Place([ImageBuilder.blobPath(hostile.bytes), "opt/model.pkl"])
    #expect(findings.contains { $0.rule == .dangerousImport && $0.place.chain == place.chain })
    let deleted = try #require(findings.first { $0.rule == .deletedFile })
    #expect(deleted.place == place)
    #expect(deleted.message == "'opt/model.pkl' is gone in layer 5 of 5, and still in the image")
  }

  @Test func `an image in another archive is read as one`() throws {
    let hostile = ImageBuilder([ImageBuilder.Layer { $0.add("opt/.wh.a") }])
    let inner = TarBuilder.one("images/image.tar", ImageBuilder.tar(hostile.docker))
    let findings = Scanner().scan(Inventory(of: ByteSlice(inner), named: "outer.tar"))
    #expect(findings.map(\.rule) == [.whiteoutTrick])
    #expect(findings.first?.place.members.first == "images/image.tar")
    #expect(findings.first?.place.members.last == "opt/.wh.a")
  }

  @Test func `layers that two images share are read once`() throws {
    var shared = ImageBuilder([ImageBuilder.Layer { $0.add("a.pkl", Self.payload) }])
    let first = shared.oci
    shared.settings = #""User":"other""#
    let second = shared.oci.filter { file in !first.contains { $0.name == file.name } }
    let files = first + second
    let findings = Scanner().scan(
      Inventory(of: ByteSlice(ImageBuilder.tar(files)), named: "image.tar"))
    #expect(findings.filter { $0.rule == .dangerousImport }.count == 1)
  }

  @Test func `docker save writes links for layers that it has written`() throws {
    let builder = ImageBuilder([ImageBuilder.Layer { $0.add("a", Self.pickle) }])
    var files = builder.docker
    let layer = try #require(files.first { $0.name.hasSuffix("layer.tar") }).name
    let config = String(decoding: builder.configuration, as: UTF8.self)
    let diffID = "sha256:" + ImageBuilder.digest(builder.layers[0].archive)
    let doubled = Array(config.replacing("\"\(diffID)\"", with: "\"\(diffID)\",\"\(diffID)\"").utf8)
    let name = ImageBuilder.digest(doubled) + ".json"
    files.removeAll { $0.name.hasSuffix(".json") }
    files.append((name, doubled))
    let manifest = #"[{"Config":"\#(name)","RepoTags":null,"Layers":["\#(layer)","b/layer.tar"]}]"#
    files.append(("manifest.json", Array(manifest.utf8)))
    var tar = TarBuilder()
    for file in files { tar.add(file.name, file.bytes) }
    tar.add("b/layer.tar", type: "2") { $0.linkName = Array("../\(layer)".utf8) }
    let inventory = Inventory(of: ByteSlice(tar.bytes), named: "image.tar")
    #expect(inventory.findings.map(\.message) == [])
    #expect(inventory.image?.images.map(\.layers.count) == [2])
  }

  @Test func `an image's parts that are no root file system keep the rules of a release`() throws {
    let files = ImageBuilder([ImageBuilder.Layer { $0.add("run", Self.program) }]).oci
    let texts = files.map { file in
      (file.name, String(decoding: file.bytes, as: UTF8.self).contains("vnd.oci.image.config"))
    }
    #expect(texts.contains { $0.1 })
    let builder = ImageBuilder([ImageBuilder.Layer { $0.add("run", Self.program) }])
    let manifest = Array(
      String(decoding: builder.manifest, as: UTF8.self)
        .replacing("vnd.oci.image.config.v1+json", with: "vnd.example.model.config+json").utf8)
    var artifact = files.filter { $0.bytes != builder.manifest && $0.name != "index.json" }
    artifact.append((ImageBuilder.blobPath(manifest), manifest))
    let index = ImageBuilder.index(of: manifest, "application/vnd.oci.image.manifest.v1+json")
    artifact.append(("index.json", index))
    let findings = Scanner().scan(
      Inventory(of: ByteSlice(ImageBuilder.tar(artifact)), named: "image.tar"))
    #expect(findings.map(\.rule) == [.executable])
  }

  @Test func `unpacking writes an image's members and not its root file system`() throws {
    let image = Self.image
    let inventory = Inventory(of: ByteSlice(ImageBuilder.tar(image.oci)), named: "image.tar")
    #expect(inventory.findings == [])
    let folder = try ScratchFolder()
    try Extraction(of: inventory.members).write(to: folder.file("out"))
    #expect(try folder.read("out/index.json") == image.oci.last?.bytes)
    #expect(!folder.exists("out/bin"))
    #expect(try Inventory(opening: folder.file("out")).image?.images == inventory.image?.images)
  }

  @Test func `no damage to manifests makes the scan trap`() {
    let files = Self.image.both
    for (place, file) in files.enumerated() where file.bytes.first == 0x7b {
      for copy in Mutations(of: file.bytes, cases: 10) {
        var damaged = files
        damaged[place].bytes = copy.array
        _ = Scanner().scan(
          Inventory(of: ByteSlice(ImageBuilder.tar(damaged)), named: "image.tar"))
      }
    }
  }
}
