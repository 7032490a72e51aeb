"""The engine beside onnxruntime: one table of ratios, each with what it should not pass.

Both take turns on the same inputs; medians count, on one thread unless the row says otherwise.
On a machine that others use too, QUANTILE=0.05 shows what both do while they are let alone.

usage: python engine.py ENGINE_BENCHMARK PEAK FOLDER [ROW ...]
FOLDER receives the networks of networks.py; PEAK is the program of peak.c; only the rows whose
label contains one of the given texts are measured.
Environment: SECONDS_EACH (4), the time for a row; CLOCK=cpu compares processor time, for machines
with other work; QUANTILE (0.5), which of the sorted times counts.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime

import networks

SECONDS = float(os.environ.get("SECONDS_EACH", "4"))
CPU = os.environ.get("CLOCK") == "cpu"
QUANTILE = float(os.environ.get("QUANTILE", "0.5"))


class Engine:
    """A process of the engine that runs a network on request."""

    def __init__(self, program, model):
        self.process = subprocess.Popen(
            [program, str(model)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        load, operations = self.process.stdout.readline().split()
        self.load_milliseconds, self.multiply_accumulates = float(load), int(operations)

    def run(self, kind, batch, threads, repeats):
        self.process.stdin.write(f"{kind} {batch} {threads} {repeats}\n")
        self.process.stdin.flush()
        numbers = [float(word) for word in self.process.stdout.readline().split()]
        return numbers[CPU::2]

    def close(self):
        """Ends the process; its peak resident bytes. (wait4 would count this one's as well.)"""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        self.process.stdin.close()
        self.process.wait()
        return int(peak.split()[1]) * 1024


class Runtime:
    """onnxruntime with its own defaults but for the threads."""

    def __init__(self, model, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"])
        self.inputs = {}

    def run(self, batch, repeats):
        shape = self.session.get_inputs()[0].shape[1:]
        if batch not in self.inputs:
            count = batch * int(np.prod(shape))
            numbers = (np.arange(count) % 251 / 250).astype(np.float32)
            self.inputs[batch] = numbers.reshape(batch, *shape)
        clock = time.process_time if CPU else time.perf_counter
        times = []
        for _ in range(repeats):
            start = clock()
            self.session.run(None, {"input": self.inputs[batch]})
            times.append(1e6 * (clock() - start))
        return times


def typical(times):
    return sorted(times)[round(QUANTILE * (len(times) - 1))]


def alternate(*runs):
    """What is typical of calls that take turns, each of them `run(repeats)`."""
    repeats = []
    for run in runs:
        run(1)
        repeats.append(max(1, min(200, int(3e4 / max(1, run(1)[0])))))
    results = [[] for _ in runs]
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or len(results[0]) < 5:
        for result, run, count in zip(results, runs, repeats):
            result += run(count)
    return [typical(result) for result in results]


class Table:
    def __init__(self, engine, peak, folder, wanted):
        self.engine, self.peak, self.folder, self.wanted = engine, peak, folder, wanted
        folder.mkdir(parents=True, exist_ok=True)

    def model(self, name):
        path = self.folder / f"{name}.onnx"
        if not path.exists():
            networks.onnx.save(networks.NETWORKS[name](), path)
        return path

    def wants(self, label):
        return not self.wanted or any(text in label for text in self.wanted)

    def row(self, label, ours, other, unit, bar, at_least=False):
        value = ours / other
        kept = value >= bar if at_least else value <= bar
        relation = ">=" if at_least else "<="
        print(f"| {label} | {ours:.4g} {unit} | {other:.4g} {unit} | {value:.2f} | "
              f"{relation} {bar} | {'' if kept else 'missed'} |", flush=True)

    def against_runtime(self, label, name, batch, bar, threads=1):
        if not self.wants(label):
            return
        engine, runtime = Engine(self.engine, self.model(name)), Runtime(self.model(name), threads)
        ours, theirs = alternate(
            lambda repeats: engine.run("forward", batch, threads, repeats),
            lambda repeats: runtime.run(batch, repeats))
        engine.close()
        self.row(label, ours, theirs, "us", bar)

    def against_itself(self, label, name, batch, first, second, bar, at_least=False):
        """Two requests of the engine, each (kind, threads)."""
        if not self.wants(label):
            return
        engine = Engine(self.engine, self.model(name))
        ours, other = alternate(*(
            lambda repeats, kind=kind, threads=threads: engine.run(kind, batch, threads, repeats)
            for kind, threads in (first, second)))
        engine.close()
        self.row(label, ours, other, "us", bar, at_least)

    def share_of_peak(self, label, name, bar):
        if not self.wants(label):
            return
        engine = Engine(self.engine, self.model(name))
        times, peaks = [], []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or len(times) < 5:
            times += engine.run("forward", 1, 1, 1)
            if len(times) % 8 == 1:
                peaks.append(float(subprocess.check_output([self.peak], text=True)))
        rate = 2e-3 * engine.multiply_accumulates / typical(times)
        engine.close()
        self.row(label, rate, statistics.median(peaks), "GFLOP/s", bar, at_least=True)

    def process(self, label, name, milliseconds=None, megabytes=None, load=None, times_file=None):
        """A whole process that loads the network and runs one input."""
        if not self.wants(label):
            return
        walls, loads, peaks = [], [], []
        for _ in range(7):
            start = time.perf_counter()
            engine = Engine(self.engine, self.model(name))
            engine.run("forward", 1, 1, 1)
            peaks.append(engine.close())
            walls.append(1e3 * (time.perf_counter() - start))
            loads.append(engine.load_milliseconds)
        size = self.model(name).stat().st_size
        wall, loading, peak = (statistics.median(column) for column in (walls, loads, peaks))
        if milliseconds:
            self.row(f"{label}, whole process", wall, milliseconds, "ms", 1)
        if megabytes:
            self.row(f"{label}, peak memory", peak / 1e6, megabytes, "MB", 1)
        if load:
            self.row(f"{label}, load", loading, load, "ms", 1)
        if times_file:
            self.row(f"{label}, peak memory by file", peak / 1e6, size / 1e6, "MB", times_file)


def main(engine, peak, folder, *wanted):
    table = Table(engine, peak, pathlib.Path(folder), wanted)
    print(f"\n## The engine beside onnxruntime {onnxruntime.__version__}\n")
    print("| | engine | beside | ratio | bar | |\n|---|---|---|---|---|---|")
    for batch, bar in ((1, 0.6), (32, 0.7), (1000, 0.85)):
        table.against_runtime(f"seed network, batch {batch}", "digits", batch, bar)
    for name, label, bar in (
            ("lenet5", "LeNet-5", 0.7), ("resnet18", "ResNet-18", 1.05),
            ("resnet50", "ResNet-50", 1.05), ("vgg11", "VGG-11", 1.05),
            ("squeezenet", "SqueezeNet 1.1", 1.05), ("mobilenetv2", "MobileNetV2", 1.0)):
        table.against_runtime(label, name, 1, bar)
    for name, label in (("digits_int8", "seed network"), ("resnet18_int8", "ResNet-18")):
        table.against_runtime(f"{label} in 8 bits (QDQ)", name, 1, 1.5)
    one, two = ("forward", 1), ("forward", 2)
    table.against_itself("ResNet-18, one thread by two", "resnet18", 1, one, two, 1.8, True)
    table.against_itself("seed network, two threads by one", "digits", 1, two, one, 1.05)
    table.against_itself("seed network, batch 1000, one thread by two", "digits", 1000, one, two, 1.8, True)
    for name, label, batch in (("digits", "seed network", 32), ("resnet18", "ResNet-18", 1)):
        table.against_itself(
            f"{label}, forward and gradient by forward", name, batch, ("gradient", 1), one, 2.2)
    table.share_of_peak("ResNet-18, share of the peak", "resnet18", 0.8)
    table.process("seed network", "digits", milliseconds=30, megabytes=30)
    table.process("ResNet-50", "resnet50", load=150, times_file=1.6)


if __name__ == "__main__":
    main(*sys.argv[1:])
