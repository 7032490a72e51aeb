/// What begins a secret, and the shape of what follows.
struct SecretSign: Sendable {
  /// The shape of what follows the beginning.
  enum Shape: Sendable {
    /// So many characters of letters, digits and the given others, and what proves them.
    case token(ClosedRange<Int>, also: String = "", proof: SecretProof = .none)
    /// So many characters between a number of so many digits and the end (a bot of Telegram).
    case numbered(ClosedRange<Int>, then: Int)
    /// A sign behind so many characters, the last of them a digit, and before others (Azure).
    case inside(before: Int, after: ClosedRange<Int>)
    /// Base64 of something secret, after a name.
    case encoded(Encoded)
    /// A key between lines of dashes.
    case privateKey
    /// Three parts of base64 with dots between, of which the first is a header.
    case webToken
    /// A name and a password before an address.
    case address
    /// A name, `=` or `:`, and a value.
    case assignment(isPassword: Bool)
    /// `login` and `password` of a machine.
    case machine
  }

  /// What base64 hides.
  enum Encoded: Sendable {
    /// A private key between its lines.
    case privateKey
    /// A name, a colon and a password.
    case credentials
  }

  let beginning: [UInt8]
  let what: String
  let shape: Shape

  /// Whether it begins a private key.
  var isPrivateKey: Bool { if case .privateKey = shape { true } else { false } }

  init(_ beginning: String, _ what: String, _ shape: Shape) {
    self.beginning = Array(beginning.utf8)
    self.what = what
    self.shape = shape
  }

  /// The signs, compared without case but for tokens.
  static let all: [SecretSign] = [
    SecretSign(":A", "a token of a Telegram bot", .numbered(8...16, then: 34)),
    SecretSign("Q~", "a client secret of Azure", .inside(before: 4, after: 31...34)),
    SecretSign("ABIA", "an access key of AWS", .token(16...16, proof: .account)),
    SecretSign("ACCA", "an access key of AWS", .token(16...16, proof: .account)),
    SecretSign("ABSK", "a key of AWS", .token(109...271, also: "+/=")),
    SecretSign("LTAI", "an access key of Alibaba", .token(20...20)),
    SecretSign("AKCp", "a key of Artifactory", .token(69...69)),
    SecretSign("cmVmd", "a token of Artifactory", .token(59...59)),
    SecretSign("ATATT3", "a token of Atlassian", .token(186...186, also: "_-=")),
    SecretSign("CLOJARS_", "a token of Clojars", .token(60...60)),
    SecretSign("doo_v1_", "a token of DigitalOcean", .token(64...64, proof: .hexadecimal)),
    SecretSign("dor_v1_", "a token of DigitalOcean", .token(64...64, proof: .hexadecimal)),
    SecretSign("dp.pt.", "a token of Doppler", .token(43...43)),
    SecretSign(
      "dt0c01.", "a token of Dynatrace",
      .token(89...89, also: ".", proof: .parts([24, 64], separator: 0x2e))),
    SecretSign("EZAK", "a key of EasyPost", .token(54...54)),
    SecretSign("EAAM", "a token of Facebook", .token(100...300)),
    SecretSign("fo1_", "a token of Fly.io", .token(43...43, also: "_-")),
    SecretSign("fm2_", "a token of Fly.io", .token(100...2_000, also: "+/=")),
    SecretSign("glptt-", "a token of GitLab", .token(40...40)),
    SecretSign("glcbt-", "a token of GitLab", .token(20...40, also: "_-")),
    SecretSign("gloas-", "a token of GitLab", .token(64...64, also: "_-")),
    SecretSign("glagent-", "a token of GitLab", .token(50...50, also: "_-")),
    SecretSign("glsoat-", "a token of GitLab", .token(20...20, also: "_-")),
    SecretSign("glft-", "a token of GitLab", .token(20...20, also: "_-")),
    SecretSign("glimt-", "a token of GitLab", .token(25...25, also: "_-")),
    SecretSign("glc_", "a token of Grafana", .token(32...400, also: "+/=")),
    SecretSign("HRKU-AA", "a token of Heroku", .token(58...58, also: "_-")),
    SecretSign("ico-", "a key of Infracost", .token(32...32)),
    SecretSign("NRAK-", "a key of New Relic", .token(27...27)),
    SecretSign("ntn_", "a token of Notion", .token(46...46)),
    SecretSign("ops_eyJ", "a token of 1Password", .token(250...2_000, also: "+/=")),
    SecretSign("sha256~", "a token of OpenShift", .token(43...43, also: "_-")),
    SecretSign("p8e-", "a client secret of Adobe", .token(32...32)),
    SecretSign("pplx-", "a key of Perplexity", .token(48...48)),
    SecretSign("pscale_tkn_", "a token of PlanetScale", .token(32...64, also: "_=.-")),
    SecretSign("pscale_oauth_", "a token of PlanetScale", .token(32...64, also: "_=.-")),
    SecretSign("pscale_pw_", "a password of PlanetScale", .token(32...64, also: "_=.-")),
    SecretSign(
      "PMAK-", "a key of Postman",
      .token(59...59, also: "-", proof: .parts([24, 34], separator: 0x2d))),
    SecretSign("pnu_", "a key of Prefect", .token(36...36)),
    SecretSign("pul-", "a token of Pulumi", .token(40...40, proof: .hexadecimal)),
    SecretSign("rdme_", "a token of ReadMe", .token(70...70)),
    SecretSign("rubygems_", "a key of RubyGems", .token(48...48, proof: .hexadecimal)),
    SecretSign("tk-us-", "a token of Scalingo", .token(48...48, also: "_-")),
    SecretSign(
      "xkeysib-", "a key of Brevo",
      .token(81...81, also: "-", proof: .parts([64, 16], separator: 0x2d))),
    SecretSign("sntrys_", "a token of Sentry", .token(60...500, also: "_+/=")),
    SecretSign("sntryu_", "a token of Sentry", .token(64...64, proof: .hexadecimal)),
    SecretSign("shippo_live_", "a token of Shippo", .token(40...40, proof: .hexadecimal)),
    SecretSign("shpca_", "a token of Shopify", .token(32...32, proof: .hexadecimal)),
    SecretSign("shppa_", "a token of Shopify", .token(32...32, proof: .hexadecimal)),
    SecretSign("shpss_", "a token of Shopify", .token(32...32, proof: .hexadecimal)),
    SecretSign("xoxe", "a token of Slack", .token(60...255, also: "-.")),
    SecretSign("xoxr-", "a token of Slack", .token(20...255, also: "-")),
    SecretSign("xoxs-", "a token of Slack", .token(20...255, also: "-")),
    SecretSign("hooks.slack.com/workflows/", "a hook of Slack", .token(24...80, also: "/")),
    SecretSign("hooks.slack.com/triggers/", "a hook of Slack", .token(24...80, also: "/")),
    SecretSign(
      ".webhook.office.com/webhookb2/", "a hook of Teams", .token(100...300, also: "-@/")),
    SecretSign("sgp_", "a token of Sourcegraph", .token(40...57, also: "_")),
    SecretSign("sq0atp-", "a token of Square", .token(22...60, also: "_-")),
    SecretSign("sk_prod_", "a key of Stripe", .token(20...255)),
    SecretSign("rk_prod_", "a key of Stripe", .token(20...255)),
    SecretSign("SK", "a key of Twilio", .token(32...32, proof: .hexadecimal)),
    SecretSign("tfp_", "a token of Typeform", .token(59...59, also: "_-.=")),
    SecretSign("hvb.", "a token of Vault", .token(138...300, also: "_-")),
    SecretSign("sk-admin-", "a key of OpenAI", .token(32...255, also: "_-")),
    SecretSign("AKIA", "an access key of AWS", .token(16...16, proof: .account)),
    SecretSign("ASIA", "an access key of AWS", .token(16...16, proof: .account)),
    SecretSign("ghp_", "a token of GitHub", .token(36...255, proof: .checksum)),
    SecretSign("gho_", "a token of GitHub", .token(36...255, proof: .checksum)),
    SecretSign("ghu_", "a token of GitHub", .token(36...255, proof: .checksum)),
    SecretSign("ghs_", "a token of GitHub", .token(36...255, proof: .checksum)),
    SecretSign("ghr_", "a token of GitHub", .token(36...255, proof: .checksum)),
    SecretSign(
      "github_pat_", "a token of GitHub",
      .token(40...255, also: "_", proof: .parts([22, 59], separator: 0x5f))),
    SecretSign("glpat-", "a token of GitLab", .token(20...64, also: "_-.")),
    SecretSign("gldt-", "a token of GitLab", .token(20...64, also: "_-")),
    SecretSign("glrt-", "a token of GitLab", .token(20...64, also: "_-")),
    SecretSign("xoxb-", "a token of Slack", .token(20...255, also: "-", proof: .numbered)),
    SecretSign("xoxp-", "a token of Slack", .token(20...255, also: "-", proof: .numbered)),
    SecretSign("xoxa-", "a token of Slack", .token(20...255, also: "-")),
    SecretSign("xapp-", "a token of Slack", .token(20...255, also: "-")),
    SecretSign("hooks.slack.com/services/", "a hook of Slack", .token(24...80, also: "/")),
    SecretSign("discord.com/api/webhooks/", "a hook of Discord", .token(40...120, also: "/_-")),
    SecretSign("sk_live_", "a key of Stripe", .token(20...255)),
    SecretSign("rk_live_", "a key of Stripe", .token(20...255)),
    SecretSign("whsec_", "a key of Stripe", .token(24...64)),
    SecretSign("AIza", "a key of Google", .token(35...35, also: "_-")),
    SecretSign("GOCSPX-", "a client secret of Google", .token(28...28, also: "_-")),
    SecretSign("ya29.", "a token of Google", .token(30...500, also: "_-")),
    SecretSign("sk-proj-", "a key of OpenAI", .token(32...255, also: "_-")),
    SecretSign("sk-svcacct-", "a key of OpenAI", .token(32...255, also: "_-")),
    SecretSign(
      "sk-ant-", "a key of Anthropic", .token(32...255, also: "_-", proof: .ending("AA"))),
    SecretSign("sk-or-v1-", "a key of OpenRouter", .token(40...80)),
    SecretSign("sk-", "a key of OpenAI", .token(40...64, proof: .holding("T3BlbkFJ"))),
    SecretSign("hf_", "a token of Hugging Face", .token(34...40, proof: .letters)),
    SecretSign("api_org_", "a token of Hugging Face", .token(34...40, proof: .letters)),
    SecretSign("npm_", "a token of npm", .token(36...36, proof: .checksum)),
    SecretSign("pypi-Ag", "a token of PyPI", .token(50...400, also: "_-", proof: .macaroon)),
    SecretSign("dckr_pat_", "a token of Docker", .token(24...40, also: "_-")),
    SecretSign("dop_v1_", "a token of DigitalOcean", .token(64...64, proof: .hexadecimal)),
    SecretSign(
      "SG.", "a key of SendGrid",
      .token(60...72, also: "_-.", proof: .parts([22, 43], separator: 0x2e))),
    SecretSign("dapi", "a token of Databricks", .token(32...32, proof: .hexadecimal)),
    SecretSign("shpat_", "a token of Shopify", .token(32...32, proof: .hexadecimal)),
    SecretSign("r8_", "a token of Replicate", .token(37...40)),
    SecretSign("gsk_", "a key of Groq", .token(40...60)),
    SecretSign("hvs.", "a token of Vault", .token(24...120, also: "_-")),
    SecretSign("lin_api_", "a key of Linear", .token(40...48)),
    SecretSign("glsa_", "a token of Grafana", .token(32...48, also: "_")),
    SecretSign("nvapi-", "a key of NVIDIA", .token(40...80, also: "_-")),
    SecretSign("AGE-SECRET-KEY-1", "a private key of age", .token(58...58)),
    SecretSign(
      "AccountKey=", "a key of Azure", .token(60...90, also: "+/=", proof: .base64(bytes: 64))),
    SecretSign(
      "SharedAccessKey=", "a key of Azure",
      .token(40...90, also: "+/=", proof: .base64(bytes: 32))),
    SecretSign("-----BEGIN ", "a private key", .privateKey),
    SecretSign("PuTTY-User-Key-File-", "a private key of PuTTY", .privateKey),
    SecretSign("eyJ", "a signed web token", .webToken),
    SecretSign("://", "a password in an address", .address),
    SecretSign("machine ", "a password of a machine", .machine),
    SecretSign("password", "a password", .assignment(isPassword: true)),
    SecretSign("\"auth\"", "a registry's credentials", .encoded(.credentials)),
    SecretSign("client-key-data", "a private key", .encoded(.privateKey)),
    SecretSign("pwd", "a password", .assignment(isPassword: true)),
    SecretSign("passwd", "a password", .assignment(isPassword: true)),
    SecretSign("passphrase", "a password", .assignment(isPassword: true)),
    SecretSign("api_key", "a key", .assignment(isPassword: false)),
    SecretSign("apikey", "a key", .assignment(isPassword: false)),
    SecretSign("api-key", "a key", .assignment(isPassword: false)),
    SecretSign("secret", "a secret", .assignment(isPassword: false)),
    SecretSign("access_key", "a key", .assignment(isPassword: false)),
    SecretSign("access_token", "a token", .assignment(isPassword: false)),
    SecretSign("auth_token", "a token", .assignment(isPassword: false)),
    SecretSign("authtoken", "a token", .assignment(isPassword: false)),
    SecretSign("api_token", "a token", .assignment(isPassword: false)),
    SecretSign("hf_token", "a token", .assignment(isPassword: false)),
    SecretSign("account_key", "a key", .assignment(isPassword: false)),
  ]

  /// Whether it has enough characters to tell a token that is cut off behind them.
  var isLong: Bool {
    if case .token = shape { return beginning.count >= 3 }
    return isPrivateKey
  }

  /// The signs by their first two bytes, whose case does not matter.
  struct Starts: Sendable {
    /// For each pair of bytes the number of its group.
    private var groups = [UInt8](repeating: 0, count: 1 << 16)
    /// The signs of each group; the first has none.
    private(set) var signs: [[SecretSign]] = [[]]

    fileprivate init(_ all: [SecretSign]) {
      for sign in all {
        let pair = Starts.pair(sign.beginning[0], sign.beginning[1])
        if groups[pair] == 0 {
          groups[pair] = UInt8(signs.count)
          signs.append([])
        }
        signs[Int(groups[pair])].append(sign)
      }
    }

    /// The group of the signs that may begin with the two bytes.
    func number(_ first: UInt8, _ second: UInt8) -> Int { Int(groups[Starts.pair(first, second)]) }

    private static func pair(_ first: UInt8, _ second: UInt8) -> Int {
      Int(SecretSign.lower(first)) << 8 | Int(SecretSign.lower(second))
    }
  }

  static let starts = Starts(all)

  static func lower(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
}
