"""Times `deps` over the largest and most hostile file of every kind that it reads.

usage: python dependencies.py PROOFMARK [PATTERN]       (only files whose name has PATTERN)
Each file is as long as its reader takes, or as deep, or repeats what a careless reader would search
again and again. Prints seconds, peak resident memory, exit code and bytes of the report of one cold
process each, and marks what takes more than a second or 200 MiB. Exits 1 if anything does.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

proofmark = pathlib.Path(sys.argv[1]).resolve()
pattern = sys.argv[2] if len(sys.argv) > 2 else ""
SECONDS, MEBIBYTES = 1, 200
# What the readers take: lines and XML, JSON; and what is read of some files by their names.
TEXT, DOCUMENT = 2 << 20, 5 << 20
LIMITS = {"Dockerfile": 128 << 10, "setup.py": 256 << 10, "environment.yml": 1 << 20,
          "uv.lock": 4 << 20, "poetry.lock": 4 << 20, "pdm.lock": 4 << 20, "pylock.toml": 4 << 20,
          "pyproject.toml": 4 << 20, "Pipfile": 4 << 20, "conda-lock.yml": 4 << 20}
CASES = {}


def case(name):
    """Registers a function that returns the text, or the texts by path, of the case `KIND/FILE`."""
    def register(make):
        CASES[name] = make
        return make
    return register


def digest(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def fill(limit, item, start="", end="", join=""):
    """As many items as fit."""
    parts, size, number = [], len(start) + len(end), 0
    while size + len(text := item(number)) + len(join) <= limit:
        parts.append(text)
        size += len(text) + len(join)
        number += 1
    return start + join.join(parts) + end


def text_case(name, item, start="", end="", join="", limit=TEXT):
    limit = LIMITS.get(name.rpartition("/")[2], limit)
    CASES[name] = lambda: fill(limit, item, start, end, join)


def document_case(name, item, start="", end="", join=""):
    text_case(name, item, start, end, join, DOCUMENT)


# requirements.txt and what is like it
text_case("pinned/requirements.txt", lambda n: f"package-{n}==1.{n}.0 --hash=sha256:{digest(n)}\n")
text_case("unpinned/requirements.txt", lambda n: f"package-{n}>=1.{n}\n")
text_case("folders/requirements.txt", lambda n: f"./folder-{n}\n")
text_case("markers/requirements.txt", lambda n: f"package-{n}==1.{n} ; " + " and ".join(
    f"(python_version >= '3.{i}' or sys_platform == 'linux')" for i in range(20)) + "\n")
text_case("deep-markers/requirements.txt", lambda n: f"p{n}==1 ; " + "(" * 30 + "os_name=='a'" + ")" * 30 + "\n")
text_case("continuations/requirements.txt", lambda n: "package==1.0 \\\n" if n == 0 else " \\\n")
text_case("hashes/requirements.txt", lambda n: f" --hash=sha256:{digest(n)} \\\n", "package==1.0 \\\n")
text_case("wide-hashes/requirements.txt", lambda n: f"package-{n}==1.0 \\\n" + " \\\n".join(
    f"  --hash=sha256:{digest(n * 700 + i)}" for i in range(700)) + "\n")
CASES["one-line/requirements.txt"] = lambda: "a" * TEXT
CASES["long-lines/requirements.txt"] = lambda: ("a" * 65_000 + "\n") * 64
CASES["quotes/requirements.txt"] = lambda: ("a==1 " + "--hash='" + "a" * 65_000 + "'\n") * 64
CASES["addresses/requirements.txt"] = lambda: ("a @ " + "https://u:p@h/" * 4_600 + "\n") * 64
CASES["variables/requirements.txt"] = lambda: ("a @ " + "${A}$" * 13_000 + "\n") * 64
CASES["dollars/requirements.txt"] = lambda: ("a @ " + "$" * 65_000 + "\n") * 64
CASES["open-variables/requirements.txt"] = lambda: ("a @ ${" + "A" * 65_000 + "\n") * 64
CASES["versions/requirements.txt"] = lambda: ("a==" + "1." * 32_000 + "0\n") * 64
CASES["conditions/requirements.txt"] = lambda: ("a" + ",".join([">=1"] * 16_000) + "\n") * 64
CASES["extras/requirements.txt"] = lambda: ("a[" + ",".join(["b"] * 32_000) + "]==1\n") * 64
CASES["options/requirements.txt"] = lambda: ("--pre " * 10_900 + "\n") * 64
CASES["combining/requirements.txt"] = lambda: ("a==1 --hash=" + "e" + "\u0301" * 32_000 + "\n") * 64
text_case("same/requirements.txt", lambda n: "package==1.0\n")
text_case("same-markers/requirements.txt", lambda n: f"p==1;os_name=='{n}'\n")
text_case("indexes/requirements.txt", lambda n: f"--extra-index-url http://user:pass@host-{n}/\n")
text_case("missing-includes/requirements.txt", lambda n: f"-r other-{n}.txt\n")
text_case("same-includes/requirements.txt", lambda n: "-r requirements.txt\n")
text_case("pinned/requirements.in", lambda n: f"package-{n}>=1.{n}\n")
text_case("pinned/constraints.txt", lambda n: f"package-{n}==1.{n}\n")


@case("includes/requirements.txt")
def includes():
    """A thousand files, of which each includes all that follow."""
    files = {"requirements.txt": "".join(f"-r r{n}-requirements.txt\n" for n in range(1_000))}
    for number in range(1_000):
        files[f"r{number}-requirements.txt"] = "".join(
            f"-r r{n}-requirements.txt\n" for n in range(number + 1, 1_000))
    return files


@case("many/requirements.txt")
def many():
    """Five locks in one folder, each full: a release may hold any number."""
    return {f"requirements-{n}.txt": fill(TEXT, lambda i: f"package-{i}==1.{i}.{n}\n") for n in range(5)}


# TOML
WHEEL = "{{ url = \"https://files.pythonhosted.org/packages/package_{0}-1.{0}.0-py3-none-any.whl\", hash = \"sha256:{1}\" }}"
UV = "version = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n"
REGISTRY = 'source = { registry = "https://pypi.org/simple" }'
text_case("packages/uv.lock", lambda n: (
    f'[[package]]\nname = "package-{n}"\nversion = "1.{n}.0"\n{REGISTRY}\nsdist = {WHEEL.format(n, digest(n))}\n'
    f"wheels = [\n  {WHEEL.format(n, digest(-n))},\n]\n\n"), UV)
text_case("short/uv.lock", lambda n: f'[[package]]\nname="p{n}"\nversion="1"\nsource={{registry="https://a"}}\n', UV)
text_case("wheels/uv.lock", lambda n: f'{{url="https://a/{n}",hash="sha256:{digest(n)}"}},\n',
          UV + f'[[package]]\nname="p"\nversion="1"\n{REGISTRY}\nwheels=[\n', "]\n")
text_case("same/uv.lock", lambda n: f'[[package]]\nname="p"\nversion="{n}"\nsource={{registry="https://a"}}\n', UV)
text_case("repeated/uv.lock", lambda n: (
    f'[[package]]\nname="p"\nversion="1"\nsource={{registry="https://a"}}\nsdist={{hash="sha256:{digest(n)}"}}\n'), UV)
text_case("sources/uv.lock", lambda n: f'[[package]]\nname="p{n}"\nversion="1"\nsource={{git="git://u:p@h/{n}"}}\n', UV)
text_case("packages/poetry.lock", lambda n: (
    f'[[package]]\nname = "package-{n}"\nversion = "1.{n}.0"\ndescription = ""\noptional = false\n'
    f'python-versions = ">=3.9"\nfiles = [\n    {{file = "package_{n}-1.{n}.0.tar.gz", hash = "sha256:{digest(n)}"}},\n]\n\n'),
    end='[metadata]\nlock-version = "2.1"\npython-versions = ">=3.9"\ncontent-hash = "%s"\n' % digest(0))
text_case("short/poetry.lock", lambda n: f'[[package]]\nname="p{n}"\nversion="1"\nfiles=[]\n',
          end='[metadata]\nlock-version="2.1"\n')
text_case("packages/pdm.lock", lambda n: (
    f'[[package]]\nname = "package-{n}"\nversion = "1.{n}.0"\nsummary = ""\nfiles = [\n'
    f'    {{file = "package_{n}-1.{n}.0.tar.gz", hash = "sha256:{digest(n)}"}},\n]\n\n'),
    '[metadata]\ngroups = ["default"]\nstrategy = []\nlock_version = "4.5.0"\ncontent_hash = "sha256:%s"\n\n' % digest(0))
text_case("packages/pylock.toml", lambda n: (
    f'[[packages]]\nname = "package-{n}"\nversion = "1.{n}.0"\nindex = "https://pypi.org/simple"\n[[packages.wheels]]\n'
    f'name = "package_{n}-1.{n}.0-py3-none-any.whl"\nurl = "https://files.pythonhosted.org/package_{n}-1.{n}.0-py3-none-any.whl"\n'
    f'[packages.wheels.hashes]\nsha256 = "{digest(n)}"\n\n'), 'lock-version = "1.0"\ncreated-by = "pdm"\n\n')
text_case("short/pylock.toml", lambda n: f'[[packages]]\nname="p{n}"\nversion="1"\n', 'lock-version="1.0"\ncreated-by="a"\n')
text_case("dependencies/pyproject.toml", lambda n: f'"package-{n}>=1.{n}",\n',
          '[project]\nname = "a"\nversion = "1"\ndependencies = [\n', "]\n")
text_case("poetry/pyproject.toml", lambda n: f'package-{n} = "^1.{n}"\n', '[tool.poetry.dependencies]\n')
text_case("indexes/pyproject.toml", lambda n: f'[[tool.uv.index]]\nurl="http://u:p@h{n}/"\n')
text_case("packages/Pipfile", lambda n: f'package-{n} = "==1.{n}"\n', '[packages]\n')
text_case("keys/uv.lock", lambda n: f"k{n}=1\n", UV)
text_case("dotted/uv.lock", lambda n: f"{'.'.join('abcdefgh' * 7)}.k{n}=1\n", UV)
text_case("headers/uv.lock", lambda n: f"[{'.'.join('abcdefgh' * 7)}.k{n}]\n", UV)
text_case("empty-tables/uv.lock", lambda n: "[[package]]\n", UV)
text_case("numbers/uv.lock", lambda n: "1,", UV + "a=[", "]\n")
text_case("empty-lists/uv.lock", lambda n: "[],", UV + "a=[", "]\n")
text_case("inline-tables/uv.lock", lambda n: "{},", UV + "a=[", "]\n")
text_case("dates/uv.lock", lambda n: "1979-05-27T07:32:00.5+01:00,", UV + "a=[", "]\n")
CASES["digits/uv.lock"] = lambda: UV + "a=" + "1" * 4_000_000 + "\n"
CASES["one-string/uv.lock"] = lambda: UV + 'a="' + "a" * 4_000_000 + '"\n'
CASES["escapes/uv.lock"] = lambda: UV + 'a="' + "\\u0041" * 690_000 + '"\n'
CASES["long-string/uv.lock"] = lambda: UV + 'a="""' + "\\\n" * 2_000_000 + '"""\n'
CASES["repeated-key/uv.lock"] = lambda: fill(LIMITS["uv.lock"] - 64, lambda n: f"k{n}=1\n", UV) + "k7=1\n"
CASES["depth/uv.lock"] = lambda: UV + "a=" + "[" * 2_000_000 + "]" * 2_000_000
CASES["lines/uv.lock"] = lambda: UV + "\n" * 4_000_000 + "a"
CASES["comments/uv.lock"] = lambda: UV + "#\n" * 2_000_000

# JSON
INTEGRITY = "sha512-" + "A" * 86 + "=="
NPM = '{"name":"a","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"a"},\n'
document_case("packages/package-lock.json", lambda n: (
    f'"node_modules/package-{n}":{{"version":"1.{n}.0","resolved":"https://registry.npmjs.org/package-{n}/-/package-{n}-1.{n}.0.tgz",'
    f'"integrity":"{INTEGRITY}","license":"MIT","engines":{{"node":">=14"}}}}'), NPM, "}}", ",\n")
document_case("short/package-lock.json", lambda n: f'"node_modules/{n}":{{"version":"1.0.{n}"}}', NPM, "}}", ",\n")
document_case("links/package-lock.json", lambda n: f'"node_modules/{n}":{{"link":true,"resolved":"../{n}"}}', NPM, "}}", ",\n")
document_case("scripts/package-lock.json", lambda n: (
    f'"node_modules/{n}":{{"version":"1.0.{n}","hasInstallScript":true,"deprecated":"{"x" * 300}","resolved":"http://u:p@h/{n}/-/a"}}'),
    NPM, "}}", ",\n")
document_case("tree/package-lock.json", lambda n: f'"p{n}":' + '{"version":"1.0.0","dependencies":{"a":' * 12
              + '{"version":"1.0.0"}' + "}}" * 12, '{"lockfileVersion":1,"dependencies":{', "}}", ",")
CASES["paths/package-lock.json"] = lambda: fill(
    DOCUMENT, lambda n: f'"{"node_modules/a/" * 1_000}{n}":{{"version":"1.0.0"}}', NPM, "}}", ",\n")
document_case("versions/package-lock.json", lambda n: f'"node_modules/{n}":{{"version":"{"1" * 10_000}.{"1" * 10_000}.{n}"}}',
              NPM, "}}", ",\n")
document_case("declared/package.json", lambda n: f'"package-{n}":"^1.{n}.0"', '{"dependencies":{', "}}", ",")
CASES["ranges/package.json"] = lambda: {
    "package.json": fill(DOCUMENT, lambda n: f'"p{n}":"^1.{n}.0 || >=2 <3 || ~4.5"', '{"dependencies":{', "}}", ","),
    "package-lock.json": fill(
        DOCUMENT, lambda n: f'"node_modules/p{n}":{{"version":"9.0.{n}","integrity":"{INTEGRITY}"}}', NPM, "}}", ",\n")}
CASES["one-package/package.json"] = lambda: {
    "package.json": fill(DOCUMENT, lambda n: f'"p":"^1.{n}.0"', '{"dependencies":{"p":"^1"},"a":[{', "}]}", "},{"),
    "package-lock.json": fill(
        DOCUMENT, lambda n: f'"node_modules/a{n}/node_modules/p":{{"version":"9.0.{n}"}}', NPM, "}}", ",\n")}
document_case("numbers/package-lock.json", lambda n: "1", '{"a":[', "]}", ",")
document_case("empty-lists/package-lock.json", lambda n: "[]", '{"a":[', "]}", ",")
document_case("empty-objects/package-lock.json", lambda n: '{"":{}}', '{"a":[', "]}", ",")
document_case("names/package-lock.json", lambda n: f'"{n}":0', "{", "}", ",")
CASES["repeated-name/package-lock.json"] = lambda: "{" + ",".join(f'"{n}":0' for n in range(900_000)) + ',"7":0}'
CASES["depth/package-lock.json"] = lambda: "[" * (DOCUMENT // 2) + "]" * (DOCUMENT // 2)
CASES["one-string/package-lock.json"] = lambda: '{"a":"' + "a" * (DOCUMENT - 10) + '"}'
CASES["escapes/package-lock.json"] = lambda: '{"a":"' + "\\u0041" * 2_790_000 + '"}'
CASES["digits/package-lock.json"] = lambda: '{"lockfileVersion":' + "1" * (DOCUMENT - 40) + "}"
CASES["spaces/package-lock.json"] = lambda: " " * (DOCUMENT - 2) + "{}"
CASES["long-version/package-lock.json"] = lambda: NPM + '"node_modules/a":{"version":"' + "1" * (DOCUMENT - 100) + '.0.0"}}}'
CASES["long-name/package-lock.json"] = lambda: NPM + '"node_modules/' + "a" * (DOCUMENT - 100) + '":{"version":"1.0.0"}}}'
document_case("packages/Pipfile.lock", lambda n: (
    f'"package-{n}":{{"hashes":["sha256:{digest(n)}"],"index":"pypi","version":"==1.{n}"}}'),
    '{"_meta":{"hash":{"sha256":"%s"},"pipfile-spec":6,"sources":[{"name":"pypi","url":"https://pypi.org/simple","verify_ssl":true}]},"default":{'
    % digest(0), '},"develop":{}}', ",\n")
document_case("sources/Pipfile.lock", lambda n: f'{{"name":"s{n}","url":"http://u:p@h{n}/","verify_ssl":false}}',
              '{"_meta":{"pipfile-spec":6,"sources":[', ']},"default":{},"develop":{}}', ",")
document_case("sourced/Pipfile.lock", lambda n: f'"package-{n}":{{"hashes":["sha256:{digest(n)}"],"index":"s{n % 9_999}","version":"==1.{n}"}}',
              '{"_meta":{"pipfile-spec":6,"sources":[' + ",".join(
                  f'{{"name":"s{n}","url":"https://h{n}/"}}' for n in range(10_000)) + ']},"default":{', '},"develop":{}}', ",")
document_case("pins/Package.resolved", lambda n: (
    f'{{"identity":"package-{n}","kind":"remoteSourceControl","location":"https://github.com/example/package-{n}.git",'
    f'"state":{{"revision":"{digest(n)[:40]}","version":"1.{n}.0"}}}}'), '{"pins":[', '],"version":2}', ",\n")
document_case("branches/Package.resolved", lambda n: f'{{"identity":"p{n}","location":"http://u:p@h/{n}","state":{{"branch":"b"}}}}',
              '{"pins":[', '],"version":2}', ",\n")

# YAML
document_case("packages/conda-lock.yml", lambda n: (
    f"- name: package-{n}\n  version: 1.{n}.0\n  manager: conda\n  platform: linux-64\n  dependencies: {{}}\n"
    f"  url: https://conda.anaconda.org/conda-forge/linux-64/package-{n}-1.{n}.0-h0_0.conda\n"
    f"  hash:\n    md5: {digest(n)[:32]}\n    sha256: {digest(n)}\n  category: main\n  optional: false\n"),
    "version: 1\nmetadata:\n  channels:\n  - url: conda-forge\n    used_env_vars: []\n  platforms:\n  - linux-64\n  sources: []\npackage:\n")
document_case("short/conda-lock.yml", lambda n: f"- {{name: p{n}, version: 1, manager: pip}}\n", "version: 1\npackage:\n")
text_case("dependencies/environment.yml", lambda n: f"- package-{n}=1.{n}\n", "channels: [conda-forge]\ndependencies:\n")
document_case("large/environment.yml", lambda n: f"- package-{n}=1.{n}\n", "channels: [conda-forge]\ndependencies:\n")
document_case("pip/environment.yml", lambda n: f"  - package-{n}==1.{n}\n", "dependencies:\n- pip:\n")
document_case("channels/environment.yml", lambda n: f"- http://u:p@h/{n}\n", "dependencies: []\nchannels:\n")
document_case("numbers/environment.yml", lambda n: "1,", "dependencies: [", "]\n")
document_case("keys/environment.yml", lambda n: f"k{n}: 1\n")
document_case("empty-maps/environment.yml", lambda n: "{},", "dependencies: [", "]\n")
CASES["depth/environment.yml"] = lambda: "dependencies: " + "[" * 8_000_000
CASES["mappings/environment.yml"] = lambda: "? " * 8_000_000
CASES["dashes/environment.yml"] = lambda: "- " * 8_000_000
CASES["braces/environment.yml"] = lambda: "{" * 16_000_000
CASES["one-string/environment.yml"] = lambda: "dependencies: [" + "a" * 16_000_000 + "]"
CASES["long-key/environment.yml"] = lambda: "a" * 16_000_000 + ": 1"
CASES["quoted/environment.yml"] = lambda: 'dependencies: ["' + "\\x41" * 4_000_000 + '"]'
CASES["folded/environment.yml"] = lambda: "dependencies:\n- >\n" + " a\n" * 5_000_000
CASES["blank/environment.yml"] = lambda: "\n" * 16_000_000
CASES["comments/environment.yml"] = lambda: "#\n" * 8_000_000
CASES["documents/environment.yml"] = lambda: "--- a\n" * 2_700_000
CASES["anchors/environment.yml"] = lambda: "dependencies:\n" + "".join(f"- &a{n} x\n" for n in range(400_000))
CASES["aliases/environment.yml"] = lambda: "dependencies:\n- &a [x]\n" + "- *a\n" * 900_000
CASES["alias-bomb/environment.yml"] = lambda: "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join(['*a%d' % (n - 1)] * 9)}]\n" for n in range(1, 30)) + "dependencies: *a29\n"
CASES["tags/environment.yml"] = lambda: "dependencies:\n" + "- !a x\n" * 900_000
CASES["directives/environment.yml"] = lambda: "".join(f"%TAG !a{n}! tag:b,{n}:\n" for n in range(200_000)) + "--- x\n"

# XML
POM = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>g</groupId>' \
      "<artifactId>a</artifactId><version>1</version>"


def dependency(number, version):
    return f"<dependency><groupId>g{number}</groupId><artifactId>a{number}</artifactId><version>{version}</version></dependency>"


text_case("dependencies/pom.xml", lambda n: dependency(n, f"1.{n}"), POM + "<dependencies>", "</dependencies></project>")
text_case("managed/pom.xml", lambda n: dependency(n, "${v}"),
          POM + "<properties><v>1</v></properties><dependencyManagement><dependencies>",
          "</dependencies></dependencyManagement></project>")
CASES["properties/pom.xml"] = lambda: fill(
    TEXT, lambda n: dependency(n, "${p9999}"), POM + "<properties>" + "".join(
        f"<p{n}>${{p{n - 1}}}</p{n}>" for n in range(10_000)) + "<p-1>1</p-1></properties><dependencies>",
    "</dependencies></project>")
CASES["doubling/pom.xml"] = lambda: fill(
    TEXT, lambda n: dependency(n, "${p30}" * 60), POM + "<properties><p0>x</p0>" + "".join(
        f"<p{n}>${{p{n - 1}}}${{p{n - 1}}}</p{n}>" for n in range(1, 31)) + "".join(
        f"<q{n}>{'${p3}' * 90}</q{n}>" for n in range(6_000)) + "</properties><dependencies>",
    "</dependencies></project>")
CASES["wide/pom.xml"] = lambda: fill(
    TEXT, lambda n: dependency(n, "${v}" * 125), POM + "<properties><v>" + "1" * 500 + "</v></properties><dependencies>",
    "</dependencies></project>")
text_case("names/pom.xml", lambda n: f"<a{n}/>", POM, "</project>")
text_case("elements/pom.xml", lambda n: "<a/>", POM, "</project>")
text_case("texts/pom.xml", lambda n: "a<b/>", POM, "</project>")
text_case("comments/pom.xml", lambda n: "a<!---->", POM, "</project>")
text_case("references/pom.xml", lambda n: "&amp;", POM, "</project>")
text_case("spaces/pom.xml", lambda n: " \n", POM, "</project>")
text_case("repositories/pom.xml", lambda n: f"<repository><id>{n}</id><url>http://u:p@h{n}/</url></repository>",
          POM + "<repositories>", "</repositories></project>")
text_case("profiles/pom.xml", lambda n: f"<profile><id>{n}</id><dependencies>{dependency(n, 1)}</dependencies></profile>",
          POM + "<profiles>", "</profiles></project>")
text_case("plugins/pom.xml", lambda n: f"<plugin><artifactId>a{n}</artifactId></plugin>",
          POM + "<build><plugins>", "</plugins></build></project>")
text_case("attributes/pom.xml", lambda n: f' a{n}="1"', "<project", "></project>")
text_case("buried-version/pom.xml", lambda n: "<dependency>" + "<x/>" * 900 + "</dependency>",
          POM + "<dependencies>", "</dependencies></project>")
CASES["depth/pom.xml"] = lambda: "<project>" * 400_000
CASES["entities/pom.xml"] = lambda: '<!DOCTYPE a [<!ENTITY a "' + "a" * 4_000_000 + '">]><project>&a;</project>'
CASES["one-text/pom.xml"] = lambda: POM.replace("<version>1", "<version>" + "1" * 4_100_000) + "</project>"
CASES["long-name/pom.xml"] = lambda: "<project><" + "a" * 2_000_000 + "></" + "a" * 2_000_000 + "></project>"


@case("parents/pom.xml")
def parents():
    """A chain of sixteen parents, each as long as is read."""
    files, path = {}, ""
    for number in range(17):
        files[f"{path}pom.xml"] = fill(
            TEXT, lambda n: dependency(n, n), "<project><groupId>g</groupId>"
            f"<artifactId>a{number}</artifactId><version>1</version><parent><groupId>g</groupId>"
            f"<artifactId>a{number + 1}</artifactId><version>1</version><relativePath>d/pom.xml</relativePath></parent>"
            "<dependencyManagement><dependencies>", "</dependencies></dependencyManagement></project>")
        path += "d/"
    return files


@case("children/pom.xml")
def children():
    """Two thousand modules of one parent that is long."""
    files = {"pom.xml": fill(TEXT, lambda n: dependency(n, n), POM + "<dependencyManagement><dependencies>",
                             "</dependencies></dependencyManagement></project>")}
    for number in range(2_000):
        files[f"m{number}/pom.xml"] = (
            "<project><artifactId>b</artifactId><parent><groupId>g</groupId><artifactId>a</artifactId>"
            "<version>1</version></parent></project>")
    return files


GRADLE = '<verification-metadata><configuration><verify-metadata>true</verify-metadata></configuration><components>'
document_case("components/verification-metadata.xml", lambda n: (
    f'<component group="g{n}" name="a{n}" version="1.{n}"><artifact name="a{n}-1.{n}.jar">'
    f'<sha256 value="{digest(n)}" origin="Generated by Gradle"/></artifact></component>'),
    GRADLE, "</components></verification-metadata>")
document_case("short/verification-metadata.xml", lambda n: f'<component group="g" name="{n}"/>',
              GRADLE, "</components></verification-metadata>")
document_case("artifacts/verification-metadata.xml", lambda n: f'<artifact name="{n}"><sha256 value="{digest(n)}"/></artifact>',
              GRADLE + "<component>", "</component></components></verification-metadata>")
document_case("trusted/verification-metadata.xml", lambda n: f'<trust group="g{n}"/>',
              "<verification-metadata><configuration><trusted-artifacts>", "</trusted-artifacts></configuration></verification-metadata>")
text_case("packages/gradle.lockfile", lambda n: f"org.example:artifact-{n}:1.{n}=compileClasspath,runtimeClasspath\n", end="empty=\n")
CASES["verified/gradle.lockfile"] = lambda: {
    "gradle.lockfile": fill(TEXT, lambda n: f"g{n}:a{n}:1.{n}=runtimeClasspath\n"),
    "gradle/verification-metadata.xml": fill(
        DOCUMENT, lambda n: f'<component group="g{n}" name="a{n}" version="1.{n}"><artifact><sha256 value="{digest(n)}"/></artifact></component>',
        GRADLE, "</components></verification-metadata>")}

# Other lines and scripts
text_case("packages/conda-linux-64.lock", lambda n: f"https://conda.anaconda.org/conda-forge/linux-64/p{n}-1.{n}-h0_0.conda#{digest(n)[:32]}\n",
          "@EXPLICIT\n")
CASES["slashes/conda-linux-64.lock"] = lambda: "@EXPLICIT\n" + ("https://a" + "/-" * 32_000 + "a-1-0.conda\n") * 64
text_case("requires/setup.cfg", lambda n: f"  package-{n}>=1.{n}\n", "[options]\ninstall_requires =\n")
text_case("keys/setup.cfg", lambda n: f"k{n} = a\n", "[options]\n")
text_case("requires/setup.py", lambda n: f"'package-{n}>=1.{n}',\n", "from setuptools import setup\nsetup(install_requires=[\n", "])\n")
text_case("calls/setup.py", lambda n: f"setup(install_requires=a{n})\n")
text_case("nested-calls/setup.py", lambda n: "setup(")
text_case("in-calls/setup.py", lambda n: "setup(a=", end="1" + ")" * 100_000, limit=900_000)
text_case("names/setup.py", lambda n: f"a{n} = ['x']\n", end="setup(install_requires=a1)\n")
text_case("texts/setup.py", lambda n: "'a' ", "setup(install_requires=", ")\n")
text_case("brackets/setup.py", lambda n: "[", "setup(install_requires=")
IMAGE = "FROM python@sha256:%s\n" % digest(0)
text_case("run/Dockerfile", lambda n: f" package-{n}==1.{n}", IMAGE + "RUN pip install", "\n")
text_case("runs/Dockerfile", lambda n: f"RUN pip install package-{n}\n", IMAGE)
text_case("commands/Dockerfile", lambda n: f"curl http://u:p@h/{n} | sh; ", IMAGE + "RUN ", "\n")
text_case("pipeline/Dockerfile", lambda n: "curl a | sh | ", IMAGE + "RUN ", "cat\n")
text_case("continued/Dockerfile", lambda n: "  a \\\n", IMAGE + "RUN echo \\\n")
text_case("commented/Dockerfile", lambda n: "# a\n", IMAGE + "RUN echo \\\n")
text_case("stages/Dockerfile", lambda n: f"FROM a{n} AS b{n}\n")
text_case("stage-chain/Dockerfile", lambda n: f"FROM s{n} AS s{n + 1}\n", IMAGE[:-1] + " AS s0\n")
text_case("arguments/Dockerfile", lambda n: f"ARG a{n}=${{a{n - 1}}}${{a{n - 1}}}\n", IMAGE + "ARG a-1=x\n")
text_case("one-env/Dockerfile", lambda n: f" TOKEN_{n}=a", IMAGE + "ENV", "\n")
text_case("dollars/Dockerfile", lambda n: "$A", IMAGE + "FROM ", "\n")
text_case("open-variables/Dockerfile", lambda n: "${", IMAGE + "FROM ", "\n")
text_case("copies/Dockerfile", lambda n: f"ADD http://u:p@h/{n} /a\n", IMAGE)
text_case("one-copy/Dockerfile", lambda n: f" http://h/{n}", IMAGE + "ADD", " /a\n")
text_case("json/Dockerfile", lambda n: '"a",', IMAGE + "RUN [", '"a"]\n')
text_case("shells/Dockerfile", lambda n: "sh -c 'sh -c \"sh -c a\"'; ", IMAGE + "RUN ", "\n")
text_case("substitutions/Dockerfile", lambda n: "$(pip install a) ", IMAGE + "RUN echo ", "\n")
text_case("open-substitutions/Dockerfile", lambda n: "x=$(", IMAGE + "RUN ", "\n")
text_case("quoted-substitutions/Dockerfile", lambda n: '"$(', IMAGE + "RUN ", "\n")
text_case("backquotes/Dockerfile", lambda n: "\\`", IMAGE + "RUN `", "\n")
text_case("starters/Dockerfile", lambda n: "uv run ", IMAGE + "RUN ", "'pip install a'\n")
text_case("texts/Dockerfile", lambda n: "'a add b' ", IMAGE + "RUN su ", "\n")
text_case("printed/Dockerfile", lambda n: "echo 'echo \"pip install a\" > b' > c; ", IMAGE + "RUN ", "\n")
text_case("here/Dockerfile", lambda n: f"RUN <<E{n}\npip install a\nE{n}\n", IMAGE)
text_case("open-here/Dockerfile", lambda n: f" <<E{n}", IMAGE + "RUN", "\n")
text_case("flags/Dockerfile", lambda n: " --mount=from=a", IMAGE + "RUN", " true\n")
text_case("mounts/Dockerfile", lambda n: "from=a,", IMAGE + "RUN --mount=", " true\n")
text_case("combining/Dockerfile", lambda n: "\u0301", IMAGE + "RUN e", "\n")
text_case("escapes/Dockerfile", lambda n: "\\a", IMAGE + "RUN ", "\n")
text_case("system/Dockerfile", lambda n: f" package-{n}", IMAGE + "RUN apt-get install", "\n")
text_case("npm/Dockerfile", lambda n: f" package-{n}", IMAGE + "RUN npm install", "\n")
text_case("assignments/Dockerfile", lambda n: "a=b ", IMAGE + "RUN ", "c\n")
text_case("sudo/Dockerfile", lambda n: "sudo -a ", IMAGE + "RUN ", "c\n")


def run(folder, files, form):
    """Exit code, seconds, peak MiB and bytes of the report of one process."""
    with open(folder / "report", "wb") as report:
        start = time.perf_counter()
        # Several files are one release, whose declarations and locks are held against each other.
        child = subprocess.Popen(
            [proofmark, "deps", *(files if len(files) == 1 else ["."]), "--format", form],
            cwd=folder / "case", stdin=subprocess.DEVNULL, stdout=report, stderr=subprocess.DEVNULL)
        timer = threading.Timer(60, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    # Time on the processor says the same on a busy machine.
    busy = usage.ru_utime + usage.ru_stime
    return child.returncode, min(wall, busy), usage.ru_maxrss / 1024, (folder / "report").stat().st_size


def write(folder, name, make):
    """The bytes and paths of the files of a case, made by a process of its own: what the benchmark itself
    once needed would count as the peak memory of its later children."""
    process = os.fork()
    if process == 0:
        made = make()
        for path, text in (made if isinstance(made, dict) else {name.split("/")[-1]: made}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="")
        os._exit(0)
    if os.waitpid(process, 0)[1] != 0:
        sys.exit(f"{name}: cannot be made")
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files), sorted(str(path.relative_to(folder)) for path in files)


over = 0
print("| case | read | seconds | MiB | exit | report | |\n|---|---|---|---|---|---|---|")
for name, make in CASES.items():
    if pattern not in name:
        continue
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        size, files = write(folder / "case", name, make)
        for form in ("json",) if pattern == "" else ("json", "text"):
            code, seconds, memory, report = run(folder, files, form)
            marks = [f"{unit} x {value / limit:.1f}" for value, limit, unit in (
                (seconds, SECONDS, "TIME"), (memory, MEBIBYTES, "MEMORY")) if value > limit]
            if code not in (0, 1, 3):
                marks.append("CRASH")
            over += bool(marks)
            print(f"| {name} {form} | {size / 1e6:.1f} MB | {seconds:.2f} | {memory:.0f} | {code} "
                  f"| {report / 1e6:.1f} MB | {' '.join(marks)} |", flush=True)
print(f"\n{over} over {SECONDS} s or {MEBIBYTES} MiB")
sys.exit(over > 0)
