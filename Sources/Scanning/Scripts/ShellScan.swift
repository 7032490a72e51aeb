import Bytes
import Findings
import Formats

/// Judges scripts that a shell or another interpreter runs, told by their name.
struct ShellScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard TextEncoding(of: file.bytes) == .utf8 else { return .whole }
    // With a first line that names its interpreter it was reported for that.
    if !TextScan.beginsAsScript(file.bytes) {
      context.report(Rule.script.at(file.place, "'\(file.name.text)' is a script by its name"))
    }
    judge(file.bytes, at: file.place, &context)
    return .whole
  }

  /// Reports commands that download, decode or install what they run.
  static func judge(_ bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    let text = separatingMarks(
      String(decoding: bytes.prefix(context.limits.textBytes), as: UTF8.self)
    ).replacing("\\\r\n", with: " ").replacing("\\\n", with: " ").replacing("`\n", with: " ")
    judge(text.split(whereSeparator: \.isNewline).map { ($0, place) }, &context)
  }

  /// Reports the lines of a text for people that would give a shell away. What else they tell to run
  /// is how programs are installed.
  static func judge(prose bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    guard ShellSigns.mayGiveShell(bytes) else { return }
    let text = String(decoding: bytes.prefix(context.limits.textBytes), as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline)
    where ShellSigns.givesShell(line.lowercased()) {
      context.report(
        Rule.shellInText.at(
          place, "a command that gives a shell to a connection",
          evidence: [safeText(String(line.prefix(160)))]))
    }
  }

  /// The same for lines that stand at places of their own.
  static func judge(
    _ lines: [(text: Substring, place: Place)], _ context: inout ScanContext
  ) {
    var hasDownload = false
    for (line, place) in lines {
      let lower = line.lowercased()
      if lower.drop(while: \.isWhitespace).hasPrefix("#") { continue }
      if let what = ShellSigns.match(lower) {
        context.report(
          Rule.shellPayload.at(place, what, evidence: [safeText(String(line.prefix(160)))]))
      } else if hasDownload, ShellSigns.runsFile(lower) {
        context.report(
          Rule.shellPayload.at(
            place, "runs what an earlier line downloaded",
            evidence: [safeText(String(line.prefix(160)))]))
      }
      hasDownload = hasDownload || ShellSigns.downloads(lower)
    }
  }
}

/// What a line of a script does, told from its words in lower case.
enum ShellSigns {
  private static let payloads: [(sign: String, what: String)] = [
    ("/dev/tcp/", "opens a connection of the shell"),
    ("/dev/udp/", "opens a connection of the shell"),
    ("nc -e", "gives a shell to a connection"), ("ncat -e", "gives a shell to a connection"),
    ("nc -c", "gives a shell to a connection"), ("bash -i", "gives a shell to a connection"),
    ("sh -i", "gives a shell to a connection"), ("exec:", "gives a shell to a connection"),
    ("authorized_keys", "installs a key"), ("crontab -", "installs a job"),
    ("/etc/cron", "installs a job"), (">> ~/.", "writes a start-up file"),
    (">> $home/.", "writes a start-up file"), (">>~/.", "writes a start-up file"),
    ("ld.so.preload", "preloads a library"), ("ld_preload=", "preloads a library"),
    ("--no-preserve-root", "deletes the system"), ("rm -rf /*", "deletes the system"),
    ("rm -rf ~", "deletes the home folder"), (":(){", "starts processes without end"),
    ("downloadstring", "runs what it downloads"), ("downloadfile(", "downloads a program"),
    ("frombase64string", "decodes what it runs"), ("-encodedcommand", "runs an encoded command"),
    ("-windowstyle hidden", "runs unseen"), ("-w hidden", "runs unseen"),
    ("set-mppreference", "switches off a guard"), ("start-bitstransfer", "downloads a program"),
    ("certutil -urlcache", "downloads a program"),
    ("certutil.exe -urlcache", "downloads a program"),
    ("certutil -decode", "decodes a program"), ("bitsadmin", "downloads a program"),
    ("mshta", "runs a document"), ("regsvr32", "loads a library"),
    ("rundll32", "loads a library"), ("schtasks /create", "installs a job"),
    ("currentversion\\run", "installs a start-up program"), ("wscript.shell", "runs programs"),
    ("child_process", "runs programs"), ("activexobject", "runs programs"),
    ("systemctl enable", "installs a service"), ("shell_exec", "runs programs"),
    ("os.execute", "runs programs"), ("base64_decode", "decodes what it runs"),
    ("pty.spawn", "gives a shell to a connection"), ("socket.socket", "opens a connection"),
    ("tcpsocket", "opens a connection"), ("io::socket", "opens a connection"),
    ("invoke-expression", "runs a text"), ("iex(", "runs a text"), ("iex (", "runs a text"),
    ("| iex", "runs a text"), ("|iex", "runs a text"), ("child process", "runs programs"),
  ]
  private static let interpreters: Set<Substring> = [
    "sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "python", "python2", "python3", "perl",
    "ruby", "node", "php", "iex", "powershell", "pwsh", "cmd",
  ]
  private static let decoders = ["base64", "xxd", "openssl", "printf", "gunzip", "uudecode", "rev"]

  /// What is wrong with the line; nil when nothing is.
  static func match(_ line: String) -> String? {
    if let what = piped(line) { return what }
    if line.contains("powershell"), line.contains(" -e ") || line.contains(" -enc") {
      return "runs an encoded command"
    }
    return payloads.first { line.contains($0.sign) }?.what
  }

  /// What the line gives to an interpreter.
  private static func piped(_ line: String) -> String? {
    let loads = downloads(line)
    let decodes = decoders.contains { line.contains($0) }
    if loads || decodes {
      for part in line.split(separator: "|").dropFirst() {
        let words = part.split { " ;&)\"'".contains($0) }
        let word = words.first { !["sudo", "env", "exec"].contains($0) && !$0.hasPrefix("-") }
        guard let word, let name = word.split(separator: "/").last else { continue }
        if interpreters.contains(name) {
          return loads ? "runs what it downloads" : "decodes what it runs"
        }
      }
      let embeds = ["$(curl", "$(wget", "`curl", "`wget", "<(curl", "<(wget", "$(echo", "eval"]
      if embeds.contains(where: { line.contains($0) }),
        ["eval", "sh -c", "bash", "source", "exec", ". <("].contains(where: { line.contains($0) })
      {
        return loads ? "runs what it downloads" : "decodes what it runs"
      }
      if loads, runsFile(line) { return "runs what it downloads" }
    }
    return nil
  }

  /// Words of which one is in every line that gives a shell to a connection.
  private static let shellWords = [
    "/dev/tcp/", "/dev/udp/", "nc -", "ncat ", "netcat ", "bash -i", "sh -i", "mkfifo", "socat",
    "dup2(", "pty.spawn", "TCPClient", "TCPSocket", "fsockopen",
  ]

  /// Whether a text is worth looking through line by line.
  static func mayGiveShell(_ bytes: ByteSlice) -> Bool {
    shellWords.contains { bytes.contains($0) }
  }

  /// Whether a line in lower case gives a shell to a connection, and has no other meaning.
  static func givesShell(_ line: String) -> Bool {
    func has(_ words: String...) -> Bool { words.contains { line.contains($0) } }
    if has("/dev/tcp/", "/dev/udp/") { return has(">&", "<>", "<&", "exec ") }
    let shells = has("/bin/sh", "/bin/bash", "bash", "cmd.exe", "powershell", " sh")
    return has("nc -e", "nc -c", "nc.traditional -e", "ncat -e", "netcat -e") && shells
      || has("nc ", "ncat ", "netcat ") && has(" -e /bin/", " --exec ", "mkfifo")
      || has("bash -i >", "sh -i >", "sh -i <", "sh -i 2>&1")
      || has("socat") && has("exec:") && has("tcp")
      || has("socket") && has("dup2(", "pty.spawn(")
      || has("tcpclient(", "tcpsocket", "fsockopen(") && shells
  }

  /// What a command among data does: only what has no other meaning. Nil for other texts.
  static func command(in text: String) -> String? {
    let bytes = text.utf8
    guard (12..<4_096).contains(bytes.count), bytes.contains(0x20),
      bytes.contains(where: { [0x7c, 0x24, 0x60, 0x2d, 0x3c, 0x3e].contains($0) })
    else { return nil }
    let line = text.lowercased()
    if let sign = ["/dev/tcp/", "/dev/udp/", "bash -i >", "nc -e /", "ncat -e /"]
      .first(where: { line.contains($0) })
    {
      return "opens a connection of the shell: '\(sign)'"
    }
    if line.contains("--no-preserve-root") { return "deletes the system" }
    if line.contains("powershell"), line.contains(" -e ") || line.contains(" -enc") {
      return "runs an encoded command"
    }
    let decodes = ["base64 -d", "base64 --decode", "xxd -r", "openssl enc", "uudecode"]
      .contains { line.contains($0) }
    let fetches = ["curl ", "wget "].contains { line.contains($0) }
    return decodes || fetches ? piped(line) : nil
  }

  /// Whether the line downloads a file.
  static func downloads(_ line: String) -> Bool {
    [
      "curl ", "wget ", "curl.exe", "invoke-webrequest", "iwr ", "invoke-restmethod", "irm ",
      "net.webclient", "add http", "aria2c ", "urlretrieve", "urlopen",
    ].contains { line.contains($0) }
  }

  /// Whether the line makes a file a program, or gives it to a shell.
  static func runsFile(_ line: String) -> Bool {
    [
      "chmod +x", "chmod 7", "chmod a+x", "chmod u+x", "start-process", "sh ./", "sh /tmp",
      "bash ./",
      "bash /tmp", "&& ./", "; ./", "; sh ", "&& sh ", "&& bash ", "; bash ", "start ",
    ].contains { line.contains($0) }
  }
}
