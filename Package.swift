// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A module under Sources: its name, the modules it imports, and the products of other packages.
func module(
  _ name: String, uses modules: [String] = [], packages: [Target.Dependency] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: modules.map { .target(name: $0) } + packages,
    resources: resources, swiftSettings: settings)
}

/// The tests of a module. Modules that only its tests need are named in `uses`.
func tests(
  of name: String, uses modules: [String] = [], excluding files: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: ([name, "TestSupport"] + modules).map { .target(name: $0) },
    exclude: files, swiftSettings: settings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let ciphers: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let der: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "proofmark",
  products: [.executable(name: "proofmark", targets: ["proofmark"])],
  dependencies: [
    // Commands, options, help and completions.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    // SHA-256 with the CPU's own instructions, five times libsodium's speed; ECDSA for bundles; AES
    // for encrypted PEM files.
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    // X.509 certificates and their signatures, for bundles that are signed by a chain of them.
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    // The DER that they are written in.
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    // Escaping templates for the HTML and XML reports.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    // The worker process: how it is started, and what it gives up.
    .target(name: "CSandbox"),
    // Optimised in debug builds too, or a test of a network would take minutes; the bits are the
    // same either way. A root package may say so.
    .target(
      name: "CKernels",
      cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),

    // CRC-32 by the CPU's own instructions, by zlib where it has none.
    .target(name: "CChecksum", dependencies: ["CZlib"]),

    module("Bytes", uses: ["CChecksum"], packages: [crypto]),
    module("Findings", uses: ["Bytes"]),
    module("Archives", uses: ["Bytes", "Findings", "CArchive", "CZlib", "CSandbox"]),
    module(
      "Trust", uses: ["Bytes", "Findings", "CSodium"],
      packages: [crypto, ciphers, certificates, der]),
    module("Releases", uses: ["Bytes", "Findings", "Archives", "Trust", "Dependencies"]),
    module("Dependencies", uses: ["Bytes", "Findings", "Formats"]),
    module(
      "Vulnerabilities", uses: ["Bytes", "Findings", "Archives", "Dependencies", "CSQLite"]),
    module("Formats", uses: ["Bytes", "Archives", "CYAML"]),
    // Optimised in debug builds too: nearly every test of the scanner looks names up.
    .target(
      name: "KnownNames", path: "Names",
      swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
    module("Scanning", uses: ["Bytes", "Findings", "Archives", "Formats", "KnownNames"]),
    module("Engine", uses: ["Bytes", "CKernels"]),
    module("Models", uses: ["Bytes", "Archives", "Formats", "Engine"]),
    module("Evaluation", uses: ["Bytes", "Findings", "Formats", "Engine", "Models"]),
    module("Robustness", uses: ["Bytes", "Findings", "Engine", "Evaluation"]),
    .target(
      name: "StockPolicies", path: "Policies",
      resources: [
        .embedInCode("permissive.toml"), .embedInCode("ci-gate.toml"),
        .embedInCode("release.toml"),
      ],
      swiftSettings: settings),
    module("Judging", uses: ["Bytes", "Findings", "StockPolicies"]),
    module("Reporting", uses: ["Bytes", "Findings", "Judging"], packages: [mustache]),
    module(
      "Auditing",
      uses: [
        "Bytes", "Findings", "Archives", "Trust", "Releases", "Dependencies", "Vulnerabilities",
        "Formats", "Scanning", "Engine", "Models", "Evaluation", "Robustness", "Judging",
      ]),
    .executableTarget(
      name: "proofmark",
      dependencies: [
        "Bytes", "Findings", "Archives", "Trust", "Releases", "Dependencies", "Vulnerabilities",
        "Formats", "Scanning", "Engine", "Models", "Evaluation", "Robustness", "Judging",
        "Reporting", "Auditing", "StockPolicies", arguments,
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "engine-benchmark", dependencies: ["Bytes", "Engine", "Models"],
      path: "Benchmarks/Engine", swiftSettings: settings),
    .executableTarget(
      name: "onnx-conformance", dependencies: ["Bytes", "Engine", "Formats", "Models"],
      path: "Benchmarks/Conformance", swiftSettings: settings),
    .executableTarget(
      name: "bits", dependencies: ["Bytes", "Engine", "Evaluation", "Models"],
      path: "Benchmarks/Bits", exclude: ["chains.cu"], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Bytes", "CZlib"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests(of: "Bytes", uses: ["CZlib"]),
    tests(of: "Findings", uses: ["Bytes"]),
    // Attacks its parent from inside the sandbox, as a reader would that a file has taken over.
    .executableTarget(
      name: "hostile-worker", dependencies: ["CSandbox"], path: "Tests/HostileWorker",
      swiftSettings: settings),
    tests(of: "Archives", uses: ["Bytes", "Findings", "proofmark", "hostile-worker"]),
    tests(of: "Trust", uses: ["Bytes", "Findings"]),
    tests(of: "Releases", uses: ["Bytes", "Findings", "Archives", "Trust", "Dependencies"]),
    tests(of: "Dependencies", uses: ["Bytes", "Findings"]),
    tests(
      of: "Vulnerabilities", uses: ["Bytes", "Findings", "Archives", "Dependencies", "CSQLite"]),
    tests(of: "Formats", uses: ["Bytes", "Archives"]),
    tests(
      of: "Scanning",
      uses: [
        "Bytes", "Findings", "KnownNames", "Archives", "Formats", "Engine", "Judging", "Auditing",
        "StockPolicies", "Reporting",
      ]),
    tests(of: "Engine", uses: ["Bytes"]),
    tests(of: "Models", uses: ["Bytes", "Archives", "Formats", "Engine"]),
    tests(of: "Evaluation", uses: ["Bytes", "Findings", "Formats", "Engine", "Models"]),
    tests(
      of: "Robustness",
      uses: ["Bytes", "Findings", "Formats", "Engine", "Models", "Evaluation"]),
    tests(of: "Judging", uses: ["Bytes", "Findings", "StockPolicies"]),
    tests(
      of: "Reporting", uses: ["Bytes", "Findings", "Judging", "StockPolicies"],
      excluding: ["Golden"]),
    .testTarget(
      name: "CommandTests", dependencies: ["proofmark", "TestSupport", "Bytes"],
      swiftSettings: settings),
  ],
  cLanguageStandard: .c17,
  cxxLanguageStandard: .cxx17
)

// libFuzzer's targets: built by Fuzz/run alone, for they need its flags at every module.
if Context.environment["PROOFMARK_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Bytes", "Findings", "Formats", "Scanning", "Trust", "Releases", "Dependencies",
        "Vulnerabilities", "Judging",
      ],
      path: "Fuzz/Sources", swiftSettings: settings))
}
