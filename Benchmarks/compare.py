"""Proofmark beside its peers: interleaved runs, medians, ratios of ours to theirs.

usage: python compare.py PROOFMARK ENGINE_BENCHMARK RELEASE_ARCHIVE RELEASE_FOLDER TRUST
"""
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

proofmark, engine, archive, folder, trust = sys.argv[1:6]
here = pathlib.Path(__file__).parent
models = here.parent / "Fixtures/models"
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


def networks():
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        str(models / "digits_cnn.onnx"), options, providers=["CPUExecutionProvider"])
    print("\n## Seed network, one thread, against onnxruntime " + onnxruntime.__version__)
    print("| batch | proofmark us | onnxruntime us | ratio |\n|---|---|---|---|")
    for batch, repeats in ((1, 400), (1000, 5)):
        x = np.random.default_rng(1).random((batch, 1, 28, 28), dtype=np.float32)
        command = [engine, str(models / "digits_cnn.h5"), str(batch), str(repeats)]
        ours, theirs = [], []
        for _ in range(max(ROUNDS, 7)):
            ours.append(float(subprocess.run(
                command, check=True, capture_output=True, text=True).stdout))
            rows = []
            for _ in range(repeats):
                start = time.perf_counter()
                session.run(None, {"input": x})
                rows.append(1e6 * (time.perf_counter() - start))
            theirs.append(statistics.median(rows))
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"| {batch} | {a:.1f} | {b:.1f} | {a / b:.2f} |")


print(f"# Benchmarks\n{platform.machine()}, {os.cpu_count()} CPUs, median of {ROUNDS} "
      "interleaved runs\n")
whole_audit()
start_up()
networks()
