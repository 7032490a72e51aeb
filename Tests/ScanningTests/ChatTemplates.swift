/// Chat templates in the forms that families of published models use, written for these tests from
/// knowledge of their structure.
// swift-format-ignore
enum ChatTemplates {
  static let all: [(family: String, text: String)] = [
    ("Alpaca", #"""
      {% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] + '\n\n' }}{% set messages = messages[1:] %}{% endif %}{% for message in messages %}{% if message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'] + '\n\n' }}{% elif message['role'] == 'assistant' %}{{ '### Response:\n' + message['content'] + '\n\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}
      """#),
    ("Vicuna", #"""
      {% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'].strip() + ' ' %}{% else %}{% set loop_messages = messages %}{% set system_message = 'A chat between a curious user and an artificial intelligence assistant. ' %}{% endif %}{{ system_message }}{% for message in loop_messages %}{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'].strip() + ' ' }}{% else %}{{ 'ASSISTANT: ' + message['content'].strip() + eos_token }}{% endif %}{% endfor %}
      """#),
    ("Llama 2", #"""
      {% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}
      """#),
    ("Llama 3", #"""
      {% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
      """#),
    ("Llama 3.1 with tools", #"""
      {{- bos_token }}
      {%- if custom_tools is defined %}
          {%- set tools = custom_tools %}
      {%- endif %}
      {%- if not tools_in_user_message is defined %}
          {%- set tools_in_user_message = true %}
      {%- endif %}
      {%- if not date_string is defined %}
          {%- if strftime_now is defined %}
              {%- set date_string = strftime_now("%d %b %Y") %}
          {%- else %}
              {%- set date_string = "26 Jul 2024" %}
          {%- endif %}
      {%- endif %}
      {#- This block extracts the system message, so we can slot it into the right place. #}
      {%- if messages[0]['role'] == 'system' %}
          {%- set system_message = messages[0]['content']|trim %}
          {%- set messages = messages[1:] %}
      {%- else %}
          {%- set system_message = "" %}
      {%- endif %}
      {{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
      {%- if builtin_tools is defined or tools is not none %}
          {{- "Environment: ipython\n" }}
      {%- endif %}
      {%- if builtin_tools is defined %}
          {{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\n\n"}}
      {%- endif %}
      {%- if tools is not none and not tools_in_user_message %}
          {{- 'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.' }}
          {%- for t in tools %}
              {{- t | tojson(indent=4) }}
              {{- "\n\n" }}
          {%- endfor %}
      {%- endif %}
      {{- system_message }}
      {{- "<|eot_id|>" }}
      {%- for message in messages %}
          {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
              {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
          {%- elif 'tool_calls' in message %}
              {%- if not message.tool_calls|length == 1 %}
                  {{- raise_exception("This model only supports single tool-calls at once!") }}
              {%- endif %}
              {%- set tool_call = message.tool_calls[0].function %}
              {%- if builtin_tools is defined and tool_call.name in builtin_tools %}
                  {{- "<|python_tag|>" + tool_call.name + ".call(" }}
                  {%- for arg_name, arg_val in tool_call.arguments | items %}
                      {{- arg_name + '="' + arg_val + '"' }}
                      {%- if not loop.last %}
                          {{- ", " }}
                      {%- endif %}
                  {%- endfor %}
                  {{- ")" }}
              {%- else %}
                  {{- '{"name": "' + tool_call.name + '", ' }}
                  {{- tool_call.arguments | tojson }}
              {%- endif %}
          {%- elif message.role == "tool" or message.role == "ipython" %}
              {%- if message.content is mapping or message.content is iterable %}
                  {{- message.content | tojson }}
              {%- else %}
                  {{- message.content }}
              {%- endif %}
          {%- endif %}
      {%- endfor %}
      """#),
    ("Llama 3.2 with pictures", #"""
      {%- set image_ns = namespace(has_images=false) %}
      {%- for message in messages %}{%- for content in message['content'] %}{%- if content['type'] == 'image' %}{%- set image_ns.has_images = true %}{%- endif %}{%- endfor %}{%- endfor %}
      {%- if message['content'] is string %}{{- message['content'] }}{%- else %}{%- for content in message['content'] %}{%- if content['type'] == 'image' %}{{- '<|image|>' }}{%- elif content['type'] == 'text' %}{{- content['text'] }}{%- endif %}{%- endfor %}{%- endif %}
      """#),
    ("Mistral with tools", #"""
      {%- if messages[0]["role"] == "system" %}
          {%- set system_message = messages[0]["content"] %}
          {%- set loop_messages = messages[1:] %}
      {%- else %}
          {%- set loop_messages = messages %}
      {%- endif %}
      {%- if not tools is defined %}{%- set tools = none %}{%- endif %}
      {%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
      {%- set ns = namespace() %}
      {%- set ns.index = 0 %}
      {%- for message in loop_messages %}
          {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
              {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
                  {{- raise_exception("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...") }}
              {%- endif %}
              {%- set ns.index = ns.index + 1 %}
          {%- endif %}
      {%- endfor %}
      {{- bos_token }}
      {%- for message in loop_messages %}
          {%- if message["role"] == "user" %}
              {%- if tools is not none and (message == user_messages[-1]) %}
                  {{- "[AVAILABLE_TOOLS] [" }}
                  {%- for tool in tools %}
                      {%- set tool = tool.function %}
                      {{- '{"type": "function", "function": {' }}
                      {%- for key, val in tool.items() if key != "return" %}
                          {%- if val is string %}
                              {{- '"' + key + '": "' + val + '"' }}
                          {%- else %}
                              {{- '"' + key + '": ' + val|tojson }}
                          {%- endif %}
                      {%- endfor %}
                      {{- "}}" }}
                  {%- endfor %}
                  {{- "[/AVAILABLE_TOOLS]" }}
              {%- endif %}
              {{- "[INST] " + message["content"] + "[/INST]" }}
          {%- elif message.tool_calls is defined and message.tool_calls is not none %}
              {%- for tool_call in message.tool_calls %}
                  {%- set out = tool_call.function|tojson %}
                  {{- out[:-1] }}
                  {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                      {{- raise_exception("Tool call IDs should be alphanumeric strings with length 9!") }}
                  {%- endif %}
                  {{- ', "id": "' + tool_call.id + '"}' }}
              {%- endfor %}
          {%- elif message["role"] == "assistant" %}
              {{- " " + message["content"]|trim + eos_token}}
          {%- endif %}
      {%- endfor %}
      """#),
    ("Mixtral", #"""
      {{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ ' [INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + ' ' + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}
      """#),
    ("Qwen 2.5", #"""
      {%- if tools %}
          {{- '<|im_start|>system\n' }}
          {%- if messages[0]['role'] == 'system' %}
              {{- messages[0]['content'] }}
          {%- else %}
              {{- 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' }}
          {%- endif %}
          {{- "\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>" }}
          {%- for tool in tools %}
              {{- "\n" }}
              {{- tool | tojson }}
          {%- endfor %}
          {{- "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call><|im_end|>\n" }}
      {%- endif %}
      {%- for message in messages %}
          {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
              {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
          {%- elif message.role == "tool" %}
              {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
                  {{- '<|im_start|>user' }}
              {%- endif %}
              {{- '\n<tool_response>\n' }}
              {{- message.content }}
              {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
                  {{- '<|im_end|>\n' }}
              {%- endif %}
          {%- endif %}
      {%- endfor %}
      """#),
    ("Qwen 3", #"""
      {%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
      {%- for message in messages[::-1] %}
          {%- set index = (messages|length - 1) - loop.index0 %}
          {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
              {%- set ns.multi_step_tool = false %}
              {%- set ns.last_query_index = index %}
          {%- endif %}
      {%- endfor %}
      {%- for message in messages %}
          {%- set reasoning_content = '' %}
          {%- if message.reasoning_content is string %}
              {%- set reasoning_content = message.reasoning_content %}
          {%- elif '</think>' in content %}
              {%- set reasoning_content = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
              {%- set content = content.split('</think>')[-1].lstrip('\n') %}
          {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\n' }}
          {%- if enable_thinking is defined and enable_thinking is false %}
              {{- '<think>\n\n</think>\n\n' }}
          {%- endif %}
      {%- endif %}
      """#),
    ("Qwen 2 with pictures", #"""
      {% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system
      You are a helpful assistant.<|im_end|>
      {% endif %}<|im_start|>{{ message['role'] }}
      {% if message['content'] is string %}{{ message['content'] }}<|im_end|>
      {% else %}{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>
      {% endif %}{% endfor %}
      """#),
    ("DeepSeek V2", #"""
      {% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n\n' }}{% elif message['role'] == 'assistant' %}{{ 'Assistant: ' + message['content'] + eos_token }}{% elif message['role'] == 'system' %}{{ message['content'] + '\n\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}
      """#),
    ("DeepSeek R1", #"""
      {% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, is_output_first=true, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'assistant' and message['content'] is none %}{%- set ns.is_tool = false -%}{%- for tool in message['tool_calls']%}{%- if not ns.is_first %}{{'<｜Assistant｜><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name'] + '\n' + '```json' + '\n' + tool['function']['arguments'] + '\n' + '```' + '<｜tool▁call▁end｜>'}}{%- set ns.is_first = true -%}{%- endif %}{%- endfor %}{%- endif %}{%- endfor -%}
      """#),
    ("Gemma 3", #"""
      {{ bos_token }}
      {%- if messages[0]['role'] == 'system' -%}
          {%- if messages[0]['content'] is string -%}
              {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
          {%- else -%}
              {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}
          {%- endif -%}
          {%- set loop_messages = messages[1:] -%}
      {%- endif -%}
      {%- for message in loop_messages -%}
          {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
          {%- if message['content'] is iterable -%}
              {%- for item in message['content'] -%}
                  {%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}{%- elif item['type'] == 'text' -%}{{ item['text'] | trim }}{%- endif -%}
              {%- endfor -%}
          {%- else -%}
              {{ raise_exception("Invalid content type") }}
          {%- endif -%}
          {{ '<end_of_turn>\n' }}
      {%- endfor -%}
      """#),
    ("Phi 3", #"""
      {% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}
      """#),
    ("Phi 4", #"""
      {% for message in messages %}{% if (message['role'] == 'system') %}{{'<|im_start|>system<|im_sep|>' + message['content'] + '<|im_end|>'}}{% elif (message['role'] == 'user') %}{{'<|im_start|>user<|im_sep|>' + message['content'] + '<|im_end|>'}}{% endif %}{% endfor %}
      """#),
    ("Command R", #"""
      {{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% elif false == true %}{% set loop_messages = messages %}{% set system_message = 'You are Command-R.' %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% if system_message != false %}{{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' + system_message + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% for message in loop_messages %}{% set content = message['content'] %}{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% endfor %}
      """#),
    ("Command R with tools", #"""
      {%- macro json_to_python_type(json_spec) %}
      {%- set basic_type_map = {"string": "str", "number": "float", "integer": "int", "boolean": "bool"} %}
      {%- if basic_type_map[json_spec.type] is defined %}
      {{- basic_type_map[json_spec.type] }}
      {%- elif json_spec.type == "array" %}
      {{- "List[" + json_to_python_type(json_spec.items) + "]"}}
      {%- elif json_spec.type is iterable %}
      {{- "Union[" }}
      {%- for t in json_spec.type %}
      {{- json_to_python_type({"type": t}) }}
      {%- if not loop.last %}{{- "," }}{%- endif %}
      {%- endfor %}
      {{- "]" }}
      {%- else %}
      {{- "Any" }}
      {%- endif %}
      {%- endmacro %}
      {%- macro old_tool_parser(tools) %}
      {%- for tool in tools %}
      {%- if loop.index0 != 0 %}{{- '\n\n' }}{%- endif %}
      {{- '```python\ndef ' + tool.name + '(' }}
      {%- for param_name, param_fields in tool.parameter_definitions|items %}
      {%- if loop.index0 != 0 %}{{- ', '}}{%- endif %}
      {{- param_name + ': ' }}
      {%- if not param_fields.required %}{{- 'Optional[' + param_fields.type + '] = None'}}{%- else %}{{- param_fields.type }}{%- endif %}
      {%- endfor %}
      {{- ') -> List[Dict]:\n    """'}}
      {{- tool.description }}
      {{- '"""\n    pass\n```' }}
      {%- endfor %}
      {%- endmacro %}
      {{ old_tool_parser(tools) }}
      """#),
    ("Hermes with tools", #"""
      {{- bos_token }}{{- '<|im_start|>system\n' }}{{- "You are a function calling AI model. <tools> " }}{%- for tool in tools %}{%- if tool.function is defined %}{%- set tool = tool.function %}{%- endif %}{{- '{"type": "function", "function": ' }}{{- '{"name": "' + tool.name + '", ' }}{{- '"description": "' + tool.name + '(' }}{%- for param_name, param_fields in tool.parameters.properties|items %}{{- param_name + ": " + json_to_python_type(param_fields) }}{%- if not loop.last %}{{- ", " }}{%- endif %}{%- endfor %}{{- ")" }}{%- if tool.return is defined %}{{- " -> " + json_to_python_type(tool.return) }}{%- endif %}{{- " - " + tool.description + "\n\n" }}{%- endfor %}
      """#),
    ("Falcon", #"""
      {% for message in messages %}{% if not loop.first %}{{ '\n' }}{% endif %}{% if message['role'] == 'system' %}{{ 'System: ' }}{% elif message['role'] == 'user' %}{{ 'User: ' }}{% elif message['role'] == 'assistant' %}{{ 'Falcon: ' }}{% endif %}{{ message['content'] }}{% endfor %}{% if add_generation_prompt %}{{ '\n' + 'Falcon:' }}{% endif %}
      """#),
    ("StarCoder", #"""
      {{bos_token}}{{'You are an exceptionally intelligent coding assistant that consistently delivers accurate and reliable responses to user instructions.\n\n'}}{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('System messages are not allowed in this template.') }}{% else %}{% if message['role'] == 'user' %}{{'### Instruction\n' + message['content'] + '\n\n'}}{% else %}{{'### Response\n' + message['content'] + eos_token + '\n\n'}}{% endif %}{% endif %}{% endfor %}{{'### Response\n'}}
      """#),
    ("OpenChat", #"""
      {{ bos_token }}{% for message in messages %}{{ 'GPT4 Correct ' + message['role'].title() + ': ' + message['content'] + '<|end_of_turn|>'}}{% endfor %}{% if add_generation_prompt %}{{ 'GPT4 Correct Assistant:' }}{% endif %}
      """#),
    ("Solar", #"""
      {% for message in messages %}{% if message['role'] == 'system' %}{% if message['content']%}{{'### System:\n' + message['content']+'\n\n'}}{% endif %}{% elif message['role'] == 'user' %}{{'### User:\n' + message['content']+'\n\n'}}{% endif %}{% if loop.last and add_generation_prompt %}{{ '### Assistant:\n' }}{% endif %}{% endfor %}
      """#),
    ("InternLM", #"""
      {{ bos_token }}{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}
      """#),
    ("Baichuan", #"""
      {% for message in messages %}{% if message['role'] == 'user' %}{{ '<reserved_106>' + message['content'] }}{% elif message['role'] == 'assistant' %}{{ '<reserved_107>' + message['content'] }}{% endif %}{% endfor %}
      """#),
    ("ChatGLM", #"""
      [gMASK]<sop>{%- if tools is defined and tools -%}<|system|>
      # 可用工具
      {%- for tool in tools -%}
      {%- set function = tool.function if tool.get("function") else tool %}

      ## {{ function.name }}
      {{ function | tojson(indent=4, ensure_ascii=False) }}
      {%- endfor -%}{%- endif -%}{%- for msg in messages -%}<|{{ msg.role }}|>{{ msg.metadata if msg.metadata else '' }}
      {{ msg.content }}{%- endfor -%}
      """#),
    ("Granite", #"""
      {%- if tools %}{{- '<|start_of_role|>available_tools<|end_of_role|>\n' }}{%- for tool in tools %}{{- tool | tojson(indent=4) }}{%- if not loop.last %}{{- '\n\n' }}{%- endif %}{%- endfor %}{{- '<|end_of_text|>\n' }}{%- endif %}{%- for message in messages %}{%- if message['role'] == 'assistant_tool_call' %}{{- '<|tool_call|>' + message['content'] }}{%- endif %}{%- if loop.last and add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}{%- endfor %}
      """#),
    ("OLMo", #"""
      {{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] }}{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\n'  + message['content'] + eos_token }}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}{% endfor %}
      """#),
    ("SmolLM 3", #"""
      {%- set enable_thinking = true if enable_thinking is not defined else enable_thinking -%}
      {%- set reasoning_mode = "/think" if enable_thinking else "/no_think" -%}
      {%- if messages[0].role == "system" -%}
        {%- set system_message = messages[0].content -%}
        {%- if "/no_think" in system_message -%}{%- set reasoning_mode = "/no_think" -%}{%- endif -%}
        {%- set custom_instructions = system_message.replace("/no_think", "").replace("/think", "").rstrip() -%}
      {%- endif -%}
      {%- set today = strftime_now("%d %B %Y") -%}
      {{- "Today Date: " ~ today ~ "\n" -}}
      {%- generation -%}{{ content }}{%- endgeneration -%}
      """#),
    ("Idefics", #"""
      {% for message in messages %}{{message['role'].capitalize()}}{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>
      {% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}
      """#),
    ("LLaVA", #"""
      {% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}{# Render all images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}{# Render all text next #}{% if message['role'] != 'assistant' %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] + ' '}}{% endfor %}{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{% generation %}{{ content['text'] + ' '}}{% endgeneration %}{% endfor %}{% endif %}{% endfor %}
      """#),
    ("gpt-oss", #"""
      {%- macro render_typescript_type(param_spec, required_params, is_nullable=false) -%}
          {%- if param_spec.type == "array" -%}
              {%- if param_spec['items'] -%}
                  {%- if param_spec['items']['type'] == "string" -%}{{- "string[]" }}{%- else -%}
                      {%- set inner_type = render_typescript_type(param_spec['items'], required_params) -%}
                      {%- if inner_type == "object | object" or inner_type|length > 50 -%}{{- "any[]" }}{%- else -%}{{- inner_type + "[]" }}{%- endif -%}
                  {%- endif -%}
              {%- endif -%}
          {%- elif param_spec.type is defined and param_spec.type is iterable and param_spec.type is not string and param_spec.type is not mapping and param_spec.type[0] is defined -%}
              {{- param_spec.type | join(" | ") }}
          {%- elif param_spec.oneOf -%}
              {%- for variant in param_spec.oneOf -%}{{- render_typescript_type(variant, required_params) -}}{%- endfor -%}
          {%- endif -%}
      {%- endmacro -%}
      {%- macro build_system_message() -%}
          {%- if model_identity is not defined %}{%- set model_identity = "You are ChatGPT, a large language model trained by OpenAI." %}{%- endif %}
          {{- model_identity + "\n" }}
          {{- "Current date: " + strftime_now("%Y-%m-%d") + "\n\n" }}
      {%- endmacro -%}
      {%- set last_tool_call = namespace(name=none) %}
      {{- "<|start|>system<|message|>" }}{{- build_system_message() }}{{- "<|end|>" }}
      """#),
    ("Nemotron", #"""
      {{'<extra_id_0>System'}}{% for message in messages %}{% if message['role'] == 'system' %}{{'\n' + message['content'].strip()}}{% endif %}{% endfor %}{% for tool in tools %}{{ '\n<tool> ' + tool|tojson + ' </tool>' }}{% endfor %}{{'\n\n'}}{% for message in messages %}{% if message['role'] == 'user' %}{{'<extra_id_1>User\n' + message['content'].strip() + '\n<extra_id_1>Assistant\n'}}{% endif %}{% endfor %}
      """#),
    ("Jamba", #"""
      {%- set first = messages[0] if messages else none %}{%- for message in messages if message.role not in ['system'] -%}{{- "<|im|>" ~ message.role ~ " " ~ (message.content or "") ~ "\n" -}}{%- else -%}{{- "no messages" -}}{%- endfor -%}{%- filter trim %}  text {% endfilter -%}
      """#),
    ("Kimi", #"""
      {%- if tools -%}<|im_system|>tool_declare<|im_middle|>{{ tools | tojson }}<|im_end|>{%- endif -%}{%- for message in messages -%}{%- set role_name =  message.get('name') or  message['role'] -%}{%- if message['role'] == 'user' -%}<|im_user|>{{role_name}}<|im_middle|>{%- endif -%}{%- if message['role'] == 'assistant' and message.get('tool_calls') -%}<|tool_calls_section_begin|>{%- for tool_call in message['tool_calls'] -%}{%- set func_name = tool_call['function']['name'] -%}{%- set formatted_id = 'functions.' + func_name + ':' + loop.index0|string -%}<|tool_call_begin|>{{ formatted_id }}<|tool_call_argument_begin|>{{ tool_call['function']['arguments'] | tojson}}<|tool_call_end|>{%- endfor -%}{%- endif -%}{%- endfor -%}
      """#),
  ]
}
