"""Times `osv index` over synthetic records and `osv query` of 500 packages.

usage: python osv.py PROOFMARK [RECORDS]       (250000)
Records have the shape of those of PyPI, npm and Maven: two ranges, 20 listed versions, a page of
details; a fifth of the packages have half of the records. Prints seconds and sizes, best of three
for the query, which is a cold process each time.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zipfile

proofmark = pathlib.Path(sys.argv[1]).resolve()
count = int(sys.argv[2]) if len(sys.argv) > 2 else 250_000
random.seed(1)
ECOSYSTEMS = [("PyPI", "pypi", "package-{}"), ("npm", "npm", "@scope/package-{}"),
              ("Maven", "maven", "org.example:package-{}")]
DETAILS = "A crafted input leads to a write past the end of a buffer. " * 12


def version():
    return ".".join(str(random.randint(0, 30)) for _ in range(3))


def package():
    number = random.randrange(count // 25) if random.random() < 0.5 else random.randrange(count // 5)
    ecosystem, kind, name = ECOSYSTEMS[number % 3]
    return ecosystem, kind, name.format(number)


def record(number):
    ecosystem, _, name = package()
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    bounds = sorted(random.sample(range(31), 3))
    events = [{"introduced": "0"}, {"fixed": f"{bounds[0]}.0.0"}, {"introduced": f"{bounds[1]}.0.0"},
              {"fixed": f"{bounds[2]}.0.0"}]
    # Databases list the published versions that lie in the ranges.
    listed = [f"{random.randrange(bounds[1], bounds[2])}.{minor}.{number % 7}" for minor in range(20)]
    return {
        "schema_version": "1.6.0", "id": f"TEST-2024-{number}", "modified": "2024-05-01T10:20:30.123456Z",
        "published": "2024-04-01T00:00:00Z", "aliases": [f"CVE-2024-{number}"], "summary": "A vulnerability",
        "details": DETAILS, "severity": [
            {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                      "ranges": [{"type": kind, "events": events}],
                      "versions": listed}],
        "references": [{"type": "WEB", "url": f"https://example.com/advisories/{number}"}],
    }


def run(*arguments):
    start = time.perf_counter()
    done = subprocess.run([proofmark, *arguments], capture_output=True, text=True)
    return done, time.perf_counter() - start


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    archive, index, urls = folder / "all.zip", folder / "osv.sqlite", folder / "packages.txt"
    plain = 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for number in range(count):
            text = json.dumps(record(number))
            plain += len(text)
            file.writestr(f"TEST-2024-{number}.json", text)
    wanted = []
    for _ in range(500):
        _, kind, name = package()
        name = name.replace("@", "%40").replace(":", "/")
        wanted.append(f"pkg:{kind}/{name}@{version()}")
    urls.write_text("\n".join(wanted) + "\n")
    done, seconds = run("osv", "index", archive, "-o", index)
    print(done.stdout, end="")
    if done.returncode != 0:
        sys.exit(done.stderr)
    print(f"index: {count} records, {plain / 1e6:.0f} MB of JSON in {seconds:.1f} s "
          f"({plain / seconds / 1e6:.0f} MB/s), {index.stat().st_size / 1e6:.0f} MB of SQLite")
    best = min(run("osv", "query", index, urls)[1] for _ in range(3))
    done, _ = run("osv", "query", index, urls, "--format", "json")
    packages = json.loads(done.stdout)["packages"]
    affected = sum(entry["outcome"] == "affected" for entry in packages)
    print(f"query: {len(packages)} packages, {affected} affected, in {best:.3f} s (exit {done.returncode})")
