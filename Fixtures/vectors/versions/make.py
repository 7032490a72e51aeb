"""Writes the golden files beside it: versions in the order that each ecosystem's own tool gives.

    pip install packaging==26.4 conda-lock==4.0.3 --no-deps packageurl-python==0.17.6
    apt-get install libmaven3-core-java libcommons-lang3-java default-jre-headless   (maven 3.9.9)
    python make.py CONDA_MODELS MAVEN_ARTIFACT_JAR:COMMONS_LANG_JAR REAL_VERSIONS

`CONDA_MODELS` is the file conda/models/version.py that conda-lock vendors; `REAL_VERSIONS` holds
published versions, one a line, as `pip index versions` lists them (numpy, torch, setuptools, pytz,
sphinx, twisted, tensorflow, ansible, jupyterlab).
"""

import functools
import itertools
import random
import re
import subprocess
import sys
import types

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

random.seed(440)
conda_file, maven_classes, real_file = sys.argv[1:4]


def write(name, lines):
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


# --- PEP 440: each line one version in several spellings, the normal form first; ascending.
odd = [
    "1.0", "v1.0", " 1.0 ", "1.0.0", "1", "01.0", "1.0a", "1.0a0", "1.0.alpha", "1.0-ALPHA_0",
    "1.0a1", "1.0.a.1", "1.0_a_1", "1.0-a-1", "1.0b", "1.0beta2", "1.0c1", "1.0rc1", "1.0pre1",
    "1.0preview1", "1.0-1", "1.0.post1", "1.0post", "1.0-r1", "1.0rev1", "1.0-rev.1", "1.0.post",
    "1.0.dev", "1.0dev3", "1.0-dev_3", "1.0a1.dev2", "1.0a1.post2", "1.0a1.post2.dev3",
    "1.0.post2.dev3", "1.0-2.dev3", "1.0+local", "1.0+LOCAL", "1.0+1", "1.0+01", "1.0+1.a",
    "1.0+a.1", "1.0+a-1", "1.0+a_1", "1.0+abc.def.7", "1.0+7.abc", "1.0+0", "1!0.5", "0!1.0",
    "1!1.0a1.post2.dev3+x.9", "2!0", "99999999999999999999!1", "1.18446744073709551616",
    "1.18446744073709551615", "1.999999999999999999", "1.1000000000000000000", "2012.10",
    "1.0a99999999999999999999", "1.0.post99999999999999999999", "1.0.dev99999999999999999999",
    "1.0+99999999999999999999", "0.0.0.0", "0", "0.0a0.dev0", "1.0a.", "1.0a.post1", "1.0a-",
    "1.0a--1", "1.0.post-", "1.0-1-dev", "1.0.dev.", "1.0.0.0.0.1", "1.0rc1.post0.dev0",
]
invalid = [
    "", "v", "a", "1.0x", "1..0", ".1", "1.", "1.0.", "1.0+", "1.0+a+b", "1.0+a..b", "1.0+-a",
    "1!!0", "!1", "1!", "1.0-", "1.0--1", "1.0a1b1", "1.0dev1post1", "1.0post1a1", "1 0", "1.0 a1",
    "french toast", "1.0+ubuntu~1", "1.0.*", "==1.0", "1,0", "-1.0", "1.0-alpha1beta", "vv1",
    "1.0\u0661", "\u0661.0", "1.0+\u00e9", "1.0e1", "1.0gamma", "2020-01-01", "1.0.dev1.dev2",
    "latest", "master", "1.2.3-SNAPSHOT", "1.0^", "1_0",
]
for text in odd:
    Version(text)
for text in invalid:
    try:
        Version(text)
        raise SystemExit(f"{text!r} is valid")
    except InvalidVersion:
        pass
real = []
for line in open(real_file, encoding="utf-8"):
    try:
        Version(line)
        real.append(line.strip())
    except InvalidVersion:
        invalid.append(line.strip())
made = []
for _ in range(900):
    text = random.choice(["", "", "", "1!", "v"])
    text += ".".join(str(random.choice([0, 0, 1, 2, 10])) for _ in range(random.randint(1, 4)))
    if random.random() < 0.5:
        text += random.choice(["", ".", "-", "_"]) + random.choice(
            ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "A", "RC"])
        text += random.choice(["", "0", "1", ".1", "-2", "_2", "10"])
    if random.random() < 0.3:
        text += random.choice([".post1", "post", "-3", "_rev2", ".r.1", ".post10"])
    if random.random() < 0.3:
        text += random.choice([".dev", "dev1", "-dev-2", "_DEV10"])
    if random.random() < 0.2:
        text += random.choice(["+a", "+1", "+a.1", "+10", "+a_10", "+cu121", "+local.0"])
    made.append(text)
classes = {}
for text in odd + real + made:
    version = Version(text)
    spelled = classes.setdefault(version, [str(version)])
    if text.strip() not in spelled:
        spelled.append(text.strip())
write("pep440.txt", [" ".join(classes[version]) for version in sorted(classes)])
write("pep440-invalid.txt", [text for text in dict.fromkeys(invalid) if text])

# --- PEP 440 specifiers: `specifiers | version | yes or no`, pre-releases allowed.
bases = ["1.0", "1.0a1", "1.0.post1", "1.0.dev1", "1.0a1.dev1", "1.0a1.post1", "1.0.post1.dev2",
         "1.1", "1", "1!1.0", "0.9", "1.0.1", "2.0rc1"]
candidates = bases + ["1.0+local", "1.0.post1+local", "1.0a1+x", "1.0.post2", "1.0.post2.dev0",
                      "1.0a2", "1.0a2.post1", "1.0.0", "1.0rc1", "1.0.post1.dev1", "1.0.dev2",
                      "1.0a1.post2", "1.0a1.post1.dev3", "1.0.dev1+y", "1.2", "1.10", "2.0", "2.0.dev1"]
rows = []
for base in bases:
    for operator in ["==", "!=", "<=", ">=", "<", ">", "~=", "==="]:
        for candidate in candidates:
            rows.append((operator + base, candidate))
for clause in ["==1.*", "!=1.*", "==1.0.*", "!=1.0.*", "==1.0.0.*", "==1!1.*", "== v1.0.*",
               "==1.0+local", "!=1.0+local", "===1.0+LOCAL", "===foobar", "~=1.0.0", "~=1.0.dev1",
               ">=1.0,<2", ">=1.0, !=1.0.1,", "<1.0.post1", "<1.0.post1,>1.0a1", "", ","]:
    for candidate in candidates + ["foobar", "FooBar"]:
        rows.append((clause, candidate))
lines = []
for clause, candidate in rows:
    try:
        specifiers = SpecifierSet(clause)
    except InvalidSpecifier:
        continue
    answer = specifiers.contains(candidate, prereleases=True)
    lines.append(f"{clause} | {candidate} | {'yes' if answer else 'no'}")
write("pep440-specifiers.txt", lines)
bad = ["~=1", "~=1!1", ">=1.*", "~=1.0.*", "<1.0+local", ">=1.0+local", "~=1.0+local", "=1.0", "1.0",
       "==", ">=a", "== 1.0.*.*", "==1.0a1.*", "==1.0.post1.*", "==1.0+x.*", "<>1.0", "===", "=>1",
       ">=1.0;", "===a;b", "===a b", "==1.0.dev1.*", ">= 1.0 1.1", "!1.0", "~1.0", "^1.0"]
for clause in bad:
    try:
        Specifier(clause)
        raise SystemExit(f"{clause!r} is valid")
    except InvalidSpecifier:
        pass
write("pep440-specifiers-invalid.txt", bad)

# --- conda: classes of equal versions, ascending.
stub = {"conda": {}, "conda.models": {}}
source = open(conda_file, encoding="utf-8").read()
source = source[source.index("version_check_re"):source.index("# each token slurps up")]
module = {"re": re, "zip_longest": itertools.zip_longest}
source = re.sub(r"class SingleStrArgCachingType.*?class VersionOrder\(metaclass=SingleStrArgCachingType\)",
                "class VersionOrder", source, flags=re.S)


class InvalidVersionSpec(Exception):
    pass


module["InvalidVersionSpec"] = InvalidVersionSpec
exec(source, module)
Order = module["VersionOrder"]
published = """0.4 0.4.0 0.4.1.rc 0.4.1.RC 0.4.1 0.5a1 0.5b3 0.5C1 0.5 0.9.6 0.960923 1.0 1.1dev1 1.1_
1.1a1 1.1.0dev1 1.1.dev1 1.1.a1 1.1.0rc1 1.1.0 1.1 1.1.0post1 1.1.post1 1.1post1 1996.07.12
1!0.4.1 1!3.1.1.6 2!0.4.1 1.0.1_ 1.0.1a 1.0.1 1.0.1post 1.0.1post.a 1.0.1post.b 1.0.1post.z
1.0.1post.za 1.0.2 1.2g.beta15.rc 1!2.15.1_ALPHA 2.1.5-alpha 1.0+1.2 1.0+1 1.0+dev 1.0+post 3.*
1.0* 1.** 1.2* * 1.dev 1.post 1._ 2020a 2020b 1.0.1.1.1 9e 9f 1.99999999999999999999
1.18446744073709551616 99999999999999999999!1 1_2 1-2 1-2.3 _ 1.0__a dev post a""".split()
published = [text for text in published if text != "1.0__a"]
conda = published + [text for text in random.sample(real, 300) if "!" not in text]
for _ in range(500):
    text = random.choice(["", "", "1!"]) + ".".join(
        random.choice(["0", "1", "2", "10", "1a", "1b2", "a1", "rc1", "dev", "post", "post1", "dev1", "1dev",
                       "2_3", "*", "1*"]) for _ in range(random.randint(1, 4)))
    text += random.choice(["", "", "", "_", "+1", "+a.2", "+dev"])
    conda.append(text)
orders = [(text, Order(text)) for text in dict.fromkeys(conda)]
orders.sort(key=functools.cmp_to_key(lambda a, b: -1 if a[1] < b[1] else 1 if b[1] < a[1] else 0))
lines, last = [], None
for text, order in orders:
    if last is not None and last == order:
        lines[-1] += " " + text
    else:
        lines.append(text)
    last = order
write("conda.txt", lines)
bad = ["!", "1!", "a!1", "1!2!3", "1+2+3", "+1", "1.", ".1", "1..2", "1__2", "1+", "1+a_", "1_a-b", "1.0$",
       "1 2", "1.0\u00e9", "1!+2", "1.0~1", "1/2", "1.0__", "-", "1.-", "--", "1.0=1"]
kept = []
for text in bad:
    try:
        Order(text)
        print("conda accepts", text)
    except InvalidVersionSpec:
        kept.append(text)
write("conda-invalid.txt", kept)

# --- Maven: pairs, for its order is no total one. The first are those of ComparableVersionTest.
qualifiers = """1-alpha2snapshot 1-alpha2 1-alpha-123 1-beta-2 1-beta123 1-m2 1-m11 1-rc 1-cr2 1-rc123 1-SNAPSHOT
1 1-sp 1-sp2 1-sp123 1-abc 1-def 1-pom-1 1-1-snapshot 1-1 1-2 1-123""".split()
numbers = """2.0 2.0.a 2-1 2.0.2 2.0.123 2.1.0 2.1-a 2.1b 2.1-c 2.1-1 2.1.0.1 2.2 2.123 11.a2 11.a11 11.b2 11.b11
11.m2 11.m11 11 11.a 11b 11c 11m""".split()
published = """1 2 1.5 2 1 2.5 1.0 1.1 1.0.0 1.1 1.1 1.2.0 1.0-alpha-1 1.0 1.0-alpha-1 1.0-alpha-2 1.0-alpha-1
1.0-beta-1 1.0-beta-1 1.0-SNAPSHOT 1.0-SNAPSHOT 1.0 1.0-alpha-1-SNAPSHOT 1.0-alpha-1 1.0 1.0-1 1.0-1 1.0-2 1.0.0
1.0-1 2.0-1 2.0.1 2.0.1-klm 2.0.1-lmn 2.0.1 2.0.1-xyz 2.0.1 2.0.1-123 2.0.1-xyz 2.0.1-123 6.1.0rc3 6.1.0 6.1.0rc3
6.1H.5-beta 6.1.0 6.1H.5-beta 20190126.230843 1234567890.12345 1234567890.12345 123456789012345.1H.5-beta
123456789012345.1H.5-beta 12345678901234567890.1H.5-beta 1-0.alpha 1 1-0.beta 1 1-0.alpha 1-0.beta
1 1.0 1 1-0 1 1.0-0 1a 1-a 1a 1.0-a 1.0.0a 1-a 1x 1-x 1ga 1 1release 1 1final 1 1cr 1rc 1a1 1-alpha-1 1b2 1-beta-2
1m3 1-milestone-3 1RELeaSE 1 1cR 1rC 1m3 1MileStone3 0000000000000000001 1 0000000000000000000 0 2-abc 2.0.abc
1.0.0.RC1 1.0.0-RC2 1.0.0.m1 1.0.0-m2""".split()
pairs = list(itertools.combinations(qualifiers, 2)) + list(itertools.combinations(numbers, 2))
pairs += list(zip(published[::2], published[1::2]))
parts = ["0", "1", "2", "10", "00", "a", "b", "m", "x", "alpha", "beta", "milestone", "rc", "cr", "ga", "final",
         "release", "sp", "SNAPSHOT", "Final", "jre", "android", "RELEASE", "99999999999999999999", "foo"]
joints = [".", ".", "-", "-", "", "..", "--", "_", "+", "-0.", "."]


def maven_version():
    text = random.choice(["1", "1", "1.0", "2", "1.2.3"])
    for _ in range(random.randint(0, 4)):
        text += random.choice(joints) + random.choice(parts)
    return text + random.choice(["", "", "", ".", "-"])


made = [maven_version() for _ in range(1200)]
pairs += [(a, b) for a, b in zip(made, made[1:])]
near = [(text, text + random.choice([".0", "-0", "-ga", ".1", "-1", "a", "-sp", "-alpha1", ".final", "-x"]))
        for text in made[:500]]
pairs += near
flat = [text for pair in pairs for text in pair]
lines = []
for start in range(0, len(flat), 1000):
    out = subprocess.run(
        ["java", "-cp", maven_classes, "org.apache.maven.artifact.versioning.ComparableVersion"]
        + flat[start:start + 1000], capture_output=True, text=True, check=True).stdout
    compared = [line.split() for line in out.splitlines() if line.startswith("   ")]
    lines += [" ".join(words) for words in compared[::2]]
assert len(lines) == len(pairs), (len(lines), len(pairs))
write("maven.txt", list(dict.fromkeys(lines)))

# --- Package URLs: `ecosystem name version purl`.
from packageurl import PackageURL

urls = [
    ("pypi", "torch", "2.1.0+cu121", PackageURL("pypi", None, "torch", "2.1.0+cu121")),
    ("pypi", "zope-interface", "1!2.0", PackageURL("pypi", None, "zope-interface", "1!2.0")),
    ("maven", "org.apache.logging.log4j:log4j-core", "2.14.1",
     PackageURL("maven", "org.apache.logging.log4j", "log4j-core", "2.14.1")),
    ("maven", "a b:c~d", "1.0 x", PackageURL("maven", "a b", "c~d", "1.0 x")),
    ("npm", "lodash", "4.17.20", PackageURL("npm", None, "lodash", "4.17.20")),
    ("npm", "@angular/core", "12.3.1-rc.0+b", PackageURL("npm", "@angular", "core", "12.3.1-rc.0+b")),
    ("conda", "numpy", "1.26.4", PackageURL("conda", None, "numpy", "1.26.4")),
    ("conda", "m2w64-gcc", "1!5_3", PackageURL("conda", None, "m2w64-gcc", "1!5_3")),
    ("swift", "https://github.com/apple/swift-nio.git", "2.63.0",
     PackageURL("swift", "github.com/apple", "swift-nio", "2.63.0")),
    ("image", "ghcr.io/acme/tool", "sha256:244fd47e07d1004f0aed9c",
     PackageURL("oci", None, "tool", "sha256:244fd47e07d1004f0aed9c", {"repository_url": "ghcr.io/acme/tool"})),
]
write("purl.txt", [f"{e}\t{n}\t{v}\t{url.to_string()}" for e, n, v, url in urls])
