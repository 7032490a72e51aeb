"""Proofmark beside its peers: interleaved runs, medians, ratios of ours to theirs.

usage: python compare.py PROOFMARK RELEASE_ARCHIVE RELEASE_FOLDER TRUST
The engine alone is measured by engine.py.
"""
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

proofmark, archive, folder, trust = sys.argv[1:5]
here = pathlib.Path(__file__).parent
ROUNDS = int(os.environ.get("ROUNDS", "7"))


def process(command):
    """Wall seconds, CPU seconds and peak resident MiB of a whole process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    wall = time.perf_counter() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(rows):
    return [statistics.median(column) for column in zip(*rows)]


def whole_audit():
    ours, theirs = [], []
    audit = [proofmark, "audit", archive, "--policy", "release", "--trust", trust]
    peer = [sys.executable, str(here / "peer_audit.py"), folder]
    process(audit), process(peer)
    for _ in range(ROUNDS):
        ours.append(process(audit))
        theirs.append(process(peer))
    a, b = medians(ours), medians(theirs)
    print("## Whole audit: 7 checks, 6 eps, 1,000 images")
    print("| | proofmark | Keras + ART | ratio |\n|---|---|---|---|")
    for label, mine, peer_value, unit in zip(
            ("wall", "CPU", "peak memory"), a, b, ("s", "s", "MiB")):
        print(f"| {label} | {mine:.3g} {unit} | {peer_value:.3g} {unit} | {mine / peer_value:.4f} |")


def start_up():
    times = [process([proofmark, "--version"])[0] for _ in range(31)]
    print(f"\n## Start-up\n`proofmark --version`: median {1000 * statistics.median(times):.1f} ms")


print(f"# Benchmarks\n{platform.machine()}, {os.cpu_count()} CPUs, median of {ROUNDS} "
      "interleaved runs\n")
whole_audit()
start_up()
