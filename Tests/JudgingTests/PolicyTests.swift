import Bytes
import Findings
import Judging
import StockPolicies
import Testing

private func parse(_ text: String) throws(ConfigurationError) -> Policy {
  try Policy(parsing: ByteSlice(utf8: text))
}

private let head = "policy-version = \"1\"\nname = \"mine\"\n"

struct PolicyTests {
  @Test(arguments: StockPolicy.allCases)
  func `a stock policy bears the name it is asked for by`(_ stock: StockPolicy) throws {
    let policy = try Policy(stock: stock)
    #expect(policy.name == stock.name)
    #expect(policy.digest == Digest(of: ByteSlice(stock.text)))
  }

  @Test
  func `release demands all seven checks and the bounds of the design`() throws {
    let policy = try Policy(stock: .release)
    for check in CheckName.allCases {
      #expect(policy[check].demand == .required)
      #expect(policy[check].failFrom == .medium)
      #expect(policy[check].obstacles == .incomplete)
    }
    #expect(policy.signature.role == "release")
    #expect(policy.signature.state == .ifPresent)
    #expect(policy.signature.minimumVersions.isEmpty)
    #expect(policy.limits == Limits())
    #expect(policy.dependencies.osvFailFrom == nil)
    #expect(policy.dependencies.osv == .ifPresent && policy.dependencies.osvMaxAgeDays == 30)
    #expect(policy.reproduce.minGoldenRows == 16)
    #expect(policy.reproduce.maxAbs == 1e-5)
    #expect(policy.reproduce.anyOrderBound == .ifPresent)
    #expect(policy.reproduce.argmaxEqual)
    #expect(policy.reproduce.engineDigests == .required)
    #expect(policy.reproduce.maxMemoryBytes == 4 << 30)
    #expect(policy.robustness.eps == [0.01, 0.05, 0.1, 0.15, 0.2, 0.3])
    #expect(policy.robustness.minSamples == 1000)
    #expect(policy.robustness.maxUnusableGradients == 0.01)
    let bound = Policy.Minimum(attack: "fgsm", norm: "linf", eps: 0.1, lowerBound: 0.75)
    #expect(policy.robustness.minimums == [bound])
  }

  @Test
  func `ci-gate demands unpack and scan alone`() throws {
    let policy = try Policy(stock: .ciGate)
    let required = CheckName.allCases.filter { policy[$0].demand == .required }
    #expect(required == [.unpack, .scan])
    #expect(CheckName.allCases.allSatisfy { policy[$0].obstacles == .incomplete })
    #expect(policy.limits == Limits())
    #expect(policy.robustness.minimums.isEmpty)
  }

  @Test
  func `permissive demands unpacking, and obstacles elsewhere are notes`() throws {
    let policy = try Policy(stock: .permissive)
    let required = CheckName.allCases.filter { policy[$0].demand == .required }
    #expect(required == [.unpack])
    for check in CheckName.allCases where check != .unpack {
      #expect(policy[check].failFrom == .critical)
      #expect(policy[check].obstacles == .note)
    }
    #expect(policy[.unpack].obstacles == .incomplete)
  }

  @Test
  func `a policy that extends another keeps what it does not set`() throws {
    let policy = try parse(
      head + "extends = \"release\"\n[robustness]\nmin-samples = 50\n[scan]\nfail-from = \"low\"\n")
    #expect(policy.name == "mine")
    #expect(policy[.lock].demand == .required)
    #expect(policy[.scan].failFrom == .low)
    #expect(policy[.lock].failFrom == .medium)
    #expect(policy.robustness.minSamples == 50)
    #expect(policy.robustness.minimums.count == 1)
    #expect(policy.digest != (try Policy(stock: .release)).digest)
  }

  @Test
  func `least versions are named for each model, and inherited`() throws {
    let text =
      head
        + """
        extends = "release"
        [signature]
        role = "audit"
        state = "required"
        [signature.min-version]
        "handwritten-digits" = "1.4.0"
        faces = "2.0.0-rc.1"
        """
    let policy = try parse(text)
    #expect(policy.signature.role == "audit")
    #expect(policy.signature.state == .required)
    #expect(policy.signature.minimumVersions["handwritten-digits"] == ReleaseVersion("1.4.0"))
    #expect(policy.signature.minimumVersions["faces"] == ReleaseVersion("2.0.0-rc.1"))
  }

  @Test
  func `limits come from the unpack table`() throws {
    let policy = try parse(
      head
        + """
        [unpack]
        max-members = 1
        max-member-bytes = 2
        max-total-bytes = 3
        max-ratio = 4
        max-depth = 0
        max-path-bytes = 6
        max-header-bytes = 7
        """)
    #expect(policy.limits.memberCount == 1)
    #expect(policy.limits.memberBytes == 2)
    #expect(policy.limits.totalBytes == 3)
    #expect(policy.limits.ratio == 4)
    #expect(policy.limits.archiveDepth == 0)
    #expect(policy.limits.pathBytes == 6)
    #expect(policy.limits.headerBytes == 7)
  }

  @Test(arguments: [
    ("", "policy-version", nil),
    ("policy-version = \"1\"", "name", nil),
    ("policy-version = \"2\"\nname = \"x\"", "policy-version", nil),
    ("policy-version = 1\nname = \"x\"", "policy-version", nil),
    ("policy-version = \"1\"\nname = \"\"", "name", nil),
    ("policy-version = \"1\"\nname = \"a\\u0007b\"", "name", nil),
    (head + "fail-form = \"high\"", "fail-form", "did you mean 'fail-from'?"),
    (head + "fail-from = \"hihg\"", "fail-from", "did you mean \"high\"?"),
    (head + "obstacles = true", "obstacles", nil),
    (head + "extends = \"relase\"", "extends", "did you mean \"release\"?"),
    (head + "[scann]", "scann", "did you mean 'scan'?"),
    (head + "scan = \"required\"", "scan", nil),
    (head + "[scan]\ndemnad = \"off\"", "scan.demnad", "did you mean 'demand'?"),
    (head + "[scan]\nrole = \"release\"", "scan.role", nil),
    (
      head + "[scan]\ndemand = \"required\"\nobstacles = \"note\"", "scan.obstacles",
      "set scan.obstacles = \"incomplete\" or demand less than \"required\""
    ),
    (
      head + "obstacles = \"note\"", "unpack.obstacles",
      "set unpack.obstacles = \"incomplete\" or demand less than \"required\""
    ),
    (head + "[unpack]\nmax-members = 0", "unpack.max-members", nil),
    (head + "[unpack]\nmax-ratio = 1.5", "unpack.max-ratio", nil),
    (head + "[unpack]\nmax-depth = -1", "unpack.max-depth", nil),
    (head + "[reproduce]\nmax-abs = -1e-5", "reproduce.max-abs", nil),
    (head + "[reproduce]\nany-order-bound = true", "reproduce.any-order-bound", nil),
    (
      head + "[reproduce]\nany-order-bound = \"requires\"", "reproduce.any-order-bound",
      "did you mean \"required\"?"
    ),
    (head + "[signature]\nstate = \"requierd\"", "signature.state", "did you mean \"required\"?"),
    (head + "[signature]\nmin-version = \"1.0.0\"", "signature.min-version", nil),
    (head + "[signature.min-version]\na = \"1.0\"", "signature.min-version.a", nil),
    (head + "[signature.min-version]\na = 1", "signature.min-version.a", nil),
    (head + "[reproduce]\nmax-abs = nan", "reproduce.max-abs", nil),
    (head + "[reproduce]\nmax-abs = inf", "reproduce.max-abs", nil),
    (head + "[reproduce]\nmax-memory-bytes = 0", "reproduce.max-memory-bytes", nil),
    (head + "[reproduce]\nargmax-equal = 1", "reproduce.argmax-equal", nil),
    (head + "[reproduce]\nengine-digests = true", "reproduce.engine-digests", nil),
    (head + "[dependencies]\nosv = \"yes\"", "dependencies.osv", nil),
    (head + "[dependencies]\nosv-max-age-days = -1", "dependencies.osv-max-age-days", nil),
    (
      head + "[dependencies]\nosv-fail-from = \"hihg\"", "dependencies.osv-fail-from",
      "did you mean \"high\"?"
    ),
    (head + "[scan]\nosv = \"off\"", "scan.osv", nil),
    (head + "[robustness]\neps = [0.1, 0.1]", "robustness.eps", nil),
    (head + "[robustness]\neps = [0.0]", "robustness.eps", nil),
    (head + "[robustness]\neps = [2]", "robustness.eps", nil),
    (head + "[robustness]\neps = [nan]", "robustness.eps", nil),
    (head + "[robustness]\neps = 0.1", "robustness.eps", nil),
    (head + "[robustness]\nmin-samples = 0", "robustness.min-samples", nil),
    (
      head + "[robustness]\nmax-unusable-gradients = 1.1",
      "robustness.max-unusable-gradients", nil
    ),
  ])
  func `a wrong key or value is refused by its name`(
    _ text: String, _ key: String, _ help: String?
  ) throws {
    let error = try #require(throws: ConfigurationError.self) { try parse(text) }
    #expect(error.key == key)
    #expect(error.help == help)
  }

  @Test(arguments: [
    ("norm = \"linf\"\neps = 0.1\nlower-bound = 0.5", "attack"),
    ("attack = \"pgd\"\nnorm = \"linf\"\neps = 0.1\nlower-bound = 0.5", "attack"),
    ("attack = \"fgsm\"\nnorm = \"l2\"\neps = 0.1\nlower-bound = 0.5", "norm"),
    ("attack = \"fgsm\"\nnorm = \"linf\"\nlower-bound = 0.5", "eps"),
    ("attack = \"fgsm\"\nnorm = \"linf\"\neps = 0.12\nlower-bound = 0.5", "eps"),
    ("attack = \"fgsm\"\nnorm = \"linf\"\neps = 0.1", "lower-bound"),
    ("attack = \"fgsm\"\nnorm = \"linf\"\neps = 0.1\nlower-bound = 75", "lower-bound"),
    ("attack = \"fgsm\"\nnorm = \"linf\"\neps = 0.1\nlower-bound = 0.5\nmean = 1", "mean"),
  ])
  func `a bound names a measured attack and a fraction`(_ lines: String, _ key: String) throws {
    let error = try #require(throws: ConfigurationError.self) {
      try parse(head + "[[robustness.minimum]]\n" + lines)
    }
    #expect(error.key == "robustness.minimum[0].\(key)")
  }

  @Test
  func `an inherited bound must still be measured`() throws {
    let error = try #require(throws: ConfigurationError.self) {
      try parse(head + "extends = \"release\"\n[robustness]\neps = [0.2]")
    }
    #expect(error.key == "robustness.eps")
  }

  @Test
  func `a broken file is refused with its line`() throws {
    let error = try #require(throws: ConfigurationError.self) { try parse(head + "[scan\n") }
    #expect(error.message.hasPrefix("line 3"))
  }
}
