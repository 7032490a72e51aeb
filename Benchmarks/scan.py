"""Proofmark's scan beside the published scanners: what passes in silence, false alarms, time.

usage: python scan.py PROOFMARK CORPUS SAVES [STEP]
CORPUS is a folder that `PROOFMARK_CORPUS=CORPUS swift test --filter CorpusFolder` wrote; SAVES
holds clean files saved by the libraries themselves. Of both every STEP-th is run (1),
since a peer takes seconds a file. Exit 0 of a hostile file is a silent pass, exit 1 of a clean one
a false alarm; every other exit says that the scanner did not judge. Each run is a cold process.
"""
import hashlib
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

proofmark, corpus, saves = (pathlib.Path(path).resolve() for path in sys.argv[1:4])
step = int(sys.argv[4]) if len(sys.argv) > 4 else 1
tools = pathlib.Path(sys.executable).parent
SCANNERS = {
    "proofmark": lambda file: [proofmark, "scan", file, "--policy", "ci-gate"],
    "picklescan": lambda file: [tools / "picklescan", "-p", file],
    "fickling": lambda file: [tools / "fickling", "--check-safety", file],
    "modelscan": lambda file: [tools / "modelscan", "-p", file],
    "modelaudit": lambda file: [tools / "modelaudit", "scan", "--no-cache", file],
}
SIZE = 1 << 30


def run(name, file):
    """Exit code, wall seconds and peak resident MiB of one scanner over one file."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "PROMPTFOO_DISABLE_TELEMETRY": "1"}
        start = time.perf_counter()
        child = subprocess.Popen(
            SCANNERS[name](file), cwd=home, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, wall, usage.ru_maxrss / 1024


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def recall_and_alarms():
    hostile = files(corpus / "hostile")[::step]
    clean = files(corpus / "clean")[::step]
    clean += files(saves)[::step]
    times = {name: [] for name in SCANNERS}
    passed, alarms, unjudged = ({name: 0 for name in SCANNERS} for _ in range(3))
    for file in hostile:
        for name in SCANNERS:
            code, wall, _ = run(name, file)
            passed[name] += code == 0
            times[name].append(wall)
    for file in clean:
        for name in SCANNERS:
            code, wall, _ = run(name, file)
            alarms[name] += code == 1
            unjudged[name] += code not in (0, 1)
            times[name].append(wall)
    ours = statistics.median(times["proofmark"])
    print(f"## {len(hostile)} hostile and {len(clean)} clean files (every {step}. of the corpus)")
    print("| scanner | silent passes | false alarms | clean, not judged | cold, a file | ours |")
    print("|---|---|---|---|---|---|")
    for name, walls in times.items():
        wall = statistics.median(walls)
        print(f"| {name} | {passed[name]} ({100 * passed[name] / len(hostile):.0f} %) "
              f"| {alarms[name]} | {unjudged[name]} | {1000 * wall:.0f} ms | {ours / wall:.4f} |")


def tensors(folder):
    """1 GiB of random bytes as a safetensors file."""
    header = ('{"w":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (SIZE // 4, SIZE)).encode()
    header += b" " * (-len(header) % 8)
    path = folder / "large.safetensors"
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for _ in range(SIZE >> 20):
            file.write(os.urandom(1 << 20))
    return path


def torch_archive(folder):
    """The same as a `.pth` archive: a storage stored whole, named by a state_dict."""
    pickle = (b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage"
              b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ"
              + (SIZE // 4).to_bytes(4, "little") + b"tQK\x00J" + (SIZE // 4).to_bytes(4, "little")
              + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs.")
    path = folder / "large.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("large/data.pkl", pickle)
        archive.writestr("large/byteorder", "little")
        with archive.open("large/data/0", "w", force_zip64=True) as file:
            for _ in range(SIZE >> 20):
                file.write(os.urandom(1 << 20))
        archive.writestr("large/version", "3\n")
    return path


def large_files():
    print("\n## 1 GiB of weights, beside SHA-256 alone")
    print("| file | proofmark | openssl | hashlib | ratio to openssl | peak memory |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for make in (tensors, torch_archive):
            path = make(pathlib.Path(folder))
            rows = []
            for _ in range(5):
                code, ours, memory = run("proofmark", path)
                if code != 0:
                    raise SystemExit(f"{path.name}: exit {code}")
                start = time.perf_counter()
                subprocess.run(["openssl", "dgst", "-sha256", path], check=True, stdout=subprocess.DEVNULL)
                openssl = time.perf_counter() - start
                start = time.perf_counter()
                with open(path, "rb") as file:
                    hashlib.file_digest(file, "sha256")
                rows.append((ours, openssl, time.perf_counter() - start, memory))
            ours, openssl, python, memory = (statistics.median(row) for row in zip(*rows))
            print(f"| {path.name} | {ours:.2f} s | {openssl:.2f} s | {python:.2f} s "
                  f"| {ours / openssl:.2f} | {memory:.0f} MiB |")
            path.unlink()


def small_files():
    with tempfile.TemporaryDirectory() as folder:
        for number in range(10_000):
            pathlib.Path(folder, f"{number}.json").write_text('{"layers": [1, 2, 3]}')
        walls = [run("proofmark", folder)[1:] for _ in range(5)]
    wall, memory = (statistics.median(row) for row in zip(*walls))
    print(f"\n## A folder of 10,000 small files\n{wall:.2f} s, {10_000 / wall:,.0f} files a second, "
          f"{memory:.0f} MiB")


print(f"# Scanning\n{platform.machine()}, {os.cpu_count()} CPUs, medians of cold processes\n")
recall_and_alarms()
large_files()
small_files()
