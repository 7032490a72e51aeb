import Findings
import TestSupport

// Hostile files: container images.
extension Corpus {
  private static let payload = Array("cos\nsystem\n(S'id'\ntR.".utf8)
  private static let harmless = [0x80, 2, 0x7d, 0x2e] as [UInt8]
  private static let secret = "ghp_a8Xk29dLmQ7zR4tVw1Yb6NcJ3sPfHe5uGo0K"

  private typealias Layer = ImageBuilder.Layer

  static let images: [HostileFile] = imagePayloads + imageLies + imageLayers + imageSettings

  private static func layer(_ name: String, _ bytes: [UInt8]) -> Layer {
    Layer { $0.add(name, bytes) }
  }

  private static func save(_ layers: [Layer], _ change: (inout ImageBuilder) -> Void = { _ in })
    -> [UInt8]
  {
    var builder = ImageBuilder(layers)
    change(&builder)
    return ImageBuilder.tar(builder.docker)
  }

  private static func oci(_ layers: [Layer], _ change: (inout ImageBuilder) -> Void = { _ in })
    -> [UInt8]
  {
    var builder = ImageBuilder(layers)
    change(&builder)
    return ImageBuilder.tar(builder.oci)
  }

  private static let imagePayloads: [HostileFile] = [
    HostileFile(
      "pickle in a layer", .dangerousImport, .critical, in: "image.tar",
      bytes: { save([layer("opt/model.pkl", payload)]) },
      clean: { save([layer("opt/model.pkl", harmless)]) }),
    HostileFile(
      "pickle in a layer of system files", .dangerousImport, .critical, in: "image.tar",
      bytes: { oci([layer("usr/share/data/model", payload)]) },
      clean: { oci([layer("usr/share/data/model", harmless)]) }),
    HostileFile(
      "pickle in a compressed layer", .dangerousImport, .critical, in: "image.tar",
      bytes: { oci([layer("opt/model.pkl", payload).gzipped()]) },
      clean: { oci([layer("opt/model.pkl", harmless).gzipped()]) }),
    HostileFile(
      "pickle that the next layer deletes", .dangerousImport, .critical, in: "image.tar",
      bytes: { oci([layer("opt/m.pkl", payload), layer("opt/.wh.m.pkl", [])]) },
      clean: { oci([layer("opt/m.pkl", harmless), layer("opt/.wh.m.pkl", [])]) }),
    HostileFile(
      "deleted file that is still there", .deletedFile, .info, in: "image.tar",
      bytes: { oci([layer("opt/m.pkl", payload), layer(".wh.opt", [])]) },
      clean: { oci([layer("opt/m.pkl", harmless), layer(".wh.opt", [])]) }),
    HostileFile(
      "pickle in a blob that no manifest names", .dangerousImport, .critical, in: "image.tar",
      bytes: {
        let blob = layer("opt/model.pkl", payload).bytes
        return oci([layer("a", harmless)]) { $0.others = [(ImageBuilder.blobPath(blob), blob)] }
      }),
    HostileFile(
      "start-up file of Python in a layer", .startupHook, .high, in: "image.tar",
      bytes: {
        oci([
          layer(
            "usr/lib/python3.11/site-packages/a.pth", Array("import os; os.system('id')\n".utf8))
        ])
      }, clean: { oci([layer("usr/lib/python3.11/site-packages/a.pth", Array("../x\n".utf8))]) }),
  ]

  private static let imageLies: [HostileFile] = [
    HostileFile(
      "blob with another digest than its name", .imageDigestMismatch, .high, in: "image.tar",
      bytes: {
        oci([layer("a", harmless)]) {
          $0.others = [("blobs/sha256/" + ImageBuilder.digest([1]), Array("text".utf8))]
        }
      }, clean: { oci([layer("a", harmless)]) }),
    HostileFile(
      "layer of another size than its descriptor's", .imageDigestMismatch, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.size = 1
        return oci([first])
      }),
    HostileFile(
      "layer with another diff_id", .imageDigestMismatch, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless).gzipped()
        first.diffID = "sha256:" + ImageBuilder.digest([])
        return oci([first])
      }, clean: { oci([layer("a", harmless).gzipped()]) }),
    HostileFile(
      "layer with another diff_id in docker save", .imageDigestMismatch, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.diffID = "sha256:" + ImageBuilder.digest([])
        return save([first])
      }, clean: { save([layer("a", harmless)]) }),
    HostileFile(
      "layer that is a zip", .imageDigestMismatch, .high, in: "image.tar",
      bytes: { oci([Layer(ZipBuilder.one("a", harmless))]) }),
    HostileFile(
      "layer that is missing", .layerElsewhere, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.isPresent = false
        return oci([first])
      }),
    HostileFile(
      "layer that is missing from docker save", .layerElsewhere, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.isPresent = false
        return save([first])
      }),
    HostileFile(
      "layer from a URL", .layerElsewhere, .high, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.extra = [#""urls":["https://x.test/l"]"#]
        first.isPresent = false
        return oci([first])
      }),
    HostileFile(
      "layer's path leads out", .pathTraversal, .critical, in: "image.tar",
      bytes: {
        var first = layer("a", harmless)
        first.path = "../../etc/layer.tar"
        return save([first])
      }),
    HostileFile(
      "annotation that leads out", .pathTraversal, .critical, in: "image.tar",
      source: "CVE-2025-62725",
      bytes: { annotated("../../.ssh/authorized_keys") }, clean: { annotated("compose.yaml") }),
    HostileFile(
      "index in index without end", .overLimit, .high, in: "image.tar",
      bytes: { oci([layer("a", harmless)]) { $0.indexDepth = 6 } },
      clean: { oci([layer("a", harmless)]) { $0.indexDepth = 2 } }),
    HostileFile(
      "manifest twice in the archive", .nameCollision, .high, in: "image.tar",
      bytes: {
        save([layer("a", harmless)]) { $0.others = [("manifest.json", Array("[]".utf8))] }
      }),
    HostileFile(
      "link in place of a layer", .linkOutside, .critical, in: "image.tar",
      source: "google/osv-scalibr#1873",
      bytes: {
        var first = layer("a", harmless)
        first.path = "b/layer.tar"
        var builder = TarBuilder()
        for file in ImageBuilder([first]).docker { builder.add(file.name, file.bytes) }
        builder.add("b/layer.tar", type: "2") { $0.linkName = Array("/etc/passwd".utf8) }
        return builder.bytes
      }),
    HostileFile(
      "manifest and index in one", .ambiguousArchive, .high, in: "image.tar",
      source: "CVE-2021-41190",
      bytes: {
        var files = ImageBuilder([layer("a", harmless)]).oci
        let manifests = String(decoding: files[files.count - 1].bytes, as: UTF8.self).dropLast()
        files[files.count - 1].bytes = Array(#"\#(manifests),"layers":[]}"#.utf8)
        return ImageBuilder.tar(files)
      }),
    HostileFile(
      "two lists that name different layers", .ambiguousArchive, .high, in: "image.tar",
      bytes: {
        let seen = ImageBuilder([layer("a", harmless)])
        let loaded = ImageBuilder([layer("b", harmless)])
        return ImageBuilder.tar(
          seen.oci + loaded.both.filter { file in !seen.oci.contains { $0.name == file.name } })
      }, clean: { ImageBuilder.tar(ImageBuilder([layer("a", harmless)]).both) }),
  ]

  private static func annotated(_ name: String) -> [UInt8] {
    var first = layer("a", harmless)
    first.extra = [#""annotations":{"com.docker.compose.file":"\#(name)"}"#]
    return oci([first])
  }

  private static let imageLayers: [HostileFile] = [
    trick("whiteout without a name", [layer("opt/a", harmless), layer("opt/.wh.", [])]),
    trick("whiteout by dots", [layer("opt/a", harmless), layer("opt/.wh...", [])]),
    trick("whiteout of the whole image", [layer("a", harmless), layer(".wh..wh..opq", [])]),
    trick("whiteout in the first layer", [layer("opt/.wh.a", [])]),
    trick(
      "whiteout that holds bytes", [layer("a", harmless), layer(".wh.a", Array("hello".utf8))]),
    trick(
      "whiteout of a file of its own layer",
      [
        layer("a", harmless),
        Layer {
          $0.add(".wh.a")
          $0.add("a", harmless)
        },
      ]),
    trick(
      "whiteout below a link",
      [
        Layer {
          $0.add("usr/lib/a", harmless)
          $0.add("lib", type: "2") { $0.linkName = Array("usr/lib".utf8) }
        }, layer("lib/.wh..wh..opq", []),
      ]),
    trick(
      "hard link to a deleted file",
      [
        layer("a", harmless), layer(".wh.a", []),
        Layer { $0.add("b", type: "1") { $0.linkName = Array("a".utf8) } },
      ]),
    HostileFile(
      "link of a layer that leads out", .linkOutside, .critical, in: "image.tar",
      bytes: { link("../../../etc/passwd") }, clean: { link("../etc/passwd") }),
    HostileFile(
      "name of a layer that leads out", .pathTraversal, .critical, in: "image.tar",
      bytes: { oci([layer("../a", harmless)]) }),
    HostileFile(
      "device outside of dev", .specialFile, .high, in: "image.tar",
      bytes: { oci([Layer { $0.add("opt/sda", type: "4") }]) },
      clean: { oci([Layer { $0.add("dev/sda", type: "4") }]) }),
    HostileFile(
      "set-user-ID program that no distribution has", .borrowedRights, .high, in: "image.tar",
      bytes: { oci([Layer { $0.add("opt/a", harmless) { $0.mode = 0o4755 } }]) },
      clean: { oci([Layer { $0.add("usr/bin/su", harmless) { $0.mode = 0o4755 } }]) }),
  ]

  private static func link(_ target: String) -> [UInt8] {
    oci([Layer { $0.add("opt/a", type: "2") { $0.linkName = Array(target.utf8) } }])
  }

  /// The clean twin deletes a file of the first layer in the second.
  private static func trick(_ name: String, _ layers: [Layer]) -> HostileFile {
    HostileFile(
      name, .whiteoutTrick, .high, in: "image.tar", bytes: { oci(layers) },
      clean: { oci([layer("opt/a", harmless), layer("opt/.wh.a", [])]) })
  }

  private static let imageSettings: [HostileFile] = [
    HostileFile(
      "token in the environment of an image", .serviceToken, .high, in: "image.tar",
      bytes: {
        oci([layer("a", harmless)]) {
          $0.settings = #""User":"1000","Env":["PATH=/bin","GITHUB_TOKEN=\#(secret)"]"#
        }
      },
      clean: {
        oci([layer("a", harmless)]) { $0.settings = #""User":"1000","Env":["PATH=/bin"]"# }
      }),
    HostileFile(
      "token in the history of an image", .serviceToken, .high, in: "image.tar",
      bytes: {
        save([layer("a", harmless)]) {
          $0.history = [#""created_by":"RUN curl -H 'Authorization: token \#(secret)' x.test""#]
        }
      },
      clean: {
        save([layer("a", harmless)]) { $0.history = [#""created_by":"RUN make install""#] }
      }),
    HostileFile(
      "service that runs as root", .unsafeImageSettings, .low, in: "image.tar", isHygiene: true,
      bytes: { oci([layer("a", harmless)]) { $0.settings = #""User":"root""# } },
      clean: { oci([layer("a", harmless)]) { $0.settings = #""Cmd":["sh"]"# } }),
  ]
}
